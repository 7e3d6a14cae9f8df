"""The twinax family: the same units in every process, of the parts and with the defects that they are given."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_hardware.duts.defects import DefectError, Open, PolaritySwap
from sim_hardware.duts.design import DesignError
from sim_hardware.duts.families import FAMILIES, load_family
from sim_hardware.duts.family import UnitFamily
from sim_hardware.duts.passive_dac import PassiveDac

BUNDLE, CABLE = "twinax_bundle", "passive_dac"
PLUGS = {"memory": {"plugs": {"a": "OSFP-PLUG-A", "b": "OSFP-PLUG-B"}}}


def family(seed: int = 7, **parameters: object) -> UnitFamily:
    """The family of the 800G cable."""
    return load_family(
        "twinax",
        seed,
        part="DAC",
        preset="",
        design={},
        specification={},
        parameters={"pairs": 16, **PLUGS, **parameters},
    )


def truth(unit: object) -> list[tuple[str, float]]:
    """Every true parameter of a unit."""
    return [(p.name, p.value) for p in unit.true_parameters()]  # type: ignore[attr-defined]


def test_a_family_that_is_none_names_those_there_are() -> None:
    """A misspelt family or preset in a product's file."""
    arguments = {"part": "P", "design": {}, "specification": {}, "parameters": {}}
    with pytest.raises(DesignError, match=f"'twinex' is none; there are {', '.join(FAMILIES)}"):
        load_family("twinex", 7, preset="", **arguments)
    with pytest.raises(DesignError, match="'dac' of a cable is none; there are passive_dac_800g, lane_50g"):
        load_family("twinax", 7, preset="dac", **arguments)


@pytest.mark.parametrize("kind", [BUNDLE, CABLE])
def test_a_serial_number_and_a_seed_are_one_unit(kind: str) -> None:
    """Two families made alike make the same copper; another seed, serial or reel makes other copper."""
    one = truth(family().unit(kind, "X1", lot="reel 1"))
    assert truth(family().unit(kind, "X1", lot="reel 1")) == one
    others = [
        family(8).unit(kind, "X1", lot="reel 1"),
        family().unit(kind, "X2", lot="reel 1"),
        family().unit(kind, "X1", lot="reel 2"),
    ]
    assert all(truth(other) != one for other in others)


def test_a_cable_is_made_of_the_bundle_that_it_is_given() -> None:
    """What is wrong with the bundle is in it already, so the cable takes only what comes to life at the plugs."""
    twinax = family()
    born, late = Open(pair=3, conductor="P"), PolaritySwap(pair=5)
    bundle = twinax.unit(BUNDLE, "B1", defects=[born])
    cable = twinax.unit(CABLE, "D1", defects=[born, late], parts=[bundle])
    assert isinstance(cable, PassiveDac)
    assert cable.bundle is bundle
    assert cable.defects == (late,)
    alone = twinax.unit(CABLE, "D1", defects=[born, late])
    assert isinstance(alone, PassiveDac)
    assert alone.bundle.defects == (born,)


def test_a_bundle_cannot_have_what_is_born_at_the_plugs() -> None:
    """Polarity is swapped when the plugs are put on."""
    with pytest.raises(ValueError, match="PolaritySwap is born at the plugs"):
        family().unit(BUNDLE, "B1", defects=[PolaritySwap(pair=5)])


def test_a_cable_takes_a_bundle_and_plugs() -> None:
    """Neither another cable as its part, nor a product that names no plugs."""
    twinax = family()
    with pytest.raises(ValueError, match="made of a bundle, not of a PassiveDac"):
        twinax.unit(CABLE, "D1", parts=[twinax.unit(CABLE, "D0")])
    with pytest.raises(ValueError, match=r"add parameters\.memory\.plugs"):
        family(memory={}).unit(CABLE, "D1")


@given(st.integers(0, 2000))
def test_what_is_drawn_for_a_bundle_stays_in_the_cable(number: int) -> None:
    """A bundle's defects are those of the later cable that came to life before the plugs, and with a rate of 0 none."""
    twinax, serial = family(), f"B{number:07d}"
    early, all_of_them = twinax.drawn_defects(BUNDLE, serial, 0.5), twinax.drawn_defects(CABLE, serial, 0.5)
    assert early == tuple(defect for defect in all_of_them if defect.stage == "bundle")
    assert twinax.drawn_defects(CABLE, serial, 0.0) == ()
    assert len(twinax.drawn_defects(CABLE, serial, 1.0)) == 1


def test_a_defect_of_a_memory_sits_at_an_end_that_is_read() -> None:
    """Whoever reads one plug only is given defects at that plug."""
    twinax = family()
    (sweep,) = (sweep for sweep in twinax.sweeps(CABLE) if sweep.name == "wrong_identifier")
    reached = {"memories", "B"}
    ends = {twinax.defect(sweep, 1.0, random.Random(seed), reached).end for seed in range(20)}
    assert ends == {"B"}


def test_a_defect_is_read_from_a_mapping() -> None:
    """As a station's file writes it; an unknown kind names the nearest."""
    assert family().parse({"kind": "Open", "pair": 3, "conductor": "P"}) == Open(pair=3, conductor="P")
    with pytest.raises(DefectError, match="'Opne'; did you mean Open"):
        family().parse({"kind": "Opne"})


def test_serial_numbers_are_those_of_the_labels() -> None:
    """A letter for what it is, seven digits."""
    assert (family().serial(BUNDLE, 7), family().serial(CABLE, 7)) == ("B0000007", "DAC0000007")
