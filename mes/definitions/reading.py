"""Reads a definition file: TOML, strictly, with every fault of the file in one answer."""

import json
import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mes.definitions.document import STATION_KEYS, DefinitionFile
from mes.definitions.faults import DefinitionsRefused, Fault, near

_MAX_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file and what it says. `prefix` is what its keys lack: a station's product file is one product by itself."""

    name: str
    content: DefinitionFile
    prefix: str = ""

    def key(self, key: str) -> str:
        """The key as it stands in this file."""
        return key.removeprefix(self.prefix)


def read_file(path: Path) -> ReadFile:
    """The definitions in a TOML file. Raises `DefinitionsRefused` naming every fault."""
    name = str(path)
    document = _parsed(name, _text(name, path))
    prefix = ""
    if isinstance(document.get("material"), dict):
        document = {"product": [{key: value for key, value in document.items() if key not in STATION_KEYS}]}
        prefix = "product[0]."
    infinite = [
        Fault(name, key.removeprefix(prefix), "is not finite", "write a number") for key in _not_finite(document)
    ]
    if infinite:
        raise DefinitionsRefused(infinite)
    try:
        # JSON, because its strict mode takes a list for a tuple and a text for a day, and still no "7" for a 7.
        content = DefinitionFile.model_validate_json(json.dumps(document, default=_plain), strict=True)
    except ValidationError as error:
        errors = sorted(error.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")
        raise DefinitionsRefused([_fault(name, prefix, one) for one in errors]) from error
    planned = content.calendar or content.sampling
    if not (content.definitions or content.codes or content.operator or content.ranges or planned):
        tables = "[[product]], [[purchased]], [codes], [[operator]], [[serial_range]], [[mac_range]], [[calendar]]"
        raise DefinitionsRefused([Fault(name, "", "defines nothing", f"write {tables} or [[sampling]]")])
    return ReadFile(name, content, prefix)


def _text(name: str, path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DefinitionsRefused([Fault(name, "", "is larger than 16 MiB", "give a TOML file of definitions")])
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DefinitionsRefused([Fault(name, "", f"cannot be read: {error.strerror}", "check the path")]) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DefinitionsRefused([Fault(name, "", f"line {line} is not UTF-8", "save the file as UTF-8")]) from error


def _parsed(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionsRefused([Fault(name, "", f"is no TOML: {error}", "mend that line")]) from error
    except RecursionError as error:
        raise DefinitionsRefused([Fault(name, "", "is nested too deeply", "write it flat")]) from error


def _plain(value: object) -> str:
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    raise TypeError(f"TOML gave a {type(value).__name__}")


def _not_finite(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _not_finite(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _not_finite(inner, f"{key}[{place}]")
    elif isinstance(value, float) and not math.isfinite(value):
        yield key


def _fault(name: str, prefix: str, error: ErrorDetails) -> Fault:
    loc = error["loc"]
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".").removeprefix(prefix)
    if error["type"] == "extra_forbidden":
        known = _keys(loc[:-1])
        return Fault(name, key, "is no key here", near(str(loc[-1]), known))
    if error["type"] == "missing":
        return Fault(name, key, "is missing", "add it")
    if error["type"] == "value_error":
        return Fault(name, key, str(error["ctx"]["error"]), "mend the table")
    said = error["msg"].replace("Input", "it", 1).replace("String", "it", 1).replace("an object", "a table")
    return Fault(name, key, f"{json.dumps(error['input'], default=str):.60} is refused: {said}", "write another value")


def _keys(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the table at this place may have."""
    kind: Any = DefinitionFile
    for part in loc:
        kind = get_args(kind)[0] if isinstance(part, int) else kind.model_fields[part].annotation
        while type(None) in get_args(kind):
            kind = next(one for one in get_args(kind) if one is not type(None))
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []
