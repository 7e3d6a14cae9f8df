"""A simulated harness: what is drawn is good, what a defect does is physics, and the netlist is held to."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.design import DesignError
from sim_hardware.duts.harness.cable_harness import CableHarness
from sim_hardware.duts.harness.defects import (
    HARNESS_DEFECTS,
    HighCrimp,
    HotCrimp,
    NickedWire,
    OpenWire,
    StrandBridge,
    SwappedPins,
    WetInsulation,
    parse_harness_defect,
)
from sim_hardware.duts.harness.family import HarnessFamily

NETS = {"L": ["A.1", "B.1", "C.1"], "N": ["A.2", "B.2"], "PE": ["A.3", "B.3"]}


def family(**parameters: Any) -> HarnessFamily:
    """The whip's numbers on a small branched netlist."""
    return HarnessFamily(
        7, design={}, specification={}, part="H", preset="whip_5p", parameters={"nets": NETS, **parameters}
    )


def harness(*defects: Any, number: int = 1) -> CableHarness:
    """One of them."""
    return family().unit("cable_harness", f"HN{number:07d}", defects=defects)


def true(unit: CableHarness) -> dict[str, float]:
    """Its true parameters by name."""
    return {parameter.name: parameter.value for parameter in unit.true_parameters()}


@given(st.integers(0, 9_999_999))
def test_a_harness_without_defects_is_within_specification(number: int) -> None:
    """Whatever its number: the spread of healthy ones stays clear of the limits."""
    assert harness(number=number).out_of_specification() == ()


def test_the_same_serial_number_is_the_same_copper() -> None:
    """In every process: nothing is drawn from time or order."""
    assert true(harness(number=9)) == true(harness(number=9))
    assert true(harness(number=9)) != true(harness(number=10))


@given(st.floats(1.0, 60.0), st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_a_wire_only_gets_warmer_under_load(ampere: float, early: float, late: float) -> None:
    """And its resistance with it: longer load never means less resistance."""
    unit = harness(HotCrimp(pin="B.2", ohm=0.01))
    early, late = sorted((early, late))
    assert unit.heating_ohm(["A.2"], ["B.2"], ampere, early) <= unit.heating_ohm(["A.2"], ["B.2"], ampere, late)


def test_current_is_led_by_the_copper_and_not_by_the_plan() -> None:
    """A swapped wire heats up where it really arrives."""
    unit = harness(SwappedPins(pin="B.1", other="B.2"), HotCrimp(pin="B.2", ohm=0.01))
    assert unit.heating_ohm(["A.2"], ["B.2"], 25.0, 5.0) == 0.0
    assert unit.heating_ohm(["A.2"], ["B.1"], 25.0, 5.0) > 0.01


def test_a_hot_crimp_is_as_specified_at_the_specified_load() -> None:
    """Its magnitude is the rise at that load for that long, on top of what warm copper adds."""
    good, hot = true(harness())["B.2.rise"], true(harness(HotCrimp(pin="B.2", ohm=0.01)))["B.2.rise"]
    assert hot - good == pytest.approx(0.01)


def test_a_cut_wire_conducts_nowhere_and_is_out_of_specification() -> None:
    """It has no element, and an infinite resistance in truth."""
    unit = harness(OpenWire(pin="B.2"))
    assert all("B.2" not in (element.a, element.b) for element in unit.elements())
    assert math.isinf(true(unit)["B.2.resistance"])


def test_a_joined_pair_of_nets_does_not_break_down() -> None:
    """What conducts has nothing left to break; between other nets it holds as before."""
    unit = harness(StrandBridge(net="L", other="N", ohm=1.0))
    assert math.isinf(unit.breakdown_v(["A.1"], ["A.2"]))
    assert unit.breakdown_v(["A.1"], ["A.3"]) > 2121.0


@given(st.floats(100.0, 5000.0))
def test_a_nick_lowers_the_voltage_that_is_held_and_nothing_else(volt: float) -> None:
    """Insulation measures the same with it."""
    good, nicked = true(harness()), true(harness(NickedWire(net="L", other="PE", volt=volt)))
    assert nicked["L.breakdown"] == pytest.approx(min(volt, good["L.breakdown"]))
    assert {name for name in good if good[name] != nicked[name]} <= {"L.breakdown", "PE.breakdown"}


@given(st.floats(1e5, 1e12))
def test_wet_insulation_is_in_parallel_with_what_was_there(ohm: float) -> None:
    """Of both nets, and never better than the water."""
    found = true(harness(WetInsulation(net="L", other="N", ohm=ohm)))
    assert found["L.insulation"] < ohm
    assert found["N.insulation"] < ohm


@pytest.mark.parametrize("kind", sorted(HARNESS_DEFECTS))
def test_every_sweep_makes_a_defect_that_reads_back_and_is_bad_where_it_is_clear(kind: str) -> None:
    """Over its clear magnitudes, at any place."""
    made = family()
    draws = [made.drawn_defects("cable_harness", f"HN{k:07d}", 1.0) for k in range(300)]
    mine = [defects[0] for defects in draws if type(defects[0]).__name__ == kind]
    assert mine
    for defect in mine:
        assert parse_harness_defect(defect.to_mapping()) == defect
        assert harness(defect).out_of_specification()


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"kind": "HighCrump", "pin": "B.1", "ohm": 1.0}, "HighCrimp"),
        ({"kind": "HighCrimp", "pin": "B.1"}, "takes ohm, pin"),
        ({"kind": "HighCrimp", "pin": "B.1", "ohm": -1.0}, "positive"),
        ({"kind": "HighCrimp", "pin": "B.1", "ohm": True}, "positive"),
        ({"kind": "OpenWire", "pin": ""}, "must name"),
    ],
)
def test_a_defect_that_cannot_be_is_refused(mapping: dict[str, Any], says: str) -> None:
    """The message names the key and what may stand there."""
    with pytest.raises(DefectError, match=says):
        parse_harness_defect(mapping)


def test_a_defect_at_a_place_that_is_not_there_is_refused() -> None:
    """And so is one of another family."""
    with pytest.raises(ValueError, match=r"no wire arrives at pin 'B.9'"):
        harness(HighCrimp(pin="B.9", ohm=0.1))
    with pytest.raises(ValueError, match="net 'X' does not exist"):
        harness(NickedWire(net="X", other="L", volt=100.0))
    with pytest.raises(ValueError, match="object is no defect of a harness"):
        harness(object())


@pytest.mark.parametrize(
    ("nets", "says"),
    [
        ({}, "needs its netlist"),
        ({"L": ["A.1"]}, "joins at least two"),
        ({"L": ["A.1", "B.1"], "N": ["A.1", "B.2"]}, "listed twice"),
    ],
)
def test_a_netlist_that_cannot_be_is_refused(nets: dict[str, list[str]], says: str) -> None:
    """Before any harness is made of it."""
    with pytest.raises(DesignError, match=says):
        family(nets=nets)
