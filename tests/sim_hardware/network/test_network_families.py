"""Switches and adapters: the same serial number is the same unit, and every defect crosses its specification."""

import random
from typing import Any

import pytest

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.network.nic_family import NicFamily
from sim_hardware.duts.network.switch_family import SwitchFamily

FAMILIES = {
    "switch": SwitchFamily(7, design={}, specification={}, part="SW-TOR-32X400", preset=""),
    "nic": NicFamily(7, design={}, specification={}, part="NIC-400G-1P", preset=""),
}
SWEEPS = [(kind, sweep) for kind, family in FAMILIES.items() for sweep in family.sweeps(kind)]


@pytest.mark.parametrize(("kind", "sweep"), [pytest.param(*one, id=f"{one[0]} {one[1].name}") for one in SWEEPS])
def test_a_clear_defect_is_out_of_specification(kind: str, sweep: Any) -> None:
    """Whatever is drawn from the clear range makes the unit defective, and its mapping makes the same defect again."""
    family: Any = FAMILIES[kind]
    for number in range(10):
        draw = random.Random(number)
        defect = sweep.make(sweep.drawn_magnitude(draw), draw)
        unit = family.unit(kind, family.serial(kind, number), defects=[defect])
        assert unit.out_of_specification(), defect
        assert family.parse(defect.to_mapping()) == defect


@pytest.mark.parametrize(
    ("kind", "sweep"),
    [pytest.param(*one, id=f"{one[0]} {one[1].name}") for one in SWEEPS if len(one[1].magnitudes) > 1],
)
def test_a_sweep_begins_harmless(kind: str, sweep: Any) -> None:
    """Its first magnitude leaves a unit good, its last does not."""
    family: Any = FAMILIES[kind]
    made = [
        family.unit(kind, family.serial(kind, 3), defects=[sweep.make(x, random.Random(1))])
        for x in (sweep.magnitudes[0], sweep.magnitudes[-1])
    ]
    assert [bool(unit.out_of_specification()) for unit in made] == [False, True]


@pytest.mark.parametrize("kind", FAMILIES)
def test_healthy_units_are_good_and_repeat(kind: str) -> None:
    """A hundred of them; the same serial number has the same truth."""
    family: Any = FAMILIES[kind]
    for number in range(100):
        unit = family.unit(kind, family.serial(kind, number))
        assert unit.out_of_specification() == ()
    again = family.unit(kind, family.serial(kind, 99))
    assert again.true_parameters() == unit.true_parameters()


@pytest.mark.parametrize(
    ("kind", "mapping", "what"),
    [
        ("switch", {"kind": "FanStal"}, "did you mean FanStall"),
        ("switch", {"kind": "FanStall", "fna": 1}, "unknown key 'fna'"),
        ("switch", {"kind": "FanStall"}, "fan"),
        ("switch", {"kind": "FanStall", "fan": 0}, "whole number from 1"),
        ("switch", {"kind": "WrongBreakout", "port": 1, "ways": 3}, "possible: 1, 2, 4, 8"),
        ("switch", {"kind": "RailDrift", "rail": "vdd_x", "ratio": 1.1}, "possible: vdd_core"),
        ("nic", {"kind": "SlowPcie", "gts": float("nan")}, "positive number"),
        ("nic", {"kind": "WrongSerial", "serial": ""}, "is not a text"),
    ],
)
def test_a_defect_that_cannot_be_is_named(kind: str, mapping: dict[str, Any], what: str) -> None:
    """Kind, key, place and magnitude."""
    family: Any = FAMILIES[kind]
    with pytest.raises(DefectError, match=what):
        family.parse(mapping)


def test_a_place_that_a_unit_has_not_is_refused() -> None:
    """The thirty-third port of thirty-two."""
    family = FAMILIES["switch"]
    with pytest.raises(ValueError, match="port 33: this unit has 32"):
        family.unit("switch", "SW0000001", defects=[family.parse({"kind": "LanePolarity", "port": 33, "lane": 1})])
