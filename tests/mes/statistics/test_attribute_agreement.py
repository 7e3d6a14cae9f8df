"""Kappa against published studies, and what a study of words is refused for."""

from collections import Counter

import pytest

from mes.statistics.attribute_agreement import Judgement, attribute_agreement, cohen_kappa, fleiss_kappa
from mes.statistics.errors import Unanswerable

# Ten subjects, fourteen raters, five categories: the worked example that is told with Fleiss' kappa, 0.210.
FOURTEEN_RATERS = (
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
)  # fmt: skip


def study(words: dict[str, str], references: str) -> list[Judgement]:
    """Appraisers' words, one letter a judgement, two trials of each part in turn."""
    return [
        Judgement(str(i // 2), appraiser, str(i % 2), letter, references[i // 2])
        for appraiser, letters in words.items()
        for i, letter in enumerate(letters)
    ]


def test_fleiss_kappa_of_fourteen_raters():
    """0.210."""
    counts = [Counter({str(c): n for c, n in enumerate(row) if n}) for row in FOURTEEN_RATERS]
    assert fleiss_kappa(counts) == pytest.approx(0.210, abs=5e-4)


def test_cohen_kappa_of_fifty_proposals():
    """20 both yes, 15 both no, 5 and 10 apart: 0.4."""
    assert cohen_kappa("Y" * 25 + "N" * 25, "Y" * 20 + "N" * 5 + "Y" * 10 + "N" * 15) == pytest.approx(0.4)


def test_kappa_is_undefined_when_only_one_word_is_used():
    """Everyone always says good: chance explains all of it, and kappa is no 1."""
    assert cohen_kappa("GGG", "GGG") is None
    assert fleiss_kappa([Counter("GG"), Counter("GG")]) is None


def test_an_appraiser_is_held_against_self_and_reference():
    """Parts good, good, bad: A judges all right; B wavers on the first and lets the bad one through once."""
    answer = attribute_agreement(study({"A": "GGGGBB", "B": "GBGGBG"}, "GGB"), good="G")
    a, b = answer.appraisers
    assert (a.consistent, a.effective, a.miss_rate, a.false_alarm_rate) == (3, 3, 0.0, 0.0)
    assert (b.consistent, b.effective, b.miss_rate, b.false_alarm_rate) == (1, 1, 0.5, 0.25)
    assert a.against_reference is not None
    assert a.against_reference.kappa == 1.0
    assert [(pair.first, pair.second) for pair in answer.pairs] == [("A", "B")]


@pytest.mark.parametrize(
    ("judgements", "why"),
    [
        (study({"A": "GGBB", "B": "GGB"}, "GB"), "unbalanced: B did not judge part 1 in trial 1"),
        ([Judgement("1", "A", "1", "G"), Judgement("1", "A", "1", "G")], "there twice"),
        ([Judgement("1", "A", "1", "G", "G"), Judgement("2", "A", "1", "G")], "part 2 has no reference"),
        ([Judgement("1", "A", "1", "G", "G"), Judgement("1", "A", "2", "G", "B")], "different references"),
        ([Judgement("1", "A", "1", "G")], "1 parts"),
    ],
)
def test_a_study_that_says_nothing_is_refused(judgements, why):
    """Unbalanced, doubled, half referenced, too small."""
    with pytest.raises(Unanswerable, match=why):
        attribute_agreement(judgements)
