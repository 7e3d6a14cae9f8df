"""Network kits: their draw, their defects against the specification, and kits built of tested parts."""

import random
from typing import Any

import pytest

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.design import DesignError
from sim_hardware.duts.network.kit_family import KitFamily
from sim_hardware.duts.network.kit_unit import KitUnit
from sim_hardware.duts.network.switch_family import SwitchFamily
from sim_hardware.duts.pluggable.transceiver_family import TransceiverFamily
from sim_hardware.duts.twinax_family import TwinaxFamily

KIND = "network_kit"
PLAN: dict[str, Any] = {
    "nodes": [
        {"name": "tor1", "kind": "switch"},
        {"name": "tor2", "kind": "switch"},
        {"name": "cn01", "kind": "host"},
    ],
    "cables": [
        {
            "a_device": "tor1",
            "a_port": "Ethernet0",
            "a_position": "cable_1",
            "b_device": "cn01",
            "b_port": "enp1s0np0",
            "b_position": "cable_1",
            "part": "DAC-800G-150",
            "length_m": 1.5,
        },
        {
            "a_device": "tor2",
            "a_port": "Ethernet0",
            "a_position": "cable_2",
            "b_device": "cn01",
            "b_port": "enp2s0np1",
            "b_position": "cable_2",
            "part": "DAC-800G-150",
            "length_m": 1.5,
        },
        {
            "a_device": "tor1",
            "a_port": "Ethernet248",
            "a_position": "optic_1",
            "b_device": "tor2",
            "b_port": "Ethernet248",
            "b_position": "optic_2",
            "part": "OSFP-800G-DR8",
        },
    ],
}


def _family(plan: dict[str, Any] = PLAN) -> KitFamily:
    return KitFamily(7, design={}, specification={}, part="KIT", preset="", parameters=plan)


FAMILY = _family()


def neighbours(kit: KitUnit, node: str) -> dict[str, str]:
    """Whom a node hears, by its port."""
    chassis: Any = kit.shells[node].chassis  # type: ignore[attr-defined]
    heard = {port.name: port.neighbour() for port in chassis.ports}
    return {name: f"{their.chassis_name} {their.port_id}" for name, their in heard.items() if their is not None}


@pytest.mark.parametrize("sweep", FAMILY.sweeps(KIND), ids=lambda sweep: sweep.name)
def test_a_clear_defect_is_out_of_specification(sweep: Any) -> None:
    """Wherever it is drawn; its mapping makes the same defect again; a curve begins harmless."""
    for number in range(12):
        draw = random.Random(number)
        defect = sweep.make(sweep.drawn_magnitude(draw), draw)
        assert FAMILY.unit(KIND, FAMILY.serial(KIND, number), defects=[defect]).out_of_specification(), defect
        assert FAMILY.parse(defect.to_mapping()) == defect
    if len(sweep.magnitudes) > 1:
        first = sweep.make(sweep.magnitudes[0], random.Random(1))
        assert not FAMILY.unit(KIND, FAMILY.serial(KIND, 3), defects=[first]).out_of_specification()


def test_healthy_kits_are_good_and_repeat() -> None:
    """Fifty of them; the same serial number has the same truth and the same label."""
    for number in range(50):
        kit = FAMILY.unit(KIND, FAMILY.serial(KIND, number))
        assert kit.out_of_specification() == ()
    again = _family().unit(KIND, FAMILY.serial(KIND, 49))
    assert (again.true_parameters(), again.label) == (kit.true_parameters(), kit.label)


def test_both_ends_of_a_cable_hear_each_other() -> None:
    """As the plan says, optics included."""
    kit = FAMILY.unit(KIND, "KIT0000001")
    assert neighbours(kit, "tor1") == {"Ethernet0": "cn01 enp1s0np0", "Ethernet248": "tor2 Ethernet248"}
    assert neighbours(kit, "cn01") == {"enp1s0np0": "tor1 Ethernet0", "enp2s0np1": "tor2 Ethernet0"}


@pytest.mark.parametrize("end", [1, 2])
def test_exchanged_plugs_lead_crosswise(end: int) -> None:
    """Whichever end was exchanged: by LLDP alone it cannot be told."""
    swapped = FAMILY.parse({"kind": "SwappedCables", "first": 1, "second": 2, "end": end})
    kit = FAMILY.unit(KIND, "KIT0000001", defects=[swapped])
    assert neighbours(kit, "cn01") == {"enp1s0np0": "tor2 Ethernet0", "enp2s0np1": "tor1 Ethernet0"}


def test_an_optic_of_another_kind_leaves_both_ends_in_the_dark() -> None:
    """Multimode light is not heard by a single-mode receiver, nor the other way round (simplified)."""
    wrong = FAMILY.parse({"kind": "WrongPart", "link": 3, "end": 2, "part": "OSFP-800G-SR8"})
    kit = FAMILY.unit(KIND, "KIT0000001", defects=[wrong])
    assert "Ethernet248" not in {**neighbours(kit, "tor1"), **neighbours(kit, "tor2")}


def test_a_deaf_agent_is_heard_by_the_other_end() -> None:
    """One-sided: the link is up, and one neighbour table is empty there."""
    kit = FAMILY.unit(KIND, "KIT0000001", defects=[FAMILY.parse({"kind": "DeafAgent", "link": 1, "end": 2})])
    assert neighbours(kit, "tor1")["Ethernet0"] == "cn01 enp1s0np0"
    assert "enp1s0np0" not in neighbours(kit, "cn01")


def test_a_longer_cable_costs_signal() -> None:
    """Ten metres of copper would bring no link up at all; here it is bit errors that grow."""
    longer = FAMILY.parse({"kind": "WrongLength", "link": 1, "length_m": 3.0})
    truths = [FAMILY.unit(KIND, "KIT0000001", defects=defects).true_parameters() for defects in ((), (longer,))]
    good, bad = ({one.name: one.value for one in truth}["pre_fec_ber_1_a"] for truth in truths)
    assert bad > 2.0 * good


def test_a_kit_of_tested_parts_has_their_memories_and_their_loss() -> None:
    """Two switches, two cables and two optics, in the plan's order of positions."""
    switches = SwitchFamily(7, design={"port_gbps": 800.0}, specification={}, part="SW-TOR-32X800", preset="")
    cables = TwinaxFamily(
        7, part="DAC-800G-150", preset="passive_dac_800g", design={}, specification={}, plugs={"a": "PA", "b": "PB"}
    )
    optics = TransceiverFamily(7, design={}, specification={}, part="OSFP-800G-DR8", preset="dr8_800g")
    parts = [
        switches.unit("switch", "SW0000041"),
        switches.unit("switch", "SW0000042"),
        cables.unit("passive_dac", "DAC0000041"),
        cables.unit("passive_dac", "DAC0000042"),
        optics.unit("transceiver", "XCV0000041"),
        optics.unit("transceiver", "XCV0000042"),
    ]
    kit = FAMILY.unit(KIND, "KIT0000009", parts=parts)
    assert kit.label == "KIT0000009 SW0000041 SW0000042 DAC0000041 DAC0000042 XCV0000041 XCV0000042"
    assert kit.out_of_specification() == ()
    chassis: Any = kit.shells["tor2"].chassis  # type: ignore[attr-defined]
    plugged = {port.name: (port.module.part, port.module.serial) for port in chassis.ports if port.module is not None}
    assert plugged == {"Ethernet0": ("DAC-800G-150", "DAC0000042"), "Ethernet248": ("OSFP-800G-DR8", "XCV0000042")}
    with pytest.raises(ValueError, match=r"the first 2 switches; got 6 units, 0 switches first"):
        FAMILY.unit(KIND, "KIT0000009", parts=parts[::-1])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"cables": []}, "no cable at all"),
        ({"nodes": PLAN["nodes"][:2]}, "no node of that name"),
        ({"cables": [PLAN["cables"][0]] * 2}, "a port twice"),
        ({"nodes": [{"name": "tor1", "kind": "router"}, *PLAN["nodes"][1:]]}, "can be a switch or a host"),
        ({"cables": [{"a_device": "tor1"}]}, "lacks 'a_port'"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(change: dict[str, Any], what: str) -> None:
    """By what is wrong with it."""
    with pytest.raises(DesignError, match=what):
        _family({**PLAN, **change})


@pytest.mark.parametrize(
    ("mapping", "what"),
    [
        ({"kind": "MissingCabel", "link": 1}, "did you mean MissingCable"),
        ({"kind": "MissingCable", "link": 0}, "whole number from 1"),
        ({"kind": "WrongLength", "link": 1, "length_m": -1.0}, "positive"),
    ],
)
def test_a_defect_that_cannot_be_is_refused(mapping: dict[str, Any], what: str) -> None:
    """With the nearest name."""
    with pytest.raises(DefectError, match=what):
        FAMILY.parse(mapping)


@pytest.mark.parametrize(
    "mapping",
    [
        {"kind": "WrongLength", "link": 3, "length_m": 2.0},
        {"kind": "SwappedCables", "first": 1, "second": 3, "end": 1},
        {"kind": "MissingCable", "link": 4},
        {"kind": "ExchangedSwitch", "switch": 3, "serial": "SW0000001"},
    ],
)
def test_a_defect_at_no_place_of_this_kit_is_refused(mapping: dict[str, Any]) -> None:
    """A fibre's length is in no memory, a copper plug fits no fibre, and there are three links."""
    with pytest.raises(ValueError, match=r"link|switch"):
        FAMILY.unit(KIND, "KIT0000001", defects=[FAMILY.parse(mapping)])
