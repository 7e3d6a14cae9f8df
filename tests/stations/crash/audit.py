"""What must be true of a station's spool and of its centre, whenever and wherever the station was killed.

Works from what the dead process had said, and from the two files as they lie there: read by other code than the
product's own wherever that is possible.
"""

import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from crash_plan import LAST_GOOD_DIGIT, PLAN
from pysqlite3 import dbapi2 as sqlite
from station_life import CONFIG

from mes.ledger import JournalEntry, chain, genesis
from stations.config import load_station_config
from stations.plan import PlanRevision
from stations.product import load_product

STEPS = [step.name for step in PLAN.steps]


@dataclass(slots=True)
class Witnessed:
    """What all lives so far have said: each is a promise that the station has made."""

    started: set[str] = field(default_factory=set)
    steps: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    recorded: set[str] = field(default_factory=set)
    sha256: dict[str, str] = field(default_factory=dict)
    recovered: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    died_at: Counter[str] = field(default_factory=Counter)
    points: dict[str, int] = field(default_factory=dict)
    """Every sync point that the last undisturbed life came to, and how often."""
    is_ready: bool = False
    """Whether the last life had opened its station."""

    def hear(self, line: str) -> None:
        """Take in one line of a life."""
        said = json.loads(line)
        fact, run = said["fact"], said.get("run", "")
        if fact == "ready":
            self.is_ready = True
            self.recovered |= set(said["recovered"])
        elif fact == "started":
            self.started.add(run)
        elif fact == "step":
            self.steps.setdefault(run, {})[said["name"]] = said["values"]
        elif fact == "recorded":
            self.recorded.add(run)
        elif fact == "returned":
            self.sha256[run] = said["sha256"]
        elif fact == "died":
            self.died_at[said["at"]] += 1
        elif fact == "ended":
            self.points = said["points"]
        elif fact == "error":
            self.errors.append(said["trace"])


@dataclass(slots=True)
class Files:
    """The spool and the centre's journal as they lie on the disk."""

    source: str
    entries: list[tuple[int, bytes, bytes, int]]
    """Seq, body, hash, state."""
    open_runs: set[str]
    journal: list[tuple[int, bytes]]
    runs: dict[str, tuple[str | None, str | None]]
    """Verdict and ending of every run in the centre's table."""
    attached: tuple[Path, Path]
    """The folders of attachments, of the spool and of the centre."""


class Auditor:
    """Checks one folder after every death, and remembers which runs were open when."""

    def __init__(self, folder: Path, witnessed: Witnessed) -> None:
        self._folder = folder
        self._witnessed = witnessed
        self._open_before: set[str] = set()

    def after_death(self) -> list[str]:
        """What is wrong after a kill, with the station down."""
        files = read_files(self._folder)
        if files is None:
            return ["a promise was made, and there is no spool"] if self._witnessed.started else []
        finished = self._finished(files)
        wrong = [*self._chain(files), *self._runs(files, finished), *self._promises(files, finished)]
        wrong += self._centre(files)
        wrong += [*_attachments(files.attached[0], [body for _, body, _, _ in files.entries], "the spool")]
        wrong += [*_attachments(files.attached[1], [body for _, body in files.journal], "the centre")]
        if self._witnessed.is_ready and (left := self._open_before & files.open_runs):
            wrong.append(f"open runs of an earlier life were not recovered: {left}")
        self._open_before = files.open_runs
        return wrong

    def at_rest(self) -> list[str]:
        """What is wrong after a last start that nobody disturbed: everything recovered, everything at the centre."""
        wrong = self.after_death()
        files = read_files(self._folder)
        if files is None:
            return [*wrong, "there is no spool"]
        if files.open_runs:
            wrong.append(f"runs are still open: {files.open_runs}")
        if [body for _, body in files.journal] != [body for _, body, _, _ in files.entries]:
            wrong.append("the centre's journal is not the spool")
        for run, documents in self._finished(files).items():
            told = (documents[0]["verdict"], documents[0]["ending"])
            if files.runs.get(run) != told:
                wrong.append(f"run {run}: the centre's table says {files.runs.get(run)}, the record {told}")
        return wrong

    def _chain(self, files: Files) -> list[str]:
        head = genesis(files.source)
        for place, (seq, body, stored, _) in enumerate(files.entries, start=1):
            head = chain(head, JournalEntry(files.source, place, body))
            if (seq, stored) != (place, head):
                return [f"the chain breaks at entry {place} (the file has {seq})"]
        return []

    def _finished(self, files: Files) -> dict[str, list[dict[str, Any]]]:
        finished: dict[str, list[dict[str, Any]]] = {}
        for document in (json.loads(body) for _, body, _, _ in files.entries):
            if document["kind"] == "run_finished":
                finished.setdefault(document["run"], []).append(document)
        return finished

    def _runs(self, files: Files, finished: dict[str, list[dict[str, Any]]]) -> list[str]:
        documents = [json.loads(body) for _, body, _, _ in files.entries]
        began = Counter(document["run"] for document in documents if document["kind"] == "run_started")
        wrong = [f"run {run} began {count} times" for run, count in began.items() if count != 1]
        for run in began.keys() | finished.keys() | files.open_runs:
            ends = len(finished.get(run, ()))
            if ends + (run in files.open_runs) != 1 or run not in began:
                state = "open" if run in files.open_runs else "not open"
                wrong.append(f"run {run} began {began[run]} times, ended {ends} times and is {state}")
        if len(files.open_runs) > 1:
            wrong.append(f"{len(files.open_runs)} runs are open on one fixture")
        for documents in finished.values():
            wrong += [fault for document in documents for fault in self._end(document)]
        return wrong

    def _end(self, document: dict[str, Any]) -> list[str]:
        """What is wrong with the end of one run."""
        run = document["run"]
        steps = [step["name"] for step in document["steps"]]
        fails = int(document["unit"]["serial"][-1]) > LAST_GOOD_DIGIT
        if run in self._witnessed.recorded or document["ending"] != "ABORTED":
            told = (document["ending"], document["verdict"], steps)
            expected = ("COMPLETED", "FAILED" if fails else "PASSED", STEPS)
            return [] if told == expected else [f"run {run} ended as {told}, not as {expected}"]
        wrong = []
        if steps != STEPS[: len(steps)]:
            wrong.append(f"run {run} was cut off, and holds the steps {steps}")
        if document["verdict"] != ("FAILED" if fails and "last_digit" in steps else "NONE"):
            wrong.append(f"run {run} was cut off after {steps} with the verdict {document['verdict']}")
        where = f"after step {steps[-1]}" if steps else "before its first step ended"
        if f"the station was cut off {where}" not in document["reason"]:
            wrong.append(f"run {run} was cut off {where}, its reason says: {document['reason']}")
        if not document["instruments"]:
            wrong.append(f"run {run} does not say with which instruments")
        return wrong

    def _promises(self, files: Files, finished: dict[str, list[dict[str, Any]]]) -> list[str]:
        said = self._witnessed
        began = {json.loads(body)["run"] for _, body, _, _ in files.entries if b'"kind":"run_started"' in body}
        wrong = [f"run {run} was said to have begun and is not there" for run in said.started - began]
        wrong += [f"run {run} was said to be recorded and is not there" for run in said.recorded - finished.keys()]
        digests = {hashlib.sha256(body).hexdigest() for _, body, _, _ in files.entries}
        wrong += [f"run {run} was returned with other bytes" for run, own in said.sha256.items() if own not in digests]
        wrong += [f"run {run} was said to be recovered and is not there" for run in said.recovered - finished.keys()]
        for run, steps in said.steps.items():
            for document in finished.get(run, ()):
                wrong += [
                    f"run {run}: what step {name} found is not what it said"
                    for name, values in steps.items()
                    if name not in [step["name"] for step in document["steps"]]
                    or not values.items() <= _values(document).items()
                ]
                if document["ending"] == "ABORTED" and (extra := _extra(document)):
                    wrong.append(f"run {run} holds values of steps that had not ended: {extra}")
        return wrong

    def _centre(self, files: Files) -> list[str]:
        held = len(files.journal)
        wrong = []
        if files.journal != [(seq, body) for seq, body, _, _ in files.entries[:held]]:
            wrong.append("the centre's journal is not the beginning of the spool")
        unproven = [seq for seq, _, _, state in files.entries if state and seq > held]
        if unproven:
            wrong.append(f"entries {unproven} are marked as held by the centre, which holds {held}")
        return wrong


def _attachments(folder: Path, bodies: list[bytes], where: str) -> Iterator[str]:
    """What is wrong with the files of a folder, and with what the records beside it name."""
    whole = {}
    for file in folder.glob("??/*.gz"):
        try:
            content = gzip.decompress(file.read_bytes())
        except (OSError, EOFError, zlib.error) as error:
            yield f"an attachment of {where} is truncated or damaged: {file.name}: {error}"
            continue
        whole[file.name.removesuffix(".gz")] = len(content)
        if hashlib.sha256(content).hexdigest() != file.name.removesuffix(".gz"):
            yield f"an attachment of {where} is not what its name says: {file.name}"
    for document in (json.loads(body) for body in bodies if b'"kind":"run_finished"' in body):
        for one in document["attachments"]:
            if whole.get(one["sha256"]) != one["size"]:
                yield f"run {document['run']} names an attachment that {where} does not hold: {one['name']}"
        if "many" in [step["name"] for step in document["steps"]] and not document["attachments"]:
            yield f"run {document['run']} has lost what a finished step attached"


@cache
def _plan() -> PlanRevision:
    return PLAN.bind(load_product(load_station_config(CONFIG).product))


def _values(document: dict[str, Any]) -> dict[str, Any]:
    """Every value of a finished run by name, in the plan's order; nothing when its vector is not as long."""
    names = [measurand.name for measurand in _plan().measurands]
    if len(names) != len(document["values"]):
        return {}
    numbers = {name: value for name, value in zip(names, document["values"], strict=True) if value is not None}
    return {**numbers, **document["texts"], **document["over_ranges"]}


def _extra(document: dict[str, Any]) -> set[str]:
    """The measurands that have a value although their step is not among those that ended."""
    done = {step["name"] for step in document["steps"]}
    return _values(document).keys() - {m.name for step in _plan().steps if step.name in done for m in step.measurands}


def read_files(folder: Path) -> Files | None:
    """The two files, or None before the spool exists."""
    spools = list(folder.glob("spools/*.db"))
    if not spools:
        return None
    spool = sqlite.connect(spools[0], isolation_level=None)
    try:
        if not spool.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            return None
        meta = dict(spool.execute("SELECT key, value FROM meta"))
        entries = list(spool.execute("SELECT seq, body, hash, state FROM outbox ORDER BY seq"))
        open_runs = {str(UUID(bytes=run)) for (run,) in spool.execute("SELECT run FROM open_run")}
    finally:
        spool.close()
    source = f"{meta['station']}/{meta['spool']}"
    centre = sqlite.connect(folder / "centre.db", isolation_level=None)
    try:
        journal = list(centre.execute("SELECT seq, body FROM journal WHERE source = ? ORDER BY seq", (source,)))
        table = centre.execute("SELECT id, verdict, ending FROM test_run")
        runs = {str(UUID(run)): (verdict, ending) for run, verdict, ending in table}
    finally:
        centre.close()
    attached = (spools[0].with_name(f"{spools[0].name}.attachments"), folder / "centre.db.attachments")
    return Files(source, entries, open_runs, journal, runs, attached)
