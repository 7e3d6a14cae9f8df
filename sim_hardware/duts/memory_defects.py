"""What can be wrong with the memories in the plugs."""

from dataclasses import dataclass

from sim_hardware.duts.cmis_map import MapField, spoil_checksum, spoil_field, spoil_length
from sim_hardware.duts.defect import Defect, DefectError, End, Stage
from sim_hardware.duts.module_memory import ModuleMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class EepromChecksum(Defect):
    """A memory whose stored checksum of page 00h is off by `offset` (1 to 255)."""

    possible_stages = ("cable",)
    end: End
    offset: int = 1
    stage: Stage = "cable"

    def __post_init__(self) -> None:
        super(EepromChecksum, self).__post_init__()
        if not 1 <= self.offset <= 255:
            raise DefectError(f"EepromChecksum: offset = {self.offset!r} must lie in 1 to 255")

    def alter_memories(self, memories: dict[End, ModuleMemory]) -> None:
        """Spoil the checksum."""
        spoil_checksum(memories[self.end], self.offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class EepromIdentity(Defect):
    """A memory that says, with a valid checksum, that the cable is another one."""

    possible_stages = ("cable",)
    end: End
    field: MapField
    stage: Stage = "cable"

    def alter_memories(self, memories: dict[End, ModuleMemory]) -> None:
        """Write another identity."""
        spoil_field(memories[self.end], self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class EepromLength(Defect):
    """A memory that tells, with a valid checksum, this length instead of the cable's."""

    possible_stages = ("cable",)
    end: End
    length_m: float
    stage: Stage = "cable"

    def alter_memories(self, memories: dict[End, ModuleMemory]) -> None:
        """Write the other length."""
        spoil_length(memories[self.end], self.length_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwappedMemories(Defect):
    """The memories of the two ends programmed into each other's plug."""

    possible_stages = ("cable",)
    stage: Stage = "cable"

    def alter_memories(self, memories: dict[End, ModuleMemory]) -> None:
        """Exchange the two."""
        memories["A"], memories["B"] = memories["B"], memories["A"]
