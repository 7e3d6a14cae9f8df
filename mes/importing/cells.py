"""What stands in a cell, read by a map's rules: texts, numbers, moments, outcomes. Each refusal says the remedy."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mes.definitions.faults import near
from mes.importing.history import HistoryRefused
from mes.importing.map_document import FileForm, FromColumn, TimeColumns
from mes.importing.units import SiUnit
from mes.vocabulary import OverRange

_FIRST_YEAR, _LAST_YEAR = 1971, 9997
"""An identity tells its moment from 1970 on, and a zone may move a moment by a day."""
_MOST_DIGITS = 60
_LONGEST_TEXT = 1000


class CellRefused(Exception):
    """A cell that cannot mean what the map says: the column, what stands there, why."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


Cells = Mapping[str, str]


def said(by: str | FromColumn, cells: Cells, *, most: int = 120) -> str:
    """What a map's text or column says on this line."""
    if isinstance(by, str):
        return by
    written = cells[by.column].strip()
    if not written:
        if by.empty is None:
            raise CellRefused(by.column, "", "is empty")
        return by.empty
    if by.words:
        if written not in by.words:
            raise CellRefused(by.column, written, f"is none of the map's words; {near(written, by.words)}")
        return by.words[written]
    if len(written) > most:
        raise CellRefused(by.column, written, f"is longer than {most} characters")
    if not written.isprintable():
        raise CellRefused(by.column, written, "holds a character that cannot be seen")
    return written


def text_of(column: str, cell: str) -> str:
    """A measured text."""
    written = cell.strip()
    if len(written) > _LONGEST_TEXT:
        raise CellRefused(column, written[:60], f"is longer than {_LONGEST_TEXT} characters")
    if "\0" in written:
        raise CellRefused(column, written, "holds a NUL character")
    return written


@dataclass(frozen=True, slots=True)
class Measured:
    """A value, or the side on which it left the range, or neither: not measured."""

    value: float | None = None
    over_range: OverRange | None = None


class Numbers:
    """Numbers in the form of a file."""

    def __init__(self, form: FileForm) -> None:
        self._form = form
        self._missing, self._over, self._under = frozenset(form.missing), frozenset(form.over), frozenset(form.under)
        digits = rf"[0-9]{{1,3}}(?:{re.escape(form.thousands)}[0-9]{{3}})+|[0-9]+" if form.thousands else "[0-9]+"
        mark = re.escape(form.decimal)
        self._number = re.compile(rf"[+-]?(?:(?:{digits})(?:{mark}[0-9]*)?|{mark}[0-9]+)(?:[eE][+-]?[0-9]{{1,3}})?")

    def measured(self, column: str, cell: str, unit: SiUnit) -> Measured:
        """A measured value in the unit that is kept."""
        written = cell.strip()
        if written in self._missing:
            return Measured()
        if written in self._over:
            return Measured(over_range=OverRange.OVER)
        if written in self._under:
            return Measured(over_range=OverRange.UNDER)
        return Measured(self._finite(column, written, unit))

    def limit(self, column: str, cell: str, unit: SiUnit) -> float | None:
        """A limit in the unit that is kept; None for a cell of a missing value: there is no limit on that side."""
        written = cell.strip()
        return None if written in self._missing else self._finite(column, written, unit)

    def _finite(self, column: str, written: str, unit: SiUnit) -> float:
        number_text = written
        if unit.written and self._number.fullmatch(written) is None:
            # "635.10 W": a cell may repeat its unit, and no other one.
            number_text = written.removesuffix(unit.written).rstrip()
        if self._number.fullmatch(number_text) is None or len(written) > _MOST_DIGITS:
            raise CellRefused(column, written, self._why_not(written))
        plain = number_text.replace(self._form.thousands, "") if self._form.thousands else number_text
        number = unit.of(Decimal(plain.replace(self._form.decimal, ".")))
        if number - number != 0:
            raise CellRefused(column, written, "is larger than any number that can be kept")
        return number

    def _why_not(self, written: str) -> str:
        if written.strip("+-").lower() in ("nan", "inf", "infinity", "-inf", "1.#inf", "1.#qnan", "-1.#ind"):
            return "is not finite; name it in file.missing, or in file.over or file.under if it left the range"
        if not written:
            return "is empty; name the empty cell in file.missing if nothing was measured"
        other = "," if self._form.decimal == "." else "."
        if re.fullmatch(rf"[+-]?[0-9]+{re.escape(other)}[0-9]+(?:[eE][+-]?[0-9]+)?", written):
            return f'is no number with decimal = "{self._form.decimal}"; write decimal = "{other}" in [file]'
        return "is no number"


class Moments:
    """Moments in the form of a file, in UTC. Raises `HistoryRefused` for a zone or a format that is none."""

    def __init__(self, columns: TimeColumns) -> None:
        self._format, self._ambiguous = columns.format, columns.ambiguous
        self._zone = None if columns.zone is None else zone_named(columns.zone)
        says_zone = columns.format in ("iso", "unix") or "%z" in columns.format
        if not says_zone and self._zone is None:
            raise HistoryRefused(
                f'time.format "{columns.format}" says no zone; add zone = "Europe/Berlin", "UTC" or "+08:00" to [time]'
            )

    def at(self, column: str, cell: str) -> datetime:
        """The moment in a cell."""
        written = cell.strip()
        try:
            moment = self._read(written)
        except (ValueError, ArithmeticError, OSError) as error:
            wanted = {"iso": "2026-03-31T14:05:00", "unix": "1774966260"}.get(self._format, self._format)
            raise CellRefused(column, written, f"is no moment as {wanted}") from error
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise CellRefused(column, written, f"lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}")
        if moment.tzinfo is None:
            moment = self._placed(column, written, moment)
        return moment.astimezone(UTC)

    def _read(self, written: str) -> datetime:
        if self._format == "iso":
            return datetime.fromisoformat(written)
        if self._format == "unix":
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(Decimal(written) * 1_000_000))
        return datetime.strptime(written, self._format)  # noqa: DTZ007 - the zone is put in below

    def _placed(self, column: str, written: str, moment: datetime) -> datetime:
        if self._zone is None:
            raise CellRefused(column, written, 'says no time zone; add zone = "Europe/Berlin" or "UTC" to [time]')
        earlier, later = moment.replace(tzinfo=self._zone, fold=0), moment.replace(tzinfo=self._zone, fold=1)
        if earlier.utcoffset() == later.utcoffset():
            return earlier
        if earlier.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None) != moment:
            raise CellRefused(column, written, f"is no time in {self._zone}: the clocks were put forward over it")
        if self._ambiguous == "refuse":
            reason = f"is two times in {self._zone}: the clocks were put back; write ambiguous = "
            raise CellRefused(column, written, reason + '"earlier" or "later" in [time]')
        return earlier if self._ambiguous == "earlier" else later


@lru_cache(maxsize=64)
def zone_named(name: str) -> tzinfo:
    """A zone by its IANA name or its offset. Raises `HistoryRefused`."""
    offset = re.fullmatch(r"([+-])([0-9]{2}):?([0-9]{2})", name)
    if offset is not None:
        minutes = int(offset[2]) * 60 + int(offset[3])
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise HistoryRefused(
            f'time.zone "{name}" is no zone that this machine knows; write an IANA name as Europe/Berlin, or an offset'
            " as +01:00"
        ) from error
