"""A crossed gauge study: every appraiser measures every part the same number of times (AIAG MSA-4, chapter III)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mes.statistics.errors import Unanswerable


@dataclass(frozen=True, slots=True)
class GaugeReading:
    """One reading of one part by one appraiser; `trial` tells repetitions apart."""

    part: str
    appraiser: str
    trial: str
    value: float


@dataclass(frozen=True, slots=True)
class GaugeStudy:
    """`values[appraiser, part, trial]`, balanced, in the order in which the names first appeared."""

    parts: tuple[str, ...]
    appraisers: tuple[str, ...]
    trials: int
    values: NDArray[np.float64]


def crossed_study(readings: Iterable[GaugeReading]) -> GaugeStudy:
    """The study that these readings make.

    Raises `Unanswerable` when a cell lacks readings or has more than others (naming it), when one trial is given
    twice, with fewer than two parts, appraisers or trials, and when all readings are equal.
    """
    cells: dict[tuple[str, str], dict[str, float]] = {}
    parts: dict[str, None] = {}
    appraisers: dict[str, None] = {}
    for reading in readings:
        parts.setdefault(reading.part)
        appraisers.setdefault(reading.appraiser)
        cell = cells.setdefault((reading.appraiser, reading.part), {})
        if reading.trial in cell:
            raise Unanswerable(
                f"gauge study: trial {reading.trial} of part {reading.part} by {reading.appraiser} is there twice; "
                "number the trials of each part apart"
            )
        cell[reading.trial] = reading.value
    if len(parts) < 2 or len(appraisers) < 2:
        raise Unanswerable(
            f"gauge study: {len(parts)} parts and {len(appraisers)} appraisers; a crossed study needs two of each "
            "at least"
        )
    trials = max(len(cell) for cell in cells.values())
    for appraiser in appraisers:
        for part in parts:
            found = len(cells.get((appraiser, part), {}))
            if found != trials:
                raise Unanswerable(
                    f"gauge study: unbalanced: {appraiser} measured part {part} {found} times where others have "
                    f"{trials}; complete the study, or leave that part or appraiser out everywhere"
                )
    if trials < 2:
        raise Unanswerable("gauge study: every part was measured once; repeatability needs two trials at least")
    values = np.array([[list(cells[a, p].values()) for p in parts] for a in appraisers], dtype=np.float64)
    if np.all(values == values.flat[0]):
        raise Unanswerable(
            f"gauge study: all {values.size} readings are {float(values.flat[0])!r}: a constant study says nothing; "
            "check the resolution of the instrument"
        )
    return GaugeStudy(tuple(parts), tuple(appraisers), trials, values)
