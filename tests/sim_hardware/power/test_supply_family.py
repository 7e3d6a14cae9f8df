"""Families of supplies, their defects, and what a world sees of one."""

import math
import random
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from sim_hardware.clock import VirtualClock
from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.design import DesignError
from sim_hardware.duts.power.defects import (
    SUPPLY_DEFECTS,
    AgedBulk,
    FanStall,
    LowInsulation,
    LowStandby,
    MeterDrift,
    MissingEarth,
    NickedInsulation,
    WrongSerial,
)
from sim_hardware.duts.power.family import PAIR, PowerFamily
from sim_hardware.duts.supply_controller import SupplyController
from sim_hardware.power.branch import AcFeed, LinearBranch
from sim_hardware.power.grid import PoweredUnit, PowerGrid
from sim_hardware.world import BreaksDown, World

Family = Callable[..., PowerFamily]
KIND, SERIAL = "power_supply", "PSU0000001"
PRESETS = ("ORV3_3KW", "ORV3_HPR_12KW", "MCRPS")


@pytest.mark.parametrize("preset", PRESETS)
def test_every_sweep_crosses_its_limit(family: Family, preset: str) -> None:
    """The least magnitude leaves a supply good, the largest and everything clear make it defective."""
    supplies = family(preset)
    for sweep in supplies.sweeps(KIND):
        draw = random.Random(3)

        def is_good(magnitude: float, sweep=sweep, draw=draw) -> bool:  # type: ignore[no-untyped-def]
            defect = supplies.defect(sweep, magnitude, draw, ())
            return not supplies.unit(KIND, SERIAL, defects=[defect]).out_of_specification()

        if len(sweep.magnitudes) > 1:
            assert is_good(sweep.magnitudes[0]), sweep.name
        assert not is_good(sweep.magnitudes[-1]), sweep.name
        assert not any(is_good(bound) for bound in sweep.clear), sweep.name


@pytest.mark.parametrize("preset", PRESETS)
def test_every_kind_of_defect_has_a_sweep(family: Family, preset: str) -> None:
    """Nothing that the simulator can break is left out of coverage but what the design does not have."""
    supplies = family(preset)
    draw = random.Random(1)
    sweeps = (*supplies.sweeps(KIND), *supplies.sweeps(PAIR))
    swept = {type(supplies.defect(s, s.magnitudes[-1], draw, ())).__name__ for s in sweeps}
    absent = set() if preset == "MCRPS" else {"LowStandby", "IgnoresPsOn"}
    assert swept == set(SUPPLY_DEFECTS) - absent


def test_defects_are_read_back(family: Family) -> None:
    """A defect's mapping names the same defect."""
    supplies = family("MCRPS")
    draw = random.Random(1)
    for sweep in supplies.sweeps(KIND):
        defect = supplies.defect(sweep, sweep.magnitudes[-1], draw, ())
        assert supplies.parse(defect.to_mapping()) == defect


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"kind": "AgedBulc", "ratio": 0.5}, "did you mean AgedBulk"),
        ({"kind": "AgedBulk", "ohm": 0.5}, "unknown key 'ohm'"),
        ({"kind": "AgedBulk"}, "ratio"),
        ({"kind": "AgedBulk", "ratio": -1.0}, "must be positive"),
        ({"kind": "AgedBulk", "ratio": math.nan}, "not a finite number"),
        ({"kind": "FanStall", "fan": 0}, "whole number from 1"),
        ({"kind": "WrongSerial", "serial": ""}, "not a text"),
        ({"kind": "MeterDrift", "meter": "mood", "ratio": 1.1}, "output_current"),
    ],
)
def test_what_is_no_defect_is_refused(family: Family, mapping: dict[str, object], said: str) -> None:
    """Unknown kinds and keys, and magnitudes without meaning, raise and say what is known."""
    with pytest.raises(DefectError, match=said):
        family("ORV3_3KW").parse(mapping)


def test_a_design_that_cannot_be_is_refused(family: Family) -> None:
    """Presets, keys and numbers are checked when the family is made."""
    with pytest.raises(DesignError, match="known: ORV3_3KW"):
        family("ORV3_6KW")
    with pytest.raises(DesignError, match="bulk_farad"):
        family("ORV3_3KW", bulk_farads=1.0)
    with pytest.raises(DesignError, match="above 0"):
        family("ORV3_3KW", bulk_farad=0.0)
    with pytest.raises(DesignError, match="must lie below"):
        family("ORV3_3KW", rated_a=80.0)
    with pytest.raises(DesignError, match="not a text"):
        family("ORV3_3KW", firmware=12)


def test_units_that_cannot_be_are_refused(family: Family) -> None:
    """Another kind, parts, a third fan and a standby output that is not there."""
    supplies = family("ORV3_3KW")
    with pytest.raises(ValueError, match="this family makes power_supply"):
        supplies.unit("power_shelf", SERIAL)
    with pytest.raises(ValueError, match="not built of units"):
        supplies.unit(KIND, SERIAL, parts=[supplies.unit(KIND, SERIAL)])
    with pytest.raises(ValueError, match="this supply has 1"):
        supplies.unit(KIND, SERIAL, defects=[FanStall(fan=2)])
    with pytest.raises(ValueError, match="no standby output"):
        supplies.unit(KIND, SERIAL, defects=[LowStandby(ratio=0.5)])
    with pytest.raises(ValueError, match="no defect of a power supply"):
        supplies.unit(KIND, SERIAL, defects=["tired"])


def test_drawn_defects_are_clear_and_as_frequent_as_asked(family: Family) -> None:
    """With the chance asked for a supply gets one defect, which takes it out of its specification."""
    supplies = family("ORV3_3KW")
    serials = [supplies.serial(KIND, number) for number in range(200)]
    assert serials[1] == SERIAL
    drawn = {serial: supplies.drawn_defects(KIND, serial, 0.2) for serial in serials}
    broken = {serial: defects for serial, defects in drawn.items() if defects}
    assert 20 <= len(broken) <= 65
    assert all(supplies.unit(KIND, serial, defects=d).out_of_specification() for serial, d in broken.items())
    assert not any(supplies.drawn_defects(KIND, serial, 0.0) for serial in serials)


def test_it_is_what_world_and_grid_ask_for(family: Family) -> None:
    """A supply offers its ports to the grid, its insulation to the tester, its controller to the bus."""
    unit = family("ORV3_3KW").unit(KIND, SERIAL)
    assert isinstance(unit, PoweredUnit)
    assert isinstance(unit, BreaksDown)
    assert isinstance(unit.controller, SupplyController)
    assert unit.memory("A") is None
    assert np.all(unit.scattering(["OUT.+"], type("Grid", (), {"hz": np.zeros(3)})()) == 1.0)  # type: ignore[arg-type]
    wrong = family("ORV3_3KW").unit(KIND, SERIAL, defects=[WrongSerial(serial="PSU0000002")])
    assert (wrong.serial, wrong.controller.serial) == (SERIAL, "PSU0000002")
    assert wrong.fresh().controller.serial == "PSU0000002"


def test_a_missing_earth_passes_a_withstand_test_vacuously(family: Family) -> None:
    """Without the bond neither leak nor weak insulation shows at the earth pin: hence the bond first."""
    supplies = family("ORV3_3KW")

    def seen(*defects: object) -> tuple[float, float, float]:
        world = World(1)
        world.wire("tester:HV", "dut:AC.L")
        world.wire("tester:LOW", "dut:PE")
        world.wire("bond:+", "dut:CHASSIS")
        world.insert(supplies.unit(KIND, SERIAL, defects=defects))
        network, net = world.network(), world.net
        bond = network.two_wire_resistance(net("bond:+"), net("tester:LOW"))
        return (
            bond,
            network.insulation(net("tester:HV"), net("tester:LOW")).ohm,
            world.breakdown_v("tester:HV", "tester:LOW"),
        )

    bond, ohm, volt = seen()
    assert bond < 0.03
    assert ohm > 1e9
    assert volt > 4000.0
    assert seen(LowInsulation(ohm=1e6))[1] == pytest.approx(1e6, rel=0.01)
    nicked = seen(NickedInsulation(volt=1500.0))
    assert nicked[1] == pytest.approx(ohm)
    assert nicked[2] == 1500.0
    vacuous = seen(MissingEarth(), NickedInsulation(volt=1500.0), LowInsulation(ohm=1e6))
    assert vacuous == (math.inf, math.inf, math.inf)


def test_it_runs_on_a_bench(family: Family) -> None:
    """Through wires and the grid: AC in, DC out, currents where a clamp sits."""
    clock = VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))
    world = World(1)
    for a, b in (
        ("ac:L", "dut:AC.L"),
        ("ac:N", "dut:AC.N"),
        ("load:+", "dut:OUT.+"),
        ("load:-", "dut:OUT.-"),
        ("meter:I", "dut:OUT.I"),
        ("scope:CH1", "dut:AC_LOSS"),
        ("scope:CH1.REF", "dut:OUT.-"),
    ):
        world.wire(a, b)
    grid = PowerGrid(world, clock)
    feed = AcFeed(live="ac:L", neutral="ac:N", volt_rms=230.0)
    load = LinearBranch(plus="load:+", minus="load:-", ohm=1.0)
    grid.add_feed(feed)
    grid.add_branch(load)
    world.insert(family("ORV3_3KW").unit(KIND, SERIAL))
    with grid.change():
        feed.switch_on(clock.now())
    grid.at(clock.now() + 3.0, lambda: setattr(load, "ohm", 2.0))
    clock.sleep(2.5)
    assert grid.voltage("load:+", "load:-") == pytest.approx(50.08, abs=0.1)
    assert grid.current("meter:I") == pytest.approx(50.08, abs=0.1)
    clock.sleep(2.5)
    assert grid.current("meter:I") == pytest.approx(25.15, abs=0.1)
    volt, ampere = grid.feed_signals(feed)
    times = np.linspace(clock.now() - 0.04, clock.now(), 4001)
    assert float(np.mean(volt(times) * ampere(times))) > 25.0 * 50.0
    assert grid.voltage("scope:CH1", "scope:CH1.REF") == 3.3


def test_true_parameters_tell_of_the_defect_alone(family: Family) -> None:
    """What a defect does not touch stays as it was drawn."""
    supplies = family("ORV3_3KW")
    healthy = {p.name: p.value for p in supplies.unit(KIND, SERIAL).true_parameters()}
    aged = {p.name: p.value for p in supplies.unit(KIND, SERIAL, defects=[AgedBulk(ratio=0.7)]).true_parameters()}
    told = supplies.unit(KIND, SERIAL, defects=[MeterDrift(meter="input_power", ratio=1.1)]).true_parameters()
    assert aged["hold_up"] == pytest.approx(0.7 * healthy["hold_up"])
    assert aged["current_limit"] == healthy["current_limit"]
    assert {p.name for p in told if p.value != healthy[p.name]} == {"meter_input_power"}
