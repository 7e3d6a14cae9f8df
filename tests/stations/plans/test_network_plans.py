"""Switch and adapter through their plans, on the shipped stations."""

from collections.abc import Mapping
from typing import Any

import pytest

from drivers.serial_console.network_os import NetworkOs
from mes.vocabulary import RunEnding, Verdict
from sim_hardware.faults import Fault
from stations.config import load_station_config
from stations.finding import Severity
from stations.plan_lint import lint_plan
from tests.stations.plans.bench_of import CONFIGS, bench_of


@pytest.mark.parametrize("name", ["switch-test", "nic-test"])
def test_the_shipped_station_can_carry_its_plan(name: str) -> None:
    """Looking at plan and station before a run finds no error."""
    config = load_station_config(CONFIGS / f"{name}.toml")
    found = lint_plan(config.plan, product=None, limits=None, config=config).findings
    assert [finding for finding in found if finding.severity is Severity.ERROR] == []


@pytest.mark.parametrize(("name", "serial"), [("switch-test", "SW0000001"), ("nic-test", "NIC0000001")])
def test_a_healthy_unit_passes_and_leaves_its_console_at_the_login(name: str, serial: str) -> None:
    """Nothing fails, and the next unit is met as this one was."""
    with bench_of(name) as b:
        for number in (1, 2):
            unit = b.insert(number)
            (told,) = b.run(unit.serial)
            assert told.verdict == (Verdict.PASSED, RunEnding.COMPLETED), told.end.reason
            console = b.bench.instruments["console"]
            assert isinstance(console, NetworkOs)
            assert console._prompt is None


@pytest.mark.parametrize(
    ("name", "defect", "failed"),
    [
        ("switch-test", {"kind": "EepromCrc", "error": 5}, {"memory_checksum"}),
        ("switch-test", {"kind": "WrongEepromSerial", "serial": "SX0000001"}, {"serial_agrees"}),
        ("switch-test", {"kind": "SwappedRails", "first": "vdd_core", "second": "vdd_phy"}, {"rail_voltage"}),
        ("switch-test", {"kind": "NarrowPcie", "device": 1, "width": 2}, {"pcie_width"}),
        ("switch-test", {"kind": "WrongBreakout", "port": 4, "ways": 4}, {"port_count", "speed"}),
        ("switch-test", {"kind": "LinkFlap", "port": 7, "interval_s": 250.0}, {"link_flaps", "snake_lost"}),
        ("switch-test", {"kind": "MarginalSnr", "port": 9, "lane": 3, "drop_db": 4.5}, {"pre_fec_ber"}),
        ("switch-test", {"kind": "FanStall", "fan": 2}, {"fan_speed"}),
        ("nic-test", {"kind": "NarrowPcie", "width": 8}, {"pcie_width", "write_bandwidth", "tcp_throughput"}),
        ("nic-test", {"kind": "WrongMac", "offset": 1}, {"mac_agrees"}),
        ("nic-test", {"kind": "LanePolarity", "lane": 1}, {"link"}),
    ],
)
def test_a_defect_fails_what_it_should(name: str, defect: Mapping[str, Any], failed: set[str]) -> None:
    """These measurands and no others, by family."""
    with bench_of(name) as b:
        unit = b.insert(5, defect)
        (told,) = b.run(unit.serial)
        assert told.verdict == (Verdict.FAILED, RunEnding.COMPLETED), told.end.reason
        families = {measurand.partition("_port_")[0].partition("_at_")[0] for measurand in told.failed}
        assert {
            one.partition("_rail_1")[0].partition("_rail_2")[0].partition("_device_")[0] for one in families
        } == failed


def test_an_empty_fixture_is_an_error_and_no_failed_unit() -> None:
    """Nobody answers at the console: the bench has a problem, not the unit."""
    with bench_of("switch-test") as b:
        (told,) = b.run("SW0000001")
        assert told.end.ending is RunEnding.ERROR
        assert told.verdict[0] is not Verdict.FAILED


def test_an_answer_that_is_damaged_on_the_wire_is_an_error_and_no_failed_unit() -> None:
    """Garbage in a table is seen by its checksum."""
    with bench_of("switch-test") as b:
        unit = b.insert(1)
        b.station.bench.inject("sim://switch-test/console", Fault("garbage", "Ethernet248", count=2))
        (told,) = b.run(unit.serial)
        assert told.end.ending is RunEnding.ERROR
        assert "checksum" in told.end.reason
