"""The memory of a pluggable module."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class ModuleEeprom(Protocol):
    """The memory of a pluggable module (SFF-8636, CMIS) over its two-wire bus."""

    def read_page(self, page: int) -> bytes:
        """Get the 256 bytes seen with this upper page selected: lower memory, then the page."""
        ...

    def write(self, page: int, offset: int, content: bytes) -> None:
        """Set bytes of a page (offset 0..255) and prove it by reading back."""
        ...
