"""Monitors, thresholds and flags of a CMIS module: lower memory, advertisement on 01h, thresholds on 02h, lanes on 11h.

What a module does not advertise (page 01h bytes 159 and 160) has no reading, whatever its bytes hold.
"""

from collections.abc import Iterator
from typing import Final

from drivers.errors import MemoryMapError
from drivers.module_eeprom.maps.cmis import banks, is_flat
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
    supply_voltage,
    temperature,
    thresholds,
)

ADVERTISEMENT, THRESHOLDS, LANES = 0x01, 0x02, 0x11
LANES_PER_BANK: Final = 8
_TEMPERATURE, _SUPPLY = 0x01, 0x02
_TX_BIAS, _TX_POWER, _RX_POWER = 0x01, 0x02, 0x04


def monitors(image: ModuleImage) -> ModuleMonitors:
    """Temperature, supply and each lane's monitors; all None for a flat memory, which measures nothing.

    Raises `MemoryMapError` when a page that the module has was not read.
    """
    if is_flat(image.lower):
        return ModuleMonitors(temperature=None, supply_voltage=None)
    advertised = image.view(ADVERTISEMENT)
    return ModuleMonitors(
        temperature=temperature(image.lower, 14) if advertised[159] & _TEMPERATURE else None,
        supply_voltage=supply_voltage(image.lower, 16) if advertised[159] & _SUPPLY else None,
        lanes=tuple(_lane(image, lane) for lane in media_lanes(image)) if advertised[160] & 0x07 else (),
    )


def module_thresholds(image: ModuleImage) -> ModuleThresholds:
    """Thresholds of what the module measures, from page 02h. Raises `MemoryMapError` as `monitors` does."""
    if is_flat(image.lower):
        return ModuleThresholds()
    advertised, memory = image.view(ADVERTISEMENT), image.view(THRESHOLDS)
    module, lane = advertised[159], advertised[160]
    return ModuleThresholds(
        temperature=thresholds(memory, 128, 256, "degC", signed=True) if module & _TEMPERATURE else None,
        supply_voltage=thresholds(memory, 136, 10_000, "V") if module & _SUPPLY else None,
        tx_power=thresholds(memory, 176, 10_000_000, "W") if lane & _TX_POWER else None,
        tx_bias=thresholds(memory, 184, 500_000 // bias_multiplier(image), "A") if lane & _TX_BIAS else None,
        rx_power=thresholds(memory, 192, 10_000_000, "W") if lane & _RX_POWER else None,
    )


def module_flags(image: ModuleImage) -> ModuleFlags:
    """Latched flags of byte 9 and, of every bank, of page 11h. Reading them from a module clears them."""
    if is_flat(image.lower):
        return ModuleFlags()
    nine = image.lower[9]
    return ModuleFlags(
        temperature=frozenset(kind for bit, kind in enumerate(FLAG_KINDS) if nine >> bit & 1),
        supply_voltage=frozenset(kind for bit, kind in enumerate(FLAG_KINDS, start=4) if nine >> bit & 1),
        tx_power=_by_kind(image, 139),
        tx_bias=_by_kind(image, 143),
        rx_power=_by_kind(image, 149),
        rx_loss=_raised(image, 147),
        tx_fault=_raised(image, 135),
    )


def media_lanes(image: ModuleImage) -> Iterator[int]:
    """Lanes that the near end has (page 00h byte 210; beyond the first bank inferred to be all).

    A module that says it has none and yet monitors lanes contradicts itself, as a captured one does: all are read.
    """
    missing = image.view(0x00)[210]
    if missing == 0xFF:
        missing = 0
    for lane in range(1, banks(image) * LANES_PER_BANK + 1):
        if lane > LANES_PER_BANK or not missing >> (lane - 1) & 1:
            yield lane


def bias_multiplier(image: ModuleImage) -> int:
    """What a step of 2 µA is multiplied by (page 01h byte 160, bits 4 and 3).

    Raises `MemoryMapError` for the reserved code: the words have no unit then.
    """
    code = image.view(ADVERTISEMENT)[160] >> 3 & 0x03
    if code == 0x03:
        raise MemoryMapError(f"{image.origin}: page 01h byte 160: multiplier 3 of the bias current is reserved")
    return 1 << code


def _lane(image: ModuleImage, lane: int) -> LaneMonitors:
    supported = image.view(ADVERTISEMENT)[160]
    memory, at = image.view(LANES, (lane - 1) // LANES_PER_BANK), 2 * ((lane - 1) % LANES_PER_BANK)
    return LaneMonitors(
        lane=lane,
        tx_power=optical_power(memory, 154 + at) if supported & _TX_POWER else None,
        tx_bias=bias_current(memory, 170 + at, bias_multiplier(image)) if supported & _TX_BIAS else None,
        rx_power=optical_power(memory, 186 + at) if supported & _RX_POWER else None,
    )


def _raised(image: ModuleImage, at: int) -> tuple[int, ...]:
    """Lanes whose bit is up at this byte of page 11h, over all banks."""
    return tuple(
        LANES_PER_BANK * bank + bit + 1
        for bank in range(banks(image))
        for bit in range(LANES_PER_BANK)
        if image.view(LANES, bank)[at] >> bit & 1
    )


def _by_kind(image: ModuleImage, first: int) -> dict[FlagKind, tuple[int, ...]]:
    found = {kind: _raised(image, at) for at, kind in enumerate(FLAG_KINDS, start=first)}
    return {kind: lanes for kind, lanes in found.items() if lanes}
