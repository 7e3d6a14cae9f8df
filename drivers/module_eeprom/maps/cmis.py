"""The identity and checksums of a CMIS module (OIF CMIS 5.2, chapter 8: lower memory, pages 00h and 01h)."""

from typing import Final

from drivers.module_eeprom.maps.checksum import Checksum, byte_sum
from drivers.module_eeprom.maps.identity import (
    Application,
    ModuleIdentity,
    ascii_text,
    attenuations,
    company_identifier,
    identity_texts,
)
from drivers.module_eeprom.maps.image import ModuleImage
from drivers.module_eeprom.maps.monitors import word
from drivers.module_eeprom.maps.sff8024 import connector, form_factor

_MEDIA: Final = {0x01: "multimode", 0x02: "single-mode", 0x03: "passive copper", 0x04: "active copper", 0x05: "BASE-T"}
"""Byte 85; 04h is any active cable assembly, light included (see `_medium`)."""
_TECHNOLOGIES: Final = {
    0x00: "850 nm VCSEL",
    0x01: "1310 nm VCSEL",
    0x02: "1550 nm VCSEL",
    0x03: "1310 nm FP",
    0x04: "1310 nm DFB",
    0x05: "1550 nm DFB",
    0x06: "1310 nm EML",
    0x07: "1550 nm EML",
    0x08: "other",
    0x09: "1490 nm DFB",
    0x0A: "copper, unequalised",
    0x0B: "copper, passive equalised",
    0x0C: "copper, limiting equalisers at both ends",
    0x0D: "copper, limiting equaliser at the far end",
    0x0E: "copper, limiting equaliser at the near end",
    0x0F: "copper, linear equalisers",
    0x10: "C-band tunable laser",
    0x11: "L-band tunable laser",
}
_TEXTS: Final = {
    "vendor": (129, 16),
    "part": (148, 16),
    "revision": (164, 2),
    "serial": (166, 16),
    "date_code": (182, 8),
}
_ATTENUATION: Final = ("5 GHz", "7 GHz", "12.9 GHz", "25.8 GHz", "53.1 GHz")
"""Bytes 204 to 208; that of 53.1 GHz came with CMIS 5."""
_LENGTH_BEYOND: Final = 0xFF
_NO_APPLICATION: Final = 0xFF


def identity(image: ModuleImage) -> ModuleIdentity:
    """What the module says of itself. Page 01h adds reach, wavelength and versions, as far as it was read.

    Raises `MemoryMapError` when page 00h was not read.
    """
    memory = image.view(0x00)
    texts = identity_texts(memory, _TEXTS)
    told = memory[202]
    unreadable = texts.unreadable if memory[128] == memory[0] else (*texts.unreadable, "identifier")
    plug, _ = ascii_text(memory[223:239])
    advertised = image.view(0x01) if image.has(0x01) else None
    return ModuleIdentity(
        memory_map="CMIS",
        identifier=memory[0],
        form_factor=form_factor(memory[0]),
        management=f"CMIS {memory[1] >> 4}.{memory[1] & 0x0F}",
        is_flat=is_flat(memory),
        vendor=texts.vendor,
        part=texts.part,
        revision=texts.revision,
        serial=texts.serial,
        date_code=texts.date_code,
        oui=company_identifier(memory[145:148]),
        manufactured=texts.manufactured,
        media=_medium(memory[85], memory[212]),
        technology=_TECHNOLOGIES.get(memory[212], f"code {memory[212]:02X}h"),
        connector=connector(memory[203]),
        length_m=None if told == _LENGTH_BEYOND else (told & 0x3F) * 10.0 ** ((told >> 6) - 1),
        reach_m={} if advertised is None else _reach(advertised),
        wavelength_m=None if advertised is None else _wavelength(advertised),
        attenuation_db=attenuations(_ATTENUATION, memory[204:209]) if 0x0A <= memory[212] <= 0x0F else {},
        max_power_w=memory[201] * 0.25 if memory[201] else None,
        firmware=None if is_flat(memory) else f"{memory[39]}.{memory[40]}",
        hardware=None if advertised is None else f"{advertised[130]}.{advertised[131]}",
        applications=applications(image),
        plug=plug,
        unreadable=unreadable,
    )


def is_flat(memory: bytes) -> bool:
    """Whether the module has no page beyond 00h (byte 2, bit 7)."""
    return bool(memory[2] & 0x80)


def banks(image: ModuleImage) -> int:
    """How many banks of eight lanes (page 01h byte 142); one for a flat memory or when page 01h was not read."""
    if is_flat(image.lower) or not image.has(0x01):
        return 1
    # The fourth code is reserved: only what is told for certain is read.
    return {0: 1, 1: 2, 2: 4}.get(image.view(0x01)[142] & 0x03, 1)


def checksums(image: ModuleImage) -> tuple[Checksum, ...]:
    """Of page 00h (128 to 221), and of pages 01h (130 to 254) and 02h (128 to 254) where they were read."""
    places = {0x00: (128, 222), 0x01: (130, 255), 0x02: (128, 255)}
    return tuple(
        byte_sum(f"page {page:02X}h", image.view(page), first, at)
        for page, (first, at) in places.items()
        if page == 0x00 or image.has(page)
    )


def applications(image: ModuleImage) -> tuple[Application, ...]:
    """The descriptors at byte 86, and from the ninth on page 01h byte 223; FFh ends the list."""
    descriptors = [image.lower[at : at + 4] for at in range(86, 118, 4)]
    if not is_flat(image.lower) and image.has(0x01):
        descriptors += [image.view(0x01)[at : at + 4] for at in range(223, 251, 4)]
    found = []
    for number, (host, media, lanes, assignment) in enumerate(descriptors, start=1):
        if host in (0, _NO_APPLICATION):
            break
        found.append(
            Application(
                number=number,
                host_interface=host,
                media_interface=media,
                host_lanes=lanes >> 4,
                media_lanes=lanes & 0x0F,
                host_assignment=assignment,
            )
        )
    return tuple(found)


def _medium(media_type: int, technology: int) -> str:
    if media_type == 0x04 and not 0x0A <= technology <= 0x0F:
        return "active optical"
    return _MEDIA.get(media_type, "unspecified" if media_type == 0 else f"code {media_type:02X}h")


def _reach(memory: bytes) -> dict[str, float]:
    single = (memory[132] & 0x3F) * {0: 100.0, 1: 1000.0, 2: 10000.0}.get(memory[132] >> 6, 0.0)
    told = {"SMF": single, "OM5": memory[133] * 2.0, "OM4": memory[134] * 2.0}
    told |= {"OM3": memory[135] * 2.0, "OM2": memory[136] * 1.0}
    return {fibre: length for fibre, length in told.items() if length}


def _wavelength(memory: bytes) -> float | None:
    raw = word(memory, 138)
    return raw / 20e9 if raw else None
