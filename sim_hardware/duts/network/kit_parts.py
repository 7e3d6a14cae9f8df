"""What a kit sees of a tested part that is built into it: what its memories say, and what a link loses in it."""

import math
from dataclasses import dataclass

from sim_hardware.duts.cmis_map import text_of, told_length_m
from sim_hardware.duts.family import FamilyUnit
from sim_hardware.duts.passive_dac import PassiveDac
from sim_hardware.duts.pluggable.transceiver import PLUG, Transceiver
from sim_hardware.modules.identity import ModuleIdentity


@dataclass(frozen=True, slots=True)
class PluggedPart:
    """A cable or an optic: its label, its memories (a cable's ends a and b), its length in m, its loss in dB.

    `snr_db` is what its own receivers have at most; a copper cable has none.
    """

    label: str
    modules: tuple[ModuleIdentity, ...]
    length_m: float
    loss_db: float
    snr_db: float = math.inf


def plugged_part(unit: FamilyUnit) -> PluggedPart:
    """A tested cable or optic as a kit sees it. Raises ValueError for a unit that cannot be plugged into a port."""
    if isinstance(unit, PassiveDac):
        return _of_cable(unit)
    if isinstance(unit, Transceiver):
        end = unit.ends[PLUG]
        return PluggedPart(unit.serial, (end.actual.identity,), 0.0, 0.0, unit.nominal_snr_db)
    raise ValueError(f"{unit.serial}: a {type(unit).__name__} fits into no port of a kit")


def _of_cable(cable: PassiveDac) -> PluggedPart:
    modules = []
    for end in ("A", "B"):
        memory = cable.memory(end)
        if memory is None:
            raise ValueError(f"{cable.serial}: its plug {end} has no memory")
        modules.append(
            ModuleIdentity(
                "OSFP",
                text_of(memory, "vendor"),
                "00-00-00",
                text_of(memory, "part_number"),
                text_of(memory, "revision"),
                text_of(memory, "serial_number"),
                text_of(memory, "date_code"),
                "passive copper",
                told_length_m(memory),
            )
        )
    losses = cable.waves.truth(cable.specification.nyquist_hz).loss_db
    return PluggedPart(cable.serial, tuple(modules), cable.bundle.length_m, max(losses))
