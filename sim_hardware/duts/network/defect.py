"""What every defect of network equipment is: typed, with a magnitude; it alters the parameters, and never a verdict."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sim_hardware.duts.typed_defect import TypedDefect

Parameters = TypeVar("Parameters")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkDefect(TypedDefect, Generic[Parameters]):
    """Base of all these defects."""

    def alter(self, parameters: Parameters) -> None:
        """Do to a unit what this defect does. Raises ValueError where this unit has no such place."""
        raise NotImplementedError


def place(number: int, things: list[Any], what: str) -> int:
    """The index of the place of this number, from 1. Raises ValueError where there is none."""
    if number > len(things):
        raise ValueError(f"{what} {number}: this unit has {len(things)}")
    return number - 1
