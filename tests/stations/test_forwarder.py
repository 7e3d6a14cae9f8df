"""The forwarder: in order, exactly once in effect, and nothing lost whatever the centre and the network do."""

import random
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mes.ledger import (
    AppendReceipt,
    ContentConflict,
    JournalEntry,
    LedgerUnavailable,
    RecordRejected,
    SequenceGap,
    Site,
    chain,
    genesis,
)
from mes.records import GateDecided, GateRequest, UnitIdentity, UnitRegistered
from mes.vocabulary import SiteKind
from stations.forwarder import DrainReport, Forwarder
from stations.spool import Spool
from stations.spool_summary import summarise


class HandClock:
    """A clock that a test sets by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    def sleep(self, seconds: float) -> None:
        self.at += seconds


class MemoryLedger:
    """The `Ledger` of one source in memory: chained, gapless, all or none, idempotent; with a network that fails.

    `faults` are used up one a call: "down" fails before anything is done, "lost" does it and loses the reply.
    """

    def __init__(self) -> None:
        self.entries: list[JournalEntry] = []
        self.heads: list[bytes] = []
        self.faults: list[str] = []
        self.poison: set[int] = set()
        self.calls: list[tuple[int, int]] = []

    def site(self) -> Site:
        return Site("test", SiteKind.SIMULATED)

    def gate(self, request: GateRequest) -> GateDecided:
        return GateDecided(
            id=request.id, source="centre/1", at=request.at, simulated=True, request=request, allowed=True
        )

    def close(self) -> None:
        """Nothing is open."""

    def expected(self, source: str) -> int:
        fault = self._next_fault()
        if fault != "ok":
            raise LedgerUnavailable("centre: no answer; try again")
        return len(self.entries) + 1

    def append(self, entries: Sequence[JournalEntry]) -> AppendReceipt:
        self.calls.append((entries[0].seq, entries[-1].seq))
        fault = self._next_fault()
        if fault == "down":
            raise LedgerUnavailable("centre: connection refused; try again")
        source, held = entries[0].source, len(self.entries)
        fresh = [entry for entry in entries if entry.seq > held]
        for entry in entries:
            if entry.seq <= held and self.entries[entry.seq - 1] != entry:
                raise ContentConflict(f"entry {entry.seq} of {source} holds other bytes")
        for place, entry in enumerate(fresh, start=held + 1):
            if entry.seq != place:
                raise SequenceGap(source, held + 1, entry.seq)
            if entry.seq in self.poison:
                raise RecordRejected(source, entry.seq, "kind is of a future release")
        for entry in fresh:
            self.heads.append(chain(self.heads[-1] if self.heads else genesis(source), entry))
            self.entries.append(entry)
        if fault == "lost":
            raise LedgerUnavailable("centre: connection reset after the request was sent; try again")
        last = entries[-1].seq
        return AppendReceipt(source, last, self.heads[last - 1])

    def restore(self, kept: int) -> None:
        """An old backup comes back: everything after it is gone."""
        del self.entries[kept:], self.heads[kept:]

    def _next_fault(self) -> str:
        return self.faults.pop(0) if self.faults else "ok"


def append(spool: Spool, count: int) -> None:
    first = spool.head().seq + 1
    spool.append(
        [
            UnitRegistered(
                id=UUID(int=number),
                source=spool.source,
                at=datetime(2027, 3, 1, tzinfo=UTC),
                simulated=True,
                unit=UnitIdentity(part="DAC-1", serial=f"DAC{number:04d}"),
                revision="A",
            )
            for number in range(first, first + count)
        ]
    )


@pytest.fixture
def spool(tmp_path: Path):
    with Spool(tmp_path / "spool.db", "st-1", lambda: "spool-1") as opened:
        yield opened


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


def forwarder(spool: Spool, ledger: MemoryLedger, *, batch: int = 3, clock: HandClock | None = None) -> Forwarder:
    return Forwarder(spool, ledger, clock or HandClock(), random.Random(7), batch=batch)


def test_a_drain_sends_everything_in_order_and_in_batches(spool, ledger):
    """Entries go oldest first, a batch at a time, and each receipt empties the queue."""
    append(spool, 7)
    assert forwarder(spool, ledger).drain() == DrainReport(sent=7, remaining=0)
    assert ledger.calls == [(1, 3), (4, 6), (7, 7)]
    assert tuple(ledger.entries) == spool.entries_from(1)
    assert spool.depth() == 0
    assert forwarder(spool, ledger).drain() == DrainReport(sent=0, remaining=0)


def test_an_outage_loses_nothing(spool, ledger):
    """While the centre is down everything waits in the spool, and the report says how much and why."""
    append(spool, 4)
    ledger.faults = ["down"]
    assert forwarder(spool, ledger).drain() == DrainReport(0, 4, "centre: no answer; try again")
    ledger.faults = ["ok", "ok", "down"]
    assert forwarder(spool, ledger).drain() == DrainReport(3, 1, "centre: connection refused; try again")
    assert forwarder(spool, ledger).drain() == DrainReport(1, 0)


def test_a_lost_reply_makes_no_duplicate_and_is_made_good(spool, ledger):
    """The centre committed but the answer was lost: the entries go again, are passed over, and are acknowledged."""
    append(spool, 3)
    ledger.faults = ["ok", "lost"]
    report = forwarder(spool, ledger).drain()
    assert report.error is not None
    assert (len(ledger.entries), spool.depth()) == (3, 3)
    assert forwarder(spool, ledger).drain() == DrainReport(3, 0)
    assert (len(ledger.entries), spool.depth()) == (3, 0)


def test_a_restored_centre_gets_acknowledged_entries_again(spool, ledger):
    """A centre that came back from an old backup says where it stands; from there everything is sent once more."""
    append(spool, 6)
    forwarder(spool, ledger).drain()
    ledger.restore(2)
    ledger.faults = ["ok", "ok", "down"]
    report = forwarder(spool, ledger).drain()
    assert (report.sent, report.remaining) == (3, 1)
    append(spool, 1)
    assert forwarder(spool, ledger).drain() == DrainReport(2, 0)
    assert tuple(ledger.entries) == spool.entries_from(1)


def test_a_centre_restored_in_the_middle_of_a_drain_is_followed(spool, ledger):
    """A gap that opens between two batches is closed from where the centre now stands."""
    append(spool, 9)

    class RestoredMidway(MemoryLedger):
        def append(self, entries: Sequence[JournalEntry]) -> AppendReceipt:
            if len(self.calls) == 2:
                self.restore(1)
            return super().append(entries)

    midway = RestoredMidway()
    report = forwarder(spool, midway).drain()
    assert (report.remaining, report.error) == (0, None)
    assert tuple(midway.entries) == spool.entries_from(1)


def test_a_centre_that_contradicts_itself_is_not_followed_for_ever(spool, ledger):
    """A centre that names a gap each time ends the drain with an error, not in a loop."""
    append(spool, 2)

    class Confused(MemoryLedger):
        def append(self, entries: Sequence[JournalEntry]) -> AppendReceipt:
            raise SequenceGap(entries[0].source, entries[0].seq, entries[0].seq)

    report = forwarder(spool, Confused()).drain()
    assert report.error is not None
    assert report.error.startswith("the centre contradicts itself")
    assert report.remaining == 2


def test_a_refused_record_is_pinned_and_its_predecessors_arrive(spool, ledger):
    """Poison never vanishes and nothing overtakes it: what came before goes, the rest waits for a person."""
    append(spool, 8)
    ledger.poison = {5}
    for sent in (4, 0):
        report = forwarder(spool, ledger).drain()
        assert (report.sent, report.remaining, report.pinned) == (sent, 4, 5)
        assert "kind is of a future release" in str(report.error)
        (pinned,) = summarise(spool.path).pinned
        assert (pinned.seq, pinned.reason) == (5, report.error)
    ledger.poison = set()
    assert forwarder(spool, ledger).drain() == DrainReport(4, 0)
    assert summarise(spool.path).pinned == ()


def test_other_bytes_under_the_same_number_are_pinned(spool, ledger, tmp_path):
    """A cloned machine wrote another entry 3: the conflict is reported with its place, and nothing is skipped."""
    with Spool(tmp_path / "clone.db", "st-1", lambda: "spool-1") as clone:
        append(clone, 2)
        forwarder(clone, ledger).drain()
        ledger.entries.append(JournalEntry(clone.source, 3, b"{}"))
        ledger.heads.append(chain(ledger.heads[-1], ledger.entries[-1]))
    append(spool, 5)
    report = forwarder(spool, ledger).drain()
    assert (report.sent, report.pinned) == (2, 3)
    assert "holds other bytes" in str(report.error)
    assert spool.depth() == 3


def test_a_rolled_back_spool_is_seen(spool, ledger, tmp_path):
    """The centre holds more of this spool than the spool itself: a restored disk image must not go on writing."""
    with Spool(tmp_path / "before.db", "st-1", lambda: "spool-1") as before:
        append(before, 5)
        forwarder(before, ledger).drain()
    append(spool, 3)
    report = forwarder(spool, ledger).drain()
    assert "ends at entry 3, the centre holds 5: rolled back or cloned" in str(report.error)
    assert (report.sent, spool.depth(), ledger.calls[-1]) == (0, 3, (4, 5))


@pytest.mark.parametrize("lie", ["head", "source", "short"])
def test_an_answer_that_proves_nothing_is_no_acknowledgement(spool, lie):
    """A captive portal's 200, another chain, or a receipt for less than was sent leaves the rest in the queue."""
    append(spool, 3)

    class Liar(MemoryLedger):
        def append(self, entries: Sequence[JournalEntry]) -> AppendReceipt:
            honest = super().append(entries)
            if lie == "head":
                return AppendReceipt(honest.source, honest.seq, bytes(32))
            if lie == "source":
                return AppendReceipt("st-2/x", honest.seq, honest.head)
            return AppendReceipt(honest.source, 1, self.heads[0])

    report = forwarder(spool, Liar()).drain()
    assert report.error is not None
    assert spool.depth() == (2 if lie == "short" else 3)


ACTIONS = st.one_of(
    st.tuples(st.just("append"), st.integers(1, 5)),
    st.tuples(st.just("drain"), st.lists(st.sampled_from(["ok", "ok", "down", "lost"]), max_size=6)),
    st.tuples(st.just("restore"), st.integers(0, 12)),
    st.tuples(st.just("restart"), st.just(0)),
)


@settings(max_examples=40, deadline=None)
@given(actions=st.lists(ACTIONS, max_size=12), batch=st.integers(1, 4))
def test_order_and_exactly_once_hold_under_any_outage(tmp_path_factory, actions, batch):
    """Law: at every moment the centre holds a prefix of the spool, byte for byte; once it is well, all of it."""
    path, ledger = tmp_path_factory.mktemp("law") / "spool.db", MemoryLedger()
    with ExitStack() as stack:

        def opened() -> Spool:
            return stack.enter_context(Spool(path, "st-1", lambda: "spool-1"))

        spool = opened()
        for action, argument in actions:
            if action == "append":
                append(spool, argument)
            elif action == "drain":
                ledger.faults = list(argument)
                before = len(ledger.entries)
                report = forwarder(spool, ledger, batch=batch).drain()
                ledger.faults = []
                assert len(ledger.entries) >= before
                if report.error is None:
                    assert (report.remaining, spool.depth(), len(ledger.entries)) == (0, 0, spool.head().seq)
                if argument[:1] in ([], ["ok"]):
                    assert report.remaining >= spool.head().seq - len(ledger.entries)
            elif action == "restore":
                ledger.restore(argument)
            else:
                spool.close()
                spool = opened()
            everything = spool.entries_from(1)
            assert tuple(ledger.entries) == everything[: len(ledger.entries)]
        assert forwarder(spool, ledger, batch=batch).drain().error is None
        assert tuple(ledger.entries) == spool.entries_from(1)
        assert len({entry.body for entry in ledger.entries}) == len(ledger.entries)
        assert spool.depth() == 0


def test_the_wait_grows_by_doubling_within_its_bounds_and_ends_with_success(spool, ledger):
    """After n failures the wait is by chance between 0 and 1, 2, 4 … 60 s; after a success there is none."""
    clock = HandClock()
    sender = forwarder(spool, ledger, clock=clock)
    append(spool, 1)
    longest = [0.0] * 9
    assert sender.next_delay() == 0.0
    for _ in range(60):
        for failures in range(9):
            ledger.faults = ["down"]
            sender.drain()
            wait = sender.next_delay()
            assert 0.0 <= wait <= min(60.0, 2.0**failures)
            longest[failures] = max(longest[failures], wait)
        sender.drain()
        assert sender.next_delay() == 0.0
    for failures, wait in enumerate(longest):
        assert wait > 0.5 * min(60.0, 2.0**failures)


def test_the_wait_is_on_the_stations_clock(spool, ledger):
    """What is left of the wait shrinks as the clock goes on, and never below nothing."""
    clock = HandClock()
    sender = forwarder(spool, ledger, clock=clock)
    ledger.faults = ["down"]
    sender.drain()
    wait = sender.next_delay()
    assert wait > 0.0
    clock.sleep(wait / 2)
    assert sender.next_delay() == pytest.approx(wait / 2)
    clock.sleep(60.0)
    assert sender.next_delay() == 0.0


def test_two_stations_do_not_come_back_in_step(spool, ledger):
    """The chance is each station's own: the same outage gives different waits."""
    waits = set()
    for seed in range(20):
        ledger.faults = ["down"]
        sender = Forwarder(spool, ledger, HandClock(), random.Random(seed))
        sender.drain()
        waits.add(sender.next_delay())
    assert len(waits) == 20
