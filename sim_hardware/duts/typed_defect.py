"""What a defect of a unit is that is neither twinax nor supply: typed, with a magnitude, read strictly from a file."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from sim_hardware.duts.defect import DefectError


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedDefect:
    """Base of such defects. Numbers are finite and positive, whole ones from 1 on, texts not empty.

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
            elif isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 < value < math.inf:
                raise DefectError(f"{kind}: {field.name} = {value!r} is not a positive number")

    def to_mapping(self) -> dict[str, Any]:
        """The mapping that `parse_typed` reads back."""
        return {"kind": type(self).__name__, **asdict(self)}


AnyDefect = TypeVar("AnyDefect", bound=TypedDefect)


def parse_typed(mapping: Mapping[str, Any], kinds: Mapping[str, type[AnyDefect]]) -> AnyDefect:
    """Read a defect such as {"kind": "DirtyFace", …}, one of these kinds.

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
