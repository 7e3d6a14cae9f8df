"""Reads a map: TOML, strictly, with every fault of it in one answer and the nearest names there are."""

import json
import math
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mes.definitions.faults import Fault, near
from mes.importing.history import HistoryRefused
from mes.importing.map_document import ImportMap
from mes.importing.units import UnknownUnit, si_unit

_MAX_BYTES = 2**20


def read_map(path: Path) -> ImportMap:
    """The map in a TOML file. Raises `HistoryRefused` naming every fault."""
    name = str(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _refused([Fault(name, "", "is larger than 1 MiB", "give a map, and the data file as FILE")])
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise _refused([Fault(name, "", f"cannot be read: {error.strerror}", "check the path")]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused([Fault(name, "", f"is no TOML: {error}", "mend that line")]) from error
    infinite = [Fault(name, key, "is not finite", "write a number") for key in _not_finite(document)]
    if infinite:
        raise _refused(infinite)
    try:
        # JSON, because its strict mode takes a list for a tuple, and still no "7" for a 7.
        read = ImportMap.model_validate_json(json.dumps(document, default=str), strict=True)
    except ValidationError as error:
        errors = sorted(error.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")
        raise _refused(_told(name, errors)) from error
    faults = list(_units(name, read))
    faults += _twice(name, [measurand.name for measurand in read.measurand])
    if faults:
        raise _refused(faults)
    return read


def _refused(faults: Iterable[Fault]) -> HistoryRefused:
    return HistoryRefused("\n".join(str(fault) for fault in faults))


def _units(name: str, read: ImportMap) -> Iterator[Fault]:
    units = [(f"measurand[{place}].unit", one.unit) for place, one in enumerate(read.measurand) if not one.text]
    if read.measurements is not None and isinstance(read.measurements.unit, str):
        units.append(("measurements.unit", read.measurements.unit))
    for key, unit in units:
        try:
            si_unit(unit)
        except UnknownUnit as error:
            yield Fault(name, key, f'"{unit}" is no unit known here', error.remedy)


def _twice(name: str, names: list[str]) -> list[Fault]:
    return [
        Fault(name, f"measurand[{place}].name", f'"{one}" stands there twice', "give each a name of its own")
        for place, one in enumerate(names)
        if one in names[:place]
    ]


def _told(name: str, errors: list[ErrorDetails]) -> list[Fault]:
    """The faults; where a key takes a text or a table, both readings fail, and the one that was meant is told."""
    by_key: dict[str, list[Fault]] = {}
    for error in errors:
        loc = tuple(part for part in error["loc"] if part not in _READINGS)
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
        by_key.setdefault(key, []).append(_fault(name, key, loc, error))
    inner = {key for key in by_key if any(other != key and other.startswith(key + ".") for other in by_key)}
    return [faults[-1] for key, faults in by_key.items() if key not in inner]


_READINGS = ("FromColumn", "float", "constrained-str", "str")
"""How pydantic names the alternatives of a union in the place of an error."""


def _fault(name: str, key: str, loc: tuple[int | str, ...], error: ErrorDetails) -> Fault:
    if error["type"] == "extra_forbidden":
        return Fault(name, key, "is no key here", near(str(loc[-1]), _keys(loc[:-1])))
    if error["type"] == "missing":
        return Fault(name, key, "is missing", "add it")
    if error["type"] == "value_error":
        return Fault(name, key, str(error["ctx"]["error"]), "mend the table")
    if "FromColumn" in error["loc"] and error["type"] == "model_type":
        kind, example = ("a number", "5.0") if loc[-1] in ("low", "high") else ("a text", '"text"')
        return Fault(name, key, f"is neither {kind} nor a column", f'write {example} or {{ column = "NAME" }}')
    said = error["msg"].replace("Input", "it", 1).replace("String", "it", 1).replace("an object", "a table")
    return Fault(name, key, f"{json.dumps(error['input'], default=str):.60} is refused: {said}", "write another value")


def _keys(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the table at this place may have."""
    kind: Any = ImportMap
    for part in loc:
        kind = get_args(kind)[0] if isinstance(part, int) else _tables(kind.model_fields[part].annotation)
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _tables(kind: Any) -> Any:
    """The table among the alternatives of an annotation."""
    inner = [one for one in get_args(kind) if isinstance(one, type) and issubclass(one, BaseModel)]
    return inner[0] if inner and not isinstance(kind, type(tuple[int, ...])) else kind


def _not_finite(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _not_finite(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _not_finite(inner, f"{key}[{place}]")
    elif isinstance(value, float) and not math.isfinite(value):
        yield key
