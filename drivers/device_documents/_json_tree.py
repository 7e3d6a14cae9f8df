"""A JSON document as a tree whose nodes know where they are, read strictly.

The standard reader takes NaN, turns 1e999 into infinity and keeps the last of two values of one name. Here the first
two are refused, and a name that says two things is refused by whoever reads it: tools write such names, in places that
nobody reads.
"""

import json
import math
from dataclasses import dataclass
from typing import Any, Final, Self

from drivers.device_documents._text import document_text
from drivers.errors import DocumentError

_TWO_THINGS: Final = object()
"""In the place of a value whose name occurs twice in one object with different values."""


@dataclass(frozen=True, slots=True)
class JsonNode:
    """One value of a document, and the path that leads to it."""

    document: str
    place: str
    value: Any

    def wrong(self, what: str) -> DocumentError:
        """The error that says what is wrong here."""
        return DocumentError(self.document, self.place, what)

    def members(self) -> dict[str, "JsonNode"]:
        """The members of an object. Raises `DocumentError` when it is none."""
        if not isinstance(self.value, dict):
            raise self.wrong(f"is {_kind(self.value)}, not an object")
        return {name: self._below(f".{name}", value) for name, value in self.value.items()}

    def member(self, name: str) -> "JsonNode":
        """One member of an object. Raises `DocumentError` when it is not there."""
        found = self.optional(name)
        if found is None:
            raise self.wrong(f"has no {name!r}; the document may be cut")
        return found

    def optional(self, name: str) -> "JsonNode | None":
        """One member of an object, or None."""
        return self.members().get(name)

    def elements(self) -> tuple["JsonNode", ...]:
        """The elements of a list. Raises `DocumentError` when it is none."""
        if not isinstance(self.value, list):
            raise self.wrong(f"is {_kind(self.value)}, not a list")
        return tuple(self._below(f"[{index}]", value) for index, value in enumerate(self.value))

    def only(self) -> "JsonNode":
        """The one element of a list. Raises `DocumentError` when there are none or several."""
        elements = self.elements()
        if len(elements) != 1:
            raise self.wrong(f"has {len(elements)} elements instead of one")
        return elements[0]

    def text(self) -> str:
        """A string. Raises `DocumentError` when it is none, or one that a terminal would act on."""
        if not isinstance(self.value, str):
            raise self.wrong(f"is {_kind(self.value)}, not a string")
        # Escapes may spell what the document's own text may not hold.
        return document_text(f"{self.document}: {self.place}", self.value)

    def flag(self) -> bool:
        """True or false. Raises `DocumentError` for anything else."""
        if not isinstance(self.value, bool):
            raise self.wrong(f"is {_kind(self.value)}, neither true nor false")
        return self.value

    def number(self) -> float:
        """A finite number. Raises `DocumentError` for anything else."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.wrong(f"is {_kind(self.value)}, not a number")
        try:
            return float(self.value)
        except OverflowError as error:
            raise self.wrong("is too large") from error

    def integer(self, low: int = 0, high: int = 2**63) -> int:
        """A whole number. Raises `DocumentError` for anything else, or one outside `low` to `high`."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.wrong(f"is {_kind(self.value)}, not a whole number")
        if not low <= self.value <= high:
            raise self.wrong(f"{self.value} is outside {low} to {high}")
        return self.value

    def _below(self, step: str, value: Any) -> Self:
        return type(self)(self.document, self.place + step, value)


def json_tree(document: str, content: str | bytes) -> JsonNode:
    """The root of a document. Raises `DocumentError` for text that is no JSON, and numbers that are not finite."""
    text = document_text(document, content)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for name, value in pairs:
            document_text(document, name)
            said[name] = value if name not in said or said[name] == value else _TWO_THINGS
        return said

    def constant(name: str) -> Any:
        raise DocumentError(document, name, "is no JSON number")

    def finite(digits: str) -> float:
        number = float(digits)
        if not math.isfinite(number):
            raise DocumentError(document, digits[:60], "is too large")
        return number

    try:
        value = json.loads(text, object_pairs_hook=unique, parse_constant=constant, parse_float=finite)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise DocumentError(document, place, f"is no JSON: {error.msg}; the document may be cut") from error
    except (RecursionError, ValueError) as error:
        # Brackets without end, or a number with more digits than Python converts.
        raise DocumentError(document, "somewhere", f"is no JSON that a device would send: {error}") from error
    return JsonNode(document, "$", value)


def _kind(value: object) -> str:
    if value is _TWO_THINGS:
        return "said twice, and not the same"
    if value is None:
        return "null"
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "a truth value"),
        (int, "a number"),
        (float, "a number"),
        (str, "a string"),
        (list, "a list"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "an object")
