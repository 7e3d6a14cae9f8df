"""What a unit asks of the bench, and whether the bench can carry it.

A fixture may define the class method `requirements(product)`, which returns a `RangeNeed` for each quantity that an
instrument must be able to carry: 54 A into the analyser's element, 12 kW into the load.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from drivers.rating import Rating
from stations.finding import Finding, Severity
from stations.fixture import Fixture
from stations.product import Product


@dataclass(frozen=True, slots=True)
class RangeNeed:
    """The instrument of `role` must be able to carry `value` (in `unit`, SI without prefix) of a quantity."""

    role: str
    quantity: str
    value: float
    unit: str


def needs_of(fixture: type[Fixture], product: Product) -> tuple[RangeNeed, ...]:
    """What this product asks of a bench of this kind; nothing when the fixture says nothing."""
    requirements = getattr(fixture, "requirements", None)
    return () if requirements is None else tuple(requirements(product))


def unmet(
    needs: Sequence[RangeNeed], ratings: Mapping[str, Mapping[str, Rating]], models: Mapping[str, str]
) -> Iterator[Finding]:
    """Hold needs against the ratings of each role's instrument; `models` names them."""
    for need in needs:
        rating = ratings.get(need.role, {}).get(need.quantity)
        model = models.get(need.role, "its instrument")
        where = f"{need.role} {need.quantity}"
        if rating is None:
            yield Finding(
                Severity.NOTE, "requirement", where, f"{model} declares no rating for it, so it is not checked"
            )
        elif rating.unit != need.unit:
            yield Finding(
                Severity.ERROR,
                "requirement",
                where,
                f"the unit asks in {need.unit}, {model} is rated in {rating.unit}; write both in the same unit",
            )
        elif not rating.low <= need.value <= rating.high:
            yield Finding(
                Severity.ERROR,
                "requirement",
                where,
                f"the unit needs {need.value:g} {need.unit}, {model} carries {rating.low:g} to {rating.high:g}"
                f" {rating.unit}: this bench cannot carry the unit; put a larger {need.role} there",
                need.value,
            )
