"""Control charts (Shewhart): individuals and moving range, mean and range, proportion nonconforming.

Definitions: Montgomery, Introduction to Statistical Quality Control, 7th ed., chapters 6 and 7; NIST/SEMATECH
e-Handbook 6.3.2 and 6.3.3. The proportion chart has limits of its own for every point, from that point's sample.

Rules on patterns are asked of individuals, means and proportions. Ranges get rule 1 alone: their distribution is
skewed, and neighbouring moving ranges share a value, so that runs on them mean nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from mes.statistics.chart_constants import range_factors
from mes.statistics.errors import Unanswerable
from mes.statistics.moments import moments_of
from mes.statistics.run_rules import DEFAULT_RULES, Signal, signals


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One point with the limits that hold for it; `sigma` is None where limits are no multiple of one."""

    name: str
    value: float
    lower: float
    centre: float
    upper: float
    sigma: float | None


@dataclass(frozen=True, slots=True)
class PointSignal:
    """A rule that the point at `index` (from 0) broke, and every point of the pattern by name."""

    rule: str
    meaning: str
    index: int
    point: str
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ControlChart:
    """Points in the order of time. `stable` says that no asked rule saw anything."""

    kind: str
    points: tuple[ChartPoint, ...]
    rules: tuple[str, ...]
    signals: tuple[PointSignal, ...]

    @property
    def stable(self) -> bool:
        """Whether no rule was broken."""
        return not self.signals


@dataclass(frozen=True, slots=True)
class ChartPair:
    """A chart of location over one of spread, with the quantities that their limits come from."""

    location: ControlChart
    spread: ControlChart
    n: int
    """Values in all."""
    subgroup_size: int
    mean: float
    mean_range: float
    d2: float
    sigma_within: float
    """mean_range / d2, in the unit of the values."""

    @property
    def stable(self) -> bool:
        """Whether neither chart has a signal."""
        return self.location.stable and self.spread.stable


def individuals_chart(
    values: Sequence[float], names: Sequence[str] | None = None, rules: Sequence[str] = DEFAULT_RULES
) -> ChartPair:
    """Individuals and moving range of two (I-MR). Raises `Unanswerable` for n < 2 or when all values are equal."""
    if len(values) < 2:
        raise Unanswerable(f"individuals chart: needs at least 2 values and has {len(values)}; widen the window")
    named = _named(names, len(values))
    ranges = [abs(b - a) for a, b in pairwise(values)]
    mean, mean_range = moments_of(values).mean, moments_of(ranges, 0.0).mean
    if mean_range == 0.0:
        raise Unanswerable(
            f"individuals chart: all {len(values)} values are {values[0]!r}: without spread there are no limits; "
            "check the resolution of the instrument"
        )
    factors = range_factors(2)
    sigma = mean_range / factors.d2
    return ChartPair(
        location=_sigma_chart("individuals", named, values, mean, [sigma] * len(values), rules),
        spread=_range_chart("moving range", named[1:], ranges, 0.0, mean_range, factors.upper_d4 * mean_range),
        n=len(values),
        subgroup_size=1,
        mean=mean,
        mean_range=mean_range,
        d2=factors.d2,
        sigma_within=sigma,
    )


def mean_and_range_chart(
    subgroups: Sequence[Sequence[float]], names: Sequence[str] | None = None, rules: Sequence[str] = DEFAULT_RULES
) -> ChartPair:
    """Means and ranges of rational subgroups of one size from 2 to 25 (X̄-R).

    Raises `Unanswerable` for fewer than two subgroups, unequal sizes (naming one) and zero spread within all.
    """
    named = _named(names, len(subgroups))
    if len(subgroups) < 2:
        raise Unanswerable(f"mean and range chart: needs at least 2 subgroups and has {len(subgroups)}")
    size = len(subgroups[0])
    for name, group in zip(named, subgroups, strict=True):
        if len(group) != size:
            raise Unanswerable(
                f"mean and range chart: subgroup {name} has {len(group)} values where {named[0]} has {size}; "
                "make the subgroups equal, or chart individuals"
            )
    factors = range_factors(size)
    means = [moments_of(group).mean for group in subgroups]
    ranges = [max(group) - min(group) for group in subgroups]
    mean, mean_range = moments_of(means).mean, moments_of(ranges, 0.0).mean
    if mean_range == 0.0:
        raise Unanswerable("mean and range chart: no subgroup has any spread within: without it there are no limits")
    # A2 as printed, and not 3/(d2 √n), so that the limits are those of the textbook.
    sigma_of_means = factors.a2 * mean_range / 3.0
    return ChartPair(
        location=_sigma_chart("mean", named, means, mean, [sigma_of_means] * len(means), rules),
        spread=_range_chart(
            "range", named, ranges, factors.lower_d3 * mean_range, mean_range, factors.upper_d4 * mean_range
        ),
        n=size * len(subgroups),
        subgroup_size=size,
        mean=mean,
        mean_range=mean_range,
        d2=factors.d2,
        sigma_within=mean_range / factors.d2,
    )


def proportion_chart(
    nonconforming: Sequence[int],
    sizes: Sequence[int],
    names: Sequence[str] | None = None,
    rules: Sequence[str] = DEFAULT_RULES,
) -> ControlChart:
    """Proportion nonconforming of samples that may differ in size (p chart).

    Limits p̄ ± 3 √(p̄(1 - p̄)/n), cut at 0 and 1. Raises `Unanswerable` without a sample, for an empty one, for more
    nonconforming than were seen, and when none or all are nonconforming.
    """
    named = _named(names, len(sizes))
    for name, bad, size in zip(named, nonconforming, sizes, strict=True):
        if size < 1 or not 0 <= bad <= size:
            raise Unanswerable(f"proportion chart: sample {name} has {bad} nonconforming of {size}")
    total, bad = sum(sizes), sum(nonconforming)
    if not total:
        raise Unanswerable("proportion chart: there is no sample; widen the window")
    if bad in (0, total):
        word = "none" if bad == 0 else "all"
        raise Unanswerable(f"proportion chart: {word} of {total} are nonconforming: without spread there are no limits")
    centre = bad / total
    sigmas = [sqrt(centre * (1.0 - centre) / size) for size in sizes]
    values = [b / size for b, size in zip(nonconforming, sizes, strict=True)]
    return _sigma_chart("proportion nonconforming", named, values, centre, sigmas, rules, bounds=(0.0, 1.0))


def _named(names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    return tuple(str(i + 1) for i in range(count)) if names is None else tuple(names)


def _sigma_chart(
    kind: str,
    names: Sequence[str],
    values: Sequence[float],
    centre: float,
    sigmas: Sequence[float],
    rules: Sequence[str],
    bounds: tuple[float, float] = (float("-inf"), float("inf")),
) -> ControlChart:
    points = tuple(
        ChartPoint(
            name, value, max(bounds[0], centre - 3.0 * sigma), centre, min(bounds[1], centre + 3.0 * sigma), sigma
        )
        for name, value, sigma in zip(names, values, sigmas, strict=True)
    )
    distances = [(value - centre) / sigma for value, sigma in zip(values, sigmas, strict=True)]
    return ControlChart(kind, points, tuple(rules), _with_names(signals(distances, rules), names))


def _range_chart(
    kind: str, names: Sequence[str], ranges: Sequence[float], lower: float, centre: float, upper: float
) -> ControlChart:
    points = tuple(ChartPoint(name, r, lower, centre, upper, None) for name, r in zip(names, ranges, strict=True))
    found = tuple(
        Signal(DEFAULT_RULES[0], "beyond its limits", i, i) for i, r in enumerate(ranges) if r > upper or r < lower
    )
    return ControlChart(kind, points, DEFAULT_RULES, _with_names(found, names))


def _with_names(found: Sequence[Signal], names: Sequence[str]) -> tuple[PointSignal, ...]:
    return tuple(
        PointSignal(s.rule, s.meaning, s.index, names[s.index], tuple(names[s.first : s.index + 1])) for s in found
    )
