"""The journal: every record's bytes as their source wrote them, gapless and hash-chained per source.

It is the only truth of a site; every other table can be folded from it again. `append` keeps the chain, `verify`
(`mes.verification`) walks it. The head of each chain is kept apart, so that a journal which lost its tail is found out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlmodel import col

from mes.ledger import AppendReceipt, ContentConflict, JournalEntry, RecordRejected, SequenceGap, chain, genesis
from mes.lookup import Lookup, Prepared
from mes.models import table_of
from mes.models.journal import JournalRow, SourceHead
from mes.records import AnyRecord, parse_record
from mes.row_writer import insert_rows
from mes.verification import JournalFault, VerifyReport, verify

__all__ = [
    "JournalFault",
    "Journalled",
    "VerifyReport",
    "append",
    "entries_in_order",
    "head_of",
    "holds_nul",
    "only_source",
    "understand",
    "verify",
]

_STREAM = {"yield_per": 500}


@dataclass(frozen=True, slots=True)
class Journalled:
    """An entry and the record that its bytes say."""

    entry: JournalEntry
    record: AnyRecord


def head_of(connection: Connection, source: str) -> AppendReceipt:
    """What the journal holds of a source (`seq` 0 and the genesis hash for one never heard of)."""
    for row in _HEADS.rows(connection, source=source):
        return AppendReceipt(source, row.seq, row.hash)
    return AppendReceipt(source, 0, genesis(source))


def understand(entry: JournalEntry) -> Journalled:
    """The record in an entry. Raises `RecordRejected` when its bytes are none, or contradict their envelope."""
    try:
        record = parse_record(entry.body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "record"
        reason = f"{place}: {first['msg']} ({error.error_count()} fault(s) in all)"
        raise RecordRejected(entry.source, entry.seq, reason) from error
    if record.source != entry.source:
        raise RecordRejected(entry.source, entry.seq, f"it says that its source is {record.source}")
    if b"\\u0000" in entry.body and holds_nul(from_json(entry.body)):
        # PostgreSQL cannot store NUL in text, and no one rule may depend on the database.
        raise RecordRejected(entry.source, entry.seq, "a text holds a NUL character")
    try:
        record.at.astimezone(UTC)
    except OverflowError as error:
        raise RecordRejected(entry.source, entry.seq, f"at: {record.at} has no UTC time") from error
    return Journalled(entry, record)


def holds_nul(document: Any) -> bool:
    """Whether any text of a JSON document holds a NUL character."""
    if isinstance(document, str):
        return "\0" in document
    if isinstance(document, dict):
        return any(holds_nul(key) or holds_nul(value) for key, value in document.items())
    return isinstance(document, list) and any(holds_nul(value) for value in document)


def only_source(entries: Iterable[JournalEntry]) -> str:
    """The source of these entries. Raises `ValueError` for none, or when there are several."""
    sources = {entry.source for entry in entries}
    if len(sources) != 1:
        raise ValueError(f"append takes entries of exactly one source, got {len(sources)}")
    return sources.pop()


def append(
    connection: Connection, entries: Sequence[JournalEntry], received_at: datetime
) -> tuple[list[Journalled], AppendReceipt]:
    """Journal entries of one source in order; those already held with the same bytes are passed over.

    Returns the new ones, to be folded into the tables in the same transaction, and the receipt. Raises
    `SequenceGap`, `ContentConflict` or `RecordRejected`, and `ValueError` for no entries or several sources.
    """
    head = head_of(connection, only_source(entries))
    held = [entry for entry in entries if entry.seq <= head.seq]
    _compare(connection, held)
    fresh: list[Journalled] = []
    rows: list[dict[str, Any]] = []
    seq, digest = head.seq, head.head
    for entry in entries:
        if entry.seq <= head.seq:
            continue
        if entry.seq != seq + 1:
            raise SequenceGap(entry.source, seq + 1, entry.seq)
        journalled = understand(entry)
        seq, digest = entry.seq, chain(digest, entry)
        fresh.append(journalled)
        rows.append(
            {
                "source": entry.source,
                "seq": entry.seq,
                "record_id": journalled.record.id,
                "kind": journalled.record.kind,
                "body": entry.body,
                "hash": digest,
                "received_at": received_at,
            }
        )
    if not rows:
        return [], head
    _refuse_known_ids(connection, fresh)
    insert_rows(connection, _JOURNAL, rows)
    if head.seq:
        connection.execute(_MOVED, {"of_source": head.source, "seq": seq, "hash": digest})
    else:
        connection.execute(insert(SourceHead), {"source": head.source, "seq": seq, "hash": digest})
    return fresh, AppendReceipt(head.source, seq, digest)


def entries_in_order(connection: Connection) -> Iterable[JournalEntry]:
    """Every entry in the order in which it was journalled."""
    columns = (col(JournalRow.source), col(JournalRow.seq), col(JournalRow.body))
    result = connection.execute(select(*columns).order_by(col(JournalRow.position)), execution_options=_STREAM)
    for source, seq, body in result:
        yield JournalEntry(source, seq, body)


def _compare(connection: Connection, held: Sequence[JournalEntry]) -> None:
    """Raise `ContentConflict` unless the journal holds these entries byte for byte."""
    rows = _BODIES.rows(connection, [entry.seq for entry in held], source=held[0].source) if held else ()
    bodies = {row.seq: row.body for row in rows}
    for entry in held:
        if bodies.get(entry.seq) != entry.body:
            raise ContentConflict(
                f"journal of {entry.source}: entry {entry.seq} is already held with other bytes\n"
                "two spools write under one name: quarantine this one and start a new spool"
            )


def _refuse_known_ids(connection: Connection, fresh: Sequence[Journalled]) -> None:
    """Raise `ContentConflict` when a record id is already journalled at another place."""
    ids = [journalled.record.id for journalled in fresh]
    known = {journalled.record.id: journalled.entry.seq for journalled in fresh}
    if len(known) < len(ids):
        repeated = next(one for one in ids if ids.count(one) > 1)
        raise ContentConflict(f"record {repeated}: written twice by {fresh[0].entry.source} under two entries")
    for held in _RECORDS.rows(connection, ids):
        raise ContentConflict(
            f"record {held.record_id}: entry {known[held.record_id]} of {fresh[0].entry.source} repeats it; "
            f"it is already entry {held.seq} of {held.source}\ngive every record an id of its own"
        )


_JOURNAL, _HEAD = table_of(JournalRow), table_of(SourceHead)
_MOVED = update(_HEAD).where(_HEAD.c.source == bindparam("of_source"))
_HEADS = Prepared(select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.source == bindparam("source")))
_BODIES = Lookup(
    select(_JOURNAL.c.seq, _JOURNAL.c.body).where(_JOURNAL.c.source == bindparam("source")), _JOURNAL.c.seq
)
_RECORDS = Lookup(select(_JOURNAL.c.record_id, _JOURNAL.c.source, _JOURNAL.c.seq), _JOURNAL.c.record_id)
