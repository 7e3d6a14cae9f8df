"""Walks the whole journal and tells every place where it is not what its sources wrote.

The walk trusts nothing that is stored: texts are read as bytes, storage classes are looked at before values, and on
SQLite each row is read from its table beside its index, because a flipped bit may sit in either. Damage is an answer
here and never an exception. Only `received_at` is outside the hash: of it the walk says whether it is still a time.
What runs attached is read back too, where a store is given.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from mes.attachment_store import AttachmentAltered, AttachmentMissing, AttachmentRefused, AttachmentStore
from mes.database import reading
from mes.database_errors import is_damage
from mes.ledger import JournalEntry, LedgerUnavailable, chain, genesis
from mes.records import Attachment, RunFinished, parse_record

_STREAM = {"yield_per": 500}

# CROSS JOIN keeps SQLite's order of the loops: the index outside, each row by its position inside.
_ROWS = {
    "sqlite": """
        SELECT r.position, CAST(r.source AS BLOB) AS source, CASE typeof(r.seq) WHEN 'integer' THEN r.seq END AS seq,
               CAST(r.record_id AS BLOB) AS record_id, CAST(r.kind AS BLOB) AS kind, CAST(r.body AS BLOB) AS body,
               CAST(r.hash AS BLOB) AS hash, CAST(r.received_at AS BLOB) AS received_at,
               r.source IS i.source AND r.seq IS i.seq AS indexed,
               typeof(r.source) || typeof(r.seq) || typeof(r.record_id) || typeof(r.kind) || typeof(r.body)
               || typeof(r.hash) || typeof(r.received_at) = 'textintegertexttextblobblobtext' AS typed
        FROM journal AS i CROSS JOIN journal AS r ON r.position = i.position ORDER BY i.source, i.seq""",
    "postgresql": """
        SELECT position, textsend(source::text) AS source, seq, textsend(record_id::text) AS record_id,
               textsend(kind::text) AS kind, body, hash, textsend(received_at::text) AS received_at,
               true AS indexed, true AS typed
        FROM journal ORDER BY source, seq""",
}
_HEADS = {
    "sqlite": """
        SELECT CAST(source AS BLOB) AS source, CASE typeof(seq) WHEN 'integer' THEN seq END AS seq,
               CAST(hash AS BLOB) AS hash FROM source_head NOT INDEXED""",
    "postgresql": "SELECT textsend(source::text) AS source, seq, hash FROM source_head",
}


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
    attachments: int = 0
    """How many attachments were read back."""
    attachment_faults: tuple[JournalFault, ...] = ()
    """Those that are missing or altered, at the entry that names them: no fault of the journal."""


def verify(engine: Engine, attachments: AttachmentStore | None = None) -> VerifyReport:
    """Walk every chain: each row's hash, the gaps, the order of arrival, and the head kept apart.

    With a store, everything that the records name as attached is read back and held against its digest. Whatever is
    wrong with what is stored is a fault in the report; `LedgerUnavailable` when it cannot be reached now.
    """
    walk = _Walk(attachments)
    with reading(engine) as connection:
        try:
            for row in connection.execute(text(_ROWS[engine.dialect.name]), execution_options=_STREAM):
                walk.visit(row)
            heads = {row.source or b"": row for row in connection.execute(text(_HEADS[engine.dialect.name]))}
        except DBAPIError as error:
            if not is_damage(error):
                raise
            connection.rollback()
            walk.break_off(str(error.orig).strip().partition("\n")[0])
            heads = {}
    sources = walk.tails.keys() | heads.keys()
    if not walk.broken_off:
        for source in sorted(sources):
            walk.compare_head(source, heads.get(source))
    return VerifyReport(
        not walk.faults,
        len(sources),
        walk.records,
        tuple(walk.faults),
        walk.attachments,
        tuple(walk.attachment_faults),
    )


class _Tail(NamedTuple):
    """Where the walk stands in one chain."""

    seq: int
    hash: bytes
    position: int


class _Walk:
    """The state of a walk over the journal, source by source, in the order of `seq`."""

    def __init__(self, store: AttachmentStore | None) -> None:
        self._store = store
        self.attachments = 0
        self.attachment_faults: list[JournalFault] = []
        self.faults: list[JournalFault] = []
        self.records = 0
        self.tails: dict[bytes, _Tail] = {}
        self.broken_off = False
        self._last: tuple[bytes | None, int] = (None, 0)

    def visit(self, row: Any) -> None:
        """Check one row against its predecessor; a fault is reported once and does not spread to later rows."""
        self.records += 1
        self._last = (row.source, row.seq or 0)
        source = _text(row.source)
        if source is None or not row.seq or row.seq < 1 or not row.typed or not row.indexed:
            self._fault(row.source, row.seq or 0, _damage(source, row))
            return
        tail = self.tails.get(row.source) or _Tail(0, genesis(source), 0)
        self.tails[row.source] = _Tail(row.seq, row.hash, row.position)
        if row.position < tail.position:
            self._fault(row.source, row.seq, "it was journalled before its predecessor: the order was changed")
        if row.seq != tail.seq + 1:
            missing = str(tail.seq + 1) if row.seq == tail.seq + 2 else f"{tail.seq + 1} to {row.seq - 1}"
            self._fault(row.source, tail.seq + 1, f"missing: {missing}")
            return
        if chain(tail.hash, JournalEntry(source, row.seq, row.body)) != row.hash:
            self._fault(row.source, row.seq, "the hash does not follow from the bytes and the entry before")
            return
        try:
            record = parse_record(row.body)
        except ValidationError:
            self._fault(row.source, row.seq, "the bytes are no record of this version")
            return
        beside = (_text(row.record_id.replace(b"-", b"")), _text(row.kind), source)
        if beside != (record.id.hex, record.kind, record.source):
            self._fault(row.source, row.seq, "id, kind or source beside the bytes differ from those in them")
        if not _is_time(row.received_at):
            self._fault(row.source, row.seq, "received_at is no time")
        if self._store is not None and isinstance(record, RunFinished):
            for attachment in record.attachments:
                self._read_back(self._store, source, row.seq, attachment)

    def _read_back(self, store: AttachmentStore, source: str, seq: int, attachment: Attachment) -> None:
        self.attachments += 1
        try:
            found = len(store.read(attachment.sha256))
            reason = "" if found == attachment.size else f"has {found} bytes, the record says {attachment.size}"
        except AttachmentMissing:
            reason = f"is missing from {store.folder}"
        except AttachmentAltered:
            reason = f"was altered in {store.folder}"
        except AttachmentRefused as error:
            raise LedgerUnavailable(str(error)) from error
        if reason:
            told = f"attachment {attachment.name} ({attachment.sha256}) {reason}"
            self.attachment_faults.append(JournalFault(source, seq, told))

    def compare_head(self, source: bytes, head: Any) -> None:
        """Check the end of a chain against the head kept apart."""
        tail = self.tails.get(source)
        seq = tail.seq if tail else 0
        if head is None:
            self._fault(source, seq, "the head of this chain is missing")
        elif head.seq is None:
            self._fault(source, seq, "the head of this chain cannot be read: it has no number")
        elif head.seq > seq:
            self._fault(source, seq + 1, f"the tail is cut: the journal ends at {seq}, its head stands at {head.seq}")
        elif tail is None or (head.seq, head.hash) != (seq, tail.hash):
            self._fault(source, seq, f"the head stands at {head.seq} or has another hash")

    def break_off(self, cause: str) -> None:
        """The database cannot read the rows after the last one visited."""
        self.broken_off = True
        self._fault(*self._last, f"the database cannot read on after this entry: {cause}")

    def _fault(self, source: bytes | None, seq: int, reason: str) -> None:
        name = "" if source is None else source.decode(errors="backslashreplace")
        self.faults.append(JournalFault(name, seq, reason))


def _damage(source: str | None, row: Any) -> str:
    """Why a row cannot even be put into a chain."""
    if source is None:
        return "the source beside the bytes is no text"
    if not row.seq or row.seq < 1:
        return f"its number beside the bytes is {row.seq}"
    if not row.typed:
        return "a column beside the bytes is of another type"
    return "its row and the journal's index name different entries"


def _text(stored: bytes | None) -> str | None:
    try:
        return None if stored is None else stored.decode()
    except UnicodeDecodeError:
        return None


def _is_time(stored: bytes) -> bool:
    try:
        datetime.fromisoformat(stored.decode())
    except ValueError:
        return False
    return True
