"""A meter is found out of tolerance: docs/bad-meter.md, command by command, and what the page leaves out."""

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mes.database import read_only_engine
from mes.ledger import JournalEntry
from mes.local_ledger import open_local_ledger
from mes.models import table_of
from mes.models.journal import JournalRow
from mes.records import RunFinished, RunStarted, UnitRegistered, encode_record, parse_record
from tests.typed_page import Reader, typed

PAGE = Path(__file__).parents[2] / "docs/bad-meter.md"
METER, DATABASE = "04412345", "bad-meter.db"


def late_run(url: str, unit: str, serial: str, after: timedelta) -> list[JournalEntry]:
    """What a station that was offline tells at last: another unit, measured by the same meter, so long after."""
    engine = read_only_engine(url)
    with engine.connect() as connection:
        rows = table_of(JournalRow)
        bodies = connection.execute(select(rows.c.body).order_by(rows.c.position)).scalars()
        records = [parse_record(body) for body in bodies]
    engine.dispose()
    told = []
    for number, record in enumerate(records):
        if not isinstance(record, UnitRegistered | RunStarted | RunFinished) or record.unit.serial != unit:
            continue
        changes: dict[str, Any] = {
            "id": UUID(int=(7 << 76) | (2 << 62) | number),
            "source": "psu-test-2/late",
            "at": record.at + after,
            "unit": record.unit.model_copy(update={"serial": serial}),
        }
        if not isinstance(record, UnitRegistered):
            changes["run"] = UUID(int=(7 << 76) | (2 << 62) | 1_000_000)
        if isinstance(record, RunFinished):
            changes["started_at"] = record.started_at + after
        told.append(record.model_copy(update=changes))
    return [JournalEntry("psu-test-2/late", seq, encode_record(record)) for seq, record in enumerate(told, start=1)]


def test_a_bad_meter_is_contained_and_its_units_released(program: Any, tmp_path: Path) -> None:
    """The page is true, what it measured in doubt is exactly caught, and what arrives late falls under the hold."""

    def asked(*words: str, code: int = 0) -> Any:
        return json.loads("\n".join(program("mes", *words, "--db", DATABASE, "--json", code=code)))

    traced, reader = ("where-used", "--instrument", METER, "--since-last-good"), Reader()
    for command in typed(PAGE):
        reader.require(command, program(*reader.words(command), code=command.code))
        if command.words[1] == "hold":
            in_doubt = asked(*traced)
    assert [use["unit"]["serial"] for use in in_doubt["units"]] == ["PSU0000004", "PSU0000003", "PSU0000002"]
    assert [use["doubt"]["could_change"] for use in in_doubt["units"]] == [True, False, False]
    assert in_doubt["runs_without_readings"] == 0
    first = in_doubt["units"][0]["doubt"]
    assert (first["nearest"]["measurand"], first["certain"]) == ("output_voltage_at_100_200v", True)
    assert first["nearest"]["measurand"] in first["by"]

    url = f"sqlite:///{tmp_path / DATABASE}"
    with closing(open_local_ledger(url)) as ledger:
        ledger.append(late_run(url, "PSU0000003", "PSU0000903", timedelta(minutes=90)))
    late = asked(*traced)["units"]
    assert "PSU0000903" in [use["unit"]["serial"] for use in late]
    rules = asked("gate", "PSU0000903", "psu_test", code=1)["rules"]
    assert "held" in [rule["rule"] for rule in rules if rule["verdict"] == "REFUSED"]

    questions = (("equipment",), ("equipment", METER), ("holds",), traced)
    before = [asked(*words) for words in questions]
    program("mes", "rebuild", "--db", DATABASE)
    assert [asked(*words) for words in questions] == before
    program("mes", "verify", "--db", DATABASE)
