"""A delimited file, line by line: its column names, its rows with the numbers of their lines, and what is no row.

A line may be wrong by itself: it is refused and the next one read. What makes every later line doubtful (a quote that
is never closed, a line without end, bytes that are no text in UTF-16) refuses the file, before anything is imported.
"""

import codecs
import csv
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from mes.definitions.faults import near
from mes.importing.history import HistoryRefused
from mes.importing.map_document import FileForm

_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its first and last line, and its cells by column; `fault` says why it is none."""

    line: int
    last_line: int
    cells: dict[str, str]
    fault: str = ""
    shown: str = ""


class Delimited:
    """A file in the form that a map says. Raises `HistoryRefused` where it cannot be read so."""

    def __init__(self, path: Path, form: FileForm) -> None:
        self.path, self._form = path, form
        self.digest, self._state = _digest(path)
        try:
            self._escaped = codecs.lookup(form.encoding).name in _BY_BYTE
        except LookupError as error:
            raise HistoryRefused(
                f'{path}: file.encoding "{form.encoding}" is not known; write utf-8, cp1252 or utf-16'
            ) from error
        with self._lines() as lines:
            self.columns = self._header(lines)

    def require(self, columns: dict[str, str]) -> None:
        """Raise `HistoryRefused` unless the file has these columns, each said by a key of the map."""
        missing = [
            f'{self.path}: has no column "{column}", which the map names as {key}; {near(column, self.columns)}'
            for key, column in columns.items()
            if column not in self.columns
        ]
        missing += [
            f'{self.path}: has the column "{column}", which the map names as {key}, twice; rename one of them'
            for key, column in columns.items()
            if self.columns.count(column) > 1
        ]
        other = next((mark for mark in ";\t|," if mark in self.columns[0]), None)
        if missing and len(self.columns) == 1 and other is not None:
            wanted, given = (json.dumps(mark) for mark in (other, self._form.delimiter))
            missing = [f"{self.path}: is one column with delimiter = {given}; write delimiter = {wanted} in [file]"]
        if missing:
            raise HistoryRefused("\n".join(missing))

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank, in order, one at a time."""
        count = len(self.columns)
        self._require_unchanged()
        with self._lines() as lines:
            reader = self._reader(lines)
            if not self._form.columns:
                next(reader)
            last = lines.number
            try:
                for cells in reader:
                    first, last = last + 1, lines.number
                    lines.row_began()
                    if not cells or (len(cells) == 1 and not cells[0].strip()):
                        continue
                    if len(cells) != count:
                        fault = f"has {len(cells)} cells where there are {count} columns"
                        yield Row(first, last, {}, fault, _shown(self._form.delimiter.join(cells)))
                    elif self._escaped and (bad := next((cell for cell in cells if not _is_text(cell)), None)):
                        fault = f"is no {self._form.encoding} text; name the file's own in file.encoding"
                        yield Row(first, last, {}, fault, _shown(bad))
                    else:
                        yield Row(first, last, dict(zip(self.columns, cells, strict=True)))
            except csv.Error as error:
                raise self._broken(last + 1, error) from error
        self._require_unchanged()

    def _require_unchanged(self) -> None:
        """Raise `HistoryRefused` when the file is not the one whose digest was taken."""
        try:
            unchanged = _state(self.path) == self._state
        except OSError as error:
            raise HistoryRefused(f"{self.path}: cannot be read: {error.strerror}") from error
        if not unchanged:
            raise HistoryRefused(
                f"{self.path}: changed while it was read; import a copy that nobody writes to, by the same call if"
                " nothing of it was imported, else under another --name"
            )

    def _header(self, lines: "_Lines") -> tuple[str, ...]:
        reader = self._reader(lines)
        try:
            names = self._form.columns or tuple(name.strip() for name in next(reader))
        except StopIteration:
            raise HistoryRefused(f"{self.path}: is empty: it has no line of column names") from None
        except csv.Error as error:
            raise self._broken(1, error) from error
        if not any(names):
            raise HistoryRefused(
                f"{self.path}: line {lines.number}: has no column names; pass over lines above them by file.skip_lines"
            )
        if not all(_is_text(name) for name in names):
            raise HistoryRefused(
                f"{self.path}: line {lines.number}: the column names are no {self._form.encoding} text; name the file's"
                " own in file.encoding"
            )
        return names

    def _reader(self, lines: "_Lines") -> "Iterator[list[str]]":
        csv.field_size_limit(self._form.longest_line)
        return csv.reader(lines, delimiter=self._form.delimiter, quotechar=self._form.quote, strict=True)

    @contextmanager
    def _lines(self) -> "Iterator[_Lines]":
        errors = "surrogateescape" if self._escaped else "strict"
        encoding = "utf-8-sig" if codecs.lookup(self._form.encoding).name == "utf-8" else self._form.encoding
        try:
            with self.path.open(encoding=encoding, errors=errors, newline="") as file:
                yield _Lines(file, self.path, self._form)
        except OSError as error:
            raise HistoryRefused(f"{self.path}: cannot be read: {error.strerror}") from error
        except UnicodeError as error:
            raise HistoryRefused(
                f"{self.path}: is no {self._form.encoding} text: {error}; name the file's own in file.encoding"
            ) from error

    def _broken(self, line: int, error: csv.Error) -> HistoryRefused:
        told = "a quote that opens in this line is not closed before the end of the file"
        if "unexpected end" not in str(error):
            told = f"is no row: {error}"
        return HistoryRefused(
            f"{self.path}: line {line}: {told}; mend it, or name another mark in file.quote. Nothing was imported"
        )


class _Lines:
    """The lines of an open file with their numbers, none longer than the form allows, quoted line breaks counted in."""

    def __init__(self, file: TextIO, path: Path, form: FileForm) -> None:
        self._file, self._path, self._longest = file, path, form.longest_line
        self._row = 0
        self.number = 0
        for _ in range(form.skip_lines):
            if not self._next():
                raise HistoryRefused(f"{path}: has {self.number} lines, all of which file.skip_lines passes over")
        self._row = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._next()
        if not line:
            raise StopIteration
        return line

    def row_began(self) -> None:
        """The next line begins a row."""
        self._row = 0

    def _next(self) -> str:
        line = self._file.readline(self._longest + 1)
        self._row += len(line)
        if self._row > self._longest + 1 or (self._row == self._longest + 1 and not line.endswith("\n")):
            raise HistoryRefused(
                f"{self._path}: line {self.number + 1}: a row is longer than {self._longest} characters; close its "
                "quote, or raise file.longest_line. Nothing was imported"
            )
        self.number += bool(line)
        return line


_BY_BYTE = frozenset({"utf-8", "ascii", "cp1252", "cp1250", "iso8859-1", "iso8859-15", "utf-8-sig"})
"""Encodings in which a wrong byte spoils its own line only."""


def _is_text(cell: str) -> bool:
    return cell.isascii() or not any("\ud800" <= c <= "\udfff" for c in cell)


def _shown(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()[:200]


def _state(path: Path) -> tuple[int, ...]:
    """What is another when the file is: its place on the disk, its size, when it was written."""
    told = path.stat()
    return (told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns)


def _digest(path: Path) -> tuple[str, tuple[int, ...]]:
    digest = hashlib.sha256()
    try:
        if not path.is_file():
            raise HistoryRefused(f"{path}: {'is no file' if path.exists() else 'no such file'}; check the path")
        state = _state(path)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise HistoryRefused(f"{path}: cannot be read: {error.strerror}") from error
    return digest.hexdigest(), state
