"""One simulated unit under one plan: what was wrong with it in truth, and which limits it tripped."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from drivers.reading import Reading
from mes.vocabulary import Outcome, RunEnding, Verdict
from stations.errors import PlanError
from stations.events import Measured
from stations.limits import Measurand
from stations.plan import PlanRevision

_INSTANCE = re.compile(
    r"(?:_(?:(?:at|channel|device|fan|feed|fibre|joint|lane|line|load|pair|phase|port|psu|rail|slot|supply|unit)"
    r"_(?:\d[0-9a-z]*|[a-z])"
    r"|\d[0-9a-z]*[a-z]|[ab]))+$"
)
"""What tells the instances of one quantity apart: `_pair_3`, `_b`, `_at_10`, `_psu_2`, `_230v`, one after the other."""

_EVERYTHING = r"[\s\S]*"
"""What a text measurand matches once its limit is dropped."""

Kind = Literal["golden", "unit", "sweep"]


class Limit(NamedTuple):
    """One limit of a family of measurands; `side` is "low", "high", or empty for a text and for a tolerance."""

    family: str
    side: str

    def __str__(self) -> str:
        return f"{self.family} {self.side}".rstrip()


@dataclass(frozen=True, slots=True)
class Order:
    """A trial to be made: unit number, and the defect with its magnitude if it is to have one."""

    kind: Kind
    number: int
    defect: str | None = None
    magnitude: float = 0.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a trial.

    `out` are the true parameters out of specification, `tripped` the limits that failed, `values` what a healthy unit
    measured by name (empty for a defective one).
    """

    order: Order
    serial: str
    clear: bool
    out: tuple[str, ...]
    verdict: Verdict
    ending: RunEnding
    reason: str
    tripped: frozenset[Limit]
    marginal: tuple[str, ...]
    values: tuple[tuple[str, float], ...]
    wronged: tuple[str, ...] = ()
    """Serial numbers of good units in the same run that failed: what one of them has is not to be told of the other."""

    @property
    def escaped(self) -> bool:
        """Whether a unit out of specification passed."""
        return bool(self.out) and self.verdict is Verdict.PASSED

    @property
    def overkilled(self) -> bool:
        """Whether a unit within specification failed: this one, or one beside it."""
        return bool(self.wronged) or (not self.out and self.verdict is Verdict.FAILED)

    @property
    def erred(self) -> bool:
        """Whether the run did not come to its end."""
        return self.ending is not RunEnding.COMPLETED

    @property
    def families(self) -> frozenset[str]:
        """The measurands that failed, all pairs and ends as one."""
        return frozenset(limit.family for limit in self.tripped)


def family_of(name: str) -> str:
    """The measurand without its pair, end, slot, load or line: what is one quantity wherever it is measured."""
    return _INSTANCE.sub("", name)


def limits_of(plan: PlanRevision, dropped: Iterable[str] = ()) -> dict[Limit, tuple[Measurand, ...]]:
    """Every limit of a plan with the measurands that have it; those dropped are none."""
    gone = set(dropped)
    found: dict[Limit, tuple[Measurand, ...]] = {}
    for measurand in plan.measurands:
        if {measurand.name, family_of(measurand.name)} & gone:
            continue
        for side in _sides(measurand):
            limit = Limit(family_of(measurand.name), side)
            found[limit] = (*found.get(limit, ()), measurand)
    return found


def tripped_limit(measured: Measured) -> Limit | None:
    """The limit that a measured value broke; None when it passed."""
    if measured.judgement.outcome is not Outcome.FAILED:
        return None
    measurand, value = measured.measurand, measured.value
    family = family_of(measurand.name)
    if _sides(measurand) == ("",) or not isinstance(value, Reading):
        return Limit(family, "")
    if value.value is None:
        return Limit(family, "high" if value.over_range == "OVER" else "low")
    below = measurand.low is not None and value.value < measurand.low
    return Limit(family, "low" if below else "high")


def without_limits(plan: PlanRevision, names: Iterable[str]) -> PlanRevision:
    """The plan with the limits of these measurands deleted; a family means all of its instances.

    Raises `PlanError` for a name that the plan does not judge.
    """
    wanted = set(names)
    judged = {m.name for m in plan.measurands if m.is_judged}
    known = judged | {family_of(name) for name in judged}
    for name in sorted(wanted - known):
        families = ", ".join(sorted({family_of(one) for one in judged}))
        raise PlanError(f"plan {plan.name} has no limit on {name} that could be dropped; it has {families}")

    def bare(m: Measurand) -> Measurand:
        if not {m.name, family_of(m.name)} & wanted:
            return m
        return replace(
            m,
            low=None,
            high=None,
            tolerance=None,
            equals=None,
            one_of=None,
            matches=_EVERYTHING if m.is_text else None,
            over_range="pass",
        )

    return replace(
        plan, steps=tuple(replace(step, measurands=tuple(bare(m) for m in step.measurands)) for step in plan.steps)
    )


def _sides(measurand: Measurand) -> tuple[str, ...]:
    if not measurand.is_judged:
        return ()
    if measurand.is_text or measurand.equals is not None:
        return ("",)
    if measurand.tolerance is not None:
        return ("",)
    return tuple(side for side, bound in (("low", measurand.low), ("high", measurand.high)) if bound is not None)
