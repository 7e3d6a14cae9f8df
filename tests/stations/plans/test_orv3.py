"""The ORv3 plan at 3 kW and 12 kW: good supplies pass, each defect shows by name, a deleted limit lets it out."""

from collections.abc import Iterator
from typing import Any

import pytest

from mes.vocabulary import RunEnding, Verdict
from stations.config import load_station_config
from stations.coverage.trial import family_of, without_limits
from stations.product import load_product
from tests.stations.plans.bench_of import CONFIGS, BenchOf, bench_of

PASSED = (Verdict.PASSED, RunEnding.COMPLETED)
FAILED = (Verdict.FAILED, RunEnding.COMPLETED)


@pytest.fixture(scope="module", params=["psu-test", "psu-hpr-test"])
def shared(request: pytest.FixtureRequest) -> Iterator[BenchOf]:
    """One bench for all: a plan leaves nothing behind."""
    with bench_of(request.param) as opened:
        yield opened


@pytest.fixture
def bench(shared: BenchOf) -> Iterator[BenchOf]:
    """The bench with the whole plan."""
    whole = shared.plan
    yield shared
    shared.plan = whole


def test_a_good_supply_passes_and_its_bench_is_proven_dead(bench: BenchOf) -> None:
    """From earth to black box; the supply's own charge is among what was proven gone."""
    (told,) = bench.run(bench.insert(1).serial)
    assert told.verdict == PASSED, told.end.reason
    assert "unit" in told.end.safe.split(", ")
    assert set(told.steps.values()) == {"PASSED"}


DEFECTS = [
    ({"kind": "MissingEarth"}, "ground_bond", "bond_resistance"),
    ({"kind": "HighReturn", "ohm": 5e-3}, "ground_bond", "return_resistance"),
    ({"kind": "LowInsulation", "ohm": 1e6}, "withstand", "insulation"),
    ({"kind": "NickedInsulation", "volt": 1500.0}, "withstand", "withstand_judgement"),
    ({"kind": "WeldedRelay", "ohm": 0.1}, "power_on", "inrush_peak"),
    ({"kind": "SlowStart", "delay_s": 6.0}, "power_on", "start_time"),
    ({"kind": "WrongSerial", "serial": "X0000001"}, "identity", "serial_agrees"),
    ({"kind": "WrongPart", "part": "PSU-X"}, "identity", "part_number"),
    ({"kind": "Lossy", "ratio": 2.0}, "operating_points", "efficiency"),
    ({"kind": "SlowCurrentLoop", "ratio": 0.03}, "operating_points", "current_distortion"),
    ({"kind": "ShuntDrift", "ratio": 1.1}, "operating_points", "telemetry_output_current"),
    ({"kind": "AgedEsr", "ratio": 20.0}, "ripple", "ripple"),
    ({"kind": "SlowLoop", "ratio": 0.05}, "load_step", "load_step_settling"),
    ({"kind": "FanStall", "fan": 1}, "fan_speed", "fan_speed"),
    ({"kind": "AgedBulk", "ratio": 0.6}, "hold_up", "hold_up"),
    ({"kind": "LateAcLoss", "seconds": 0.02}, "hold_up", "ac_loss_lead"),
    ({"kind": "ShiftedLimit", "ratio": 1.4}, "current_limit", "current_limit"),
    ({"kind": "RestartTimer", "ratio": 1.3}, "current_limit", "restart_time"),
    ({"kind": "DriftedOvp", "ratio": 1.05}, "overvoltage", "overvoltage_trip"),
    ({"kind": "StuckLatch"}, "overvoltage", "overvoltage_recovery"),
    ({"kind": "ShortedOring", "ohm": 5.0}, "reverse_current", "reverse_current"),
    ({"kind": "StuckLog"}, "hold_up", "events_cleared"),
]


@pytest.mark.parametrize(("defect", "step", "failed"), DEFECTS)
def test_a_defect_fails_the_measurand_that_is_there_for_it(
    bench: BenchOf, defect: dict[str, Any], step: str, failed: str
) -> None:
    """FAILED by name, and the run comes to its end."""
    serial = bench.insert(2, defect).serial
    bench.only("power_on", step, *(["black_box"] if failed.startswith("events") else []))
    (told,) = bench.run(serial)
    assert told.verdict == FAILED, told.end.reason
    assert failed in {family_of(name) for name in told.failed}


SOLE_DETECTORS = pytest.mark.parametrize(
    ("defect", "step", "limit"),
    [
        ({"kind": "AgedBulk", "ratio": 0.77}, "hold_up", "hold_up"),
        ({"kind": "ShortedOring", "ohm": 100.0}, "reverse_current", "reverse_current"),
        ({"kind": "LowInsulation", "ohm": 5e7}, "withstand", "insulation"),
    ],
)


@pytest.mark.parametrize(
    ("burnt", "told_of"),
    [((4,), "did not reach it"), ((2,), "one pole alone"), ((3,), "one pole alone"), ((2, 3), "one pole alone")],
    ids=["earth open", "line open", "neutral open", "both open"],
)
def test_a_withstand_that_never_reached_the_unit_is_no_pass(
    bench: BenchOf, burnt: tuple[int, ...], told_of: str
) -> None:
    """A contact is burnt away and no current flows there: an error of the fixture, whatever the insulation is like."""
    relays = bench.station.bench.world.relays
    for contactor in burnt:
        relays.burn(f"relays:relay {contactor}")
    serial = bench.insert(5, {"kind": "NickedInsulation", "volt": 1500.0}).serial
    bench.only("withstand")
    (told,) = bench.run(serial)
    for contactor in burnt:
        relays.replace(f"relays:relay {contactor}")
    assert told.verdict == (Verdict.NONE, RunEnding.ERROR)
    assert told_of in told.end.reason


@SOLE_DETECTORS
def test_without_its_sole_detector_a_defect_passes(
    bench: BenchOf, defect: dict[str, Any], step: str, limit: str
) -> None:
    """The same supply that fails passes when that one limit is deleted: nothing else would have seen it."""
    unit = bench.insert(3, defect)
    bench.only("power_on", step)
    (told,) = bench.run(unit.serial)
    assert {family_of(name) for name in told.failed} == {limit}
    bench.plan = without_limits(bench.plan, [limit]).sealed()
    bench.insert(3, defect)
    (told,) = bench.run(unit.serial)
    assert told.verdict == PASSED
    assert unit.out_of_specification()


def test_heat_is_warned_of_before_it_shuts_down(bench: BenchOf) -> None:
    """The thermocouple finds warning and shutdown where the sensor that drifted by 4 K puts them."""
    serial = bench.insert(4, {"kind": "SensorDrift", "drift_k": 4.0}).serial
    bench.only("power_on", "overtemperature")
    (told,) = bench.run(serial)
    assert {"temperature_warning", "temperature_shutdown"} <= told.failed
    assert told.values["temperature_lead"].value == pytest.approx(10.0, abs=1.5)


def test_the_limits_are_those_of_the_specification(shared: BenchOf) -> None:
    """What the plan judges by and what the simulated unit is defective by are one figure."""
    specification = shared.site.unit("power_supply", shared.site.serial("power_supply", 9)).specification
    name = "psu-test" if shared.plan.part == "PSU-ORV3-3K" else "psu-hpr-test"
    limits = {m.name: m for m in shared.plan.measurands}
    assert load_product(load_station_config(CONFIGS / f"{name}.toml").product).part == shared.plan.part
    assert limits["inrush_peak"].high == specification.inrush_peak_max_a
    assert (limits["current_limit"].low, limits["current_limit"].high) == (
        specification.limit_min_a,
        specification.limit_max_a,
    )
    assert (limits["overvoltage_trip"].low, limits["overvoltage_trip"].high) == (
        specification.ovp_min_v,
        specification.ovp_max_v,
    )
    assert limits["hold_up_at_100"].low == specification.hold_up_min_s
    assert limits["ripple"].high == specification.ripple_max_v
    assert limits["insulation"].low == specification.insulation_min_ohm
    assert limits["bond_resistance"].high == specification.bond_max_ohm
