"""What a module says of itself, in one form for all three management standards."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from drivers.module_eeprom.maps.sff8024 import MapName


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One application that a CMIS module offers (application descriptor), in SFF-8024 codes."""

    number: int
    host_interface: int
    media_interface: int
    host_lanes: int
    media_lanes: int
    host_assignment: int
    """Bit n: it may begin at host lane n + 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleIdentity:
    """Identity of a module as read. Lengths in metres, wavelength in metres, power in watts."""

    memory_map: MapName
    identifier: int
    form_factor: str
    management: str
    """Revision of the management interface, such as "CMIS 5.0"."""
    is_flat: bool
    """Whether there is no page beyond 00h."""
    vendor: str
    oui: str
    part: str
    revision: str
    serial: str
    date_code: str
    manufactured: date | None
    """What the date code says; None when it is empty or no date."""
    media: str
    """ "passive copper", "active copper", "single-mode", "multimode", "BASE-T" or "unspecified"."""
    technology: str
    connector: str
    length_m: float | None
    """Of the cable assembly; 0.0 for a separable medium, None when the map says only "longer than it can say"."""
    reach_m: Mapping[str, float] = field(default_factory=dict)
    """Supported length by kind of fibre."""
    wavelength_m: float | None = None
    attenuation_db: Mapping[str, int] = field(default_factory=dict)
    """Of a copper cable, by frequency, in whole dB."""
    max_power_w: float | None = None
    firmware: str | None = None
    hardware: str | None = None
    applications: tuple[Application, ...] = ()
    plug: str = ""
    """The maker's own text behind the checksum, where the map has room for one."""
    unreadable: tuple[str, ...] = ()
    """Fields that do not hold what the standard asks for: their texts show escapes, or are missing."""


def ascii_text(field_bytes: bytes) -> tuple[str, bool]:
    """A text without its padding, and whether it is printable ASCII as the standards ask for.

    Any other byte shows as its escape, so that a module with rubbish in its name shows the rubbish.
    """
    content = field_bytes.rstrip(b" \x00")
    shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}" for byte in content)
    return shown, all(0x20 <= byte < 0x7F for byte in content)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityTexts:
    """The texts that every map has, and which of them are not what the standard asks for."""

    vendor: str
    part: str
    revision: str
    serial: str
    date_code: str
    manufactured: date | None
    unreadable: tuple[str, ...]


def identity_texts(memory: bytes, fields: Mapping[str, tuple[int, int]]) -> IdentityTexts:
    """The texts by name from (first byte, length)."""
    texts, unreadable = {}, []
    for name, (first, length) in fields.items():
        texts[name], readable = ascii_text(memory[first : first + length])
        if not readable:
            unreadable.append(name)
    day, is_day = manufactured(texts["date_code"])
    if not is_day and "date_code" not in unreadable:
        unreadable.append("date_code")
    return IdentityTexts(**texts, manufactured=day, unreadable=tuple(unreadable))


def attenuations(frequencies: tuple[str, ...], content: bytes) -> dict[str, int]:
    """Whole dB by frequency; a zero tells nothing."""
    return {frequency: db for frequency, db in zip(frequencies, content, strict=True) if db}


def company_identifier(content: bytes) -> str:
    """IEEE company identifier as it is written: 00-1B-21."""
    return "-".join(f"{byte:02X}" for byte in content)


def manufactured(date_code: str) -> tuple[date | None, bool]:
    """The day of a date code YYMMDD (a lot code may follow), and whether the code is empty or a day.

    Two digits of a year mean this century, as all three standards have it.
    """
    if not date_code.strip():
        return None, True
    found = re.match(r"(\d\d)(\d\d)(\d\d)", date_code, re.ASCII)
    if found is None:
        return None, False
    year, month, day = map(int, found.groups())
    try:
        return date(2000 + year, month, day), True
    except ValueError:
        return None, False
