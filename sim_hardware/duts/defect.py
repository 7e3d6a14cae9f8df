"""What every defect is: typed, with a magnitude, and the stage at which it comes to life.

A defect born in the bundle is there in both tests; one born at the plugs ("cable") cannot show before they are on. What
a defect does, it does to the wiring, the waves, the length or the memories, and never to a verdict.
"""

import math
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Literal, get_args

from sim_hardware.duts.module_memory import ModuleMemory
from sim_hardware.duts.wiring import Wiring

Stage = Literal["bundle", "cable"]
End = Literal["A", "B"]
ENDS: tuple[End, ...] = get_args(End)


class DefectError(ValueError):
    """A defect that cannot be: unknown kind or key, or a magnitude or place that makes no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """Base of all defects. `stage` is when it comes to life; numbers that end in `ohm`, `_m` or `_db` are positive."""

    possible_stages: ClassVar[tuple[Stage, ...]]
    stage: Stage

    def __post_init__(self) -> None:
        kind = type(self).__name__
        if self.stage not in self.possible_stages:
            known = " or ".join(self.possible_stages)
            raise DefectError(f"{kind}: stage {self.stage!r}; it comes to life in the {known}")
        for field in fields(self):
            value, allowed = getattr(self, field.name), get_args(field.type)
            if allowed and value not in allowed:
                raise DefectError(f"{kind}: {field.name} = {value!r}; possible: {', '.join(allowed)}")
            if field.type is int and (isinstance(value, bool) or not isinstance(value, int)):
                raise DefectError(f"{kind}: {field.name} = {value!r} is not a whole number")
            if field.type is float:
                if isinstance(value, bool) or not isinstance(value, int | float):
                    raise DefectError(f"{kind}: {field.name} = {value!r} is not a number")
                if not 0 < value < math.inf:
                    raise DefectError(f"{kind}: {field.name} = {value!r} must be positive and finite")

    def alter_wiring(self, wiring: Wiring) -> None:
        """Do to the conductors and to what waves meet on them what this defect does; nothing by default."""

    def alter_memories(self, memories: dict[End, ModuleMemory]) -> None:
        """Do to the memories in the two plugs what this defect does; nothing by default."""

    def cut_length_m(self, planned_m: float) -> float:
        """The length to which the bundle is really cut, in metres; as planned by default."""
        return planned_m

    def to_mapping(self) -> dict[str, Any]:
        """The mapping that `parse_defect` reads back."""
        return {"kind": type(self).__name__, **asdict(self)}
