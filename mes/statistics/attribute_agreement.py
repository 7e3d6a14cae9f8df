"""Agreement of appraisers who judge in words: kappa, effectiveness, misses and false alarms (AIAG MSA-4, III C).

Kappa is the agreement beyond chance, over the agreement beyond chance that is possible: 1 is full agreement, 0 what
guessing gives. Cohen, Educational and Psychological Measurement 20 (1960) 37; Fleiss, Psychological Bulletin 76
(1971) 378. MSA-4's rule of thumb: above 0.75 good, below 0.40 poor.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from mes.statistics.errors import Unanswerable
from mes.statistics.interval import Interval
from mes.statistics.proportions import clopper_pearson


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one appraiser called one part in one trial, and what it is where that is known."""

    part: str
    appraiser: str
    trial: str
    verdict: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class PairKappa:
    """Cohen's kappa of two series of verdicts; None when chance alone would agree in full (only one word is used)."""

    first: str
    second: str
    n: int
    observed: float
    expected: float
    kappa: float | None


@dataclass(frozen=True, slots=True)
class AppraiserAgreement:
    """One appraiser against themselves and, where a reference is known, against it.

    `effectiveness` counts parts that were judged as the reference in every trial; misses are bad parts called good,
    false alarms good parts called bad, both per judgement. None where there is no reference, or none such part.
    """

    appraiser: str
    parts: int
    consistent: int
    consistent_interval: Interval
    effective: int | None
    effective_interval: Interval | None
    miss_rate: float | None
    false_alarm_rate: float | None
    against_reference: PairKappa | None


@dataclass(frozen=True, slots=True)
class AttributeAgreement:
    """A whole study: each appraiser, each pair of them, and Fleiss' kappa over all judgements of each part."""

    parts: int
    appraisers: tuple[AppraiserAgreement, ...]
    pairs: tuple[PairKappa, ...]
    fleiss_kappa: float | None


def attribute_agreement(judgements: Iterable[Judgement], good: str | None = None) -> AttributeAgreement:
    """Agreement of a balanced study. `good` is the word of a good part, for misses and false alarms.

    Raises `Unanswerable` when it is unbalanced (naming a cell), when a trial is there twice, when a part has two
    references or some parts have none, and when there are fewer than two parts.
    """
    cells: dict[str, dict[tuple[str, str], str]] = {}
    references: dict[str, str | None] = {}
    for judgement in judgements:
        cell = cells.setdefault(judgement.appraiser, {})
        if (judgement.part, judgement.trial) in cell:
            raise Unanswerable(
                f"attribute study: trial {judgement.trial} of part {judgement.part} by {judgement.appraiser} is "
                "there twice"
            )
        cell[judgement.part, judgement.trial] = judgement.verdict
        if references.setdefault(judgement.part, judgement.reference) != judgement.reference:
            raise Unanswerable(f"attribute study: part {judgement.part} has different references")
    if len(references) < 2:
        raise Unanswerable(f"attribute study: {len(references)} parts; agreement needs 2 at least")
    if len({reference is None for reference in references.values()}) > 1:
        lacking = next(part for part, reference in references.items() if reference is None)
        raise Unanswerable(f"attribute study: part {lacking} has no reference where others have one")
    whole = {key for cell in cells.values() for key in cell}
    for appraiser, cell in cells.items():
        for part, trial in sorted(whole - cell.keys()):
            raise Unanswerable(
                f"attribute study: unbalanced: {appraiser} did not judge part {part} in trial {trial}; "
                "complete the study"
            )
    keys = sorted(whole)
    truth = [references[part] for part, _ in keys]
    known = [word for word in truth if word is not None]
    appraisers = tuple(
        _appraiser(
            name, cell, references, good, _cohen(name, "reference", [cell[k] for k in keys], known) if known else None
        )
        for name, cell in cells.items()
    )
    pairs = tuple(
        _cohen(a, b, [cells[a][key] for key in keys], [cells[b][key] for key in keys])
        for a, b in combinations(cells, 2)
    )
    counts = [Counter(cell[key] for cell in cells.values() for key in keys if key[0] == part) for part in references]
    return AttributeAgreement(len(references), appraisers, pairs, fleiss_kappa(counts))


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Cohen's kappa of paired verdicts; None when both use one word only."""
    return _cohen("", "", first, second).kappa


def fleiss_kappa(counts: Sequence[Counter[str]]) -> float | None:
    """Fleiss' kappa from how often each word was given to each part, the same number of times for every part.

    None when only one word was ever used. Raises `Unanswerable` for unequal or single judgements.
    """
    sizes = {sum(count.values()) for count in counts}
    if len(sizes) != 1 or min(sizes) < 2:
        raise Unanswerable("Fleiss' kappa: every part needs the same number of judgements, 2 at least")
    (n,) = sizes
    agreement = sum(sum(c * (c - 1) for c in count.values()) / (n * (n - 1)) for count in counts) / len(counts)
    words = sum(counts, Counter[str]())
    chance = sum((c / (n * len(counts))) ** 2 for c in words.values())
    return None if len(words) < 2 else (agreement - chance) / (1.0 - chance)


def _cohen(first_name: str, second_name: str, first: Sequence[str], second: Sequence[str]) -> PairKappa:
    n = len(first)
    observed = sum(a == b for a, b in zip(first, second, strict=True)) / n
    of_first, of_second = Counter(first), Counter(second)
    expected = sum(of_first[word] * of_second[word] for word in of_first) / (n * n)
    kappa = (observed - expected) / (1.0 - expected) if expected < 1.0 else None
    return PairKappa(first_name, second_name, n, observed, expected, kappa)


def _appraiser(
    name: str,
    cell: dict[tuple[str, str], str],
    references: dict[str, str | None],
    good: str | None,
    against: PairKappa | None,
) -> AppraiserAgreement:
    words = {part: {word for (p, _), word in cell.items() if p == part} for part in references}
    consistent = sum(len(used) == 1 for used in words.values())
    effective = None if against is None else sum(words[part] == {truth} for part, truth in references.items())
    judged = [(references[part] == good, word == good) for (part, _), word in cell.items()]
    bad, fine = [ok for truth, ok in judged if not truth], [ok for truth, ok in judged if truth]
    counted = against is not None and good is not None
    return AppraiserAgreement(
        appraiser=name,
        parts=len(references),
        consistent=consistent,
        consistent_interval=clopper_pearson(consistent, len(references)),
        effective=effective,
        effective_interval=None if effective is None else clopper_pearson(effective, len(references)),
        miss_rate=sum(bad) / len(bad) if counted and bad else None,
        false_alarm_rate=fine.count(False) / len(fine) if counted and fine else None,
        against_reference=against,
    )
