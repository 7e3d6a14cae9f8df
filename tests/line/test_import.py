"""History that a team brings: `mes import` as a real process that is killed in the middle."""

import csv
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from mes.database import create_site, open_engine, read_only_engine, reading
from mes.importers import load_importer
from mes.importing.arrived import Arrived
from mes.importing.transfer import Transfer
from mes.local_ledger import ledger_on
from mes.models import projected_tables, table_of
from mes.models.journal import JournalRow
from mes.vocabulary import SiteKind

LINES = 1100
MAP = """
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
format = "unix"
[outcome]
from_limits = true
[[measurand]]
name = "loop_resistance"
column = "R"
unit = "mOhm"
high = 2000
"""


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A map, and a table of units with two runs each, some of which failed and some of which are refused."""
    folder = tmp_path_factory.mktemp("history")
    by, table = folder / "map.toml", folder / "history.csv"
    by.write_text(MAP, encoding="utf-8")
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("Serial", "Start", "R"))
        writer.writerows(
            (f"DAC{i // 2:05d}", 1_750_000_000 + 60 * i, "nan" if i % 97 == 0 else 900 + i * 7 % 1200)
            for i in range(LINES)
        )
    return by, table


@pytest.fixture(scope="module")
def whole(history: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A site into which nobody disturbed the import."""
    url = f"sqlite:///{tmp_path_factory.mktemp('whole') / 'site.db'}"
    create_site(url, "plant", SiteKind.REAL)
    engine = open_engine(url)
    by, table = history
    told: list[Any] = []
    Transfer(
        load_importer("csv").open_history(table, by, None),
        Arrived(engine),
        ledger_on(engine),
        simulated=False,
        refuse=told.append,
        remark=told.append,
        progress=lambda _summary, _line: None,
    ).run()
    engine.dispose()
    return url


def stored(url: str) -> tuple[list[Any], dict[str, list[str]]]:
    """The journal without the times of receipt, and every row of every table."""
    journal = table_of(JournalRow)
    engine = read_only_engine(url)
    with reading(engine) as connection:
        entries = connection.execute(
            select(journal.c.source, journal.c.seq, journal.c.body, journal.c.hash).order_by(journal.c.position)
        ).all()
        rows = {table.name: sorted(map(repr, connection.execute(select(table)))) for table in projected_tables()}
    engine.dispose()
    return [tuple(entry) for entry in entries], rows


def entries(url: str) -> int:
    """How many entries the journal has."""
    engine = read_only_engine(url)
    with reading(engine) as connection:
        count: int = connection.execute(select(func.count()).select_from(table_of(JournalRow))).scalar_one()
    engine.dispose()
    return count


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_an_import_that_is_killed_is_finished_by_the_same_call(
    mes: Any, history: tuple[Path, Path], whole: str, database: str, request: pytest.FixtureRequest
) -> None:
    """SIGKILL in the middle: journal and tables end as those of an import that nobody disturbed, byte for byte."""
    by, table = history
    url: str = request.getfixturevalue("sqlite_url" if database == "sqlite" else "postgresql_database_url")
    create_site(url, "plant", SiteKind.REAL)
    command = ("import", "csv", "--map", by, table, "--db", url)
    process = mes.start(*command)
    try:
        while not entries(url):
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    held, expected = entries(url), entries(whole)
    assert 0 < held < expected
    told = mes.json(*command, code=1)
    assert (told["records"], told["new_records"]) == (expected, expected - held)
    assert told["refused_lines"] == -(-LINES // 97)
    assert stored(url) == stored(whole)
