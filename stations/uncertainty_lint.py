"""Whether what measures is good enough for the limits that it judges."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from drivers.rating import Rating
from drivers.reading import Reading
from stations.finding import Finding, Severity
from stations.golden_run import GoldenRun
from stations.limits import Measurand

LEAST_RATIO: Final = 4.0
"""Below it a warning: one passed unit in so many is a guess of the meter (the 4:1 of ANSI/NCSL Z540.3)."""


@dataclass(frozen=True, slots=True)
class UncertaintyRatio:
    """How a limit compares with the doubt of what is judged by it.

    "TUR" for two limits, as ANSI/NCSL Z540.3 has it: the span of the tolerance by that of the 95 % uncertainty,
    (high − low) / 2U. With one limit that ratio does not exist; "guard" is the distance of a healthy unit's value from
    its limit, by U. U is the expanded uncertainty (k = 2) of the reading.
    """

    measurand: str
    kind: Literal["TUR", "guard"]
    ratio: float
    uncertainty: float
    unit: str


def ratio_of(measurand: Measurand, reading: Reading) -> UncertaintyRatio | None:
    """The ratio of one measurand; None when nothing judges it, or the reading tells no uncertainty."""
    doubt = reading.expanded_uncertainty
    low, high = measurand.low, measurand.high
    if not doubt or reading.value is None or reading.unit != measurand.unit:
        return None
    if low is not None and high is not None:
        return UncertaintyRatio(measurand.name, "TUR", (high - low) / (2 * doubt), doubt, measurand.unit)
    limit = low if low is not None else high
    if limit is None:
        return None
    return UncertaintyRatio(measurand.name, "guard", abs(limit - reading.value) / doubt, doubt, measurand.unit)


def uncertainty_findings(
    measurands: Mapping[str, Measurand], ratios: Mapping[str, UncertaintyRatio], golden: GoldenRun
) -> Iterator[Finding]:
    """Ratios that are too small, limits that no range reaches, and whatever could not be looked at."""
    for ratio in ratios.values():
        if ratio.ratio < LEAST_RATIO:
            what = "test-uncertainty ratio" if ratio.kind == "TUR" else "distance of a healthy unit from the limit by U"
            yield Finding(
                Severity.WARNING,
                "uncertainty",
                ratio.measurand,
                f"{what} is {ratio.ratio:.2g}, below {LEAST_RATIO:g} (U = {ratio.uncertainty:.3g} {ratio.unit});"
                " widen the limits, or measure better",
                ratio.ratio,
            )
    unknown = [
        name
        for name, measurand in measurands.items()
        if name in golden.readings
        and (measurand.low is not None or measurand.high is not None)
        and golden.readings[name].value is not None
        and not golden.readings[name].expanded_uncertainty
    ]
    if unknown:
        shown = ", ".join(unknown[:3]) + (f" and {len(unknown) - 3} more" if len(unknown) > 3 else "")
        yield Finding(
            Severity.NOTE,
            "uncertainty",
            f"{len(unknown)} measurands",
            f"their readings tell no uncertainty, so their ratio is not known: {shown}",
            float(len(unknown)),
        )
    for name, measurand in measurands.items():
        reading = golden.readings.get(name)
        if reading is not None and (rating := _range_of(reading, golden)) is not None:
            yield from _outside(measurand, *rating)


def _range_of(reading: Reading, golden: GoldenRun) -> tuple[str, Rating] | None:
    if reading.instrument is None:
        return None
    role = golden.roles.get((reading.instrument.model, reading.instrument.serial))
    if role is None:
        return None
    rating = golden.ratings[role].get(f"measured {reading.unit}")
    return None if rating is None else (golden.models[role], rating)


def _outside(measurand: Measurand, model: str, rating: Rating) -> Iterator[Finding]:
    for side, limit in (("low", measurand.low), ("high", measurand.high)):
        # Zero is where a range begins whatever its first step can tell.
        if limit is None or rating.low <= limit <= rating.high or limit == 0.0:
            continue
        # Insulation may well be better than the range: then the over-range itself passes.
        if limit > rating.high and side == "high" and measurand.over_range != "error":
            continue
        yield Finding(
            Severity.ERROR,
            "range",
            measurand.name,
            f"its {side} limit of {limit:g} {measurand.unit} is outside what {model} measures"
            f" ({rating.low:g} to {rating.high:g} {rating.unit}); no value could be held against it",
            limit,
        )
