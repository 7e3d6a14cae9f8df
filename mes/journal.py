"""The journal: every record's bytes as their source wrote them, gapless and hash-chained per source.

It is the only truth of a site; every other table can be folded from it again. `append` keeps the chain, `verify`
walks it. The head of each chain is kept apart, so that a journal which lost its tail is found out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json
from sqlalchemy import Connection, Engine, insert, select, update
from sqlmodel import col

from mes.database import reading
from mes.ledger import AppendReceipt, ContentConflict, JournalEntry, RecordRejected, SequenceGap, chain, genesis
from mes.models import table_of
from mes.models.journal import JournalRow, SourceHead
from mes.records import AnyRecord, parse_record

_CHUNK = 500
_STREAM = {"yield_per": _CHUNK}


@dataclass(frozen=True, slots=True)
class Journalled:
    """An entry and the record that its bytes say."""

    entry: JournalEntry
    record: AnyRecord


@dataclass(frozen=True, slots=True)
class JournalFault:
    """One place where the journal is not what its sources wrote."""

    source: str
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a walk over the whole journal found."""

    ok: bool
    sources: int
    records: int
    faults: tuple[JournalFault, ...]


def head_of(connection: Connection, source: str) -> AppendReceipt:
    """What the journal holds of a source (`seq` 0 and the genesis hash for one never heard of)."""
    row = connection.execute(
        select(col(SourceHead.seq), col(SourceHead.hash)).where(col(SourceHead.source) == source)
    ).one_or_none()
    return AppendReceipt(source, row.seq, row.hash) if row else AppendReceipt(source, 0, genesis(source))


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


def append(
    connection: Connection, entries: Sequence[JournalEntry], received_at: datetime
) -> tuple[list[Journalled], AppendReceipt]:
    """Journal entries of one source in order; those already held with the same bytes are passed over.

    Returns the new ones, to be folded into the tables in the same transaction, and the receipt. Raises
    `SequenceGap`, `ContentConflict` or `RecordRejected`, and `ValueError` for no entries or several sources.
    """
    sources = {entry.source for entry in entries}
    if len(sources) != 1:
        raise ValueError(f"append takes entries of exactly one source, got {len(sources)}")
    head = head_of(connection, sources.pop())
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
    connection.execute(insert(JournalRow), rows)
    if head.seq:
        moved = update(SourceHead).where(col(SourceHead.source) == head.source).values(seq=seq, hash=digest)
        connection.execute(moved)
    else:
        connection.execute(insert(SourceHead), {"source": head.source, "seq": seq, "hash": digest})
    return fresh, AppendReceipt(head.source, seq, digest)


def entries_in_order(connection: Connection) -> Iterable[JournalEntry]:
    """Every entry in the order in which it was journalled."""
    columns = (col(JournalRow.source), col(JournalRow.seq), col(JournalRow.body))
    result = connection.execute(select(*columns).order_by(col(JournalRow.position)), execution_options=_STREAM)
    for source, seq, body in result:
        yield JournalEntry(source, seq, body)


def verify(engine: Engine) -> VerifyReport:
    """Walk every chain: each row's hash, the gaps, the order of arrival, and the head kept apart."""
    with reading(engine) as connection:
        heads = {row.source: row for row in connection.execute(select(table_of(SourceHead)))}
        walk = _Walk()
        journal = table_of(JournalRow)
        result = connection.execute(
            select(journal).order_by(journal.c.source, journal.c.seq), execution_options=_STREAM
        )
        for row in result:
            walk.visit(row)
    for source in sorted(heads.keys() | walk.tails.keys()):
        walk.compare_head(source, heads.get(source))
    return VerifyReport(not walk.faults, len(heads.keys() | walk.tails.keys()), walk.records, tuple(walk.faults))


class _Walk:
    """The state of a walk over the journal, source by source, in the order of `seq`."""

    def __init__(self) -> None:
        self.faults: list[JournalFault] = []
        self.records = 0
        self.tails: dict[str, tuple[int, bytes]] = {}
        self._position = 0

    def visit(self, row: Any) -> None:
        """Check one row against its predecessor; a fault is reported once and does not spread to later rows."""
        self.records += 1
        if row.source not in self.tails:
            self._position = 0
        seq, digest = self.tails.get(row.source, (0, genesis(row.source)))
        self.tails[row.source] = (row.seq, row.hash)
        if row.position < self._position:
            self._fault(row.source, row.seq, "it was journalled before its predecessor: the order was changed")
        self._position = row.position
        if row.seq != seq + 1:
            missing = str(seq + 1) if row.seq == seq + 2 else f"{seq + 1} to {row.seq - 1}"
            self._fault(row.source, seq + 1, f"missing: {missing}")
            return
        entry = JournalEntry(row.source, row.seq, row.body)
        if chain(digest, entry) != row.hash:
            self._fault(row.source, row.seq, "the hash does not follow from the bytes and the entry before")
            return
        try:
            record = parse_record(row.body)
        except ValidationError:
            self._fault(row.source, row.seq, "the bytes are no record of this version")
            return
        if (record.id, record.kind, record.source) != (row.record_id, row.kind, row.source):
            self._fault(row.source, row.seq, "id, kind or source beside the bytes differ from those in them")

    def compare_head(self, source: str, head: Any) -> None:
        """Check the end of a chain against the head kept apart."""
        seq, digest = self.tails.get(source, (0, genesis(source)))
        if head is None:
            self._fault(source, seq, "the head of this chain is missing")
        elif head.seq > seq:
            self._fault(source, seq + 1, f"the tail is cut: the journal ends at {seq}, its head stands at {head.seq}")
        elif (head.seq, head.hash) != (seq, digest):
            self._fault(source, seq, f"the head stands at {head.seq} or has another hash")

    def _fault(self, source: str, seq: int, reason: str) -> None:
        self.faults.append(JournalFault(source, seq, reason))


def _compare(connection: Connection, held: Sequence[JournalEntry]) -> None:
    """Raise `ContentConflict` unless the journal holds these entries byte for byte."""
    for start in range(0, len(held), _CHUNK):
        part = held[start : start + _CHUNK]
        rows = connection.execute(
            select(col(JournalRow.seq), col(JournalRow.body)).where(
                col(JournalRow.source) == part[0].source, col(JournalRow.seq).in_([entry.seq for entry in part])
            )
        )
        bodies = {row.seq: row.body for row in rows}
        for entry in part:
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
    for start in range(0, len(ids), _CHUNK):
        columns = (col(JournalRow.record_id), col(JournalRow.source), col(JournalRow.seq))
        held = connection.execute(
            select(*columns).where(col(JournalRow.record_id).in_(ids[start : start + _CHUNK]))
        ).first()
        if held is not None:
            raise ContentConflict(
                f"record {held.record_id}: entry {known[held.record_id]} of {fresh[0].entry.source} repeats it; "
                f"it is already entry {held.seq} of {held.source}\ngive every record an id of its own"
            )
