"""The Ledger on a database in this process: journal and tables change in one transaction, or not at all."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine

from mes import journal
from mes.attachment_store import AttachmentRefused, AttachmentStore, folder_of_database
from mes.database import create_site, is_empty, make_site, open_engine, read_site, reading, writing
from mes.desk.acts import SOURCE as DESK
from mes.gate.afterwards import at_finish, judge_arrival, judge_finished, portions, register_unknown
from mes.gate.decision import SOURCE, record_decision
from mes.ledger import AppendReceipt, JournalEntry, LedgerUnavailable, RecordRejected, Site
from mes.projection import fold
from mes.records import GateDecided, GateRequest
from mes.vocabulary import SiteKind

_BATCH = 500
"""Entries understood at a time: more of them alive at once cost more in garbage collection than they save."""


class LocalLedger:
    """Implements `mes.ledger.Ledger`. `now` stamps when entries were received; `attachments` keeps what runs attached.

    Without a store for them, records that name attachments wait at their stations.
    """

    def __init__(self, engine: Engine, now: Callable[[], datetime], attachments: AttachmentStore | None = None) -> None:
        self._engine = engine
        self._now = now
        self._attachments = attachments
        with reading(engine) as connection:
            self._site = read_site(connection)

    def site(self) -> Site:
        """The site this ledger keeps."""
        return self._site

    def expected(self, source: str) -> int:
        """The `seq` that the next entry of this source must carry."""
        with reading(self._engine) as connection:
            return journal.head_of(connection, source).seq + 1

    def gate(self, request: GateRequest) -> GateDecided:
        """Read the facts, decide and journal the decision in one transaction.

        The same request gives the recorded answer again. Raises `ContentConflict` when its id was used for another
        request, `RecordRejected` when it cannot be stored, `LedgerUnavailable`.
        """
        with writing(self._engine) as connection:
            return record_decision(connection, self._site, request, self._now())

    def append(self, entries: Sequence[JournalEntry]) -> AppendReceipt:
        """Journal entries of one source in order and fold them into the tables, all or none.

        Raises `SequenceGap`, `ContentConflict`, `RecordRejected` or `LedgerUnavailable`; `ValueError` for no entries
        or for entries of several sources.
        """
        if (source := journal.only_source(entries)) in (SOURCE, DESK):
            raise RecordRejected(source, entries[0].seq, "this source is the centre's own")
        received_at = self._now()
        with writing(self._engine) as connection:
            for start in range(0, len(entries), _BATCH):
                batch = entries[start : start + _BATCH]
                register_unknown(connection, batch, received_at)
                fresh, receipt = journal.append(connection, batch, received_at)
                for portion in portions(fresh):
                    judge_arrival(connection, self._site, portion[0], received_at)
                    fold(connection, portion)
                judge_finished(connection, self._site, fresh, received_at)
        return receipt

    def at_finish(self, run: UUID) -> GateDecided | None:
        """What the gate said of the unit when this run of it had finished."""
        with reading(self._engine) as connection:
            return at_finish(connection, run)

    def missing_attachments(self, digests: Collection[str]) -> frozenset[str]:
        """Those of these digests of which no file is here. Raises `LedgerUnavailable`."""
        try:
            return self._store().missing(digests)
        except AttachmentRefused as error:
            raise LedgerUnavailable(f"the centre's {error}") from error

    def attach(self, content: bytes) -> str:
        """Keep this content in the folder beside the database. Raises `LedgerUnavailable`."""
        try:
            (digest,) = self._store().keep([content])
        except AttachmentRefused as error:
            raise LedgerUnavailable(f"the centre's {error}") from error
        return digest

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _store(self) -> AttachmentStore:
        if self._attachments is None:
            raise LedgerUnavailable(
                "the centre has no folder for attachments; give its stations RACKLINE_ATTACHMENTS, one for all of them"
            )
        return self._attachments


def create_local_ledger(url: str, name: str, kind: SiteKind, *, attachments: Path | None = None) -> LocalLedger:
    """Make the database of a new site and open its ledger.

    Raises `WrongDatabase` when the database already holds something, or `LedgerUnavailable`.
    """
    create_site(url, name, kind, _now)
    return _opened(url, attachments)


def open_local_ledger(url: str, *, simulated_site: bool = False, attachments: Path | None = None) -> LocalLedger:
    """The ledger in the database behind this URL.

    A simulated site is made where there is none yet; a real one must be made with `mes init`. Raises
    `WrongDatabase` or `LedgerUnavailable`.
    """
    if simulated_site and is_empty(url):
        # Whether this process or another one made it at this moment: it is judged when it is opened.
        make_site(url, "simulated", SiteKind.SIMULATED, _now)
    return _opened(url, attachments)


def ledger_on(engine: Engine) -> LocalLedger:
    """The ledger on a database that is open already, for records that name no attachments."""
    return LocalLedger(engine, _now)


def _opened(url: str, attachments: Path | None) -> LocalLedger:
    folder = attachments or folder_of_database(url)
    engine = open_engine(url)
    try:
        return LocalLedger(engine, _now, None if folder is None else AttachmentStore(folder))
    except BaseException:
        engine.dispose()
        raise


def _now() -> datetime:
    return datetime.now(UTC)
