"""Over which magnitudes each defect of a shelf goes from harmless to certain, and how one is read from a file."""

import difflib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.family import Sweep
from sim_hardware.duts.power.shelf_defects import (
    CrossedFeeds,
    DeadFeed,
    EmptySlot,
    HighJoint,
    HighShelfBond,
    LeakyWiring,
    LinkedFeed,
    MissingShelfEarth,
    NickedWiring,
    ShelfDefect,
    ShelfMeterDrift,
    SlotShareContact,
    WrongController,
    WrongShelfSerial,
)
from sim_hardware.duts.power.shelf_design import SLOTS, ShelfSpecification
from sim_hardware.duts.power.slot_defects import BlockedFan, OldFirmware, SlotReference, SlotShunt, WrongModel
from sim_hardware.duts.power.sweep import CERTAIN, ONCE

Make = Callable[[float, random.Random], ShelfDefect]


@dataclass(frozen=True, slots=True)
class ShelfSweep(Sweep):
    """A sweep of a shelf's defect, and how one of a magnitude is made; the stream draws the place."""

    make: Make


def shelf_sweeps(spec: ShelfSpecification, supply_part: str) -> tuple[ShelfSweep, ...]:
    """Every defect that a shelf of this specification can have."""
    return (*_bus_sweeps(spec), *_feed_sweeps(), *_slot_sweeps(supply_part), *_own_sweeps(spec))


def parse_shelf_defect(mapping: Mapping[str, Any]) -> ShelfDefect:
    """Read a defect such as {"kind": "HighJoint", "joint": 2, "ohm": 1e-4}.

    Raises DefectError for an unknown kind or key (naming the nearest), a missing key, or a value out of place.
    """
    arguments = dict(mapping)
    kind = arguments.pop("kind", None)
    if kind not in SHELF_DEFECTS:
        close = difflib.get_close_matches(str(kind), SHELF_DEFECTS, n=2) or list(SHELF_DEFECTS)
        raise DefectError(f"unknown kind of defect {kind!r}; did you mean {', '.join(close)}?")
    known = {field.name for field in fields(SHELF_DEFECTS[kind])}
    for key in arguments:
        if key not in known:
            raise DefectError(f"{kind}: unknown key {key!r}; known: {', '.join(sorted(known))}")
    try:
        return SHELF_DEFECTS[kind](**arguments)
    except TypeError as error:
        raise DefectError(f"{kind}: {error}") from error


def _slot(draw: random.Random) -> int:
    return draw.randint(1, SLOTS)


def _two(draw: random.Random) -> tuple[int, int]:
    first, second = draw.sample(range(1, SLOTS + 1), 2)
    return first, second


def _bus_sweeps(spec: ShelfSpecification) -> tuple[ShelfSweep, ...]:
    joint, contact = spec.joint_max_ohm, spec.share_contact_max_ohm
    return (
        ShelfSweep(
            "high_joint",
            "ohm",
            tuple(round(joint * x, 9) for x in (0.1, 0.3, 0.5, 0.7, 1.0, 2.0, 6.0)),
            (1.5 * joint, 20.0 * joint),
            "output",
            lambda x, draw: HighJoint(joint=_slot(draw), ohm=x),
        ),
        ShelfSweep(
            "share_contact",
            "ohm",
            (*(contact * x for x in (0.01, 0.1, 0.5, 2.0, 8.0)), 1e8),
            (1e5, 1e8),
            "share",
            lambda x, draw: SlotShareContact(slot=_slot(draw), ohm=x),
        ),
    )


def _feed_sweeps() -> tuple[ShelfSweep, ...]:
    def crossed(_: float, draw: random.Random) -> ShelfDefect:
        slot, other = _two(draw)
        return CrossedFeeds(slot=slot, other=other)

    def linked(_: float, draw: random.Random) -> ShelfDefect:
        slot, inlet = _two(draw)
        return LinkedFeed(slot=slot, inlet=inlet)

    return (
        ShelfSweep("dead_feed", "1", ONCE, CERTAIN, "input", lambda _, draw: DeadFeed(slot=_slot(draw))),
        ShelfSweep("crossed_feeds", "1", ONCE, CERTAIN, "input", crossed),
        ShelfSweep("linked_feed", "1", ONCE, CERTAIN, "input", linked),
    )


def _slot_sweeps(supply_part: str) -> tuple[ShelfSweep, ...]:
    """What sits in a slot. A drift goes up or down as the stream draws it."""

    def reference(x: float, draw: random.Random) -> ShelfDefect:
        slot = _slot(draw)
        return SlotReference(slot=slot, ratio=x if draw.random() < 0.5 else 2.0 - x)

    def shunt(x: float, draw: random.Random) -> ShelfDefect:
        slot = _slot(draw)
        return SlotShunt(slot=slot, ratio=x if draw.random() < 0.5 else 1.0 / x)

    return (
        ShelfSweep("empty_slot", "1", ONCE, CERTAIN, "telemetry", lambda _, draw: EmptySlot(slot=_slot(draw))),
        ShelfSweep(
            "wrong_model",
            "1",
            ONCE,
            CERTAIN,
            "telemetry",
            lambda _, draw: WrongModel(slot=_slot(draw), part=f"{supply_part[:14]}-X"),
        ),
        ShelfSweep(
            "old_firmware",
            "1",
            ONCE,
            CERTAIN,
            "telemetry",
            lambda _, draw: OldFirmware(slot=_slot(draw), firmware=f"0.{draw.randint(1, 9)}.0"),
        ),
        ShelfSweep("slot_reference", "1", (1.001, 1.003, 1.006, 1.012, 1.02, 1.03), (1.018, 1.03), "output", reference),
        ShelfSweep("slot_shunt", "1", (1.005, 1.01, 1.03, 1.06, 1.1, 1.2), (1.1, 1.2), "telemetry", shunt),
        ShelfSweep(
            "blocked_fan",
            "1",
            (0.98, 0.93, 0.88, 0.82, 0.7, 0.3, 0.01),
            (0.75, 0.01),
            "thermal",
            lambda x, draw: BlockedFan(slot=_slot(draw), ratio=x),
        ),
    )


def _own_sweeps(spec: ShelfSpecification) -> tuple[ShelfSweep, ...]:
    high = (1.004, 1.01, 1.016, 1.025, 1.05, 1.1)
    bond, volt, insulation = spec.bond_max_ohm, spec.withstand_v, spec.insulation_min_ohm

    def drift(name: str, meter: str) -> ShelfSweep:
        return ShelfSweep(
            name,
            "1",
            high,
            (1.05, 1.15),
            "telemetry",
            lambda x, draw: ShelfMeterDrift(meter=meter, ratio=x if draw.random() < 0.5 else 1.0 / x),
        )

    return (
        drift("shelf_voltage_drift", "output_voltage"),
        drift("shelf_current_drift", "output_current"),
        drift("shelf_input_drift", "input_power"),
        ShelfSweep(
            "wrong_shelf_serial",
            "1",
            ONCE,
            CERTAIN,
            "telemetry",
            lambda _, draw: WrongShelfSerial(serial=f"X{draw.randrange(10**7):07d}"),
        ),
        ShelfSweep("wrong_controller", "1", ONCE, CERTAIN, "telemetry", lambda _, __: WrongController(part="SHELF-X")),
        ShelfSweep("missing_earth", "1", ONCE, CERTAIN, "safety", lambda _, __: MissingShelfEarth()),
        ShelfSweep(
            "high_bond",
            "ohm",
            tuple(round(bond * x, 6) for x in (0.1, 0.4, 0.7, 1.0, 1.5, 3.0)),
            (2.0 * bond, 50.0 * bond),
            "safety",
            lambda x, _: HighShelfBond(ohm=x),
        ),
        ShelfSweep(
            "nicked_wiring",
            "V",
            tuple(round(volt * x, 1) for x in (1.5, 1.2, 1.05, 0.95, 0.8, 0.5)),
            (0.85 * volt, 0.6 * volt),
            "safety",
            lambda x, _: NickedWiring(volt=x),
        ),
        ShelfSweep(
            "leaky_wiring",
            "ohm",
            tuple(insulation * x for x in (30.0, 5.0, 1.5, 0.8, 0.3, 0.03)),
            (0.3 * insulation, 0.001 * insulation),
            "safety",
            lambda x, _: LeakyWiring(ohm=x),
        ),
    )


SHELF_DEFECTS: dict[str, type[ShelfDefect]] = {
    kind.__name__: kind
    for kind in (
        BlockedFan,
        CrossedFeeds,
        DeadFeed,
        EmptySlot,
        HighJoint,
        HighShelfBond,
        LeakyWiring,
        LinkedFeed,
        MissingShelfEarth,
        NickedWiring,
        OldFirmware,
        ShelfMeterDrift,
        SlotReference,
        SlotShareContact,
        SlotShunt,
        WrongController,
        WrongModel,
        WrongShelfSerial,
    )
}
"""Every defect of a shelf by its name in files."""
