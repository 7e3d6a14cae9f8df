"""A calibration certificate as somebody gives it: options, points one by one, a CSV file of points, or a TOML file."""

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from pydantic import AwareDatetime, Field, ValidationError

from mes.command_line import CommandError
from mes.records import CalibrationPoint
from mes.records.document import Document, Name, Text
from mes.vocabulary import EquipmentKind

COLUMNS = ("function", "range", "unit", "nominal", "tolerance", "as_found", "as_left", "expanded_uncertainty")
"""The columns of a file of points, and the order of the words of one point; the last three may be left out."""

_NEEDED = COLUMNS[:5]


class Certificate(Document):
    """What a TOML file may say; whatever it leaves out the options say."""

    serial: Name | None = None
    model: Text | None = None
    kind: EquipmentKind | None = None
    certificate: Name | None = None
    performed_by: Name | None = None
    calibrated_at: AwareDatetime | None = None
    due: date | None = None
    fixture: Name | None = None
    points: tuple[CalibrationPoint, ...] = Field(min_length=1)


def read_certificate(path: Path) -> Certificate:
    """The certificate in a file: TOML, or the points alone as CSV. Raises `CommandError` with the place."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".csv":
            return Certificate(points=tuple(_csv_points(text, str(path))))
        return Certificate.model_validate(tomllib.loads(text))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CommandError(f"{path}: cannot be read: {error}") from error
    except ValidationError as error:
        raise CommandError(f"{path}: {told(error)}") from error


def typed_points(texts: Sequence[str]) -> tuple[CalibrationPoint, ...]:
    """Points as they are typed: the words of `COLUMNS`, separated by commas. Raises `CommandError`."""
    points = []
    for text in texts:
        cells = [cell.strip() for cell in text.split(",")]
        if not len(_NEEDED) < len(cells) <= len(COLUMNS):
            raise CommandError(
                f"--point {text!a}: write it as {','.join(COLUMNS).upper()}; the last two may be missing"
            )
        points.append(_point(dict(zip(COLUMNS, cells, strict=False)), f"--point {text!a}"))
    return tuple(points)


def told(error: ValidationError) -> str:
    """The first thing that is wrong, and where."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]


def _csv_points(text: str, file: str) -> Iterator[CalibrationPoint]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        if not set(_NEEDED) <= set(names) <= set(COLUMNS) or len(set(names)) < len(names):
            raise CommandError(f"{file}: its first line must name the columns {', '.join(COLUMNS)}; it has {names}")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                raise CommandError(
                    f"{file} line {reader.line_num}: has {len(cells)} cells where the first line has {len(names)}"
                )
            row = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
            yield _point(row, f"{file} line {reader.line_num}")
    except csv.Error as error:
        raise CommandError(f"{file} line {reader.line_num}: is no CSV: {error}") from error


def _point(row: Mapping[str, str], place: str) -> CalibrationPoint:
    try:
        return CalibrationPoint.model_validate({name: cell for name, cell in row.items() if cell})
    except ValidationError as error:
        raise CommandError(f"{place}: {told(error)}") from error
