"""An SFP's memory: SFF-8472 rev 12.4, identity at device 50h (A0h), diagnostics at device 51h (A2h)."""

import math
import struct
from typing import Final

from drivers.errors import MemoryMapError
from drivers.module_eeprom.maps.checksum import Checksum, byte_sum
from drivers.module_eeprom.maps.identity import ModuleIdentity, company_identifier, identity_texts
from drivers.module_eeprom.maps.image import ModuleImage
from drivers.module_eeprom.maps.monitors import (
    FLAG_KINDS,
    FlagKind,
    LaneMonitors,
    ModuleFlags,
    ModuleMonitors,
    ModuleThresholds,
    bias_current,
    optical_power,
    signed_word,
    supply_voltage,
    temperature,
    thresholds,
    word,
)
from drivers.module_eeprom.maps.sff8024 import connector, form_factor
from drivers.reading import Reading

_REVISIONS: Final = {
    0x00: "SFF-8472, no diagnostics",
    0x01: "SFF-8472 rev 9.3",
    0x02: "SFF-8472 rev 9.5",
    0x03: "SFF-8472 rev 10.2",
    0x04: "SFF-8472 rev 10.4",
    0x05: "SFF-8472 rev 11.0",
    0x06: "SFF-8472 rev 11.3",
    0x07: "SFF-8472 rev 11.4",
    0x08: "SFF-8472 rev 12.3",
    0x09: "SFF-8472 rev 12.4",
}
_TEXTS: Final = {"vendor": (20, 16), "part": (40, 16), "revision": (56, 4), "serial": (68, 16), "date_code": (84, 8)}
_PASSIVE, _ACTIVE = 0x04, 0x08
_MONITORED, _EXTERNAL = 0x40, 0x10
_LENGTH_BEYOND: Final = 0xFF
TX_DISABLED: Final = 0x40
"""Soft transmitter disable, byte 110 of the diagnostics."""
WRITABLE_STATUS: Final = 0x48
"""The host's own bits of byte 110: soft transmitter disable and soft rate select."""
STATUS: Final = 110


def identity(image: ModuleImage) -> ModuleIdentity:
    """What the module says of itself. Raises `MemoryMapError` when device 50h was not read whole."""
    memory = image.view(0x00)
    texts = identity_texts(memory, _TEXTS)
    cable = memory[8] & (_PASSIVE | _ACTIVE)
    media = {_PASSIVE: "passive copper", _ACTIVE: "active copper"}.get(cable, _medium(memory))
    wavelength = word(memory, 60)
    return ModuleIdentity(
        memory_map="SFF-8472",
        identifier=memory[0],
        form_factor=form_factor(memory[0]),
        management=_REVISIONS.get(memory[94], f"SFF-8472 code {memory[94]:02X}h"),
        is_flat=not has_monitors(memory),
        vendor=texts.vendor,
        part=texts.part,
        revision=texts.revision,
        serial=texts.serial,
        date_code=texts.date_code,
        oui=company_identifier(memory[37:40]),
        manufactured=texts.manufactured,
        media=media,
        technology="copper" if cable else "laser",
        connector=connector(memory[2]),
        length_m=(None if memory[18] == _LENGTH_BEYOND else float(memory[18])) if cable else 0.0,
        reach_m={} if cable else _reach(memory),
        wavelength_m=wavelength / 1e9 if wavelength and not cable else None,
        unreadable=texts.unreadable,
    )


def has_monitors(memory: bytes) -> bool:
    """Whether diagnostics are implemented (byte 92, bit 6)."""
    return bool(memory[92] & _MONITORED)


def checksums(image: ModuleImage) -> tuple[Checksum, ...]:
    """CC_BASE (byte 63 of 0 to 62), CC_EXT (95 of 64 to 94) and, where they were read, CC_DMI of the diagnostics."""
    memory = image.view(0x00)
    found = [byte_sum("CC_BASE", memory, 0, 63), byte_sum("CC_EXT", memory, 64, 95)]
    if has_monitors(memory) and image.diagnostics is not None:
        found.append(byte_sum("CC_DMI", image.diagnostics, 0, 95))
    return tuple(found)


def monitors(image: ModuleImage) -> ModuleMonitors:
    """Temperature, supply and the one lane, calibrated as byte 92 says; None without diagnostics.

    Raises `MemoryMapError` when device 51h was not read, or its calibration constants are no numbers.
    """
    memory = image.view(0x00)
    if not has_monitors(memory):
        return ModuleMonitors(temperature=None, supply_voltage=None)
    found = _diagnostics(image)
    if memory[92] & _EXTERNAL:
        return _externally_calibrated(found, image.origin)
    lane = LaneMonitors(
        lane=1, tx_bias=bias_current(found, 100), tx_power=optical_power(found, 102), rx_power=optical_power(found, 104)
    )
    return ModuleMonitors(temperature=temperature(found, 96), supply_voltage=supply_voltage(found, 98), lanes=(lane,))


def module_thresholds(image: ModuleImage) -> ModuleThresholds:
    """Thresholds of the diagnostics' first forty bytes; none for an externally calibrated module.

    There thresholds are raw words of the module's own converters: as numbers in units they would be wrong.
    """
    memory = image.view(0x00)
    if not has_monitors(memory) or memory[92] & _EXTERNAL:
        return ModuleThresholds()
    found = _diagnostics(image)
    return ModuleThresholds(
        temperature=thresholds(found, 0, 256, "degC", signed=True),
        supply_voltage=thresholds(found, 8, 10_000, "V"),
        tx_bias=thresholds(found, 16, 500_000, "A"),
        tx_power=thresholds(found, 24, 10_000_000, "W"),
        rx_power=thresholds(found, 32, 10_000_000, "W"),
    )


def module_flags(image: ModuleImage) -> ModuleFlags:
    """Flags of bytes 112, 113 (alarms) and 116, 117 (warnings), and the status of byte 110."""
    if not has_monitors(image.view(0x00)):
        return ModuleFlags()
    found = _diagnostics(image)

    def kinds(number: int) -> frozenset[FlagKind]:
        """High then low, two bits a monitor from the top of the first byte."""
        at, shift = number // 4, 6 - 2 * (number % 4)
        pairs = (found[112 + at] >> shift & 0x03, found[116 + at] >> shift & 0x03)
        raised = (pairs[0] >> 1, pairs[0] & 1, pairs[1] >> 1, pairs[1] & 1)
        return frozenset(kind for kind, up in zip(FLAG_KINDS, raised, strict=True) if up)

    def lane(number: int) -> dict[FlagKind, tuple[int, ...]]:
        return dict.fromkeys((kind for kind in FLAG_KINDS if kind in kinds(number)), (1,))

    return ModuleFlags(
        temperature=kinds(0),
        supply_voltage=kinds(1),
        tx_bias=lane(2),
        tx_power=lane(3),
        rx_power=lane(4),
        rx_loss=(1,) if found[STATUS] & 0x02 else (),
        tx_fault=(1,) if found[STATUS] & 0x04 else (),
    )


def is_ready(status: int) -> bool:
    """Whether Data_Ready_Bar (byte 110 bit 0) is down."""
    return not status & 0x01


def _diagnostics(image: ModuleImage) -> bytes:
    if image.diagnostics is None:
        raise MemoryMapError(f"{image.origin}: the module has diagnostics and device 51h was not read; read it too")
    return image.diagnostics


def _externally_calibrated(found: bytes, origin: str) -> ModuleMonitors:
    """Slopes (U8.8) and offsets of bytes 76 to 91, the received power's polynomial of bytes 56 to 75 (9.3)."""
    coefficients = struct.unpack(">5f", found[56:76])
    if not all(math.isfinite(coefficient) for coefficient in coefficients):
        raise MemoryMapError(f"{origin}: calibration constants at bytes 56 to 75 of device 51h are no numbers")
    raw = word(found, 104)
    received = sum(coefficient * raw**power for coefficient, power in zip(coefficients, range(4, -1, -1), strict=True))

    def linear(at: int, value: int, per_unit: int, unit: str) -> Reading:
        return Reading((word(found, at) / 256 * value + signed_word(found, at + 2)) / per_unit, unit)

    lane = LaneMonitors(
        lane=1,
        tx_bias=linear(76, word(found, 100), 500_000, "A"),
        tx_power=linear(80, word(found, 102), 10_000_000, "W"),
        rx_power=Reading(received / 10_000_000, "W"),
    )
    return ModuleMonitors(
        temperature=linear(84, signed_word(found, 96), 256, "degC"),
        supply_voltage=linear(88, word(found, 98), 10_000, "V"),
        lanes=(lane,),
    )


def _medium(memory: bytes) -> str:
    if memory[14] or memory[15]:
        return "single-mode"
    return "multimode" if any(memory[16:20]) else "unspecified"


def _reach(memory: bytes) -> dict[str, float]:
    single = memory[14] * 1000.0 if memory[14] else memory[15] * 100.0
    told = {"SMF": single, "OM2": memory[16] * 10.0, "OM1": memory[17] * 10.0}
    told |= {"OM4": memory[18] * 10.0, "OM3": memory[19] * 10.0}
    return {fibre: length for fibre, length in told.items() if length}
