"""The plan of the power shelf on its shipped station: a good shelf passes, and each kind of fault shows where it is."""

import pytest

from mes.vocabulary import RunEnding, Verdict
from stations.coverage.study import Study, prepare, run_trials
from stations.coverage.trial import Order, Trial
from stations.lease import StopSwitch

STUDY = Study(plan="power_shelf_test", units=0, seed=7)


@pytest.fixture(scope="module")
def trials() -> dict[str, Trial]:
    """One good shelf, and one with each fault, one after the other on one bench."""
    faults = {
        "good": Order("golden", 0),
        "high_joint": Order("unit", 1, "high_joint", 2e-4),
        "share_contact": Order("unit", 2, "share_contact", 1e8),
        "dead_feed": Order("unit", 3, "dead_feed", 1.0),
        "crossed_feeds": Order("unit", 4, "crossed_feeds", 1.0),
        "wrong_model": Order("unit", 5, "wrong_model", 1.0),
        "shelf_input_drift": Order("unit", 6, "shelf_input_drift", 1.06),
        "missing_earth": Order("unit", 7, "missing_earth", 1.0),
        "good again": Order("unit", 8),
    }
    return dict(zip(faults, run_trials(STUDY, list(faults.values()), StopSwitch()), strict=True))


@pytest.mark.parametrize("name", ["good", "good again"])
def test_good_shelf_passes(trials: dict[str, Trial], name: str) -> None:
    """Also after faulty ones: a run leaves nothing behind on the bench, a silent address least of all."""
    assert trials[name].verdict is Verdict.PASSED, trials[name].tripped
    assert not trials[name].marginal


@pytest.mark.parametrize(
    ("name", "detector"),
    [
        ("high_joint", "joint_resistance"),
        ("share_contact", "driven_share_error"),
        ("dead_feed", "redundant_least_voltage"),
        ("crossed_feeds", "awake"),
        ("wrong_model", "supply_part"),
        ("shelf_input_drift", "shelf_input_power"),
        ("missing_earth", "bond_judgement"),
    ],
)
def test_fault_shows_where_it_is(trials: dict[str, Trial], name: str, detector: str) -> None:
    """Every fault ends in FAILED, at the measurand that was made for it, in a run that came to its end."""
    trial = trials[name]
    assert trial.verdict is Verdict.FAILED
    assert trial.ending is RunEnding.COMPLETED, trial.reason
    assert detector in trial.families


def test_missing_earth_stops_before_any_voltage(trials: dict[str, Trial]) -> None:
    """With the earth open nothing but the bond is tested: withstand would pass vacuously."""
    assert trials["missing_earth"].families == {"bond_judgement", "bond_resistance"}


def test_fixture_reaches_every_defect_of_a_shelf() -> None:
    """No defect of the family is out of reach of the shipped station."""
    assert not prepare(STUDY).unseen
