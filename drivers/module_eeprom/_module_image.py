"""Reading a module for its decoders: the pages that an answer needs, and no latched flag cleared on the way.

Flags are cleared by reading them, so an image that is read quietly leaves their bytes out and has zeros there; only
`flags` reads them, once.
"""

from typing import Final, Literal

from drivers.module_eeprom._paged_memory import ADDRESS, HALF, PagedMemory
from drivers.module_eeprom.maps import cmis, sff8472, sff8636
from drivers.module_eeprom.maps.image import ModuleImage
from drivers.module_eeprom.maps.sff8024 import MapName, map_of

Wanted = Literal["identity", "checksums", "monitors", "thresholds", "flags", "data paths"]

DIAGNOSTICS_ADDRESS: Final = 0x51
_QUIET_LOWER: Final[dict[MapName, tuple[range, ...]]] = {
    "CMIS": (range(0, 8), range(14, HALF)),
    "SFF-8636": (range(0, 3), range(22, HALF)),
}
"""Lower memory without its latched flags: CMIS 8 to 13, SFF-8636 3 to 21."""
_QUIET_LANES: Final = (range(128, 134), range(154, 256))
"""CMIS page 11h without its latched flags, 134 to 153."""
_QUIET_DIAGNOSTICS: Final = (range(0, 112), range(118, 256))
_CMIS_PAGES: Final[dict[Wanted, tuple[int, ...]]] = {
    "identity": (0x01,),
    "checksums": (0x01, 0x02),
    "monitors": (0x01, 0x11),
    "thresholds": (0x01, 0x02),
    "flags": (0x01, 0x11),
    "data paths": (0x01, 0x11),
}
"""Beyond page 00h, of a memory that is not flat; 11h in every bank."""


class ImagedMemory(PagedMemory):
    """Base of drivers for modules: what their decoders need, as an image."""

    __slots__ = ()

    def _map(self) -> MapName:
        """The map of what is plugged in now. Raises `MemoryMapError` for an identifier that has none."""
        return map_of(self._read_patiently(0, 1)[0])

    def _image(self, wanted: Wanted) -> ModuleImage:
        """What decoding this needs, read from the module that is plugged in now."""
        name = self._map()
        if name == "SFF-8472":
            return self._sfp_image(wanted)
        lower = self._read(0, HALF) if wanted == "flags" else self._quietly(HALF, *_QUIET_LOWER[name])
        image = self._with(ModuleImage(lower, {}, origin=self.resource), 0x00)
        if name == "SFF-8636":
            paged = wanted == "thresholds" and not lower[2] & 0x04
            return self._with(image, sff8636.THRESHOLDS) if paged else image
        if cmis.is_flat(lower):
            return image
        for page in _CMIS_PAGES[wanted]:
            for bank in range(cmis.banks(image) if page == 0x11 else 1):
                image = self._with(image, page, bank, loud=wanted == "flags")
        return image

    def _sfp_image(self, wanted: Wanted) -> ModuleImage:
        memory = self._read_patiently(0, 2 * HALF)
        second = None
        if wanted != "identity" and sff8472.has_monitors(memory):
            if wanted == "flags":
                second = self._read(0, 2 * HALF, DIAGNOSTICS_ADDRESS)
            else:
                second = self._quietly(2 * HALF, *_QUIET_DIAGNOSTICS, address=DIAGNOSTICS_ADDRESS)
        return ModuleImage(memory[:HALF], {(0, 0): memory[HALF:]}, diagnostics=second, origin=self.resource)

    def _with(self, image: ModuleImage, page: int, bank: int = 0, *, loud: bool = False) -> ModuleImage:
        """The image and one more page."""
        self._select(page, bank)
        if page != 0x11:
            half = self._read_patiently(HALF, HALF)
        elif loud:
            half = self._read(HALF, HALF)
        else:
            half = self._quietly(2 * HALF, *_QUIET_LANES)[HALF:]
        return ModuleImage(image.lower, {**image.pages, (bank, page): half}, origin=image.origin)

    def _quietly(self, size: int, *places: range, address: int = ADDRESS) -> bytes:
        content = bytearray(size)
        for place in places:
            content[place.start : place.stop] = self._read_patiently(place.start, len(place), address)
        return bytes(content)
