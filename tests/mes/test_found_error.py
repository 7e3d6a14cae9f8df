"""What a calibration says of what was measured before it: tolerance, time in doubt, errors, verdicts."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mes.quality.found_error import ErrorBand, TakenValue, bad_points, doubt, error_at, error_of, margin_ratio
from mes.quality.suspicion import suspicion
from mes.quality.what_if import Band, JudgedRun, Rejudged
from mes.records import CalibrationPoint

errors = st.floats(-1.0, 1.0).map(lambda error: round(error, 6))


def point(nominal, as_found, tolerance=0.01, *, range_="100 V", unit="V", **more):
    """A point of the direct voltage function."""
    return CalibrationPoint(
        function="dc voltage",
        range=range_,
        unit=unit,
        nominal=nominal,
        tolerance=tolerance,
        as_found=as_found,
        **more,
    )


GAIN = (point(10.0, 10.1), point(50.0, 50.5, expanded_uncertainty=0.02), point(90.0, 90.9))


def taken(value, low=None, high=None, *, name="output", range_="100 V", unit="V", certain=True):
    """A value that the meter read."""
    return TakenValue(name, unit, value, Band(low, high), range_, certain)


def run(*, passed=True, failures=(), not_reached=()):
    """How a run was judged."""
    return JudgedRun("C1", "r1", passed, frozenset(failures), {}, {}, tuple(not_reached))


@pytest.mark.parametrize(
    ("nominal", "tolerance", "as_found", "good"),
    [(0.7, 0.1, 0.8, True), (1.0, 0.1, 1.1, True), (0.3, 0.1, 0.2, True), (1.0, 0.1, 1.1000001, False)],
)
def test_tolerance_is_inclusive_in_decimals(nominal, tolerance, as_found, good):
    """A value on the limit as the certificate prints it is in, whatever binary fractions make of it."""
    assert point(nominal, as_found, tolerance).found_good is good


def test_an_unadjusted_instrument_is_left_as_it_was_found():
    """Without an as-left value the as-found one stands; a point without either says nothing and is refused."""
    assert point(1.0, 1.5).left_good is False
    assert point(1.0, 1.5, as_left=1.0).left_good is True
    assert point(1.0, None, as_left=1.0).found_good is None
    with pytest.raises(ValidationError, match="as-found value, an as-left value, or both"):
        point(1.0, None)


@dataclass(frozen=True)
class Calibrated:
    """A calibration as far as it matters for the time in doubt."""

    day: int
    found_good: bool | None
    left_good: bool = True

    @property
    def id(self):
        """By its day."""
        return UUID(int=self.day)

    @property
    def calibrated_at(self):
        """Noon."""
        return datetime(2026, 3, self.day, 12, tzinfo=UTC)


def days(found):
    """The window as days of March."""
    return tuple(None if at is None else at.day for at in (found.since, found.until))


GOOD, BAD, LEFT_BAD = (True, True), (False, True), (False, False)


@pytest.mark.parametrize(
    ("known", "asked", "window"),
    [
        # Two calibrations, the first good: what lies between them is in doubt.
        ([(1, *GOOD), (9, *BAD)], None, (1, 9)),
        # It arrived last and was earlier: its own moment counts.
        ([(9, *BAD), (5, *GOOD), (1, *GOOD)], None, (5, 9)),
        # An adjusted instrument was good from then on, though it had been found bad.
        ([(1, *GOOD), (5, *BAD), (9, *BAD)], None, (5, 9)),
        # Never known to be good: everything before.
        ([(9, *BAD)], None, (None, 9)),
        # Not adjusted: it goes on being in doubt, until somebody leaves it good.
        ([(1, *GOOD), (9, *LEFT_BAD)], None, (1, None)),
        ([(1, *GOOD), (5, *LEFT_BAD), (9, *BAD)], UUID(int=5), (1, 9)),
        ([(1, *GOOD), (5, *LEFT_BAD), (9, *BAD)], None, (1, 9)),
        # Found good by the newest one: only what came since it is open.
        ([(1, *GOOD), (5, *BAD), (9, *GOOD)], None, (9, None)),
        ([(1, *GOOD), (5, *BAD), (9, *GOOD)], UUID(int=5), (1, 5)),
        # New: nothing was found, and it was left good.
        ([(1, None, True)], None, (1, None)),
    ],
)
def test_doubt_reaches_back_to_the_last_calibration_that_left_it_good(known, asked, window):
    """Nobody knows when it went wrong: all the time since it was last left good is in doubt."""
    assert days(suspicion([Calibrated(*one) for one in known], asked)) == window


def test_only_the_range_that_was_found_bad_is_in_doubt():
    """A value that was read in another range, or in another unit, is not; one whose range nobody told may be."""
    groups = bad_points((*GAIN, point(10.0, 10.001, range_="10 V")))
    assert len(groups) == 1
    assert error_of(groups, taken(9.0, range_="10 V")) is None
    assert error_of(groups, taken(9.0, unit="A")) is None
    assert error_of(groups, taken(50.0, range_="1e2V")) == error_of(groups, taken(50.0, range_=None))
    assert bad_points([point(10.0, 10.01), point(50.0, 49.99)]) == ()


def test_the_error_is_interpolated_between_points_and_greatest_outside():
    """Between two points a line, with the greater of their uncertainties; beyond the last the worst that was found."""
    (group,) = bad_points(GAIN)
    assert error_at(group, 30.0) == ErrorBand(pytest.approx(0.28), pytest.approx(0.32))
    assert error_at(group, 95.0) == ErrorBand(pytest.approx(0.9), pytest.approx(0.9))
    assert error_at(group, 1.0) == ErrorBand(pytest.approx(0.9), pytest.approx(0.9))


def test_a_pass_could_have_been_a_failure_and_a_failure_a_pass():
    """One value decides a pass; of a failure everything that failed must have been good, and what is missing counts."""
    groups = bad_points(GAIN)
    fails = doubt(run(), [taken(50.0, low=49.6), taken(50.0, name="other", low=0.0)], groups)
    assert (fails.could_be, fails.by, fails.certain) == (Rejudged.FAILED, ("output",), True)
    assert fails.ratio == pytest.approx(0.4 / 0.52)
    assert doubt(run(), [taken(50.0, low=49.6, certain=False)], groups).certain is False
    assert doubt(run(), [taken(50.0, low=49.0)], groups).could_be is None
    high = taken(50.0, high=49.6)
    assert doubt(run(passed=False, failures=("output",)), [high], groups).could_be is Rejudged.PASSED
    unknown = doubt(run(passed=False, failures=("output",), not_reached=("later",)), [high], groups)
    assert unknown.could_be is Rejudged.UNKNOWN
    stays = doubt(run(passed=False, failures=("output", "visual")), [high], groups)
    assert (stays.could_be, stays.ratio) == (None, None)


@given(st.floats(-10, 10), errors, errors, st.booleans())
def test_a_verdict_can_change_exactly_where_the_error_exceeds_the_margin(value, one, other, is_low):
    """The ratio of margin to error is below 1 for just those values that the error could carry over the limit."""
    error = ErrorBand(min(one, other), max(one, other))
    band = Band(0.0, None) if is_low else Band(None, 0.0)
    ratio = margin_ratio(value, band, error)
    reached = [band.holds(value - error.low), band.holds(value - error.high)]
    changes = any(holds is not band.holds(value) for holds in reached)
    if ratio is not None and abs(ratio - 1.0) < 1e-9:
        return
    assert changes is (ratio is not None and ratio < 1.0)


@given(st.floats(-10, 10), errors.filter(lambda error: abs(error) > 0.01), st.booleans())
def test_a_run_is_in_doubt_exactly_where_its_ratio_says_so(value, error, is_low):
    """Margin over error below 1 and another verdict are one statement, for a pass as for a failure."""
    band = Band(0.0, None) if is_low else Band(None, 0.0)
    passed = band.holds(value)
    judged = run(passed=passed, failures=() if passed else ("output",))
    told = doubt(judged, [taken(value, band.low, band.high)], bad_points([point(0.0, error)]))
    if told.ratio is not None and abs(told.ratio - 1.0) < 1e-9:
        return
    assert (told.could_be is not None) is (told.ratio is not None and told.ratio < 1.0)
