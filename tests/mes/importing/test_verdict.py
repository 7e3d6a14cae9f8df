"""How a run of history ended: as it was stated; its limits decide only where nothing was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mes.importing.verdict import Found, conclude_by_limits, conclude_stated, worst
from mes.records import MeasurandDefinition
from mes.vocabulary import Outcome, OverRange

R = MeasurandDefinition(name="r", unit="ohm", low=1.0, high=2.0)
MEDIA = MeasurandDefinition(name="media", unit="", equals="copper")
AMBIENT = MeasurandDefinition(name="ambient", unit="degC")


def found(value: float | None = 1.5, **facts: object) -> Found:
    """A run that measured a resistance between 1 and 2 ohm."""
    return Found((R,), (value,), **facts)  # type: ignore[arg-type]


@given(st.one_of(st.none(), st.floats(-10, 10)), st.sampled_from(Outcome))
def test_a_stated_outcome_is_never_changed(value: float | None, outcome: Outcome) -> None:
    """Whatever the limits say, and a contradiction is always told."""
    concluded = conclude_stated(outcome, found(value))
    assert concluded.outcome is outcome
    outside = value is not None and not 1.0 <= value <= 2.0
    judged = outcome in (Outcome.PASSED, Outcome.FAILED)
    assert bool(concluded.remarks) is (judged and outside is (outcome is Outcome.PASSED))
    assert bool(concluded.failures) is (outside and outcome is Outcome.FAILED)


def test_a_limit_is_inclusive() -> None:
    """At the limit is inside, on both sides."""
    assert [conclude_by_limits(found(value)).outcome for value in (1.0, 2.0, 0.999, 2.001)] == [
        Outcome.PASSED,
        Outcome.PASSED,
        Outcome.FAILED,
        Outcome.FAILED,
    ]


def test_a_failure_that_nothing_was_judged_by_contradicts_nothing() -> None:
    """A failed run without limits failed for what the file does not tell."""
    assert conclude_stated(Outcome.FAILED, Found((AMBIENT,), (23.0,))).remarks == ()


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        (found(None), Outcome.ERROR),
        (found(None, over_ranges={"r": OverRange.OVER}), Outcome.FAILED),
        (Found((MEDIA,), (None,), texts={"media": "optical"}), Outcome.FAILED),
        (Found((MEDIA, AMBIENT), (None, 23.0), texts={"media": "copper"}), Outcome.PASSED),
        (Found((AMBIENT,), (None,), over_ranges={"ambient": OverRange.OVER}), Outcome.ERROR),
    ],
)
def test_limits_decide_only_what_was_measured(run: Found, outcome: Outcome) -> None:
    """What was not measured is no pass; what left the range over the limit failed."""
    assert conclude_by_limits(run).outcome is outcome


def test_single_values_may_be_stated_otherwise_than_their_limits_say() -> None:
    """Each way is told, and a value that was stated FAILED is a failure."""
    both = Found((R, AMBIENT), (3.0, 23.0), stated={"r": Outcome.PASSED, "ambient": Outcome.FAILED})
    failed = conclude_stated(Outcome.FAILED, both)
    assert [one.measurand for one in failed.failures] == ["ambient"]
    assert "r stated PASSED" in failed.remarks[0]
    passed = conclude_stated(Outcome.PASSED, both)
    assert len(passed.remarks) == 2
    assert "ambient stated FAILED" in passed.remarks[1]


def test_the_worst_line_is_the_runs() -> None:
    """FAILED outweighs ERROR, which outweighs PASSED."""
    assert worst([Outcome.PASSED, Outcome.ERROR, Outcome.FAILED]) is Outcome.FAILED
    assert worst([Outcome.PASSED, Outcome.ABORTED]) is Outcome.ABORTED
