"""Crossed gauge R&R by averages and ranges (AIAG MSA-4, chapter III B): what a sheet of paper can do.

It does not see the interaction of appraisers and parts, so it need not agree with the analysis of variance: of the
book's own example it finds 5 categories where that finds 4.
"""

from dataclasses import dataclass
from math import sqrt

from mes.statistics.errors import Unanswerable
from mes.statistics.gauge_study import GaugeStudy
from mes.statistics.gauge_variation import GaugeVariation

K1 = {2: 0.8862, 3: 0.5908}
"""1/d2* by trials, over many ranges (MSA-4, form; appendix C, last row)."""

K2 = {2: 0.7071, 3: 0.5231}
"""1/d2* by appraisers, of a single range (MSA-4, form; appendix C, first row)."""

K3 = {2: 0.7071, 3: 0.5231, 4: 0.4467, 5: 0.4030, 6: 0.3742, 7: 0.3534, 8: 0.3375, 9: 0.3249, 10: 0.3146}
"""1/d2* by parts, of a single range (MSA-4, form; appendix C, first row)."""


@dataclass(frozen=True, slots=True)
class GaugeRanges:
    """The quantities of the form, named as it names them, and the variation that they give."""

    mean_range: float
    """R̄ over all cells."""
    appraiser_means: tuple[float, ...]
    x_difference: float
    """Largest less smallest mean of an appraiser."""
    part_means: tuple[float, ...]
    part_range: float
    """Rp: largest less smallest mean of a part."""
    k1: float
    k2: float
    k3: float
    upper_range_limit: float
    """D4·R̄: a cell with a larger range was not measured as the others were."""
    cells_beyond: tuple[str, ...]
    variation: GaugeVariation


def gauge_ranges(study: GaugeStudy, tolerance: float | None) -> GaugeRanges:
    """Average-and-range variation. Raises `Unanswerable` for sizes that the form has no factor for."""
    k, n, r = study.values.shape
    for count, factors, noun in ((r, K1, "trials"), (k, K2, "appraisers"), (n, K3, "parts")):
        if count not in factors:
            raise Unanswerable(
                f"average and range: the form has no factor for {count} {noun} (it has {min(factors)} to "
                f"{max(factors)}); use the analysis of variance"
            )
    ranges = study.values.max(axis=2) - study.values.min(axis=2)
    mean_range = float(ranges.mean())
    appraiser_means, part_means = study.values.mean(axis=(1, 2)), study.values.mean(axis=(0, 2))
    difference = float(appraiser_means.max() - appraiser_means.min())
    part_range = float(part_means.max() - part_means.min())
    ev = mean_range * K1[r]
    # What repeatability alone moves the means of appraisers by is taken out; nothing may be left.
    av = sqrt(max(0.0, (difference * K2[k]) ** 2 - ev * ev / (n * r)))
    limit = {2: 3.267, 3: 2.574}[r] * mean_range
    return GaugeRanges(
        mean_range=mean_range,
        appraiser_means=tuple(map(float, appraiser_means)),
        x_difference=difference,
        part_means=tuple(map(float, part_means)),
        part_range=part_range,
        k1=K1[r],
        k2=K2[k],
        k3=K3[n],
        upper_range_limit=limit,
        cells_beyond=tuple(
            f"{appraiser} on {part}"
            for i, appraiser in enumerate(study.appraisers)
            for j, part in enumerate(study.parts)
            if ranges[i, j] > limit
        ),
        variation=GaugeVariation("average and range", ev, av, 0.0, part_range * K3[n], tolerance),
    )
