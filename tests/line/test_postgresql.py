"""The same line, gate, journal and questions on PostgreSQL."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa


def test_a_line_runs_on_postgresql(station: Any, mes: Any, configs: Path, postgresql_database_url: str) -> None:
    """Demo, hand-run unit, unit page, tree, yields, verify and rebuild, with the counts that SQLite gives."""
    db = ("--db", postgresql_database_url)
    demo = station.json("demo", "--headless", "--units", "4", "--seed", "7", *db)
    on_sqlite = station.json("demo", "--headless", "--units", "4", "--seed", "7")
    same = ("units", "runs", "passed", "failed", "errors", "defective", "escapes", "overkills")
    assert {key: demo[key] for key in same} == {key: on_sqlite[key] for key in same}
    hand_run = station.json("run", configs / "cable-test.toml", "--serial", "DAC0001", "--headless", *db)
    assert hand_run["verdict"] == "PASSED"
    questions = (("unit", "DAC0001"), ("tree", "DAC0000001"), ("where-used", "--lot", "PA-0091"), ("yield",))
    before = [mes.json(*question, *db) for question in questions]
    assert mes.json("verify", *db)["ok"] is True
    mes("rebuild", *db)
    assert [mes.json(*question, *db) for question in questions] == before
    refused = station("demo", "--headless", "--units", "1", *db, code=2)
    assert "empty" in refused.stderr


def test_one_flipped_byte_in_postgresql_is_found(station: Any, mes: Any, postgresql_database_url: str) -> None:
    """The chain does not depend on the database: one changed byte, exit 1, one fault."""
    db = ("--db", postgresql_database_url)
    station.json("demo", "--headless", "--units", "1", "--seed", "7", *db)
    engine = sa.create_engine(postgresql_database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE journal SET body = set_byte(body, 100, get_byte(body, 100) # 1) WHERE kind = 'run_finished'"
            )
        )
    engine.dispose()
    report = mes.json("verify", *db, code=1)
    assert report["ok"] is False
    assert report["faults"]
