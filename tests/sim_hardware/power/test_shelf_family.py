"""The shelves of one product: their draw, their defects, and what makes them defective."""

import random

import pytest

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.design import DesignError
from sim_hardware.duts.power.defects import parse_supply_defect
from sim_hardware.duts.power.family import PowerFamily
from sim_hardware.duts.power.shelf_defects import MissingShelfEarth, NickedWiring
from sim_hardware.duts.power.shelf_family import ShelfFamily
from sim_hardware.duts.power.slot_defects import SlotReference

KIND = "power_shelf"


def _family(**changes: float) -> ShelfFamily:
    return ShelfFamily(7, design=changes, specification={}, part="SHELF-ORV3-6X", preset="orv3_6x")


def test_same_serial_is_the_same_shelf() -> None:
    """Two families of one seed make one shelf; another serial number is another one."""
    first, again = (_family().unit(KIND, "SH000001").true_parameters() for _ in range(2))
    assert first == again
    assert first != _family().unit(KIND, "SH000002").true_parameters()


def test_healthy_shelves_are_within_specification() -> None:
    """Of a hundred shelves without a defect none is defective."""
    family = _family()
    assert not any(family.unit(KIND, family.serial(KIND, n)).out_of_specification() for n in range(100))


@pytest.mark.parametrize("sweep", _family().sweeps(KIND), ids=lambda sweep: sweep.name)
def test_every_defect_is_harmless_first_and_defective_where_it_is_clear(sweep: object) -> None:
    """The first magnitude of a curve leaves the shelf good, unless there is only one; both ends of `clear` do not."""
    family = _family()
    for magnitude in (*sweep.clear, *sweep.magnitudes[:1]):  # type: ignore[attr-defined]
        defect = family.defect(sweep, magnitude, random.Random(5), frozenset())  # type: ignore[arg-type]
        assert family.parse(defect.to_mapping()) == defect
        shelf = family.unit(KIND, "SH000009", defects=[defect])
        is_clear = sweep.is_clear(magnitude)  # type: ignore[attr-defined]
        assert bool(shelf.out_of_specification()) == is_clear, (magnitude, shelf.out_of_specification())


def test_missing_earth_passes_withstand_vacuously() -> None:
    """Wiring that breaks down at 1 kV stands any voltage to an earth that is joined to nothing."""
    nicked = NickedWiring(volt=1000.0)
    mains = [f"AC{k}.{pole}" for k in range(1, 7) for pole in "LN"]
    assert _family().unit(KIND, "SH000001", defects=[nicked]).breakdown_v(mains, ["PE"]) == 1000.0
    both = _family().unit(KIND, "SH000001", defects=[nicked, MissingShelfEarth()])
    assert both.breakdown_v(mains, ["PE"]) == float("inf")


def test_given_supplies_keep_what_they_are() -> None:
    """A defect of what sits in a slot changes fresh supplies and none that were tested before."""
    power = PowerFamily(7, design={}, specification={}, part="PSU-ORV3-3K", preset="ORV3_3KW")
    parts = [power.unit("power_supply", power.serial("power_supply", number)) for number in range(1, 7)]
    hurt = SlotReference(slot=1, ratio=1.02)
    assert _family().unit(KIND, "SH000001", defects=[hurt]).out_of_specification()
    assert not _family().unit(KIND, "SH000001", defects=[hurt], parts=parts).out_of_specification()


def test_what_cannot_be_is_refused() -> None:
    """Unknown presets and keys, five supplies, and the defects of other families."""
    with pytest.raises(DesignError, match="unknown preset"):
        ShelfFamily(7, design={}, specification={}, part="SHELF", preset="orv3_8x")
    with pytest.raises(DesignError, match="joint_ohm"):
        _family(joint_ohms=1.0)
    power = PowerFamily(7, design={}, specification={}, part="PSU-ORV3-3K", preset="ORV3_3KW")
    with pytest.raises(ValueError, match="6 power supplies; got 1"):
        _family().unit(KIND, "SH000001", parts=[power.unit("power_supply", "PSU0000001")])
    with pytest.raises(ValueError, match="no defect of a power shelf"):
        _family().unit(KIND, "SH000001", defects=[parse_supply_defect({"kind": "MissingEarth"})])
    for wrong in ({"kind": "HighJoint", "joint": 7, "ohm": 1e-4}, {"kind": "HighJoin"}, {"kind": "DeadFeed"}):
        with pytest.raises(DefectError):
            _family().parse(wrong)
