"""Formats in which a team brings its history, one a file, found by walking this folder.

A format is a module with a function `open_history(file, map_file, name)` that gives a `mes.importing.history.History`;
everything after that, from ids to resuming, is the same for all of them (`mes.importing.transfer`).
"""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol

from mes.importing.history import History


class Importer(Protocol):
    """What a module of this folder offers."""

    def open_history(self, file: Path, map_file: Path | None, name: str | None) -> History:
        """The history in a file, read as the map says; `name` is said in the place of the map's.

        Raises `mes.importing.history.HistoryRefused` when the file as a whole cannot be read so.
        """
        ...


def importer_names() -> tuple[str, ...]:
    """The formats there are."""
    return tuple(sorted(found.name for found in iter_modules(__path__)))


def load_importer(name: str) -> Importer:
    """The importer of a format. Raises `LookupError` naming those there are."""
    if name not in importer_names():
        raise LookupError(f"no format is called {name}; there are {', '.join(importer_names())}")
    module: Importer = import_module(f"{__name__}.{name}")
    return module
