"""Judging one value: inclusive, unrounded, and never in the wrong unit."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Reading
from mes.vocabulary import Outcome
from stations.limits import Measurand, judge

FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(low=FINITE, span=st.floats(0, 1e6), value=FINITE)
def test_limits_are_inclusive_and_compared_unrounded(low: float, span: float, value: float) -> None:
    """A value passes exactly when low <= value <= high."""
    measurand = Measurand("rail", "V", low=low, high=low + span)
    outcome = judge(measurand, Reading(value, "V")).outcome
    assert (outcome is Outcome.PASSED) == (low <= value <= low + span)


@given(limit=FINITE)
def test_the_next_number_beyond_a_limit_fails(limit: float) -> None:
    """One unit in the last place outside is outside."""
    measurand = Measurand("rail", "V", high=limit)
    assert judge(measurand, Reading(limit, "V")).outcome is Outcome.PASSED
    assert judge(measurand, Reading(math.nextafter(limit, math.inf), "V")).outcome is Outcome.FAILED


def test_an_open_wire_fails_and_perfect_insulation_passes() -> None:
    """What over-range means is the measurand's to say."""
    over = Reading(None, "ohm", over_range="OVER")
    assert judge(Measurand("loop", "ohm", high=0.5, over_range="fail"), over).outcome is Outcome.FAILED
    assert judge(Measurand("insulation", "ohm", low=10e6, over_range="pass"), over).outcome is Outcome.PASSED
    assert judge(Measurand("supply", "ohm", high=0.5), over).outcome is Outcome.ERROR


def test_a_value_off_the_wrong_end_of_the_range_never_passes() -> None:
    """Insulation below the range is a short, whatever "pass" was meant for."""
    under = Reading(None, "ohm", over_range="UNDER")
    assert judge(Measurand("insulation", "ohm", low=10e6, over_range="pass"), under).outcome is Outcome.FAILED


def test_another_unit_is_an_error_of_the_test() -> None:
    """3300 mV is not judged against volts."""
    assert judge(Measurand("rail", "V", low=3.2, high=3.4), Reading(3300, "mV")).outcome is Outcome.ERROR


def test_a_text_is_not_a_number_and_a_number_no_text() -> None:
    """Each kind of measurand takes its own kind of value only."""
    assert judge(Measurand("rail", "V", low=0), "3.3").outcome is Outcome.ERROR
    assert judge(Measurand("revision", "", equals="A"), Reading(1, "1")).outcome is Outcome.ERROR


@pytest.mark.parametrize(
    ("measurand", "good", "bad"),
    [
        (Measurand("part", "", equals="DAC-800G-150"), "DAC-800G-150", "DAC-800G-15"),
        (Measurand("identifier", "", one_of=("0x18", "0x19")), "0x19", "0x1e"),
        (Measurand("firmware", "", matches=r"2\.\d+"), "2.14", "2.14-rc1"),
    ],
)
def test_texts_are_compared_whole(measurand: Measurand, good: str, bad: str) -> None:
    """A text passes when all of it is what was asked for."""
    assert judge(measurand, good).outcome is Outcome.PASSED
    assert judge(measurand, bad).outcome is Outcome.FAILED


def test_a_marginal_value_passes_with_a_flag() -> None:
    """The outer tenth of a band is flagged, the middle is not, and a marginal value still passes."""
    band = Measurand("loss", "dB", low=-20, high=-10, marginal=0.1)
    assert judge(band, Reading(-19.5, "dB")) == judge(band, Reading(-10.5, "dB"))
    assert judge(band, Reading(-19.5, "dB")).marginal
    assert judge(band, Reading(-19.5, "dB")).outcome is Outcome.PASSED
    assert not judge(band, Reading(-15, "dB")).marginal


def test_a_failure_says_by_how_much() -> None:
    """The reason names the distance to the limit in the measurand's unit."""
    loss = Measurand("sdd21", "dB", low=-17.16)
    assert judge(loss, Reading(-18.14, "dB")).reason == "sdd21 is 0.98 dB below -17.16 dB"


@pytest.mark.parametrize(
    ("declare", "problem"),
    [
        (lambda: Measurand("rail", "V", low=3.4, high=3.2), "low 3.4 is above high 3.2"),
        (lambda: Measurand("rail", "", low=3.2), "needs a unit"),
        (lambda: Measurand("rail", "V", low=math.nan), "must be finite"),
        (lambda: Measurand("rail", "V", tolerance=0.1), "needs a nominal"),
        (lambda: Measurand("rail", "V", nominal=3.3, tolerance=0.1, low=3), "excludes low"),
    ],
)
def test_a_declaration_that_cannot_be_judged_is_refused(declare: object, problem: str) -> None:
    """Impossible limits are refused where they are written."""
    with pytest.raises(ValueError, match=problem):
        declare()  # type: ignore[operator]


def test_a_tolerance_is_a_band_around_its_nominal() -> None:
    """3.3 V with 0.1 V tolerance is 3.2 to 3.4 V."""
    rail = Measurand("rail", "V", nominal=3.3, tolerance=0.1)
    assert (rail.low, rail.high) == (pytest.approx(3.2), pytest.approx(3.4))
