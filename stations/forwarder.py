"""The forwarder: drains a spool to a ledger, in order, until the ledger has everything or says why not.

It begins where the centre says it is, never where the spool believes it to be: so a reply that was lost costs
nothing but a repetition, and a centre restored from an old backup gets again what it had acknowledged. What a record
names as attached goes before it; what this disk has lost holds no record up, and is told. What the centre refuses for
good stays in the spool and in the way: a record may wait for a person, it may not vanish.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from drivers.clock import Clock
from mes.ledger import (
    AttachmentAltered,
    AttachmentMissing,
    AttachmentRefused,
    ContentConflict,
    JournalEntry,
    Ledger,
    LedgerError,
    RecordRejected,
    SequenceGap,
)
from mes.records import attachments_named
from stations.errors import SpoolDamaged
from stations.spool import Spool

_FIRST_DELAY_S, _LONGEST_DELAY_S = 1.0, 60.0
_MOST_RESUMES = 3
"""How often one drain follows a centre that names another place to resume from, before it takes it for confused."""


@dataclass(frozen=True, slots=True)
class DrainReport:
    """What one drain did: entries the centre confirmed, entries it is not known to hold, and why it stopped early.

    `pinned` is the entry that the centre refuses for good; it and its successors wait for a person. `diverged` says
    that spool and centre hold different histories of this source: one was rolled back, cloned or altered, and
    whatever is recorded here from now on would be lost to the centre. `lost` tells the attachments that went missing
    on this station's own disk: the records that name them were sent without them.
    """

    sent: int
    remaining: int
    error: str | None = None
    pinned: int | None = None
    diverged: bool = False
    lost: tuple[str, ...] = ()


class Forwarder:
    """Sends one spool's entries to one ledger, at most `batch` entries at a time.

    A drain never raises for what the centre does or says; it raises `SpoolError` when the spool cannot be read.
    """

    def __init__(self, spool: Spool, ledger: Ledger, clock: Clock, rng: random.Random, *, batch: int = 200) -> None:
        self._spool = spool
        self._ledger = ledger
        self._clock = clock
        self._rng = rng
        self._batch = batch
        self._failures = 0
        self._not_before = clock.now()

    def drain(self) -> DrainReport:
        """Send until nothing is left or the centre stops it; nothing is lost either way."""
        report = self._drain()
        self._failures = 0 if report.error is None else self._failures + 1
        # Full jitter between 0 and 1, 2, 4 … 60 s, so that 300 stations do not come back in step.
        bound = min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2.0 ** min(self._failures - 1, 16)) if self._failures else 0.0
        self._not_before = self._clock.now() + self._rng.uniform(0.0, bound)
        return report

    def next_delay(self) -> float:
        """Seconds until the next drain is due: none after a success; after failures chance up to a doubling bound."""
        return max(0.0, self._not_before - self._clock.now())

    def _drain(self) -> DrainReport:
        source = self._spool.source
        try:
            expected = self._ledger.expected(source)
        except LedgerError as exc:
            return DrainReport(0, self._spool.depth(), str(exc))
        if expected > self._spool.head().seq + 1:
            return DrainReport(0, self._spool.depth(), self._rolled_back(expected - 1), diverged=True)
        # Entries whose acknowledgement was lost go again: the centre passes them over, and its receipt proves them.
        unproven = self._spool.pending(limit=1)
        start = min([expected, *(entry.seq for entry in unproven)])
        held, sent, resumes, limit = expected - 1, 0, 0, self._batch
        lost: dict[str, str] = {}

        def stopped(error: str | None, pinned: int | None = None, *, diverged: bool = False) -> DrainReport:
            if error is not None and pinned is not None:
                self._spool.pin(pinned, error, self._clock.utc())
            remaining = max(0, self._spool.head().seq - held)
            return DrainReport(sent, remaining, error, pinned, diverged, tuple(lost.values()))

        while entries := self._spool.entries_from(start, limit):
            last = entries[-1].seq
            try:
                self._attach(entries, lost)
                receipt = self._ledger.append(entries)
                self._spool.acknowledge(receipt)
            except SequenceGap as gap:
                resumes += 1
                if resumes > _MOST_RESUMES or gap.expected > last:
                    return stopped(f"the centre contradicts itself: {gap}")
                start, held = gap.expected, gap.expected - 1
                continue
            except RecordRejected as refused:
                if start < refused.seq <= last:
                    # All or none: what comes before the refused entry is still good, and goes alone.
                    limit = refused.seq - start
                    continue
                return stopped(str(refused), refused.seq)
            except ContentConflict as conflict:
                if len(entries) > 1:
                    limit = 1
                    continue
                return stopped(str(conflict), start, diverged=True)
            except SpoolDamaged as exc:
                return stopped(str(exc), diverged=True)
            except (LedgerError, AttachmentRefused) as exc:
                return stopped(str(exc))
            sent, held = sent + max(0, receipt.seq - start + 1), max(held, receipt.seq)
            if receipt.seq < last:
                return stopped(
                    f"the centre acknowledged {source} up to {receipt.seq} only, {last} was sent; tell its keeper"
                )
            start = receipt.seq + 1
        return stopped(None)

    def _attach(self, entries: Sequence[JournalEntry], lost: dict[str, str]) -> None:
        """Send what these entries name and the centre does not hold; `lost` gains what is not whole here either.

        Raises `LedgerError`, and `AttachmentRefused` when this disk cannot be read now.
        """
        named = {one.sha256: (entry.seq, one) for entry in entries for one in attachments_named(entry.body)}
        for digest in sorted(self._ledger.missing_attachments(named.keys())) if named else ():
            seq, attachment = named[digest]
            try:
                self._ledger.attach(self._spool.attachments.read(digest))
            except (AttachmentMissing, AttachmentAltered) as error:
                lost[digest] = f"record {seq} was sent without its attachment {attachment.name}: {error}"

    def _rolled_back(self, held: int) -> str:
        head = self._spool.head()
        return (
            f"spool {self._spool.path}: ends at entry {head.seq}, the centre holds {held}: rolled back or cloned"
            f"\nmove {self._spool.path.name}* aside, keep it, and restart: a new spool begins"
        )
