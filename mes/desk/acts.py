"""The desk, where `mes` is used to act: what a person decides becomes records, in the transaction that checked it.

Facts, checks and records are one transaction of the only writer, so that two people who act on one thing at once are
one after the other, and the second sees what the first did. All records of one act are written, or none.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from mes import journal
from mes.database import read_site, writing
from mes.ledger import JournalEntry, RecordRejected, Site
from mes.projection import fold
from mes.records import Record, encode_record
from mes.vocabulary import SiteKind

SOURCE = "centre/desk"
"""The journal source of what people record at the centre."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def identity_at(moment: datetime, chance: int) -> UUID:
    """A UUID of version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 bits of `chance`."""
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (chance >> 62 & 0xFFF) << 64 | 0b10 << 62 | chance & (1 << 62) - 1)


@dataclass
class Act:
    """One act in its transaction: facts are read on `connection`, and `write` records what was done at `at`."""

    connection: Connection
    site: Site
    at: datetime
    chance: Callable[[], int]

    def envelope(self) -> dict[str, Any]:
        """What every record carries; each call gives an identity of its own."""
        return {
            "id": identity_at(self.at, self.chance()),
            "source": SOURCE,
            "at": self.at,
            "simulated": self.site.kind is SiteKind.SIMULATED,
        }

    def not_before(self, moment: datetime) -> None:
        """At a simulated site the clock of the line may be ahead of the desk's: an act comes after what it is about."""
        if self.site.kind is SiteKind.SIMULATED and self.at <= moment:
            self.at = moment + timedelta(milliseconds=1)

    def write(self, records: Sequence[Record]) -> None:
        """Journal and fold these records. Raises `RecordRejected` when one contradicts what is known."""
        first = journal.head_of(self.connection, SOURCE).seq + 1
        for seq, record in enumerate(records, start=first):
            if journal.holds_nul(record.model_dump(mode="json")):
                raise RecordRejected(SOURCE, seq, "a text holds a NUL character")
        entries = [JournalEntry(SOURCE, seq, encode_record(record)) for seq, record in enumerate(records, start=first)]
        fresh, _ = journal.append(self.connection, entries, self.at)
        fold(self.connection, fresh)


class Desk:
    """Acts on one site. `now` is the clock, and `chance` gives 74 random bits for an identity."""

    def __init__(
        self,
        engine: Engine,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], int] = lambda: secrets.randbits(74),
    ) -> None:
        self._engine = engine
        self._now = now
        self._chance = chance

    @contextmanager
    def act(self) -> Iterator[Act]:
        """One act: everything in it is kept, or nothing when it raises. Raises `LedgerUnavailable`."""
        with writing(self._engine) as connection:
            yield Act(connection, read_site(connection), self._now(), self._chance)
