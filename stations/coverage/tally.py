"""What the trials of a study add up to: escapes, overkills, who catches what, and what nobody trips. Pure functions."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mes.vocabulary import Verdict
from stations.coverage.trial import Limit, Trial
from stations.limits import Measurand


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One point of a detection curve: of `trials` units, so many were out of specification, so many were caught."""

    magnitude: float
    trials: int
    out: int
    caught: int


@dataclass(frozen=True, slots=True)
class DefectRow:
    """How one defect is caught.

    `caught_by` gives, by measurand, the share of the clear units that trip it; `sole` is the measurand that alone
    catches some of them, which pass without it (the one that does so most, if there are several). `clear` counts units
    clearly out of specification, `missed` those of them that passed.
    """

    name: str
    unit: str
    caught_by: Mapping[str, float]
    sole: str | None
    curve: tuple[CurvePoint, ...]
    clear: int
    missed: int


@dataclass(frozen=True, slots=True)
class Margin:
    """How near the healthy units come to a limit, in standard deviations of the measurand over all of them."""

    limit: Limit
    unit: str
    nearest: float
    bound: float
    sigmas: float


@dataclass(frozen=True, slots=True)
class Untripped:
    """A limit that nothing tripped, with the reason when that is as it should be."""

    limit: Limit
    explanation: str


def defect_row(name: str, unit: str, trials: Iterable[Trial]) -> DefectRow:
    """The row of one defect, from all of its trials."""
    mine = list(trials)
    # What lies in the specification after all is no defect, however it came about.
    clear = [trial for trial in mine if trial.clear and trial.out]
    counts: dict[str, int] = defaultdict(int)
    for trial in clear:
        for family in trial.families:
            counts[family] += 1
    by_share = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    alone = Counter(family for trial in clear if len(trial.families) == 1 for family in trial.families)
    points: dict[float, list[Trial]] = defaultdict(list)
    for trial in mine:
        if trial.order.kind == "sweep":
            points[trial.order.magnitude].append(trial)
    return DefectRow(
        name=name,
        unit=unit,
        caught_by={family: count / len(clear) for family, count in by_share},
        sole=max(alone, key=lambda family: (alone[family], family)) if alone else None,
        curve=tuple(
            CurvePoint(
                magnitude,
                len(at),
                sum(bool(trial.out) for trial in at),
                sum(trial.verdict is Verdict.FAILED for trial in at),
            )
            for magnitude, at in points.items()
        ),
        clear=len(clear),
        missed=sum(trial.verdict is not Verdict.FAILED for trial in clear),
    )


def untripped_limits(limits: Mapping[Limit, Sequence[Measurand]], trials: Iterable[Trial]) -> tuple[Untripped, ...]:
    """The limits that no trial tripped."""
    tripped = {limit for trial in trials for limit in trial.tripped}
    return tuple(
        Untripped(limit, _explanation(limit, measurands))
        for limit, measurands in limits.items()
        if limit not in tripped
    )


def _explanation(limit: Limit, measurands: Sequence[Measurand]) -> str:
    if limit.side == "low" and all(m.low == 0.0 and m.unit in _NEVER_NEGATIVE for m in measurands):
        return "nothing is below zero in truth: it guards the meter, not the unit"
    return ""


_NEVER_NEGATIVE = ("ohm", "1", "s", "Hz", "1/min")
"""Units of quantities that cannot be negative; volts, amperes and watts have a direction."""


def margins(limits: Mapping[Limit, Sequence[Measurand]], trials: Iterable[Trial]) -> tuple[Margin, ...]:
    """How near healthy units come to every limit in numbers, the nearest first.

    Instances of a quantity that share their limits (the pairs of a cable) share their standard deviation; those that
    do not (the loads at which efficiency is told) are looked at apart, and the nearest one speaks for the limit.
    Measurands that never vary, or that stayed above the range, have no standard deviation and are left out, and so are
    limits that guard the meter.
    """
    values: dict[str, list[float]] = defaultdict(list)
    for trial in trials:
        for name, value in trial.values:
            values[name].append(value)
    found = []
    for limit, measurands in limits.items():
        if _explanation(limit, measurands):
            continue
        alike: dict[tuple[float | None, float | None], list[Measurand]] = defaultdict(list)
        for measurand in measurands:
            if not measurand.is_text:
                alike[measurand.low, measurand.high].append(measurand)
        near = [
            margin
            for group in alike.values()
            for side in ([limit.side] if limit.side else ["low", "high"])
            if (margin := _margin(limit, group[0], side, [v for m in group for v in values[m.name]])) is not None
        ]
        found += sorted(near, key=_sigmas)[:1]
    return tuple(sorted(found, key=_sigmas))


def _sigmas(margin: Margin) -> float:
    return margin.sigmas


def _margin(limit: Limit, measurand: Measurand, side: str, measured: Sequence[float]) -> Margin | None:
    bound = measurand.low if side == "low" else measurand.high
    if bound is None or not measured:
        return None
    nearest = min(measured) if side == "low" else max(measured)
    natural = _amplitude if measurand.unit == "dB" and measurand.high is None else float
    scaled = [natural(value) for value in measured]
    mean = math.fsum(scaled) / len(scaled)
    sigma = math.sqrt(math.fsum((x - mean) ** 2 for x in scaled) / len(scaled))
    if sigma <= 1e-12 * abs(mean):
        return None
    return Margin(limit, measurand.unit, nearest, bound, abs(natural(nearest) - natural(bound)) / sigma)


def _amplitude(loss_db: float) -> float:
    """A loss as the wave that is left: what must not be heard varies evenly as a wave, not as its logarithm."""
    return float(10 ** (-loss_db / 20))
