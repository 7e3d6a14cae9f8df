"""A QSFP28's memory: SFF-8636 rev 2.10a, lower page, page 00h (identity) and page 03h (thresholds)."""

from typing import Final

from drivers.module_eeprom.maps.checksum import Checksum, byte_sum
from drivers.module_eeprom.maps.identity import (
    ModuleIdentity,
    ascii_text,
    attenuations,
    company_identifier,
    identity_texts,
)
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
    word,
)
from drivers.module_eeprom.maps.sff8024 import connector, form_factor

THRESHOLDS: Final = 0x03
LANES: Final = 4
_REVISIONS: Final = {
    0x00: "unspecified revision",
    0x01: "SFF-8436 rev 4.8 or earlier",
    0x02: "SFF-8436 rev 4.8 with bytes of SFF-8636",
    0x03: "SFF-8636 rev 1.3 or earlier",
    0x04: "SFF-8636 rev 1.4",
    0x05: "SFF-8636 rev 1.5",
    0x06: "SFF-8636 rev 2.0",
    0x07: "SFF-8636 rev 2.5 to 2.7",
    0x08: "SFF-8636 rev 2.8 to 2.10",
}
_TELLS_MONITORS: Final = 0x08
"""From this revision on byte 220 tells whether temperature and supply are monitored."""
_TELLS_TX_POWER: Final = 0x03
"""Before it, bytes 50 to 57 are reserved."""
_TECHNOLOGIES: Final = (
    "850 nm VCSEL",
    "1310 nm VCSEL",
    "1550 nm VCSEL",
    "1310 nm FP",
    "1310 nm DFB",
    "1550 nm DFB",
    "1310 nm EML",
    "1550 nm EML",
    "other",
    "1490 nm DFB",
    "copper, unequalised",
    "copper, passive equalised",
    "copper, limiting equalisers at both ends",
    "copper, limiting equaliser at the far end",
    "copper, limiting equaliser at the near end",
    "copper, linear equalisers",
)
_TEXTS: Final = {
    "vendor": (148, 16),
    "part": (168, 16),
    "revision": (184, 2),
    "serial": (196, 16),
    "date_code": (212, 8),
}
_ATTENUATION: Final = ("2.5 GHz", "5 GHz", "7 GHz", "12.9 GHz")
_CLASS_W: Final = (1.5, 2.0, 2.5, 3.5)
_HIGH_CLASS_W: Final = (None, 4.0, 4.5, 5.0)
_LENGTH_BEYOND: Final = 0xFF


def identity(image: ModuleImage) -> ModuleIdentity:
    """What the module says of itself. Raises `MemoryMapError` when page 00h was not read."""
    memory = image.view(0x00)
    texts = identity_texts(memory, _TEXTS)
    unreadable = texts.unreadable if memory[128] == memory[0] else (*texts.unreadable, "identifier")
    copper = _is_copper(memory)
    plug, _ = ascii_text(memory[224:240])
    wavelength = word(memory, 186)
    return ModuleIdentity(
        memory_map="SFF-8636",
        identifier=memory[0],
        form_factor=form_factor(memory[0]),
        management=_REVISIONS.get(memory[1], f"SFF-8636 code {memory[1]:02X}h"),
        is_flat=bool(memory[2] & 0x04),
        vendor=texts.vendor,
        part=texts.part,
        revision=texts.revision,
        serial=texts.serial,
        date_code=texts.date_code,
        oui=company_identifier(memory[165:168]),
        manufactured=texts.manufactured,
        media=_medium(memory[147] >> 4),
        technology=_TECHNOLOGIES[memory[147] >> 4],
        connector=connector(memory[130]),
        length_m=(None if memory[146] == _LENGTH_BEYOND else float(memory[146])) if copper else 0.0,
        reach_m={} if copper else _reach(memory),
        wavelength_m=wavelength / 20e9 if wavelength and not copper else None,
        attenuation_db=attenuations(_ATTENUATION, memory[186:190]) if copper else {},
        max_power_w=_power(memory[129], memory[107]),
        plug=plug,
        unreadable=unreadable,
    )


def checksums(image: ModuleImage) -> tuple[Checksum, ...]:
    """CC_BASE at byte 191 of bytes 128 to 190, CC_EXT at byte 223 of bytes 192 to 222."""
    memory = image.view(0x00)
    return byte_sum("CC_BASE", memory, 128, 191), byte_sum("CC_EXT", memory, 192, 223)


def monitors(image: ModuleImage) -> ModuleMonitors:
    """Temperature, supply and four lanes; None for what this module does not measure.

    Before revision 2.8 nothing tells whether temperature and supply are measured. A supply of 0 V cannot be that of
    a module that answers: then neither is. Received power is average or modulation amplitude, by bit 3 of byte 220.
    """
    memory = image.view(0x00)
    told, measured = memory[220], _measures(memory)
    lanes: tuple[LaneMonitors, ...] = ()
    if measured and not _is_copper(memory):
        lanes = tuple(
            LaneMonitors(
                lane=lane + 1,
                rx_power=optical_power(memory, 34 + 2 * lane),
                tx_bias=bias_current(memory, 42 + 2 * lane),
                tx_power=optical_power(memory, 50 + 2 * lane) if _has_tx_power(memory) else None,
            )
            for lane in range(LANES)
        )
    new = memory[1] >= _TELLS_MONITORS
    return ModuleMonitors(
        temperature=temperature(memory, 22) if measured and (told & 0x20 or not new) else None,
        supply_voltage=supply_voltage(memory, 26) if measured and (told & 0x10 or not new) else None,
        lanes=lanes,
    )


def module_thresholds(image: ModuleImage) -> ModuleThresholds:
    """Thresholds of what the module measures, from page 03h. Raises `MemoryMapError` when it was not read."""
    memory = image.view(0x00)
    if memory[2] & 0x04 or not _measures(memory):
        return ModuleThresholds()
    limits = image.view(THRESHOLDS)
    lasers = not _is_copper(memory)
    return ModuleThresholds(
        temperature=thresholds(limits, 128, 256, "degC", signed=True),
        supply_voltage=thresholds(limits, 144, 10_000, "V"),
        rx_power=thresholds(limits, 176, 10_000_000, "W") if lasers else None,
        tx_bias=thresholds(limits, 184, 500_000, "A") if lasers else None,
        tx_power=thresholds(limits, 192, 10_000_000, "W") if lasers and _has_tx_power(memory) else None,
    )


def module_flags(image: ModuleImage) -> ModuleFlags:
    """Latched flags of bytes 3 to 14. Reading them from a module clears them."""
    lower = image.lower
    return ModuleFlags(
        temperature=_kinds(lower[6] >> 4),
        supply_voltage=_kinds(lower[7] >> 4),
        rx_power=_by_kind(lower, 9),
        tx_bias=_by_kind(lower, 11),
        tx_power=_by_kind(lower, 13),
        rx_loss=tuple(lane + 1 for lane in range(LANES) if lower[3] >> lane & 1),
        tx_fault=tuple(lane + 1 for lane in range(LANES) if lower[4] >> lane & 1),
    )


def is_ready(lower: bytes) -> bool:
    """Whether Data_Not_Ready (byte 2 bit 0) is down."""
    return not lower[2] & 0x01


def asks_low_power(power_control: int) -> bool:
    """Whether the host asks for low power mode (byte 93: Power_override and Power_set); the pin does not show."""
    return power_control & 0x03 == 0x03


def _is_copper(memory: bytes) -> bool:
    return memory[147] >> 4 >= 0x0A


def _measures(memory: bytes) -> bool:
    if memory[1] >= _TELLS_MONITORS:
        return bool(memory[220] & 0x3C)
    return word(memory, 26) != 0


def _has_tx_power(memory: bytes) -> bool:
    return memory[1] >= _TELLS_TX_POWER and bool(memory[220] & 0x04)


def _medium(technology: int) -> str:
    if technology >= 0x0A:
        return "passive copper" if technology <= 0x0B else "active copper"
    # The wavelength decides as far as anything does: inferred for all but the VCSEL of 850 nm.
    return {0x0: "multimode", 0x8: "unspecified"}.get(technology, "single-mode")


def _reach(memory: bytes) -> dict[str, float]:
    told = {"SMF": memory[142] * 1000.0, "OM3": memory[143] * 2.0, "OM2": memory[144] * 1.0, "OM1": memory[145] * 1.0}
    told["OM4"] = memory[146] * 2.0
    return {fibre: length for fibre, length in told.items() if length}


def _power(extended: int, maximum: int) -> float | None:
    """Classes 1 to 4 in bits 7 and 6, 5 to 7 in bits 1 and 0, 8 in bit 5 with its watts in byte 107."""
    if extended & 0x20:
        return maximum * 0.1 if maximum else None
    return _HIGH_CLASS_W[extended & 0x03] or _CLASS_W[extended >> 6]


def _kinds(bits: int) -> frozenset[FlagKind]:
    """High alarm in bit 3, low alarm in bit 2, high warning in bit 1, low warning in bit 0."""
    return frozenset(kind for at, kind in enumerate(FLAG_KINDS) if bits >> (3 - at) & 1)


def _by_kind(lower: bytes, first: int) -> dict[FlagKind, tuple[int, ...]]:
    """Two bytes; of each the upper half is the odd lane's."""
    nibbles = (lower[first] >> 4, lower[first] & 0x0F, lower[first + 1] >> 4, lower[first + 1] & 0x0F)
    raised = [_kinds(nibble) for nibble in nibbles]
    found = {kind: tuple(lane for lane, kinds in enumerate(raised, start=1) if kind in kinds) for kind in FLAG_KINDS}
    return {kind: lanes for kind, lanes in found.items() if lanes}
