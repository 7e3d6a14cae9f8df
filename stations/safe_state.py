"""What is proven off at the end of a run, and what is not: in the order of the hazard, nothing skipped."""

from dataclasses import dataclass

from stations.bench import Bench, told
from stations.fixture import Fixture


@dataclass(frozen=True, slots=True)
class SafeProof:
    """The roles whose outputs read back off, and for everything else why it may be live."""

    proven: tuple[str, ...]
    unproven: tuple[str, ...]

    def __str__(self) -> str:
        said = f"proven off: {', '.join(self.proven) or 'nothing'}"
        return said if not self.unproven else f"OUTPUT MAY BE LIVE: {'; '.join(self.unproven)}; {said}"


def make_safe(bench: Bench, fixture: Fixture) -> SafeProof:
    """Switch everything off and prove it: each instrument by its read-back, then the contactors by their mirror
    contacts and the unit by the fixture's own look.

    No exception leaves it: what could not be looked at is not proven.
    """
    unproven = bench.make_safe_by_role()
    proven = [role for role in bench.own_roles if role not in unproven]
    try:
        live = [*fixture.prove_open(), *fixture.prove_safe()]
    except Exception as error:  # noqa: BLE001 - other people's code: its bug leaves the unit unproven, not the run lost
        live = [f"the unit is not proven dead: {told(error)}"]
    # A fixture that does not look has proven nothing of the unit.
    looked = type(fixture).prove_safe is not Fixture.prove_safe
    return SafeProof((*proven, *(("unit",) if looked and not live else ())), (*unproven.values(), *live))
