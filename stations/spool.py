"""The spool: a station's durable memory, in which a record is safe before the operator sees RECORDED.

One file with one owner, and two things in it. The outbox holds every record that this station made, as bytes in a
hash chain; acknowledged ones stay, so that a centre restored from an old backup gets them again. The open runs hold
the progress of what is in flight, so that a killed station still knows what its finished steps had measured. A run
opens and closes in the transaction of its record: no moment exists at which it has one without the other. The file
belongs on a local disk whose cache survives a power cut.
"""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from pydantic import ValidationError

from mes.ledger import (
    AppendReceipt,
    AttachmentRefused,
    AttachmentStore,
    JournalEntry,
    chain,
    folder_beside,
    genesis,
)
from mes.records import Record, RunFinished, RunStarted, encode_record
from stations.disk_space import DiskSpace
from stations.errors import SpoolError
from stations.open_run import OpenRun, RunBasis, RunProgress
from stations.spool_file import ACKNOWLEDGED, PENDING, IntegrityError, SpoolFile


class Spool:
    """The outbox and the open runs of one station.

    `path` is made when absent, and then `new_spool_id` names the spool; `source` is ``station/spool id`` for ever.
    Opening checks the whole file and its chain. Safe to use from several threads; a second process gets
    `SpoolBusy`. Raises `SpoolDamaged` for a file that contradicts itself, `SpoolError` for one that is no spool, or
    another station's. `statvfs` tells the space on the file's disk.
    """

    def __init__(
        self,
        path: Path,
        station: str,
        new_spool_id: Callable[[], str],
        *,
        statvfs: Callable[[Path], os.statvfs_result] = os.statvfs,
    ) -> None:
        self._file = SpoolFile(path)
        self._statvfs = statvfs
        self.path = self._file.path
        self.attachments = AttachmentStore(folder_beside(self.path))
        """What its runs attached: files beside the spool, so that the check at every opening need not read them."""
        try:
            self.source = self._identify(station, new_spool_id)
            self.verify()
        except BaseException:
            self.close()
            raise

    def append(self, records: Sequence[Record]) -> tuple[JournalEntry, ...]:
        """Commit these records, all or none, and return their journal entries once they are on the disk.

        Raises `SpoolError` when a record is another source's or is already here, or the disk refuses: then nothing
        of this call is recorded.
        """
        with self._file.transaction("take a record"):
            return self._append(records)

    def begin_run(self, started: RunStarted, basis: RunBasis) -> None:
        """Commit the beginning of a run and open its progress, both or neither. Raises `SpoolError` as `append`."""
        with self._file.transaction("begin a run"):
            (entry,) = self._append([started])
            row = (started.run.bytes, entry.seq, basis.model_dump_json().encode())
            try:
                self._file.execute("INSERT INTO open_run (run, started, basis) VALUES (?, ?, ?)", *row)
            except IntegrityError as exc:
                raise SpoolError(f"spool {self.path}: run {started.run} is open here already") from exc

    def prepare_attachments(self) -> None:
        """Make their folder, and tell before anything is armed when it cannot be written. Raises `SpoolError`."""
        try:
            self.attachments.prepare()
        except AttachmentRefused as error:
            raise SpoolError(f"spool {self.path}: {error}") from error

    def keep_attachments(self, contents: Iterable[bytes]) -> None:
        """Put these on the disk, under their digests, before a record names them. Raises `SpoolError`."""
        try:
            self.attachments.keep(contents)
        except AttachmentRefused as error:
            raise SpoolError(f"spool {self.path}: {error}") from error

    def save_progress(self, run: UUID, progress: RunProgress) -> None:
        """Commit what an open run has added. Raises `SpoolError` when it is not open here, or the disk refuses."""
        with self._file.transaction("take a run's progress"):
            try:
                self._file.execute(
                    "INSERT INTO open_progress (run, place, body)"
                    " SELECT ?1, coalesce(max(place), 0) + 1, ?2 FROM open_progress WHERE run = ?1",
                    *(run.bytes, progress.model_dump_json(exclude_defaults=True).encode()),
                )
            except IntegrityError as exc:
                raise self._not_open(run) from exc

    def finish_run(self, finished: RunFinished) -> None:
        """Commit the end of an open run and forget its progress, both or neither.

        Raises `SpoolError` when the run is not open here, so that no run ends twice.
        """
        with self._file.transaction("finish a run"):
            self._append([finished])
            if self._file.execute("DELETE FROM open_run WHERE run = ?", finished.run.bytes) != 1:
                raise self._not_open(finished.run)

    def open_runs(self) -> tuple[OpenRun, ...]:
        """Every run that has begun and has no end, with its progress, in the order in which they began."""
        query = """SELECT run, outbox.body, basis FROM open_run JOIN outbox ON outbox.seq = open_run.started
            ORDER BY open_run.started"""
        with self._file.using("read its open runs"):
            try:
                return tuple(
                    OpenRun(
                        RunStarted.model_validate_json(started),
                        RunBasis.model_validate_json(basis),
                        tuple(RunProgress.model_validate_json(body) for body in self._progress(run)),
                    )
                    for run, started, basis in self._file.rows(query)
                )
            except ValidationError as exc:
                raise self._file.damaged(f"the progress of an open run cannot be read: {exc}") from exc

    def pending(self, limit: int = 500, max_bytes: int = 8_000_000) -> tuple[JournalEntry, ...]:
        """The oldest entries that the centre has not acknowledged, in order; at least one if there is any."""
        with self._file.using("read"):
            row = self._file.row("SELECT min(seq) FROM outbox WHERE state = ?", PENDING)
            return () if row[0] is None else self.entries_from(row[0], limit, max_bytes)

    def entries_from(self, seq: int, limit: int = 500, max_bytes: int = 8_000_000) -> tuple[JournalEntry, ...]:
        """Entries from `seq` on, acknowledged or not, in order; at least one if there is any."""
        entries: list[JournalEntry] = []
        with self._file.using("read"):
            query = "SELECT seq, body FROM outbox WHERE seq >= ? ORDER BY seq LIMIT ?"
            for number, body in self._file.rows(query, seq, limit):
                max_bytes -= len(body)
                if entries and max_bytes < 0:
                    break
                entries.append(JournalEntry(self.source, number, body))
        return tuple(entries)

    def has_released(self, digest: str) -> bool:
        """Whether a definition or plan of this digest is among the entries, and no other definition of its part since.

        A definition that was changed and changed back has to be told again, or the one in between stays in force.
        """
        query = """WITH released AS (SELECT seq, kind, json_extract(CAST(body AS TEXT), '$.digest') AS digest,
                json_extract(CAST(body AS TEXT), '$.material.part') AS part
                FROM outbox WHERE kind IN ('definition_released', 'plan_released'))
            SELECT 1 FROM released AS mine WHERE digest = ? AND NOT EXISTS (SELECT 1 FROM released AS later
                WHERE mine.kind = 'definition_released' AND later.kind = mine.kind AND later.part = mine.part
                AND later.seq > mine.seq AND later.digest <> mine.digest) LIMIT 1"""
        with self._file.using("read"):
            return self._file.row(query, digest) is not None

    def fixture_cycles(self, fixture: str) -> int:
        """How many runs a fixture has made here; units that were tested together count once."""
        query = """SELECT count(DISTINCT coalesce(json_extract(CAST(body AS TEXT), '$.group'),
            json_extract(CAST(body AS TEXT), '$.run'))) FROM outbox
            WHERE kind = 'run_started' AND json_extract(CAST(body AS TEXT), '$.fixture') = ?"""
        with self._file.using("read"):
            return int(self._file.row(query, fixture)[0])

    def head(self) -> AppendReceipt:
        """The last entry's place in the chain; seq 0 and the source's genesis before the first."""
        with self._file.using("read"):
            row = self._file.row("SELECT seq, hash FROM outbox ORDER BY seq DESC LIMIT 1")
            return AppendReceipt(self.source, *(row or (0, genesis(self.source))))

    def acknowledge(self, receipt: AppendReceipt) -> None:
        """Mark everything up to `receipt.seq` as held by the centre, whose chain must be this one.

        Raises `SpoolDamaged` when the centre's head at that place is another: one of the two was altered, rolled
        back or cloned, and nothing is marked.
        """
        with self._file.transaction("acknowledge entries"):
            row = self._file.row("SELECT hash FROM outbox WHERE seq = ?", receipt.seq)
            own = genesis(self.source) if receipt.seq == 0 else row and row[0]
            if receipt.source != self.source or receipt.head != own:
                raise self._file.damaged(
                    f"the centre holds another chain of {receipt.source} at entry {receipt.seq};"
                    " nothing is acknowledged"
                )
            self._file.execute(
                "UPDATE outbox SET state = ? WHERE seq <= ? AND state = ?", ACKNOWLEDGED, receipt.seq, PENDING
            )
            self._file.execute("DELETE FROM pin WHERE seq <= ?", receipt.seq)

    def pin(self, seq: int, reason: str, since: datetime) -> None:
        """Note that the centre refuses this entry for good; the note goes when the centre takes the entry after all."""
        with self._file.transaction("note a refusal"):
            self._file.execute(
                "INSERT INTO pin (seq, reason, since) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET reason = excluded.reason",
                *(seq, reason, since.isoformat()),
            )

    def depth(self) -> int:
        """How many entries the centre has not acknowledged."""
        with self._file.using("read"):
            return int(self._file.row("SELECT count(*) FROM outbox WHERE state = ?", PENDING)[0])

    def oldest_pending_at(self) -> datetime | None:
        """When the oldest unacknowledged fact happened; None when there is none."""
        oldest = self.pending(limit=1)
        return datetime.fromisoformat(json.loads(oldest[0].body)["at"]) if oldest else None

    def space(self) -> DiskSpace:
        """The space on the disk that this spool lies on. Raises `SpoolError` when the disk does not say."""
        return DiskSpace.of(self.path.parent, self._statvfs)

    def verify(self) -> AppendReceipt:
        """Walk file and chain from the start; gives the head. Raises `SpoolDamaged` naming the first bad entry."""
        with self._file.using("read"):
            self._file.check()
            head = AppendReceipt(self.source, 0, genesis(self.source))
            for seq, body, stored in self._file.rows("SELECT seq, body, hash FROM outbox ORDER BY seq"):
                entry = JournalEntry(self.source, head.seq + 1, body)
                head = AppendReceipt(self.source, entry.seq, chain(head.head, entry))
                if (seq, stored) != (head.seq, head.head):
                    problem = "is missing" if seq != entry.seq else "was altered"
                    raise self._file.damaged(f"entry {entry.seq} {problem}")
            return head

    def close(self) -> None:
        """Let go of the file; whatever is pending stays for the next owner."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _append(self, records: Sequence[Record]) -> tuple[JournalEntry, ...]:
        """Add records to the chain; the caller holds the transaction."""
        head = self.head()
        entries = []
        for record in records:
            if record.source != self.source:
                raise SpoolError(f"spool {self.path}: record {record.id} comes from {record.source}, not {self.source}")
            entry = JournalEntry(self.source, head.seq + 1, encode_record(record))
            head = AppendReceipt(self.source, entry.seq, chain(head.head, entry))
            kind = record.model_dump(include={"kind"})["kind"]
            row = (entry.seq, record.id.bytes, kind, entry.body, head.head)
            try:
                self._file.execute("INSERT INTO outbox (seq, record_id, kind, body, hash) VALUES (?, ?, ?, ?, ?)", *row)
            except IntegrityError as exc:
                raise SpoolError(f"spool {self.path}: record {record.id} is here already; make each once") from exc
            entries.append(entry)
        return tuple(entries)

    def _progress(self, run: bytes) -> list[bytes]:
        return [body for (body,) in self._file.rows("SELECT body FROM open_progress WHERE run = ? ORDER BY place", run)]

    def _not_open(self, run: UUID) -> SpoolError:
        return SpoolError(f"spool {self.path}: run {run} is not open here; it has ended, or never began")

    def _identify(self, station: str, new_spool_id: Callable[[], str]) -> str:
        def name() -> None:
            for row in (("station", station), ("spool", new_spool_id())):
                self._file.execute("INSERT INTO meta (key, value) VALUES (?, ?)", *row)

        self._file.prepare(name)
        with self._file.using("read"):
            meta: dict[str, Any] = dict(self._file.rows("SELECT key, value FROM meta"))
        if meta.keys() != {"station", "spool"}:
            raise self._file.damaged("it does not say whose it is")
        if meta["station"] != station:
            raise SpoolError(f"spool {self.path}: belongs to station {meta['station']}; give {station} one of its own")
        return f"{station}/{meta['spool']}"
