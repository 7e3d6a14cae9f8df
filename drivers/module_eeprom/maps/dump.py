"""A module's memory from a file: all pages in JSON, or lower memory and page 00h as 256 bytes.

The JSON is that of captured maps: "A0_lower_00_7F" and "upper_pages" {"00h": …} in hexadecimal; a page of another bank
is named "11h_1". An SFP's second device is "A2" (256 bytes). A binary of 512 bytes is an SFP's two devices.
"""

import json
import re
from pathlib import Path

from drivers.errors import MemoryMapError
from drivers.module_eeprom.maps.image import HALF, ModuleImage


def read_dump(path: Path) -> ModuleImage:
    """The image in a file. Raises `MemoryMapError`, which names the file, and OSError when it cannot be read."""
    content = path.read_bytes()
    if path.suffix == ".json":
        return _of_json(content, str(path))
    if len(content) == 4 * HALF:
        return ModuleImage(
            content[:HALF], {(0, 0): content[HALF : 2 * HALF]}, diagnostics=content[2 * HALF :], origin=str(path)
        )
    if len(content) != 2 * HALF:
        raise MemoryMapError(
            f"{path}: {len(content)} bytes; expected {2 * HALF} (lower memory, page 00h) or {4 * HALF} (both devices "
            "of an SFP); other dumps go in as .json"
        )
    return ModuleImage.of(content, origin=str(path))


def _of_json(content: bytes, origin: str) -> ModuleImage:
    try:
        document = json.loads(content)
        lower = bytes.fromhex(document["A0_lower_00_7F"])
        pages = {_page(name): bytes.fromhex(half) for name, half in document["upper_pages"].items()}
        second = bytes.fromhex(document["A2"]) if "A2" in document else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MemoryMapError(
            f"{origin}: expected A0_lower_00_7F and upper_pages in hexadecimal: {type(error).__name__} {error}"
        ) from error
    if (0, 0) not in pages:
        raise MemoryMapError(f"{origin}: page 00h is missing: every module has it")
    return ModuleImage(lower, pages, diagnostics=second, origin=origin)


def _page(name: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9A-Fa-f]{2})h(?:_(\d{1,3}))?", name)
    if found is None:
        raise ValueError(f"{name!r} is no page; a page is named 00h, one of another bank 11h_1")
    return int(found[2] or 0), int(found[1], 16)
