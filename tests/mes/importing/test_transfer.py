"""The way into the journal: resumed it is as if never stopped, repeated it does nothing, altered it is refused."""

from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from mes.database import create_site, open_engine, reading
from mes.definitions.loading import apply
from mes.definitions.reading import read_file
from mes.desk.acts import Desk
from mes.examples import example_file
from mes.importing import transfer
from mes.importing.history import HistoryRefused
from mes.importing.transfer import source_of
from mes.ledger import LedgerUnavailable
from mes.local_ledger import LocalLedger
from mes.models import projected_tables, table_of
from mes.models.journal import JournalRow
from mes.models.test_run import Rollup, TestRun
from mes.models.unit import Unit
from mes.projection import rebuild
from mes.records import NO_DECISION, HoldPlaced, Predicate, UnitIdentity
from mes.verification import verify
from mes.vocabulary import SiteKind

ROWS = [
    (
        f"DAC{i * 2 // 3}",
        f"2025-03-03 08:{i:02d}:00",
        "b1",
        "NOK" if i % 5 == 4 else "OK",
        "2100" if i % 5 == 4 else "900",
    )
    for i in range(20)
]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four runs in a transaction, so that a small file has several."""
    monkeypatch.setattr(transfer, "_BATCH", 4)


def journal(engine: Engine) -> list[Any]:
    """Every entry, without the time of its receipt."""
    table = table_of(JournalRow)
    with reading(engine) as connection:
        query = select(table.c.source, table.c.seq, table.c.body, table.c.hash).order_by(table.c.position)
        return list(connection.execute(query).all())


def tables(engine: Engine) -> dict[str, list[Any]]:
    """Every row of every projected table."""
    with reading(engine) as connection:
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in projected_tables()}


def test_history_is_in_as_if_a_station_had_sent_it(either, files, bring) -> None:
    """Units, plan, runs, failures and counts are there; the chain holds; the journal alone gives all of it again."""
    history = files.write(ROWS).history()
    summary, refused, _ = bring(either, history)
    assert (summary.runs, summary.units, summary.plans, refused) == (20, 13, 1, [])
    assert summary.outcomes == {"PASSED": 16, "FAILED": 4}
    before = tables(either)
    assert len(before["run_failure"]) == 4
    with reading(either) as connection:
        assert connection.execute(select(func.sum(table_of(Rollup).c.runs))).scalar_one() == 20
        gates = connection.execute(select(table_of(TestRun).c.gate_id).distinct()).scalars().all()
    assert gates == [NO_DECISION]
    assert verify(either).ok
    rebuild(either)
    assert tables(either) == before


def test_an_import_that_was_cut_off_goes_on_where_it_stood(either, files, bring, monkeypatch, tmp_path) -> None:
    """After any number of batches: the second call adds the rest, byte for byte what one call would have written."""
    history = files.write([*ROWS, ROWS[3]]).history()
    create_site(f"sqlite:///{tmp_path / 'whole.db'}", "plant", SiteKind.REAL)
    whole_engine = open_engine(f"sqlite:///{tmp_path / 'whole.db'}")
    try:
        whole, _, _ = bring(whole_engine, history)
        expected = journal(whole_engine)
    finally:
        whole_engine.dispose()
    append, sent = LocalLedger.append, []

    def cut_off(self: LocalLedger, entries: Any) -> Any:
        if len(sent) == 2:
            raise LedgerUnavailable("gone")
        sent.append(entries)
        return append(self, entries)

    monkeypatch.setattr(LocalLedger, "append", cut_off)
    with pytest.raises(LedgerUnavailable):
        bring(either, history)
    monkeypatch.setattr(LocalLedger, "append", append)
    held = len(journal(either))
    assert 0 < held < len(expected)
    rest, refused, _ = bring(either, history)
    assert (rest.records, rest.already, rest.new_records) == (whole.records, held, whole.records - held)
    assert journal(either) == expected
    assert [one.line for one in refused] == [22]
    again, refused, _ = bring(either, history)
    assert (again.new_records, again.runs, [one.line for one in refused]) == (0, 20, [22])
    assert journal(either) == expected


def test_a_run_stands_once_in_its_file(engine, files, bring) -> None:
    """The same unit, operation and start is refused, in the same batch and in a later one."""
    rows = [ROWS[0], ROWS[0], *ROWS[1:9], ROWS[0]]
    _, refused, _ = bring(engine, files.write(rows).history())
    assert [one.line for one in refused] == [3, 12]
    assert "earlier line" in refused[0].reason


def test_a_rehearsal_says_what_would_be_and_writes_nothing(engine, files, bring) -> None:
    """The same summary and the same refusals, duplicates of other batches included; the journal stays empty."""
    rows = [ROWS[0], ROWS[0], *ROWS[1:9], ROWS[0], ("DAC99", "never", "b1", "OK", "1")]
    history = files.write(rows).history()
    told = bring(engine, history, dry=True)
    assert journal(engine) == []
    done = bring(engine, history)
    assert told == done
    assert bring(engine, history, dry=True) == bring(engine, history)


@pytest.mark.parametrize("part", ["file", "map"])
def test_another_file_under_the_same_name_is_refused(either, files, bring, wide_map, part: str) -> None:
    """So is another map; under another name it is imported, and what is here already is not told again."""
    bring(either, files.write(ROWS[:10]).history())
    before = journal(either)
    by = wide_map if part == "file" else wide_map.replace("low = 500", "low = 400")
    rows = ROWS if part == "file" else ROWS[:10]
    with pytest.raises(HistoryRefused, match="--name"):
        bring(either, files.write(rows, by=by).history())
    assert journal(either) == before
    summary, refused, _ = bring(either, files.history("cables-2"))
    assert (summary.runs, summary.known_runs, refused) == (len(rows) - 10, 10, [])
    assert summary.known_from == {before[0].source: 10}
    assert summary.units == (6 if part == "file" else 0)


def test_a_file_that_is_read_otherwise_today_is_not_continued(engine, files, bring, monkeypatch) -> None:
    """The chain of what was sent is compared: a release that makes other records of a line does not mix them."""
    history = files.write(ROWS).history()
    bring(engine, history)
    made = transfer.RecordMaker.finished
    monkeypatch.setattr(
        transfer.RecordMaker,
        "finished",
        lambda self, run, id_: made(self, run, id_).model_copy(update={"reason": "read otherwise"}),
    )
    with pytest.raises(HistoryRefused, match="are read otherwise today"):
        bring(engine, history)


def test_a_unit_that_is_known_is_not_registered_again(engine, files, bring) -> None:
    """Two histories of one unit, at two operations: one unit, two runs."""
    bring(engine, files.write(ROWS[:3]).history())
    by = files.map.read_text(encoding="utf-8").replace("final_test", "burn_in").replace('"cables"', '"burn-in"')
    summary, _, _ = bring(engine, files.write(ROWS[:3], by=by).history())
    assert (summary.units, summary.runs) == (0, 3)
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(table_of(Unit))).scalar_one() == 2


def test_what_was_simulated_stays_marked(engine, files, bring, wide_map) -> None:
    """By the map at a real site, and everything at a simulated one."""
    bring(engine, files.write(ROWS[:2], by=wide_map.replace("[unit]", "simulated = true\n[unit]", 1)).history())
    bring(engine, files.write(ROWS[4:6], by=wide_map.replace('"cables"', '"b"')).history(), simulated=True)
    bring(engine, files.write(ROWS[7:9], by=wide_map.replace('"cables"', '"c"')).history())
    runs = table_of(TestRun)
    with reading(engine) as connection:
        marks = connection.execute(select(runs.c.simulated).order_by(runs.c.started_at)).scalars().all()
    assert marks == [True, True, True, True, False, False]


def test_the_source_names_file_and_map(files) -> None:
    """So that the journal alone tells which file a record is from."""
    history = files.write(ROWS).history()
    assert source_of(history) == f"import/cables@{history.digest[:16]}.{history.map_digest[:8]}"


def test_history_is_asked_nothing_at_its_end(engine, files, bring) -> None:
    """A hold that stands today says nothing of a run of last year; it catches the unit at its next gate."""
    unit = UnitIdentity(part="DAC-800G-150", serial="DAC0")
    with Desk(engine).act() as act:
        act.write([HoldPlaced(**act.envelope(), predicate=Predicate(unit=unit), reason="wet", by="qa")])
    bring(engine, files.write(ROWS[:4]).history())
    table = table_of(JournalRow)
    with reading(engine) as connection:
        kinds = set(connection.execute(select(table.c.kind)).scalars())
    assert kinds == {"hold_placed", "unit_registered", "plan_released", "run_finished"}


def test_what_is_not_defined_is_told(engine, files, bring) -> None:
    """A unit of a part that has no definition is traced all the same; its route is not known."""
    summary, _, _ = bring(engine, files.write(ROWS[:4]).history())
    assert summary.undefined == ("DAC-800G-150 revision A",)
    with Desk(engine).act() as act:
        apply(act, [read_file(example_file("cable"))], "qa")
    summary, _, _ = bring(engine, files.history())
    assert summary.undefined == ()


def test_a_file_that_changes_while_it_is_read_is_not_finished(engine, files, bring) -> None:
    """Its digest was taken before: what is not of that file does not go on under its name."""
    history = files.write(ROWS).history()
    files.write([*ROWS, ("DAC99", "2025-03-04 08:00:00", "b1", "OK", "900")])
    with pytest.raises(HistoryRefused, match="changed while"):
        bring(engine, history)
    assert journal(engine) == []
