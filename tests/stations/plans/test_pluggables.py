"""Active cable and transceiver: a good unit passes, each defect shows by name, a deleted limit lets it out."""

from collections.abc import Iterator
from typing import Any

import pytest

from mes.vocabulary import RunEnding, Verdict
from stations.coverage.trial import family_of, without_limits
from stations.errors import ConfigurationError, PlanError
from stations.fixtures.transceiver_bench import TransceiverBench
from stations.plan import load_plan
from tests.stations.plans.bench_of import BenchOf, bench_of

PASSED = (Verdict.PASSED, RunEnding.COMPLETED)
FAILED = (Verdict.FAILED, RunEnding.COMPLETED)


@pytest.fixture(scope="module")
def benches() -> Iterator[dict[str, BenchOf]]:
    """One bench each for all: a plan leaves nothing behind."""
    with bench_of("aec-test") as cable, bench_of("transceiver-test") as module:
        yield {"aec": cable, "module": module}


@pytest.fixture(params=["aec", "module"])
def bench(request: pytest.FixtureRequest, benches: dict[str, BenchOf]) -> Iterator[BenchOf]:
    """Either bench, with the whole plan."""
    yield from _whole(benches[request.param])


@pytest.fixture
def aec(benches: dict[str, BenchOf]) -> Iterator[BenchOf]:
    """The cable's bench with the whole plan."""
    yield from _whole(benches["aec"])


@pytest.fixture
def module(benches: dict[str, BenchOf]) -> Iterator[BenchOf]:
    """The transceiver's bench with the whole plan."""
    yield from _whole(benches["module"])


def _whole(shared: BenchOf) -> Iterator[BenchOf]:
    plan = shared.plan
    yield shared
    shared.plan = plan


def test_a_good_unit_passes(bench: BenchOf) -> None:
    """Every step, with nothing that fails."""
    (told,) = bench.run(bench.insert(1).serial)
    assert told.verdict == PASSED, told.end.reason
    assert set(told.steps.values()) == {"PASSED"}


CABLE_DEFECTS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "ExcessPower", "end": "A", "ratio": 1.5}, "supply_power_a"),
    ({"kind": "ShortedSupply", "end": "B", "ohm": 0.1}, "supply_voltage_b"),
    ({"kind": "PoorHeatPath", "end": "B", "ratio": 2.0}, "temperature_b"),
    ({"kind": "MonitorDrift", "end": "A", "ratio": 1.06}, "supply_error_a"),
    ({"kind": "WrongFirmware", "end": "B", "minor": 2}, "firmware_b"),
    ({"kind": "BadChecksum", "end": "A", "offset": 1}, "checksum_a"),
    ({"kind": "WrongText", "end": "A", "field": "serial"}, "serial_agreement_a"),
    ({"kind": "WrongText", "end": "B", "field": "form_factor"}, "form_factor_b"),
    ({"kind": "ControllerFault", "end": "B", "cause": 1}, "state_b"),
    ({"kind": "SwappedMemories"}, "plug_a"),
    ({"kind": "MarginalLane", "end": "B", "lane": 3, "loss_db": 5.0}, "pre_fec_ber_lane_3_b"),
    ({"kind": "BurstyLane", "end": "A", "lane": 8, "run_on": 0.96}, "fec_tail_a"),
    ({"kind": "InvertedLane", "end": "A", "lane": 1}, "lock_lane_1_a"),
    ({"kind": "DeadLane", "end": "B", "lane": 8}, "lock_lane_8_b"),
    ({"kind": "DeadRetimer", "end": "A"}, "lock_lane_5_a"),
]


@pytest.mark.parametrize(("defect", "failed"), CABLE_DEFECTS, ids=[failed for _, failed in CABLE_DEFECTS])
def test_each_defect_of_a_cable_shows_by_name(aec: BenchOf, defect: dict[str, Any], failed: str) -> None:
    """FAILED, by the plug and lane where it sits."""
    (told,) = aec.run(aec.insert(2, defect).serial)
    assert told.verdict[0] == Verdict.FAILED, told.end.reason
    assert failed in told.failed


MODULE_DEFECTS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "IgnoredLowPower", "end": "M"}, "supply_power_low"),
    ({"kind": "PoorHeatPath", "end": "M", "ratio": 2.0}, "temperature"),
    ({"kind": "WrongText", "end": "M", "field": "part"}, "part_number"),
    ({"kind": "WeakLaser", "lane": 4, "loss_db": 4.5}, "tx_power_fibre_4"),
    ({"kind": "DarkLaser", "lane": 7}, "tx_power_fibre_7"),
    ({"kind": "NoisyLane", "lane": 2, "loss_db": 6.0}, "esnr_lane_2"),
    ({"kind": "DeafReceiver", "lane": 1, "loss_db": 3.0}, "stressed_ber_lane_1"),
    ({"kind": "SwappedLanes", "lane": 3, "other": 6}, "fibre_of_lane_3"),
]


@pytest.mark.parametrize(("defect", "failed"), MODULE_DEFECTS, ids=[failed for _, failed in MODULE_DEFECTS])
def test_each_defect_of_a_module_shows_by_name(module: BenchOf, defect: dict[str, Any], failed: str) -> None:
    """FAILED, by the lane or fibre where it sits."""
    (told,) = module.run(module.insert(2, defect).serial)
    assert told.verdict[0] == Verdict.FAILED, told.end.reason
    assert failed in told.failed


def test_errors_in_runs_show_in_the_codewords_alone(aec: BenchOf) -> None:
    """Without the limits on codewords a bursty lane goes out: its bit error ratio is within the limit."""
    defect = {"kind": "BurstyLane", "end": "B", "lane": 2, "run_on": 0.96}
    (told,) = aec.run(aec.insert(3, defect).serial)
    assert {family_of(name) for name in told.failed} == {"fec_tail", "lost_codewords"}
    aec.plan = without_limits(aec.plan, ["fec_tail", "lost_codewords"])
    (told,) = aec.run(aec.insert(3, defect).serial)
    assert told.verdict == PASSED


def test_swapped_lasers_show_by_switching_them_off(module: BenchOf) -> None:
    """Every lane carries the same pattern, so that nothing else can tell them apart."""
    (told,) = module.run(module.insert(4, {"kind": "SwappedLanes", "lane": 1, "other": 8}).serial)
    assert told.failed == {"fibre_of_lane_1", "fibre_of_lane_8"}
    assert told.values["fibre_of_lane_1"] == "8"


def test_a_short_across_the_supply_is_a_bad_unit_and_stops_the_run(aec: BenchOf) -> None:
    """The supply's current limit holds; a module without supply is never asked for its memory."""
    (told,) = aec.run(aec.insert(5, {"kind": "ShortedSupply", "end": "A", "ohm": 0.05}).serial)
    assert told.verdict[0] == Verdict.FAILED
    assert "memories" not in told.steps or told.steps["memories"] == "SKIPPED"


def test_a_gate_too_short_to_prove_the_limit_is_refused(aec: BenchOf) -> None:
    """Without an error in 28 microseconds the ratio lies below 1e-6 at 95 %; less proves nothing."""
    product = aec.fixture.product
    counted = {**product.parameters["bit_errors"], "gate_s": 1e-5}
    short = product.model_copy(update={"parameters": {**product.parameters, "bit_errors": counted}})
    with pytest.raises(PlanError, match="proves no ratio"):
        load_plan("aec_800g_test").bind(short)


def test_a_bench_without_its_calibration_is_refused(module: BenchOf) -> None:
    """What tap and loop lose is part of every result."""
    with pytest.raises(ConfigurationError, match="loop_loss_db"):
        TransceiverBench(module.fixture.instruments, module.fixture.product, {"tap_loss_db": 3.4})


@pytest.mark.parametrize(
    "defect", [{"kind": "ExcessPower", "end": "M", "ratio": 1.88}, {"kind": "ShortedSupply", "end": "M", "ohm": 0.7}]
)
def test_a_module_that_draws_its_own_supply_down_is_a_failed_unit(module: BenchOf, defect: dict[str, Any]) -> None:
    """It comes up, falls silent and comes up again: the run goes to its end, and nothing that it says counts."""
    (told,) = module.run(module.insert(2, defect).serial)
    assert told.verdict == FAILED, told.end.reason
    assert told.values["part_number"] == "silent" or told.steps["memory"] == "SKIPPED"
