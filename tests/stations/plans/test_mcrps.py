"""The M-CRPS plan on its simulated bench: a good supply passes, and what is wrong shows where it should."""

from collections.abc import Iterator
from typing import Any

import pytest

from mes.vocabulary import RunEnding, Verdict
from sim_hardware.duts.power.specification import MCRPS_2400W_SPECIFICATION as SPECIFICATION
from stations.config import load_station_config
from stations.fixtures.mcrps_bench import McrpsBench
from stations.product import load_product
from tests.stations.plans.bench_of import CONFIGS, BenchOf, bench_of


@pytest.fixture(scope="module")
def shared() -> Iterator[BenchOf]:
    """One bench for all: a plan leaves nothing behind."""
    with bench_of("mcrps-test") as opened:
        yield opened


@pytest.fixture
def bench(shared: BenchOf) -> Iterator[BenchOf]:
    """The bench with the whole plan."""
    whole = shared.plan
    yield shared
    shared.plan = whole


def test_a_good_supply_passes_and_its_bench_is_proven_dead(bench: BenchOf) -> None:
    """Every step, from earth to black box, and the unit itself is among what is proven off."""
    serial = bench.insert(1).serial
    (told,) = bench.run(serial)
    assert told.verdict == (Verdict.PASSED, RunEnding.COMPLETED), told.end.reason
    assert told.end.safe.startswith("proven off: ")
    assert "unit" in told.end.safe.split(", ")


@pytest.mark.parametrize(
    ("defect", "step", "failed"),
    [
        ({"kind": "LowStandby", "ratio": 0.9}, "power_on", "standby_voltage"),
        ({"kind": "LowStandby", "ratio": 1.1}, "power_on", "standby_voltage"),
        ({"kind": "IgnoresPsOn"}, "power_on", "output_unasked"),
        ({"kind": "HighReturn", "ohm": 5e-3}, "ground_bond", "return_resistance"),
        ({"kind": "ShareContact", "ohm": 1e5}, "share_bus", "share_level"),
        ({"kind": "FanStall", "fan": 1}, "alarms", "alarms"),
        ({"kind": "WrongFirmware", "firmware": "0.9"}, "identity", "part_and_firmware"),
        ({"kind": "ShiftedLimit", "ratio": 1.3}, "overcurrent", "overcurrent_trip"),
        ({"kind": "ShiftedLimit", "ratio": 0.8}, "overcurrent", "overcurrent_trip"),
        ({"kind": "RestartTimer", "ratio": 1.5}, "overcurrent", "restart_time"),
        ({"kind": "DriftedOvp", "ratio": 1.08}, "overvoltage", "overvoltage_trip"),
    ],
)
def test_a_defect_shows_in_its_measurand(bench: BenchOf, defect: dict[str, Any], step: str, failed: str) -> None:
    """The unit is FAILED by the measurand that is there for this defect, and the run comes to its end."""
    serial = bench.insert(2, defect).serial
    # A fan is judged by the supply itself some seconds after its start.
    bench.only("power_on", "operating_points" if step == "alarms" else step, step)
    (told,) = bench.run(serial)
    assert told.verdict == (Verdict.FAILED, RunEnding.COMPLETED), told.end.reason
    assert failed in told.failed


def test_what_is_measured_in_time_is_what_happens(bench: BenchOf) -> None:
    """Inrush and load step agree with the supply's own physics: no edge is missed, no ramp is cut short."""
    unit = bench.insert(4, {"kind": "WeakThermistor", "ratio": 0.5})
    true = {parameter.name: parameter.value for parameter in unit.true_parameters()}
    bench.only("power_on", "load_step")
    (told,) = bench.run(unit.serial)
    assert told.values["inrush_peak"].value == pytest.approx(true["inrush_peak"], rel=0.1)
    assert told.values["load_step_deviation"].value == pytest.approx(true["step_deviation"], rel=0.15)


def test_the_main_output_waits_for_ps_on(bench: BenchOf) -> None:
    """With PS_ON open there is a standby output and no other; pulled low, the main output comes; let go, it goes."""
    bench.insert(3)
    fixture = bench.fixture
    fixture.set_up()
    fixture.connect_mains(230.0)
    fixture.ac.set_output(True)
    fixture.wait(3.0)
    assert 11.4 < fixture.standby_voltage().value < 12.6
    assert fixture.output_v() < 0.1
    fixture.set_ps_on(True)
    assert fixture.time_to_output().value < 1.0
    fixture.set_ps_on(False)
    fixture.draw(0.02)
    fixture.wait(1.0)
    assert fixture.output_v() < 0.1
    assert 11.4 < fixture.standby_voltage().value < 12.6
    assert bench.bench.make_safe() == []
    assert fixture.prove_safe() == []


def test_a_relay_that_does_not_close_proves_no_standby_output_dead(bench: BenchOf, monkeypatch: Any) -> None:
    """0 V through a way that never showed the live output is no proof after mains; without mains none is needed.

    What was not proven stays so in the next run that has no mains, and ends with one in which the way is whole.
    """
    whole, relays = bench.plan, type(bench.fixture.relays)

    def run(relay_7_closes: bool, *steps: str) -> str:
        bench.plan = whole
        bench.only(*steps)
        with monkeypatch.context() as patch:
            if not relay_7_closes:  # another does, which leads nowhere
                connect = relays.connect
                patch.setattr(
                    relays, "connect", lambda card, *k: connect(card, *(15 if one == 7 else one for one in k))
                )
            return str(bench.run(serial)[0].end.safe)

    serial = bench.insert(6, {"kind": "MissingEarth"}).serial
    bond = ("output_check", "ground_bond")
    assert "unit" in run(False, *bond).split(", ")
    unproven = "OUTPUT MAY BE LIVE: standby output is not proven dead: relay 7 leads 0 V to its meter"
    with monkeypatch.context() as patch:
        patch.setattr(McrpsBench, "_falls_silent", lambda bench: False)
        assert run(False, "power_on").startswith(unproven)
        assert run(False, *bond).startswith(unproven)
    assert "unit" in run(True, "power_on").split(", ")
    assert "unit" in run(False, *bond).split(", ")


def test_a_supply_without_standby_output_is_failed_and_proven_dead_by_its_bus(bench: BenchOf) -> None:
    """The meter never sees 12 V, and the processor that answered falls silent: FAILED, and it can be taken out."""
    serial = bench.insert(8, {"kind": "LowStandby", "ratio": 0.01}).serial
    bench.only("power_on")
    (told,) = bench.run(serial)
    assert told.verdict == (Verdict.FAILED, RunEnding.COMPLETED), told.end.reason
    assert "standby_voltage" in told.failed
    assert "unit" in told.end.safe.split(", ")


def test_limits_are_those_that_a_good_supply_keeps() -> None:
    """The product's limits are the specification of the simulated supply, so that nothing between them can be wrong."""
    p = load_product(load_station_config(CONFIGS / "mcrps-test.toml").product).parameters
    spec, limit, points = (
        SPECIFICATION,
        p["overcurrent"],
        {(one["load_pct"], one["line_v"]): one for one in p["points"]},
    )
    assert (p["start"]["output_min_v"], p["start"]["output_max_v"]) == (spec.no_load_min_v, spec.no_load_max_v)
    full = points[100.0, 230.0]
    assert (full["output_min_v"], full["output_max_v"]) == (spec.full_load_min_v, spec.full_load_max_v)
    efficiencies = [points[load, 230.0]["efficiency_min"] for load in (10.0, 20.0, 50.0, 100.0)]
    assert efficiencies == [
        spec.efficiency_10_min,
        spec.efficiency_20_min,
        spec.efficiency_50_min,
        spec.efficiency_100_min,
    ]
    assert p["ripple_max_v"] == spec.ripple_max_v
    assert p["load_step"]["deviation_max_v"] == spec.step_deviation_max_v
    assert [test["time_min_s"] for test in p["hold_up"]["tests"]] == [spec.hold_up_min_s, spec.partial_hold_up_min_s]
    assert (limit["low_a"], limit["high_a"]) == (spec.limit_min_a, spec.limit_max_a)
    assert (limit["restart_min_s"], limit["restart_max_s"]) == (spec.restart_min_s, spec.restart_max_s)
    assert (p["overvoltage"]["low_v"], p["overvoltage"]["high_v"]) == (spec.ovp_min_v, spec.ovp_max_v)
    assert (p["standby"]["output_min_v"], p["standby"]["output_max_v"]) == (spec.standby_min_v, spec.standby_max_v)
    assert p["safety"]["return_max_ohm"] == spec.return_max_ohm
