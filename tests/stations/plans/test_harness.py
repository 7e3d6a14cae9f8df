"""The harness plan on the power whip and on the DC harness: each defect shows by name."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mes.vocabulary import RunEnding, Verdict
from stations.coverage.trial import without_limits
from tests.stations.plans.bench_of import BenchOf, bench_of

PASSED = (Verdict.PASSED, RunEnding.COMPLETED)
FAILED = (Verdict.FAILED, RunEnding.COMPLETED)


@pytest.fixture(scope="module", params=["whip-test", "harness-test"])
def either(request: pytest.FixtureRequest) -> Iterator[BenchOf]:
    """The whip (AC withstand, earth, phases) and the DC harness (branched, DC withstand)."""
    with bench_of(request.param) as opened:
        yield opened


@pytest.fixture(scope="module")
def whips() -> Iterator[BenchOf]:
    """The bench of the whip."""
    with bench_of("whip-test") as opened:
        yield opened


@pytest.fixture
def whip(whips: BenchOf) -> Iterator[BenchOf]:
    """The same with the whole plan."""
    whole = whips.plan
    yield whips
    whips.plan = whole


def test_a_good_harness_passes(either: BenchOf) -> None:
    """Netlist, resistance, withstand and insulation of every net."""
    (told,) = either.run(either.insert(1).serial)
    assert told.verdict == PASSED, (told.end.reason, told.failed)


@pytest.mark.parametrize(
    ("defect", "trips"),
    [
        ({"kind": "OpenWire", "pin": "B.L2"}, {"joined_line_2", "resistance_line_2"}),
        ({"kind": "SwappedPins", "pin": "B.L1", "other": "B.L3"}, {"joined_line_1", "joined_line_3", "phase_rotation"}),
        ({"kind": "HighCrimp", "pin": "B.N", "ohm": 0.03}, {"resistance_line_4"}),
        ({"kind": "HotCrimp", "pin": "B.L1", "ohm": 0.01}, {"resistance_rise_line_1"}),
        ({"kind": "StrandBridge", "net": "L1", "other": "PE", "ohm": 1.0}, {"joined_line_1", "joined_line_5"}),
        ({"kind": "WetInsulation", "net": "L2", "other": "N", "ohm": 2e7}, {"insulation_line_2", "insulation_line_4"}),
        ({"kind": "NickedWire", "net": "L3", "other": "PE", "volt": 1800.0}, {"withstand_judgement_line_3"}),
    ],
)
def test_each_defect_shows_where_it_is(whip: BenchOf, defect: Mapping[str, Any], trips: set[str]) -> None:
    """The measurand of the very wire or net fails."""
    (told,) = whip.run(whip.insert(2, defect).serial)
    assert told.verdict[0] == Verdict.FAILED
    assert trips <= told.failed


def test_a_nick_in_the_insulation_is_seen_by_the_withstand_alone(whip: BenchOf) -> None:
    """It measures as good insulation: without the stress it would leave."""
    whip.plan = without_limits(whip.plan, frozenset(f"{name}_line_{k}" for name in _STRESS for k in range(1, 6)))
    (told,) = whip.run(whip.insert(3, {"kind": "NickedWire", "net": "L1", "other": "N", "volt": 900.0}).serial)
    assert not told.failed


_STRESS = ("withstand_judgement", "leakage")


def test_a_crimp_that_loosens_when_warm_is_good_when_cold(whip: BenchOf) -> None:
    """Only the load brings it out."""
    (told,) = whip.run(whip.insert(4, {"kind": "HotCrimp", "pin": "B.L1", "ohm": 0.008}).serial)
    assert {"resistance_rise_line_1"} == told.failed


def test_an_open_earth_is_never_given_high_voltage(whip: BenchOf) -> None:
    """With the earth open a withstand test to it passes whatever the insulation is like."""
    (told,) = whip.run(whip.insert(5, {"kind": "OpenWire", "pin": "B.PE"}).serial)
    assert told.verdict[0] == Verdict.FAILED
    assert told.steps["ground_bond"] == "FAILED"
    assert told.steps["withstand"] == "SKIPPED"
