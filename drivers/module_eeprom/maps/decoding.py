"""The decoders of each management standard, chosen by the identifier in byte 0."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drivers.module_eeprom.maps import cmis, cmis_monitors, sff8472, sff8636
from drivers.module_eeprom.maps.checksum import Checksum
from drivers.module_eeprom.maps.identity import ModuleIdentity
from drivers.module_eeprom.maps.image import ModuleImage
from drivers.module_eeprom.maps.monitors import ModuleFlags, ModuleMonitors, ModuleThresholds
from drivers.module_eeprom.maps.sff8024 import MapName, map_of


@dataclass(frozen=True, slots=True)
class Decoder:
    """What one standard makes of the bytes of a module; each raises `MemoryMapError` for a page that was not read."""

    identity: Callable[[ModuleImage], ModuleIdentity]
    checksums: Callable[[ModuleImage], tuple[Checksum, ...]]
    monitors: Callable[[ModuleImage], ModuleMonitors]
    thresholds: Callable[[ModuleImage], ModuleThresholds]
    flags: Callable[[ModuleImage], ModuleFlags]


_DECODERS: Final[dict[MapName, Decoder]] = {
    "CMIS": Decoder(
        cmis.identity,
        cmis.checksums,
        cmis_monitors.monitors,
        cmis_monitors.module_thresholds,
        cmis_monitors.module_flags,
    ),
    "SFF-8636": Decoder(
        sff8636.identity, sff8636.checksums, sff8636.monitors, sff8636.module_thresholds, sff8636.module_flags
    ),
    "SFF-8472": Decoder(
        sff8472.identity, sff8472.checksums, sff8472.monitors, sff8472.module_thresholds, sff8472.module_flags
    ),
}


def decoder_of(image: ModuleImage) -> Decoder:
    """The decoder of this module. Raises `MemoryMapError` for an identifier that has none."""
    return _DECODERS[map_of(image.lower[0])]
