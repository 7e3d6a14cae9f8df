"""The bytes of one module as far as somebody has read them: lower memory, pages by bank, an SFP's second device."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.errors import MemoryMapError

HALF = 128


@dataclass(frozen=True, slots=True)
class ModuleImage:
    """Lower memory and pages; `pages` by (bank, page). Addresses within a page are those of the standards, 128 to 255.

    Raises `MemoryMapError` for a half that is not 128 bytes long, or a second device that is not 256.
    """

    lower: bytes
    pages: Mapping[tuple[int, int], bytes]
    diagnostics: bytes | None = None
    """Device 51h of an SFP."""
    origin: str = field(default="module memory", compare=False)
    """What the bytes were read from, for messages."""

    def __post_init__(self) -> None:
        for name, half in (("lower memory", self.lower), *((page_name(*at), half) for at, half in self.pages.items())):
            if len(half) != HALF:
                raise MemoryMapError(f"{self.origin}: {name} has {len(half)} bytes instead of {HALF}")
        if self.diagnostics is not None and len(self.diagnostics) != 2 * HALF:
            raise MemoryMapError(f"{self.origin}: device 51h has {len(self.diagnostics)} bytes instead of {2 * HALF}")

    @classmethod
    def of(cls, memory: bytes, origin: str = "module memory") -> "ModuleImage":
        """Lower memory and page 00h in one piece of 256 bytes. Raises `MemoryMapError` for another length."""
        if len(memory) != 2 * HALF:
            raise MemoryMapError(
                f"{origin}: {len(memory)} bytes; lower memory and page 00h are {2 * HALF}; read it whole"
            )
        return cls(memory[:HALF], {(0, 0): memory[HALF:]}, origin=origin)

    def has(self, page: int, bank: int = 0) -> bool:
        """Whether this page was read."""
        return (bank, page) in self.pages

    def view(self, page: int, bank: int = 0) -> bytes:
        """The 256 bytes seen with this page selected. Raises `MemoryMapError` when it was not read."""
        half = self.pages.get((bank, page))
        if half is None:
            known = ", ".join(page_name(*at) for at in sorted(self.pages))
            raise MemoryMapError(f"{self.origin}: {page_name(bank, page)} is not there; there is: {known}")
        return self.lower + half


def page_name(bank: int, page: int) -> str:
    """How messages name a page."""
    return f"page {page:02X}h" + (f" of bank {bank}" if bank else "")
