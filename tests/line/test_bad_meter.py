"""A meter is found out of tolerance: docs/bad-meter.md, command by command, and what the page leaves out."""

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from mes.cli.main import main
from mes.database import read_only_engine
from mes.ledger import JournalEntry
from mes.local_ledger import open_local_ledger
from mes.models import table_of
from mes.models.journal import JournalRow
from mes.records import RunFinished, RunStarted, UnitRegistered, encode_record, parse_record

PAGE = Path(__file__).parents[2] / "docs/bad-meter.md"
METER = "04412345"
IDENTITY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Shown:
    """A command of the page, the exit code that a comment behind it tells, and the lines that it prints."""

    words: tuple[str, ...]
    code: int
    lines: tuple[str, ...]


def shown() -> Iterator[Shown]:
    """Every command of the page's console blocks, in order."""
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        for part in re.sub(r"\\\n\s*", "", block).split("$ ")[1:]:
            command, *lines = part.splitlines()
            command, _, comment = command.partition(" # ")
            code = re.match(r"exit (\d+)", comment)
            yield Shown(tuple(shlex.split(command)), int(code[1]) if code else 0, tuple(lines))


def agree(page: tuple[str, ...], printed: list[str], known: dict[str, str]) -> None:
    """Hold what was printed against the page; the page's ids come to mean those that were printed in their place."""
    pattern = []
    for line in page:
        pieces = IDENTITY.split(line)
        ids = [re.escape(known[one]) if one in known else f"({IDENTITY.pattern})" for one in IDENTITY.findall(line)]
        texts = [re.escape(piece).replace("…", ".*") for piece in pieces]
        told = "".join(text + id_ for text, id_ in zip(texts, [*ids, ""], strict=True))
        pattern.append("(?:.*\n)*" if line == "…" else told + " *\n")
    found = re.fullmatch("".join(pattern), "".join(f"{line}\n" for line in printed))
    assert found, "\n".join(["the page says", *page, "and printed was", *printed])
    fresh = [one for line in page for one in IDENTITY.findall(line) if one not in known]
    known |= dict(zip(fresh, found.groups(), strict=True))


@pytest.fixture
def quick_mes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `mes` in this process: a dozen interpreters less."""

    def called(*arguments: str, code: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["mes", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert (ended.value.code or 0) == code, printed
        return printed.out

    return called


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


def test_a_bad_meter_is_contained_and_its_units_released(station: Any, quick_mes: Any, tmp_path: Path) -> None:
    """The page is true, what it measured in doubt is exactly caught, and what arrives late falls under the hold."""
    home = tmp_path / "home"
    url = f"sqlite:///{home / 'demo-1.db'}"
    asked = ("where-used", "--instrument", METER, "--since-last-good", "--db", url, "--json")
    known: dict[str, str] = {}
    for command in shown():
        program, *words = [known.get(word, word) if word != "demo-1.db" else url for word in command.words]
        if program == "mes":
            printed = quick_mes(*words, code=command.code)
        else:
            printed = station(*words, code=command.code).stdout
        agree(command.lines, printed.splitlines(), known)
        if words[0] == "hold":
            in_doubt = json.loads(quick_mes(*asked))
            assert [use["unit"]["serial"] for use in in_doubt["units"]] == ["PSU0000004", "PSU0000003", "PSU0000002"]
            assert [use["doubt"]["could_change"] for use in in_doubt["units"]] == [True, False, False]
            nearest = in_doubt["units"][0]["doubt"]["nearest"]
            assert (nearest["measurand"], nearest["certain"]) == ("output_voltage_at_100_200v", True)
            assert nearest["measurand"] in in_doubt["units"][0]["doubt"]["by"]
            assert in_doubt["runs_without_readings"] == 0

    with closing(open_local_ledger(url)) as ledger:
        ledger.append(late_run(url, "PSU0000003", "PSU0000903", timedelta(minutes=90)))
    late = json.loads(quick_mes(*asked))["units"]
    assert "PSU0000903" in [use["unit"]["serial"] for use in late]
    refused = json.loads(quick_mes("gate", "PSU0000903", "psu_test", "--db", url, "--json", code=1))["rules"]
    assert "held" in [rule["rule"] for rule in refused if rule["verdict"] == "REFUSED"]

    before = {name: quick_mes(*name, "--db", url) for name in (("equipment",), ("equipment", METER), ("holds",))}
    quick_mes("rebuild", "--db", url)
    assert {name: quick_mes(*name, "--db", url) for name in before} == before
    assert json.loads(quick_mes(*asked))["units"] == late
    quick_mes("verify", "--db", url)
