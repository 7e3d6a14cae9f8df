"""What every defect of network equipment is: typed, with a magnitude; it alters the parameters, and never a verdict."""

import difflib
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Generic, TypeVar

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.family import Sweep

Parameters = TypeVar("Parameters")
ONCE, CERTAIN = (1.0,), (1.0, 1.0)
"""The magnitudes of a defect that is there or not, and where it is clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkDefect(Generic[Parameters]):
    """Base of all these defects. Numbers are positive and finite, whole ones from 1, texts not empty.

    Raises DefectError for anything else.
    """

    def __post_init__(self) -> None:
        kind = type(self).__name__
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type is str:
                if not isinstance(value, str) or not value:
                    raise DefectError(f"{kind}: {field.name} = {value!r} is not a text")
            elif field.type is int:
                if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                    raise DefectError(f"{kind}: {field.name} = {value!r} is not a whole number from 1")
            elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
                raise DefectError(f"{kind}: {field.name} = {value!r} is not a positive number")

    def alter(self, parameters: Parameters) -> None:
        """Do to a unit what this defect does. Raises ValueError where this unit has no such place."""
        raise NotImplementedError

    def to_mapping(self) -> dict[str, Any]:
        """The mapping that `parse_network_defect` reads back."""
        return {"kind": type(self).__name__, **asdict(self)}


@dataclass(frozen=True, slots=True)
class NetworkSweep(Sweep, Generic[Parameters]):
    """A sweep of such a defect, and how one of a magnitude is made; the stream draws the place."""

    make: Callable[[float, random.Random], NetworkDefect[Parameters]]


def place(number: int, things: list[Any], what: str) -> int:
    """The index of the place of this number, from 1. Raises ValueError where there is none."""
    if number > len(things):
        raise ValueError(f"{what} {number}: this unit has {len(things)}")
    return number - 1


def parse_network_defect(
    mapping: Mapping[str, Any], kinds: Mapping[str, type[NetworkDefect[Parameters]]]
) -> NetworkDefect[Parameters]:
    """Read a defect such as {"kind": "FanStall", "fan": 2}, one of these kinds.

    Raises DefectError for an unknown kind or key (naming the nearest), a missing key, or a value out of place.
    """
    arguments = dict(mapping)
    kind = arguments.pop("kind", None)
    if kind not in kinds:
        close = difflib.get_close_matches(str(kind), kinds, n=2) or list(kinds)
        raise DefectError(f"unknown kind of defect {kind!r}; did you mean {', '.join(close)}?")
    known = {field.name for field in fields(kinds[kind])}
    for key in arguments:
        if key not in known:
            raise DefectError(f"{kind}: unknown key {key!r}; known: {', '.join(sorted(known)) or 'none'}")
    try:
        return kinds[kind](**arguments)
    except TypeError as error:
        raise DefectError(f"{kind}: {error}") from error
