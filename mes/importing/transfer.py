"""The way of a history into the journal: batches of records from a source of its own, as if a station had sent them.

How far an import has come is known from the journal alone. A second call makes the same records from the beginning,
hashes them along the source's chain as far as the journal has come, and goes on there: an import that was cut off is
finished, and a finished one is found to be so. Where the chains differ, the file, its map or this release's way of
reading them is another than before, and nothing is sent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from mes.importing.arrived import Arrived, PartRevision
from mes.importing.history import HistoricRun, History, HistoryRefused, RefusedLine
from mes.importing.record_making import RecordMaker, record_id
from mes.ledger import JournalEntry, Ledger, chain, genesis
from mes.records import PlanReleased, Record, UnitRegistered, encode_record

_BATCH = 500
"""Runs of one transaction."""
_MOST_PARTS = 1000
"""Parts whose definitions are looked for."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A run that was imported as it was stated, although the file contradicts it."""

    lines: tuple[int, int]
    unit: str
    reason: str


@dataclass(slots=True)
class Summary:
    """What an import did, or would do."""

    source: str
    lines: int
    runs: int = 0
    """Runs that are in the journal now from this file, those of earlier attempts included."""
    known_runs: int = 0
    """Runs that another source had told of before: they are not told again."""
    known_from: dict[str, int] = field(default_factory=dict)
    units: int = 0
    plans: int = 0
    records: int = 0
    already: int = 0
    """Records that were in the journal before, from an earlier attempt."""
    refused_lines: int = 0
    refused_runs: int = 0
    contradictions: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    undefined: tuple[str, ...] = ()
    """Parts at their revisions whose definitions the site does not have; their routes are not known."""

    @property
    def new_records(self) -> int:
        """Records that this attempt added."""
        return self.records - self.already


def source_of(history: History) -> str:
    """The journal source of a history: its name, and of which file by which map."""
    return f"import/{history.name}@{history.digest[:16]}.{history.map_digest[:8]}"


class Transfer:
    """One attempt to import a history.

    `arrived` reads what the site has; without `ledger` nothing is written. `refuse`, `remark` and `progress` hear of
    each refused line, of each contradiction, and after each batch of the lines that are done.
    """

    def __init__(
        self,
        history: History,
        arrived: Arrived,
        ledger: Ledger | None,
        *,
        simulated: bool,
        refuse: Callable[[RefusedLine], None],
        remark: Callable[[Remark], None],
        progress: Callable[[Summary, int], None],
    ) -> None:
        self._history, self._arrived, self._ledger = history, arrived, ledger
        self._refuse, self._remark, self._progress = refuse, remark, progress
        self._source = source_of(history)
        self._make = RecordMaker(
            self._source,
            simulated=simulated or history.simulated,
            collection=history.collection,
            code_digest=history.map_digest,
        )
        self._plans: set[str] = set()
        self._parts: set[PartRevision] = set()
        self._refused_run = (0, 0)
        self.summary = Summary(self._source, history.lines)

    def run(self) -> Summary:
        """Import what is not there yet, in whole batches. Raises `HistoryRefused` and as `Ledger.append` does."""
        refuse_another_file(self._history, self._arrived)
        held = self._arrived.head(self._source)
        head, line = genesis(self._source), 0
        told = self._history.runs()
        while batch := list(islice(told, _BATCH)):
            for one in batch:
                line = max(line, one.lines[1] if isinstance(one, HistoricRun) else one.run_lines[1])
                if isinstance(one, RefusedLine):
                    self._refused(one)
            sending = []
            for entry in self._entries([one for one in batch if isinstance(one, HistoricRun)]):
                if entry.seq > held.seq:
                    sending.append(entry)
                    continue
                self.summary.already += 1
                head = chain(head, entry)
                if entry.seq == held.seq and head != held.head:
                    raise _differs(self._history, held.seq)
            if sending and self._ledger is not None:
                self._ledger.append(sending)
            self._progress(self.summary, line)
        if self.summary.records < held.seq:
            raise _differs(self._history, held.seq)
        self.summary.undefined = tuple(
            f"{part} revision {revision}" for _, part, revision in self._arrived.undefined(self._parts)
        )
        return self.summary

    def _entries(self, runs: Sequence[HistoricRun]) -> Iterator[JournalEntry]:
        """The entries of these runs, each run behind what it needs: its unit and its plan."""
        named = [(run, self._make.unit_id(run), record_id(run)) for run in runs]
        ids = [id_ for _, *both in named for id_ in both]
        places, units = self._arrived.known(ids, [run.unit for run in runs])
        for run, unit_id, finished_id in named:
            records: list[Record] = []
            if run.plan.digest not in self._plans:
                records.append(self._make.released(run))
            here = (self._source, self.summary.records + len(records) + 1)
            registered = places.get(unit_id)
            # In the journal at this very place: an earlier attempt was the first to tell of this unit.
            if registered == here or (registered is None and run.unit not in units):
                records.append(self._make.registered(run, unit_id))
            place = (self._source, self.summary.records + len(records) + 1)
            if places.get(finished_id, place) != place:
                self._known(run, places[finished_id][0])
                continue
            records.append(self._make.finished(run, finished_id))
            self._plans.add(run.plan.digest)
            units.add(run.unit)
            for record in records:
                self.summary.records += 1
                places[record.id] = (self._source, self.summary.records)
                yield JournalEntry(self._source, self.summary.records, encode_record(record))
            self._arrived.note({record.id: places[record.id] for record in records}, run.unit)
            self._count(run, records)

    def _count(self, run: HistoricRun, records: Sequence[Record]) -> None:
        summary = self.summary
        summary.runs += 1
        if len(self._parts) < _MOST_PARTS:
            self._parts.add((run.unit.maker, run.unit.part, run.revision))
        summary.units += any(isinstance(record, UnitRegistered) for record in records)
        summary.plans += any(isinstance(record, PlanReleased) for record in records)
        summary.outcomes[run.outcome.value] = summary.outcomes.get(run.outcome.value, 0) + 1
        if run.remarks:
            summary.contradictions += 1
            self._remark(Remark(run.lines, str(run.unit), "; ".join(run.remarks)))

    def _known(self, run: HistoricRun, source: str) -> None:
        """A run that is told of again: by this file, which is a fault of it, or by another source before."""
        if source != self._source:
            self.summary.known_runs += 1
            self.summary.known_from[source] = self.summary.known_from.get(source, 0) + 1
            return
        reason = (
            "has the unit, operation and start of an earlier line; if both are real, name a column that tells them"
            " apart as [run] number"
        )
        self._refused(RefusedLine(run.lines[0], "", f"{run.unit} {run.started_at.isoformat()}", reason, run.lines))

    def _refused(self, line: RefusedLine) -> None:
        self.summary.refused_lines += 1
        if line.run_lines != self._refused_run:
            self.summary.refused_runs += 1
            self._refused_run = line.run_lines
        self._refuse(line)


def refuse_another_file(history: History, arrived: Arrived) -> None:
    """Raise `HistoryRefused` when another file, or the same by another map, was imported under this name."""
    source = source_of(history)
    for other in arrived.sources(f"import/{history.name}@"):
        if other.source == source:
            continue
        file, _, by = other.source.partition("@")[2].partition(".")
        same_file = history.digest.startswith(file)
        what = f"the map reads {history.file} otherwise" if same_file else f"{history.file} is another file"
        begins = (
            f"SHA-256 {by}…, now {history.map_digest[:8]}…"
            if same_file
            else (f"SHA-256 {file}…, now {history.digest[:16]}…")
        )
        raise HistoryRefused(
            f"import {history.name}: {what} than when {other.seq} records came from it ({begins}); nothing was"
            " imported\n"
            f"to finish or repeat that import give {'the map' if same_file else 'the file'} as it was; for a file that"
            " has grown or was corrected give --name and another name: runs that are here already are not told again"
        )


def _differs(history: History, seq: int) -> HistoryRefused:
    return HistoryRefused(
        f"import {history.name}: the journal holds {seq} records of this file that are read otherwise today; nothing"
        " more was imported\nfinish it with the release of Rackline that began it, or give --name and another name:"
        " runs that are here already are not told again"
    )
