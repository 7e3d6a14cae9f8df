"""Checksums of a module's memory: in all three standards the low byte of a sum, stored behind what was summed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checksum:
    """One checksum as stored and as computed; nothing here judges beyond comparing the two."""

    name: str
    """The standard's name, such as CC_BASE, or the page."""
    stored: int
    computed: int

    @property
    def valid(self) -> bool:
        """Whether the two agree."""
        return self.stored == self.computed

    def __str__(self) -> str:
        return "valid" if self.valid else f"stored 0x{self.stored:02x}, computed 0x{self.computed:02x}"


def byte_sum(name: str, memory: bytes, first: int, at: int) -> Checksum:
    """The checksum at byte `at` of the bytes from `first` up to it."""
    return Checksum(name, memory[at], sum(memory[first:at]) & 0xFF)
