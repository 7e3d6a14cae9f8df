"""A cable history in a file of its own, with its map, and the site that it is imported into."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from mes.database import create_site, open_engine
from mes.importers import load_importer
from mes.importing.arrived import Arrived, Rehearsed
from mes.importing.history import HistoricRun, RefusedLine
from mes.importing.transfer import Summary, Transfer
from mes.local_ledger import ledger_on
from mes.models import projected_tables, table_of
from mes.models.journal import JournalRow, SourceHead
from mes.vocabulary import SiteKind

WIDE = """
name = "cables"

[unit]
part = "DAC-800G-150"
revision = "A"
serial = { column = "Serial" }

[run]
operation = "final_test"
station = { column = "Bench" }

[time]
started = { column = "Start" }
zone = "UTC"

[outcome]
column = "Result"
words = { OK = "PASSED", NOK = "FAILED" }

[[measurand]]
name = "loop_resistance"
column = "R"
unit = "mOhm"
low = 500
high = 2000
"""

TIDY = """
name = "cables"

[unit]
part = "DAC-800G-150"
revision = "A"
serial = { column = "Serial" }

[run]
operation = "final_test"
station = "final-1"

[time]
started = { column = "Start" }
zone = "UTC"

[outcome]
from_measurements = true
words = { OK = "PASSED", NOK = "FAILED" }

[measurements]
name = { column = "Test" }
value = { column = "Value" }
unit = { column = "Unit" }
low = { column = "Low" }
high = { column = "High" }
outcome = { column = "Result" }
texts = ["media"]
"""

WIDE_COLUMNS = ("Serial", "Start", "Bench", "Result", "R")
TIDY_COLUMNS = ("Serial", "Start", "Test", "Value", "Unit", "Low", "High", "Result")


class Files:
    """Writes a map and a table, and reads them as the importer does."""

    def __init__(self, folder: Path) -> None:
        self.map, self.table = folder / "map.toml", folder / "history.csv"

    def write(self, rows: list[tuple[str, ...]], columns: tuple[str, ...] = WIDE_COLUMNS, by: str = WIDE) -> "Files":
        """Write both."""
        self.map.write_text(by, encoding="utf-8")
        with self.table.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *rows])
        return self

    def history(self, name: str | None = None) -> Any:
        """The history in them."""
        return load_importer("csv").open_history(self.table, self.map, name)

    def read(self) -> tuple[list[HistoricRun], list[RefusedLine]]:
        """Its runs and its refused lines."""
        told = list(self.history().runs())
        return [one for one in told if isinstance(one, HistoricRun)], [
            one for one in told if isinstance(one, RefusedLine)
        ]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A map and a table in a folder of the test."""
    return Files(tmp_path)


@pytest.fixture(scope="session")
def wide_map() -> str:
    """The map of one run a line."""
    return WIDE


@pytest.fixture(scope="session")
def tidy_map() -> str:
    """The map of one value a line."""
    return TIDY


@pytest.fixture(scope="session")
def tidy_columns() -> tuple[str, ...]:
    """Its columns."""
    return TIDY_COLUMNS


def real_site(url: str) -> Iterator[Engine]:
    """The engine of a new real site."""
    create_site(url, "plant", SiteKind.REAL)
    opened = open_engine(url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def sqlite_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One real site on SQLite for all tests."""
    yield from real_site(f"sqlite:///{tmp_path_factory.mktemp('site') / 'site.db'}")


@pytest.fixture(scope="session")
def postgresql_site(postgres_server: Any) -> Iterator[Engine]:
    """One real site on PostgreSQL for all tests."""
    postgres_server.execute("CREATE DATABASE imports")
    yield from real_site(postgres_server.url("imports"))


def emptied(engine: Engine) -> Engine:
    """The site without a single record; emptying it takes a tenth of the time that making another one takes."""
    with engine.begin() as connection:
        for table in (*reversed(projected_tables()), table_of(JournalRow), table_of(SourceHead)):
            connection.execute(table.delete())
    return engine


@pytest.fixture
def engine(sqlite_site: Engine) -> Engine:
    """An empty real site on SQLite."""
    return emptied(sqlite_site)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Engine:
    """An empty real site on each database."""
    site: Engine = request.getfixturevalue(f"{request.param}_site")
    return emptied(site)


@pytest.fixture
def bring() -> Callable[..., tuple[Summary, list[RefusedLine], list[Any]]]:
    """Imports a history into an engine's site; the summary, the refused lines and the remarks."""

    def bring(engine: Engine, history: Any, *, dry: bool = False, simulated: bool = False) -> Any:
        refused: list[RefusedLine] = []
        remarks: list[Any] = []
        arrived = Rehearsed(engine) if dry else Arrived(engine)
        try:
            summary = Transfer(
                history,
                arrived,
                None if dry else ledger_on(engine),
                simulated=simulated,
                refuse=refused.append,
                remark=remarks.append,
                progress=lambda _summary, _line: None,
            ).run()
        finally:
            arrived.close()
        return summary, refused, remarks

    return bring
