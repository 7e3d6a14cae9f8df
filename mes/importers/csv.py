"""Delimited text, read by a map that says what its columns mean (docs/importing.md)."""

import re
from collections.abc import Iterator
from pathlib import Path

from mes.importing.delimited import Delimited
from mes.importing.history import HistoricRun, HistoryRefused, RefusedLine
from mes.importing.map_document import HISTORY_NAME, ImportMap
from mes.importing.map_reading import read_map
from mes.importing.tidy import TidyTable
from mes.importing.wide import WideTable
from mes.records import content_digest
from mes.vocabulary import CollectionMode


class CsvHistory:
    """Implements `mes.importing.history.History`. Raises `HistoryRefused` for a file that is not as the map says."""

    def __init__(self, path: Path, by: ImportMap) -> None:
        table = Delimited(path, by.file)
        self.name, self.file, self.digest = by.name, str(path), table.digest
        self.map_digest = content_digest(by.model_dump(mode="json", exclude={"name"}))
        self.simulated, self.collection = by.simulated, CollectionMode(by.collection)
        tidy = by.measurements
        self._table = WideTable(by, table) if tidy is None else TidyTable(by, tidy, table)
        self.lines = self._table.lines

    def runs(self) -> Iterator[HistoricRun | RefusedLine]:
        """Every run, and every line that is none."""
        return self._table.runs()


def open_history(file: Path, map_file: Path | None, name: str | None) -> CsvHistory:
    """The history in a delimited file. Raises `HistoryRefused`."""
    if map_file is None:
        raise HistoryRefused("import csv: no map is named; give --map MAP.toml, which says what the columns mean")
    by = read_map(map_file)
    if name is not None:
        if re.fullmatch(HISTORY_NAME, name) is None:
            raise HistoryRefused(f"--name {name!a}: is no name; write up to 64 letters, digits, dots and hyphens")
        by = by.model_copy(update={"name": name})
    return CsvHistory(file, by)
