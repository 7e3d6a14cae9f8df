"""Laws that hold for every supply, whatever its numbers."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim_hardware.duts.power.ac_waveform import Outlet, amplitude_for
from sim_hardware.duts.power.defects import AgedBulk, WeldedRelay
from sim_hardware.duts.power.family import PowerFamily
from sim_hardware.duts.power.load_response import Kick, LoadResponse
from sim_hardware.duts.power.parallel import shared_bus
from sim_hardware.duts.power.source_branch import SourceBranch
from sim_hardware.duts.power.truth import SupplyTruth
from sim_hardware.power.branch import LinearBranch

PRESETS = ("ORV3_3KW", "ORV3_HPR_12KW", "MCRPS")
FAMILIES = {preset: PowerFamily(7, design={}, specification={}, part="PSU-1", preset=preset) for preset in PRESETS}
presets = st.sampled_from(PRESETS)
serials = st.integers(0, 9999999).map("PSU{:07d}".format)


@given(presets, serials, st.floats(0.0, 1.2))
@settings(max_examples=20, deadline=None)
def test_more_power_goes_in_than_comes_out(preset: str, serial: str, load: float) -> None:
    """No supply gives more than it takes, at any load."""
    unit = FAMILIES[preset].unit("power_supply", serial)
    point = SupplyTruth(unit.parameters, unit.specification).at_load(load)
    assert 0.0 <= point.efficiency < 1.0
    assert point.lost_w > 0.0


@given(presets, st.floats(0.3, 1.0), st.floats(0.5, 0.99), st.floats(0.1, 1.2))
@settings(max_examples=20, deadline=None)
def test_less_capacitance_holds_up_for_less_time(preset: str, ratio: float, step: float, load: float) -> None:
    """Hold-up grows with the bulk capacitance."""

    def hold_up(share: float) -> float:
        unit = FAMILIES[preset].unit("power_supply", "PSU0000001", defects=[AgedBulk(ratio=share)])
        return SupplyTruth(unit.parameters, unit.specification).hold_up_s(load)

    assert hold_up(ratio * step) < hold_up(ratio)


@given(presets, serials)
@settings(max_examples=15, deadline=None)
def test_the_same_seed_and_serial_are_the_same_supply(preset: str, serial: str) -> None:
    """A supply is drawn from its seed and serial number alone."""
    first, again = (FAMILIES[preset].unit("power_supply", serial).true_parameters() for _ in range(2))
    other = PowerFamily(8, design={}, specification={}, part="PSU-1", preset=preset)
    assert first == again
    assert first != other.unit("power_supply", serial).true_parameters()


@given(presets, serials)
@settings(max_examples=30, deadline=None)
def test_a_healthy_supply_is_good(preset: str, serial: str) -> None:
    """Part-to-part spread alone takes no supply out of its specification."""
    assert FAMILIES[preset].unit("power_supply", serial).out_of_specification() == ()


@given(presets, st.lists(st.floats(0.0, 60.0), min_size=2, max_size=20), st.booleans(), st.floats(0.0, 12.0))
@settings(max_examples=30, deadline=None)
def test_the_source_is_monotone(preset: str, volts: list[float], feeding: bool, share_v: float) -> None:
    """The current into a supply's output never falls as the voltage across it rises, so that a node has one voltage."""
    source = SourceBranch(FAMILIES[preset].unit("power_supply", "PSU0000001").parameters)
    source.feeding, source.share_v = feeding, share_v
    currents = [source.current(volt) for volt in sorted(volts)]
    assert all(b >= a - 1e-9 for a, b in pairwise(currents))


@given(st.lists(serials, min_size=2, max_size=6, unique=True), st.floats(0.05, 1.0))
@settings(max_examples=6, deadline=None)
def test_currents_of_a_shared_bus_add_up(names: list[str], load: float) -> None:
    """What the supplies give is what the load takes, and with a share bus they give nearly the same."""
    units = [FAMILIES["ORV3_3KW"].unit("power_supply", name) for name in names]
    for unit in units:
        unit.source.feeding = True
    rated = units[0].design.rated_a
    resistor = LinearBranch(plus="x", minus="y", ohm=50.0 / (load * rated * len(units)))
    bus = shared_bus(units, [resistor])
    assert math.fsum(bus.amperes) == pytest.approx(resistor.current(bus.volt), rel=1e-6)
    mean = math.fsum(bus.amperes) / len(units)
    assert all(abs(ampere - mean) < 0.05 * max(mean, 0.5 * rated) for ampere in bus.amperes)


@given(st.floats(10.0, 13000.0), st.floats(180.0, 305.0), st.floats(0.01, 0.3), st.floats(0.0, 0.1))
@settings(max_examples=30, deadline=None)
def test_the_input_current_carries_the_power(watt: float, rms: float, cusp: float, ohm: float) -> None:
    """The amplitude chosen takes the power at the unit's terminals, behind the impedance of the feed."""
    outlet = Outlet(math.sqrt(2.0) * rms, 50.0, 0.0, ohm)
    amplitude = amplitude_for(watt, outlet, cusp)
    angle = 2.0 * np.pi * (np.arange(4096) + 0.5) / 4096
    current = amplitude * np.sin(angle) * (1.0 - np.exp(-np.mod(angle, np.pi) / cusp))
    found = float(np.mean((outlet.peak * np.sin(angle) - ohm * current) * current))
    assert found == pytest.approx(watt, rel=2e-3)


@given(presets, st.floats(1e-9, 2e-3))
@settings(max_examples=20, deadline=None)
def test_a_ramp_is_many_small_steps(preset: str, ramp_s: float) -> None:
    """The closed form for a slewing load is the sum of the steps that it is made of."""
    response = LoadResponse(FAMILIES[preset].unit("power_supply", "PSU0000001").parameters)
    times = np.linspace(0.0, 4e-3, 50)
    steps = 200
    parts = [Kick((k + 0.5) * ramp_s / steps, 0.0, 100.0 / steps) for k in range(steps)]
    summed = np.sum([response.deviation(part, times) for part in parts], axis=0)
    ramped = response.deviation(Kick(0.0, ramp_s, 100.0), times)
    assert np.abs(summed - ramped).max() < 0.02 * np.abs(ramped).max() + 2e-3


def test_a_hot_thermistor_lets_more_through(family: Callable[..., PowerFamily]) -> None:
    """Inrush rises with the thermistor's temperature, and most with its relay welded."""
    unit = family("ORV3_HPR_12KW").unit("power_supply", "PSU0000001")
    values = {p.name: p.value for p in unit.true_parameters()}
    welded = family("ORV3_HPR_12KW").unit("power_supply", "PSU0000001", defects=[WeldedRelay(ohm=0.05)])
    assert values["inrush_peak"] < values["hot_inrush_peak"]
    assert {p.name: p.value for p in welded.true_parameters()}["inrush_peak"] > 5.0 * values["hot_inrush_peak"]
