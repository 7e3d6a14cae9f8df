"""The door every producer uses: ask the gate, append records. Imports nothing heavy.

A station holds a `Ledger` and does not know whether the database is in its own process or across the factory.
The hash rule lives here because both ends of the wire keep the chain, and so does the store of attachments.

    LedgerError
    |-- LedgerUnavailable      try again later: nothing was decided and nothing was lost
    |-- WrongDatabase          the database is not ours, or of another version
    |-- SequenceGap            entries are missing before this one; `expected` says where to resume
    |-- ContentConflict        this position of the chain already holds other bytes
    `-- RecordRejected         the bytes are no record of this version
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from uuid import UUID

from mes.attachment_store import AttachmentAltered as AttachmentAltered
from mes.attachment_store import AttachmentMissing as AttachmentMissing
from mes.attachment_store import AttachmentRefused as AttachmentRefused
from mes.attachment_store import AttachmentStore as AttachmentStore
from mes.attachment_store import digest_of as digest_of
from mes.attachment_store import folder_beside as folder_beside
from mes.records import GateDecided, GateRequest
from mes.vocabulary import SiteKind

GATE_SOURCE = "centre/gate"
"""The journal source of what the centre itself decides and finds."""


class LedgerError(Exception):
    """The ledger could not do what was asked."""


class LedgerUnavailable(LedgerError):
    """The database or the centre cannot be reached now (example: a lock held for longer than the busy timeout)."""


class WrongDatabase(LedgerError):
    """The database is not Rackline's, or its schema is of another version (example: a photo library's file)."""


class SequenceGap(LedgerError):
    """An entry came before its predecessors (example: the centre was restored from an old backup)."""

    def __init__(self, source: str, expected: int, got: int) -> None:
        super().__init__(f"journal of {source}: got entry {got}, expected {expected}; resend from {expected}")
        self.source, self.expected, self.got = source, expected, got


class ContentConflict(LedgerError):
    """The same entry or record id arrived with other bytes (example: a cloned virtual machine)."""


class RecordRejected(LedgerError):
    """The bytes do not parse as a record, or contradict their envelope (example: a source other than the sender)."""

    def __init__(self, source: str, seq: int, reason: str) -> None:
        super().__init__(f"record {seq} of {source} refused: {reason}")
        self.source, self.seq, self.reason = source, seq, reason


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One record as its source committed it: gapless `seq` from 1, and the exact bytes."""

    source: str
    seq: int
    body: bytes


@dataclass(frozen=True, slots=True)
class AppendReceipt:
    """What the ledger now holds of a source: everything up to `seq`, whose chain head is `head`."""

    source: str
    seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Site:
    """The site a database belongs to; decided when it was made.

    `id` tells two databases apart, whatever they are called and however they are reached: what a station has queued
    for one site is never sent to another.
    """

    name: str
    kind: SiteKind
    id: UUID = field(default=UUID(int=0), compare=False)


class Ledger(Protocol):
    """Where facts go and permission comes from."""

    def site(self) -> Site:
        """The site this ledger keeps."""
        ...

    def expected(self, source: str) -> int:
        """The `seq` that the next entry of this source must carry (1 for a source never heard of)."""
        ...

    def gate(self, request: GateRequest) -> GateDecided:
        """Decide, record and answer; the same request id gives the recorded answer again."""
        ...

    def at_finish(self, run: UUID) -> GateDecided | None:
        """What the gate refused of a unit when this run of it arrived finished; None when nothing stood against it.

        The ledger asks its rules by itself as it takes the end of a run: this only reads the answer. Raises
        `LedgerUnavailable`.
        """
        ...

    def append(self, entries: Sequence[JournalEntry]) -> AppendReceipt:
        """Journal entries of one source in order, all or none; entries already held are passed over.

        Attachments that they name are sent before, by `attach`. What a source has lost holds no record up: it is taken
        all the same, and `mes verify` tells what is missing.

        Raises `SequenceGap`, `ContentConflict`, `RecordRejected` or `LedgerUnavailable`.
        """
        ...

    def missing_attachments(self, digests: Collection[str]) -> frozenset[str]:
        """Those of these SHA-256 digests whose content this ledger does not hold. Raises `LedgerUnavailable`."""
        ...

    def attach(self, content: bytes) -> str:
        """Hold this content, durably, under its SHA-256, which is returned; again changes nothing.

        Raises `LedgerUnavailable` when it cannot be taken now.
        """
        ...

    def close(self) -> None:
        """Let go of the database or the connection."""
        ...


def genesis(source: str) -> bytes:
    """Chain head of a source before its first entry: SHA-256("rackline-journal-v1" || source)."""
    return hashlib.sha256(b"rackline-journal-v1" + source.encode()).digest()


def chain(previous: bytes, entry: JournalEntry) -> bytes:
    """Chain head after an entry.

    SHA-256(previous || u32be(len source) || source || u64be(seq) || u32be(len body) || body): lengths are
    part of the hash so that no byte can move from one field to the next unseen.
    """
    source = entry.source.encode()
    digest = hashlib.sha256(previous)
    digest.update(len(source).to_bytes(4, "big") + source + entry.seq.to_bytes(8, "big"))
    digest.update(len(entry.body).to_bytes(4, "big") + entry.body)
    return digest.digest()


def create_ledger(url: str, name: str, kind: SiteKind, *, attachments: Path | None = None) -> Ledger:
    """Make the database of a new site and open its ledger. Raises `WrongDatabase` when it is not empty.

    `attachments` as for `open_ledger`.
    """
    from mes.local_ledger import create_local_ledger  # noqa: PLC0415 - brings SQLAlchemy, which callers may not need

    return create_local_ledger(url, name, kind, attachments=attachments)


def open_ledger(url: str, *, simulated_site: bool = False, attachments: Path | None = None) -> Ledger:
    """The ledger behind a database URL (``sqlite:///FILE`` or ``postgresql://…``).

    `attachments` is the folder of what runs attached; without it, the one beside an SQLite file, and none for a server.
    An absent SQLite file is created only for a simulated site; a real one must be made with `mes init`.
    Raises `WrongDatabase` or `LedgerUnavailable`.
    """
    from mes.local_ledger import open_local_ledger  # noqa: PLC0415 - brings SQLAlchemy, which callers may not need

    return open_local_ledger(url, simulated_site=simulated_site, attachments=attachments)
