"""What a CMIS module tells of its signals: bit error ratios and signal-to-noise ratios of diagnostics and observables.

Page 14h (diagnostics: a selector, then a word a lane) and pages 20h to 27h (versatile diagnostics monitoring, VDM:
descriptors, then a sample each). The layout is that of CMIS 5.2 as public switch software reads it, and captured
modules confirm it. F16 is five bits of exponent e and eleven of mantissa m: m · 10^(e − 24).
"""

from dataclasses import dataclass
from typing import Final, Literal

from drivers.errors import MemoryMapError
from drivers.module_eeprom.maps.image import ModuleImage
from drivers.module_eeprom.maps.monitors import word

DIAGNOSTICS: Final = 0x14
BIT_ERROR_RATIO, SIGNAL_TO_NOISE = 0x01, 0x06
"""Selectors of page 14h byte 128."""
VDM_DESCRIPTORS: Final = (0x20, 0x21, 0x22, 0x23)
VDM_SAMPLES: Final = (0x24, 0x25, 0x26, 0x27)

Side = Literal["host", "media"]
_OBSERVABLES: Final[dict[int, tuple[str, Side, str]]] = {
    5: ("eSNR", "media", "dB"),
    6: ("eSNR", "host", "dB"),
    7: ("PAM4 level transition parameter", "media", "dB"),
    8: ("PAM4 level transition parameter", "host", "dB"),
    9: ("pre-FEC BER minimum", "media", "1"),
    10: ("pre-FEC BER minimum", "host", "1"),
    11: ("pre-FEC BER maximum", "media", "1"),
    12: ("pre-FEC BER maximum", "host", "1"),
    13: ("pre-FEC BER average", "media", "1"),
    14: ("pre-FEC BER average", "host", "1"),
    15: ("pre-FEC BER", "media", "1"),
    16: ("pre-FEC BER", "host", "1"),
    17: ("errored frames minimum", "media", "1"),
    18: ("errored frames minimum", "host", "1"),
    19: ("errored frames maximum", "media", "1"),
    20: ("errored frames maximum", "host", "1"),
    21: ("errored frames average", "media", "1"),
    22: ("errored frames average", "host", "1"),
    23: ("errored frames", "media", "1"),
    24: ("errored frames", "host", "1"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observable:
    """One sample of versatile diagnostics monitoring."""

    name: str
    side: Side
    lane: int
    """From 1."""
    value: float | None
    """None when the sample is no possible value, such as an error ratio above one."""
    unit: str


def f16(raw: int) -> float:
    """The number that sixteen bits say: m · 10^(e − 24)."""
    return float((raw & 0x07FF) * 10.0 ** ((raw >> 11) - 24))


def bit_error_ratios(image: ModuleImage, side: Side, bank: int = 0) -> tuple[float, ...]:
    """Bit error ratio of eight lanes, from page 14h with selector 01h: bytes 192 on (host), 208 on (media).

    Raises `MemoryMapError` for another selector and for a ratio above one, which no receiver can have.
    """
    memory = _selected(image, bank, BIT_ERROR_RATIO)
    first = 192 if side == "host" else 208
    ratios = tuple(f16(word(memory, first + 2 * lane)) for lane in range(8))
    for lane, ratio in enumerate(ratios, start=1):
        if ratio > 1:
            raise MemoryMapError(
                f"{image.origin}: {side} lane {lane + 8 * bank}: a bit error ratio of {ratio:g} cannot be"
            )
    return ratios


def signal_to_noise(image: ModuleImage, side: Side, bank: int = 0) -> tuple[float, ...]:
    """eSNR of eight lanes in dB, from page 14h with selector 06h: bytes 208 on (host), 240 on (media), low byte first.

    Raises `MemoryMapError` for another selector.
    """
    memory = _selected(image, bank, SIGNAL_TO_NOISE)
    first = 208 if side == "host" else 240
    return tuple(int.from_bytes(memory[first + 2 * lane : first + 2 * lane + 2], "little") / 256 for lane in range(8))


def observables(image: ModuleImage) -> tuple[Observable, ...]:
    """Every sample of a known kind whose descriptor and sample pages were both read; makers' own kinds are left out."""
    found = []
    for descriptors, samples in zip(VDM_DESCRIPTORS, VDM_SAMPLES, strict=True):
        if not (image.has(descriptors) and image.has(samples)):
            continue
        described, sampled = image.view(descriptors), image.view(samples)
        for at in range(128, 256, 2):
            known = _OBSERVABLES.get(described[at + 1])
            if known is None:
                continue
            name, side, unit = known
            raw = word(sampled, at)
            value: float | None = raw / 256 if unit == "dB" else f16(raw)
            if unit == "1" and value is not None and value > 1:
                value = None
            found.append(Observable(name=name, side=side, lane=(described[at] & 0x0F) + 1, value=value, unit=unit))
    return tuple(found)


def _selected(image: ModuleImage, bank: int, selector: int) -> bytes:
    memory = image.view(DIAGNOSTICS, bank)
    if memory[128] != selector:
        raise MemoryMapError(
            f"{image.origin}: page 14h shows selector {memory[128]:02X}h; select {selector:02X}h before reading"
        )
    return memory
