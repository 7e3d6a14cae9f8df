"""The cable line: from bare twinax to unit history, as `make demo` runs it beside the power line."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

_DEMO = ("demo", "--headless", "--lines", "cable", "--units", "12", "--seed", "7", "--defect-rate", "0.4")


def counts(document: dict[str, Any]) -> dict[str, Any]:
    """What a seed repeats."""
    return {key: value for key, value in document.items() if key not in ("seconds", "database")}


def test_a_line_catches_its_defects_and_repeats_itself(station: Any, mes: Any) -> None:
    """No escape, no overkill; the same seed gives the same serials, verdicts and measured values; another seed not."""
    first, again = station.json(*_DEMO), station.json(*_DEMO)
    assert first["schema"] == 1
    assert first["defective"] > 0
    assert first["failed"] == first["defective"]
    assert (first["escapes"], first["overkills"], first["errors"]) == (0, 0, 0)
    assert first["passed"] + first["failed"] + first["errors"] == first["runs"]
    assert counts(first) == counts(again)
    assert first["database"] != again["database"]
    assert measured(first["database"]) == measured(again["database"])
    other = station.json("demo", "--headless", "--lines", "cable", "--units", "2", "--seed", "8")
    assert measured(other["database"])[0] != measured(first["database"])[0]


def measured(database: str) -> list[Any]:
    """Every run of a demo: its ids, unit, verdict and vector, as stored."""
    with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
        return connection.execute(
            "SELECT r.id, u.serial, r.operation, r.verdict, r.started_at, r.measurements"
            " FROM test_run r JOIN unit u ON u.id = r.unit_id ORDER BY r.id"
        ).fetchall()


def test_the_history_agrees_with_what_the_line_did(station: Any, mes: Any) -> None:
    """Unit page, tree, where-used and yield tell the same story as the demo's own counts."""
    demo = station.json(*_DEMO)
    db = ("--db", demo["database"])
    yields = {row["operation"]: row for row in mes.json("yield", *db)["operations"]}
    assert sum(row["runs"] for row in yields.values()) == demo["runs"]
    assert sum(row["report"]["passed"] for row in yields.values()) == demo["passed"]

    components = {c["position"]: c for c in mes.json("tree", "DAC0000001", *db)["components"]}
    assert set(components) == {"bundle", "bulk_cable", "plug_a", "plug_b"}
    users = mes.json("where-used", "--lot", components["bulk_cable"]["lot"]["lot"], *db)["units"]
    assert "DAC0000001" in {use["unit"]["serial"] for use in users}

    page = mes.json("unit", "DAC0000001", *db)
    assert page["simulated"] is True
    assert [entry["verdict"] for entry in page["timeline"] if "verdict" in entry][-1] in ("PASSED", "FAILED")
    bundle = mes.json("unit", components["bundle"]["unit"]["serial"], *db)
    assert bundle["unit"]["state"] == "INSTALLED"
    assert [use["unit"]["serial"] for use in bundle["built_into"]] == ["DAC0000001"]


def test_one_flipped_bit_in_the_journal_is_found(station: Any, mes: Any) -> None:
    """`mes verify` says yes, then no with the place, exit 1."""
    demo = station.json("demo", "--headless", "--lines", "cable", "--units", "1", "--seed", "7")
    db = ("--db", demo["database"])
    assert mes.json("verify", *db)["ok"] is True
    with closing(sqlite3.connect(demo["database"].removeprefix("sqlite:///"))) as connection, connection:
        position, body = connection.execute("SELECT position, body FROM journal WHERE kind='run_finished'").fetchone()
        flipped = bytes([body[100] ^ 1])
        connection.execute(
            "UPDATE journal SET body = ? WHERE position = ?", (body[:100] + flipped + body[101:], position)
        )
    report = mes.json("verify", *db, code=1)
    assert report["ok"] is False
    assert len(report["faults"]) == 1


def test_every_table_comes_back_from_the_journal(station: Any, mes: Any) -> None:
    """Delete every projected row, rebuild: unit page, tree, where-used and yields answer as before."""
    demo = station.json("demo", "--headless", "--lines", "cable", "--units", "3", "--seed", "7")
    db = ("--db", demo["database"])
    questions = (
        ("unit", "DAC0000001"),
        ("unit", "B0000003"),
        ("tree", "DAC0000001"),
        ("where-used", "--lot", "PA-0091"),
        ("yield",),
    )
    before = [mes.json(*question, *db) for question in questions]
    path = demo["database"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection, connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            if name not in ("journal", "source_head", "site", "alembic_version") and not name.startswith("sqlite_")
        ]
        for table in tables:
            connection.execute(f"DELETE FROM {table}")
    assert mes("unit", "DAC0000001", *db, code=1)
    mes("rebuild", *db)
    assert [mes.json(*question, *db) for question in questions] == before


def test_a_second_process_works_beside_a_running_demo(station: Any, mes: Any, configs: Path, tmp_path: Path) -> None:
    """While a demo writes, a hand-run station writes and `mes unit` reads the same SQLite file."""
    path = tmp_path / "shared.db"
    running = station.start(
        "demo", "--headless", "--lines", "cable", "--units", "30", "--seed", "3", "--json", "--db", path
    )
    try:
        while not holds_a_run(path):
            assert running.poll() is None, running.communicate()
        alongside = station.json("run", configs / "cable-test.toml", "--serial", "DAC0001", "--headless", "--db", path)
        assert alongside["verdict"] == "PASSED"
        assert mes.json("unit", "DAC0001", "--db", path)["unit"]["serial"] == "DAC0001"
        assert running.poll() is None, "the demo ended before the second process was done: it proves nothing"
        out, err = running.communicate(timeout=100)
    finally:
        running.kill()
        running.communicate()
    assert running.returncode == 0, err
    assert '"errors": 0' in out
    assert mes.json("verify", "--db", path)["ok"] is True


def holds_a_run(path: Path) -> bool:
    """Whether a database that another process is making holds a finished run yet."""
    if not path.exists():
        return False
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
        try:
            return bool(connection.execute("SELECT count(*) FROM test_run WHERE verdict IS NOT NULL").fetchone()[0])
        except sqlite3.OperationalError:
            return False  # its tables are not there yet


def test_a_deleted_database_is_another_site(station: Any, mes: Any, tmp_path: Path) -> None:
    """A demo's database deleted and made again under the same name begins from nothing; no old record comes back."""
    path = tmp_path / "again.db"
    demo = ("demo", "--headless", "--lines", "cable", "--units", "1", "--seed", "7", "--db", path)
    first = counts(station.json(*demo))
    for file in tmp_path.glob("again.db*"):
        file.unlink()
    assert counts(station.json(*demo)) == first
    assert mes.json("verify", "--db", path)["ok"] is True
