"""Powered plugs: healthy units are good, every clear defect is out of specification, and supply rules the module."""

import random
from typing import Any

import pytest

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.design import DesignError
from sim_hardware.duts.families import load_family
from sim_hardware.duts.module_memory import ModuleBus
from sim_hardware.power.branch import LinearBranch

FAMILIES = [
    ("active_cable", "aec_800g", "active_cable", "AEC"),
    ("transceiver", "dr8_800g", "transceiver", "XCV"),
    ("fibre_trunk", "mpo12_os2_type_c", "fibre_trunk", "MPO"),
]


def family(name: str, preset: str, **given: Any) -> Any:
    """A family as a product makes it."""
    return load_family(
        name, 7, part="PART", preset=preset, design=given.get("design", {}), specification={}, parameters={}
    )


@pytest.mark.parametrize(("name", "preset", "kind", "letters"), FAMILIES)
def test_healthy_units_are_good_and_clear_defects_are_not(name: str, preset: str, kind: str, letters: str) -> None:
    """Truth is the true parameter: over many units and at both ends of what a line draws."""
    made = family(name, preset)
    for number in range(60):
        assert not made.unit(kind, made.serial(kind, number)).out_of_specification()
    for sweep in made.sweeps(kind):
        for number, magnitude in enumerate((*sweep.clear, *sweep.clear)):
            serial = made.serial(kind, 100 + number)
            defect = made.defect(sweep, magnitude, random.Random(f"{sweep.name}/{number}"), ())
            assert made.unit(kind, serial, defects=[defect]).out_of_specification(), (sweep.name, magnitude)
            assert made.parse(defect.to_mapping()) == defect
    assert made.serial(kind, 12) == f"{letters}0000012"


@pytest.mark.parametrize(("name", "preset", "kind", "_letters"), FAMILIES)
def test_the_same_seed_and_serial_are_the_same_unit(name: str, preset: str, kind: str, _letters: str) -> None:
    """In every process, and whatever else was made before."""
    first, second = (family(name, preset).unit(kind, "U1").true_parameters() for _ in range(2))
    assert [(p.name, p.value) for p in first] == [(p.name, p.value) for p in second]


@pytest.mark.parametrize(("name", "preset", "kind", "_letters"), FAMILIES)
def test_what_cannot_be_is_refused(name: str, preset: str, kind: str, _letters: str) -> None:
    """Presets, numbers, defects and kinds that there are none of."""
    with pytest.raises(DesignError):
        family(name, "no such preset")
    with pytest.raises(DesignError):
        family(name, preset, design={"no_such_number": 1.0})
    made = family(name, preset)
    with pytest.raises(DefectError):
        made.parse({"kind": "NoSuchDefect"})
    with pytest.raises(ValueError, match="unknown kind"):
        made.unit("power_supply", "U1")
    with pytest.raises(ValueError, match="not built of units"):
        made.unit(kind, "U1", parts=[made.unit(kind, "U2")])
    with pytest.raises(ValueError, match="is no defect of"):
        made.unit(kind, "U1", defects=[object()])


def test_a_module_wakes_with_its_supply_warms_and_draws_its_power() -> None:
    """Without supply it does not acknowledge; fed, it is ready within a second and warm after some minutes."""
    cable = family("active_cable", "aec_800g").unit("active_cable", "AEC0000001")
    with pytest.raises(OSError, match="acknowledge"):
        ModuleBus(lambda: cable.memory("A")).read_block(0x50, 3, 1)
    source = LinearBranch(plus="A.VCC.+", minus="A.VCC.-", ohm=0.01, emf_v=3.3, limit_a=4.0)
    cable.join(0.0, {}, {"A": [source]})
    cable.advance(1.0)
    end = cable.ends["A"]
    assert end.module.sends(1)
    assert -source.current(cable.level("A")) * cable.level("A") == pytest.approx(end.actual.full_power_w, rel=0.02)
    cable.advance(600.0)
    assert end.temperature_c() == pytest.approx(25.0 + end.actual.heat_k_w * end.actual.full_power_w, abs=0.1)
    assert cable.ends["B"].volt == 0.0
    assert cable.lane_out("B.RX1") is None
