"""Stations that break a promise on purpose: a harness that lets one of them through proves nothing."""

import gzip
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from station_life import Voice

from mes.attachment_store import AttachmentStore
from mes.ledger import AppendReceipt
from mes.records import RunFinished, RunStarted, parse_record
from mes.vocabulary import RunEnding
from stations import agent
from stations.agent import Agent
from stations.open_run import RunBasis, RunProgress
from stations.spool import Spool

Change = Callable[[Voice], None]


def nothing(voice: Voice) -> None:
    """The product as it is."""


def acknowledges_before_commit(voice: Voice) -> None:
    """Tells the operator RECORDED, then records."""
    inner = Spool.finish_run

    def finish_run(spool: Spool, finished: RunFinished) -> None:
        if finished.ending is RunEnding.COMPLETED:
            voice.say(fact="recorded", run=str(finished.run))
        inner(spool, finished)

    Spool.finish_run = finish_run  # type: ignore[method-assign]


def begins_in_two_transactions(voice: Voice) -> None:
    """Commits run_started first, and that the run is open after it."""

    def begin_run(spool: Spool, started: RunStarted, basis: RunBasis) -> None:
        (entry,) = spool.append([started])
        with spool._file.transaction("half begin a run"):
            spool._file.execute(
                "INSERT INTO open_run (run, started, basis) VALUES (?, ?, ?)",
                *(started.run.bytes, entry.seq, basis.model_dump_json().encode()),
            )

    Spool.begin_run = begin_run  # type: ignore[method-assign]


def ends_in_two_transactions(voice: Voice) -> None:
    """Commits run_finished first, and that the run is closed after it."""

    def finish_run(spool: Spool, finished: RunFinished) -> None:
        spool.append([finished])
        with spool._file.transaction("half finish a run"):
            spool._file.execute("DELETE FROM open_run WHERE run = ?", finished.run.bytes)

    Spool.finish_run = finish_run  # type: ignore[method-assign]


def keeps_progress_in_memory(voice: Voice) -> None:
    """Writes no progress: what the finished steps found dies with the process."""

    def save_progress(spool: Spool, run: UUID, progress: RunProgress) -> None:
        """Nothing."""

    Spool.save_progress = save_progress  # type: ignore[method-assign]


def recovers_nothing(voice: Voice) -> None:
    """Starts as if nothing had been under way."""
    agent.recover = lambda *_, **__: ()  # type: ignore[assignment]


def recovers_without_closing(voice: Voice) -> None:
    """Ends what was under way, and ends it again at every start."""

    def finish_run(spool: Spool, finished: RunFinished) -> None:
        spool.append([finished])
        if not finished.reason:
            with spool._file.transaction("half finish a run"):
                spool._file.execute("DELETE FROM open_run WHERE run = ?", finished.run.bytes)

    Spool.finish_run = finish_run  # type: ignore[method-assign]


def queues_again_at_start(voice: Voice) -> None:
    """Takes what the centre has not acknowledged for lost, and records it anew."""
    inner = Agent.start

    def start(station: Agent) -> None:
        producer = station._producer
        lost = [parse_record(entry.body) for entry in producer.spool.pending()]
        producer.spool.append([record.model_copy(update={"id": producer.new_id()}) for record in lost])
        inner(station)

    Agent.start = start  # type: ignore[method-assign]


def purges_on_acknowledgement(voice: Voice) -> None:
    """Throws away what the centre has acknowledged."""
    inner = Spool.acknowledge

    def acknowledge(spool: Spool, receipt: AppendReceipt) -> None:
        inner(spool, receipt)
        with spool._file.transaction("purge"):
            spool._file.execute("DELETE FROM outbox WHERE seq < ?", receipt.seq)

    Spool.acknowledge = acknowledge  # type: ignore[method-assign]


def acknowledges_what_it_sent(voice: Voice) -> None:
    """Takes having sent for having arrived: marks everything as held by the centre before the centre has it."""
    inner = Spool.entries_from

    def entries_from(spool: Spool, *arguments: Any) -> Sequence[Any]:
        entries = inner(spool, *arguments)
        with spool._file.transaction("acknowledge"):
            spool._file.execute("UPDATE outbox SET state = 1")
        return entries

    Spool.entries_from = entries_from  # type: ignore[method-assign,assignment]


def names_before_it_stores(voice: Voice) -> None:
    """Records what a step attached, and stores it when the run is over."""
    inner, waiting = Spool.finish_run, list[bytes]()

    def keep_attachments(spool: Spool, contents: Iterable[bytes]) -> None:
        waiting.extend(contents)

    def finish_run(spool: Spool, finished: RunFinished) -> None:
        inner(spool, finished)
        spool.attachments.keep(waiting)
        waiting.clear()

    Spool.keep_attachments = keep_attachments  # type: ignore[method-assign]
    Spool.finish_run = finish_run  # type: ignore[method-assign]


def writes_under_the_name(voice: Voice) -> None:
    """Writes an attachment where it belongs, byte by byte."""

    def write(store: AttachmentStore, path: Path, content: bytes) -> None:
        with path.open("wb", buffering=0) as file:
            stored = gzip.compress(content, mtime=0)
            file.write(stored[:20])
            path.replace(path)  # a moment at which the harness may kill
            file.write(stored[20:])

    AttachmentStore._write = write  # type: ignore[method-assign]


MUTANTS: dict[str, Change] = {
    change.__name__: change
    for change in (
        acknowledges_before_commit,
        begins_in_two_transactions,
        ends_in_two_transactions,
        keeps_progress_in_memory,
        recovers_nothing,
        recovers_without_closing,
        queues_again_at_start,
        purges_on_acknowledgement,
        acknowledges_what_it_sent,
        names_before_it_stores,
        writes_under_the_name,
    )
}
