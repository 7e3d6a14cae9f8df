"""Gauge studies: the published one is in `mes selftest`; here laws, coverage, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mes.statistics.errors import Unanswerable
from mes.statistics.gauge_anova import gauge_anova
from mes.statistics.gauge_bias import bias_study, linearity_study
from mes.statistics.gauge_ranges import K1, K2, K3, gauge_ranges
from mes.statistics.gauge_study import GaugeReading, GaugeStudy, crossed_study
from mes.statistics.selftest.published import GAUGE_STUDY


def readings(x: np.ndarray) -> list[GaugeReading]:
    """An array [appraiser, part, trial] as readings."""
    return [GaugeReading(f"P{j}", f"A{i}", f"{k}", float(v)) for (i, j, k), v in np.ndenumerate(x)]


def simulated(rng: np.random.Generator, ev: float, av: float, interaction: float, pv: float) -> GaugeStudy:
    """A study of 3 appraisers, 10 parts and 3 trials with these standard deviations."""
    x = rng.normal(0, av, (3, 1, 1)) + rng.normal(0, pv, (1, 10, 1)) + rng.normal(0, ev, (3, 10, 3))
    return crossed_study(readings(x + rng.normal(0, interaction, (3, 10, 1))))


@settings(max_examples=25)
@given(seed=st.integers(0, 2**31), shift=st.floats(-1e7, 1e7), scale=st.floats(1e-6, 1e6))
def test_shares_do_not_depend_on_unit_or_zero(seed, shift, scale):
    """%GRR is the same in volts and microvolts, and after any offset of the scale."""
    x = np.random.default_rng(seed).normal(0, 1, (2, 5, 2))
    one = gauge_anova(crossed_study(readings(x)), None).variation
    other = gauge_anova(crossed_study(readings((x + shift) * scale)), None).variation
    assert other.percent_of_total(other.grr) == pytest.approx(one.percent_of_total(one.grr), rel=1e-6)


def test_mean_squares_add_up():
    """The sums of squares of the table are that of the whole, and of the published study to its digits."""
    study = crossed_study(GAUGE_STUDY)
    total = float(((study.values - study.values.mean()) ** 2).sum())
    table = gauge_anova(study, None).table
    assert sum(row.sum_of_squares for row in table) == pytest.approx(total)
    assert [round(row.sum_of_squares, 4) for row in table] == [3.1673, 88.3619, 0.3590, 2.7589]


def test_anova_and_ranges_differ_on_the_published_study():
    """4 categories by one method and 5 by the other, of the same readings: neither is rounded into the other."""
    study = crossed_study(GAUGE_STUDY)
    anova, ranges = gauge_anova(study, 10.0).variation, gauge_ranges(study, 10.0).variation
    assert (anova.ndc, ranges.ndc) == (4, 5)
    assert anova.percent_of_tolerance(anova.grr) == pytest.approx(100 * 6 * 0.3023715 / 10.0, rel=1e-6)


def test_an_interaction_is_kept_when_it_is_there():
    """A strong interaction is its own component, and GRR holds it."""
    anova = gauge_anova(simulated(np.random.default_rng(1), 0.1, 0.2, 1.0, 3.0), None)
    assert not anova.pooled
    assert anova.variation.interaction > 0.5
    assert anova.variation.grr > anova.variation.interaction
    assert anova.av.aiag is None


def test_negative_components_are_nought_and_named():
    """Appraisers who agree better than chance: AV is 0, said to be so, and its interval begins at 0."""
    x = np.random.default_rng(3).normal(0, 1, (2, 6, 3))
    x -= x.mean(axis=(1, 2), keepdims=True)
    anova = gauge_anova(crossed_study(readings(x)), None)
    assert anova.variation.av == 0.0
    assert "AV" in anova.negative_components
    assert anova.av.interval.lower == 0.0
    assert anova.av.aiag is None


def test_intervals_cover_what_they_promise():
    """90 % of GRR and of AV, within what 800 seeded studies can tell."""
    rng = np.random.default_rng(5)
    hits = {"av": 0, "grr": 0, "ev": 0}
    for _ in range(800):
        anova = gauge_anova(simulated(rng, 0.2, 0.25, 0.0, 1.0), None)
        for name, truth in (("av", 0.25), ("grr", np.hypot(0.2, 0.25)), ("ev", 0.2)):
            interval = getattr(anova, name).interval
            hits[name] += interval.lower <= truth <= interval.upper
    assert all(0.87 <= count / 800 <= 0.93 for count in hits.values()), hits


def test_factors_of_the_form_are_reciprocals_of_d2_star():
    """K3 of two parts is K2 of two appraisers: both divide a single range of two."""
    assert (K2[2], K2[3]) == (K3[2], K3[3])
    assert K1[2] == pytest.approx(1 / 1.128, abs=5e-4)


WHOLE = readings(np.random.default_rng(2).normal(0, 1, (2, 3, 2)))


@pytest.mark.parametrize(
    ("study", "why"),
    [
        (WHOLE[:-1], "unbalanced: A1 measured part P2 1 times where others have 2"),
        ([*WHOLE, WHOLE[0]], "trial 0 of part P0 by A0 is there twice"),
        ([r for r in WHOLE if r.appraiser == "A0"], "3 parts and 1 appraisers"),
        ([r for r in WHOLE if r.trial == "0"], "measured once"),
        ([GaugeReading(r.part, r.appraiser, r.trial, 5.0) for r in WHOLE], "all 12 readings are 5.0"),
        ([], "0 parts"),
    ],
)
def test_a_study_that_cannot_be_judged_says_why(study, why):
    """Unbalanced, twice, too small, constant: named, with the next step."""
    with pytest.raises(Unanswerable, match=why):
        crossed_study(study)


def test_repetitions_without_any_spread_cannot_be_tested_against():
    """Each appraiser always reads the same: F would be a division by zero."""
    x = np.repeat(np.arange(6.0).reshape(2, 3, 1), 2, axis=2)
    with pytest.raises(Unanswerable, match="below the resolution"):
        gauge_anova(crossed_study(readings(x)), None)


def test_more_trials_than_the_form_has_factors_for():
    """Four trials: the analysis of variance can, the form cannot, and says so."""
    study = crossed_study(readings(np.random.default_rng(4).normal(0, 1, (2, 3, 4))))
    assert gauge_anova(study, None).variation.ev > 0
    with pytest.raises(Unanswerable, match="no factor for 4 trials"):
        gauge_ranges(study, None)


def test_bias_of_aiags_fifteen_readings():
    """MSA-4, bias: 15 readings of 6.00 with mean 6.0067; 0 lies in the interval."""
    values = [5.8, 5.7, 5.9, 5.9, 6.0, 6.1, 6.0, 6.1, 6.4, 6.3, 6.0, 6.1, 6.2, 5.6, 6.0]
    bias = bias_study(values, 6.0)
    assert (round(bias.mean, 4), round(bias.bias, 4), bias.acceptable) == (6.0067, 0.0067, True)
    assert not bias_study([v + 1 for v in values], 6.0).acceptable


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (lambda: bias_study([6.0], 6.0), "at least 2 readings"),
        (lambda: bias_study([6.1, 6.1], 6.0), "without spread"),
        (lambda: linearity_study([1.0, 1.1, 1.2], [1.0, 1.0, 1.0]), "at 1 reference values"),
        (lambda: linearity_study([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), "line without any spread"),
    ],
)
def test_bias_and_linearity_say_what_they_lack(refused, why):
    """Too few readings or references, or no spread to judge by."""
    with pytest.raises(Unanswerable, match=why):
        refused()
