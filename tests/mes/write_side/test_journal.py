"""The journal: gapless, verbatim, chained, and every way to tamper with it is found."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, bindparam, delete, select, text, update

from mes.journal import VerifyReport, verify
from mes.ledger import ContentConflict, JournalEntry, RecordRejected, SequenceGap, chain, genesis
from mes.models import table_of
from mes.models.journal import JournalRow, SourceHead
from mes.models.unit import Unit
from mes.records import Record, encode_record

JOURNAL, HEAD = table_of(JournalRow), table_of(SourceHead)


def entries(records: Sequence[Record], start: int = 1) -> list[JournalEntry]:
    """These records as their one source numbers them."""
    return [JournalEntry(record.source, seq, encode_record(record)) for seq, record in enumerate(records, start)]


@pytest.fixture
def setting(story):
    """The first entries of the desk's journal."""
    return entries(story.setting())


def test_bytes_are_kept_as_their_source_wrote_them(writer, setting):
    """Even spaces between tokens stay: the chain is over the bytes, not over their meaning."""
    spaced = JournalEntry(setting[0].source, 1, setting[0].body.replace(b'":', b'" : '))
    receipt = writer.ledger.append([spaced])
    assert [row.body for row in writer.rows(JournalRow)] == [spaced.body]
    assert receipt.head == chain(genesis(spaced.source), spaced)


def test_receipt_and_expected_follow_the_chain(writer, setting):
    """The receipt names the last entry held and the head of the chain that both ends keep."""
    source = setting[0].source
    assert writer.ledger.expected(source) == 1
    receipt = writer.ledger.append(setting)
    head = genesis(source)
    for entry in setting:
        head = chain(head, entry)
    assert (receipt.source, receipt.seq, receipt.head) == (source, len(setting), head)
    assert writer.ledger.expected(source) == len(setting) + 1


def test_entries_already_held_are_passed_over(writer, setting):
    """A station resends from before the answer it never got; only what is new is added."""
    writer.ledger.append(setting[:3])
    receipt = writer.ledger.append(setting)
    assert receipt.seq == len(setting)
    assert sorted(row.seq for row in writer.rows(JournalRow)) == list(range(1, len(setting) + 1))
    assert writer.ledger.append(setting[:2]) == receipt


def test_gap_says_where_to_resume(writer, setting):
    """Entry 3 after entry 1 is refused, and nothing of the batch is kept."""
    writer.ledger.append(setting[:1])
    with pytest.raises(SequenceGap) as error:
        writer.ledger.append(setting[2:])
    assert (error.value.expected, error.value.got) == (2, 3)
    with pytest.raises(SequenceGap):
        writer.ledger.append([setting[1], setting[3]])
    assert writer.ledger.expected(setting[0].source) == 2


def test_other_bytes_at_a_held_place_are_a_conflict(writer, story, setting):
    """A cloned machine writes other entries under the same numbers."""
    writer.ledger.append(setting)
    other = entries([story.registered(story.cable("C9"))])
    with pytest.raises(ContentConflict, match=r"entry 1 .* other bytes"):
        writer.ledger.append(other)


def test_record_id_names_one_record(writer, story):
    """The same record under another number, or in another spool, is a conflict."""
    writer.tell(story.setting())
    record = story.registered(story.cable("C9"))
    with pytest.raises(ContentConflict, match="written twice"):
        writer.tell([record, record])
    writer.tell([record])
    with pytest.raises(ContentConflict, match="already entry"):
        writer.tell([record.model_copy(update={"source": "desk/2"})])


REFUSED = {
    "no JSON": (lambda body: b"{", "Invalid JSON"),
    "unknown kind": (lambda body: body.replace(b"unit_registered", b"unit_eaten"), "unit_eaten"),
    "unknown field": (lambda body: body.replace(b'{"v":1', b'{"colour":"red","v":1'), "colour"),
    "later version": (lambda body: body.replace(b'{"v":1', b'{"v":2'), "v: "),
    "other source": (lambda body: body.replace(b"desk/1", b"desk/7"), "its source is desk/7"),
    "NUL in a text": (lambda body: body.replace(b'"C9"', b'"C\\u00009"'), "NUL"),
    "time before UTC": (lambda body: body.replace(b"2026-05-04T06:01:00Z", b"0001-01-01T00:00:00+10:00"), "no UTC"),
}


@pytest.mark.parametrize(("spoil", "reason"), REFUSED.values(), ids=REFUSED)
def test_bytes_that_are_no_record_are_refused(writer, story, spoil, reason):
    """What is refused is named with its source, number and reason, and leaves no trace."""
    writer.tell(story.setting())
    seq = writer.ledger.expected("desk/1")
    (entry,) = entries([story.registered(story.cable("C9"))], seq)
    spoiled = JournalEntry(entry.source, seq, spoil(entry.body))
    assert spoiled.body != entry.body
    with pytest.raises(RecordRejected, match=reason) as error:
        writer.ledger.append([spoiled])
    assert (error.value.source, error.value.seq) == ("desk/1", seq)
    assert writer.ledger.expected("desk/1") == seq


def test_escaped_backslash_before_u0000_is_only_text(writer, story):
    r"""The five characters \u0000 in a text are no NUL character."""
    writer.tell(story.setting())
    writer.tell([story.registered(story.cable(r"C\u0000"))])
    assert r"C\u0000" in {row.serial for row in writer.rows(Unit)}


def test_centre_keeps_its_own_source(writer):
    """No station can write decisions in the gate's name."""
    with pytest.raises(RecordRejected, match="centre's own"):
        writer.ledger.append([JournalEntry("centre/gate", 1, b"{}")])


def test_append_is_about_one_source(writer, setting):
    """Nothing, and the entries of two sources, are no batch."""
    for batch in ([], [setting[0], JournalEntry("test-1/1", 1, setting[1].body)]):
        with pytest.raises(ValueError, match="exactly one source"):
            writer.ledger.append(batch)


@pytest.fixture
def told(writer, story):
    """A journal of three sources, one of them the gate's."""
    writer.tell([*story.setting(), *story.run(story.bundle("B1"), "bundle_test", 2)])
    writer.ledger.gate(story.request(story.cable("C1"), "assembly"))
    return writer


def test_untouched_journal_verifies(told):
    """Every record of every source, the gate's own decisions included, is where its chain puts it."""
    assert verify(told.engine) == VerifyReport(ok=True, sources=3, records=10, faults=())


def test_empty_journal_verifies(writer):
    """A new site has nothing to doubt."""
    assert verify(writer.engine) == VerifyReport(ok=True, sources=0, records=0, faults=())


def flip_bit(connection: Connection) -> None:
    """One bit of one body."""
    where = (JOURNAL.c.source == "desk/1", JOURNAL.c.seq == 3)
    body = bytearray(connection.execute(select(JOURNAL.c.body).where(*where)).scalar_one())
    body[len(body) // 2] ^= 0x01
    connection.execute(update(JOURNAL).where(*where).values(body=bytes(body)))


def swap_rows(connection: Connection) -> None:
    """Entries 3 and 4 change places, hashes and all."""
    change = update(JOURNAL).where(JOURNAL.c.source == "desk/1", JOURNAL.c.seq == bindparam("was"))
    connection.execute(change.values(seq=bindparam("becomes")), [{"was": 3, "becomes": 99}])
    connection.execute(change.values(seq=bindparam("becomes")), [{"was": 4, "becomes": 3}])
    connection.execute(change.values(seq=bindparam("becomes")), [{"was": 99, "becomes": 4}])


def swap_positions(connection: Connection) -> None:
    """Entries 3 and 4 seem to have arrived in the other order."""
    ours = select(JOURNAL.c.position).where(JOURNAL.c.source == "desk/1", JOURNAL.c.seq.in_([3, 4]))
    third, fourth = connection.execute(ours.order_by(JOURNAL.c.seq)).scalars()
    change = update(JOURNAL).where(JOURNAL.c.position == bindparam("was")).values(position=bindparam("becomes"))
    steps = [(third, -1), (fourth, third), (-1, fourth)]
    connection.execute(change, [{"was": was, "becomes": becomes} for was, becomes in steps])


def lose(*seqs: int) -> object:
    """The rows with these numbers are gone."""
    return lambda connection: connection.execute(
        delete(JOURNAL).where(JOURNAL.c.source == "desk/1", JOURNAL.c.seq.in_(seqs))
    )


def run(statement: str) -> object:
    """Any other change."""
    return lambda connection: connection.execute(text(statement))


TAMPERED = {
    "a flipped bit": (flip_bit, [("desk/1", 3, "hash does not follow")]),
    "a missing row": (lose(3), [("desk/1", 3, "missing: 3")]),
    "three missing rows": (lose(3, 4, 5), [("desk/1", 3, "missing: 3 to 5")]),
    "a missing first row": (lose(1), [("desk/1", 1, "missing: 1")]),
    "a cut tail": (lose(6, 7), [("desk/1", 6, "tail is cut: the journal ends at 5, its head stands at 7")]),
    "a whole source lost": (lose(*range(1, 8)), [("desk/1", 1, "tail is cut")]),
    "reordered rows": (
        swap_rows,
        [("desk/1", 3, "hash"), ("desk/1", 4, "journalled before"), ("desk/1", 4, "hash"), ("desk/1", 5, "hash")],
    ),
    "reordered arrival": (swap_positions, [("desk/1", 4, "journalled before")]),
    "a forged kind": (
        run("UPDATE journal SET kind = 'lot_received' WHERE source = 'test-1/1' AND seq = 2"),
        [("test-1/1", 2, "differ")],
    ),
    "a lost head": (run("DELETE FROM source_head WHERE source = 'test-1/1'"), [("test-1/1", 2, "head of this chain")]),
    "a head turned back": (run("UPDATE source_head SET seq = 1 WHERE source = 'test-1/1'"), [("test-1/1", 2, "at 1")]),
}


@pytest.mark.parametrize(("change", "expected"), TAMPERED.values(), ids=TAMPERED)
def test_tampering_is_found_where_it_was_done(told, change, expected):
    """The report names source, number and reason, and does not blame the records after it."""
    told.change(change)
    report = verify(told.engine)
    assert not report.ok
    assert [(fault.source, fault.seq) for fault in report.faults] == [(source, seq) for source, seq, _ in expected]
    for fault, (_, _, reason) in zip(report.faults, expected, strict=True):
        assert reason in fault.reason
