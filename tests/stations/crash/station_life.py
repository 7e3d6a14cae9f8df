"""One life of a station: opened, working unit after unit, telling what it may rely on, until somebody kills it.

Everything is the product's own: agent, executive, simulated bench, spool, ledger on SQLite. The only things added,
here and not in the product, are the points at which it can kill itself and the mutants of `mutants.py`.
"""

import hashlib
import json
import os
import random
import signal
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import crash_plan

from mes.attachment_store import AttachmentStore
from mes.command_line import Location
from mes.ledger import open_ledger
from mes.local_ledger import LocalLedger
from mes.records import encode_record
from mes.vocabulary import Outcome
from stations import composition, hand_run
from stations.attachment_policy import AttachmentsConfig, Keep
from stations.config import load_station_config
from stations.events import Event, Measured, RunBegan, RunEnded, StepEnded
from stations.lease import StopSwitch
from stations.spool_file import SpoolFile

CONFIG = Path(__file__).parents[3] / "stations/configs/cable-lane-test.toml"
_START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)


def location(folder: Path) -> Location:
    """Where the station of this folder keeps its spool and its centre."""
    return Location(folder, f"sqlite:///{folder / 'centre.db'}")


@dataclass(frozen=True, slots=True)
class Life:
    """What one life is to do: `units` units, or fewer, if it comes to the sync point at which it kills itself.

    `dies_at` is the point's name and how often it is reached, from 1.
    """

    number: int
    seed: int
    units: int
    dies_at: tuple[str, int] | None = None


class Voice:
    """Says on a pipe what has just become true; a line is in the pipe, and so survives, when `say` returns."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def say(self, **fact: Any) -> None:
        """One fact."""
        os.write(self._descriptor, json.dumps(fact).encode() + b"\n")


class SyncPoints:
    """Counts the moments around every commit, and kills the process at the one that was asked for."""

    def __init__(self, voice: Voice, dies_at: tuple[str, int] | None) -> None:
        self._voice = voice
        self._dies_at = dies_at
        self.passed: Counter[str] = Counter()

    def reach(self, name: str) -> None:
        """Be at a point."""
        self.passed[name] += 1
        if (name, self.passed[name]) == self._dies_at:
            self._voice.say(fact="died", at=name)
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: type, method: str, name: str) -> None:
        """Put a point before and one after a method."""
        inner: Callable[..., Any] = getattr(owner, method)

        def with_points(*arguments: Any, **options: Any) -> Any:
            self.reach(f"before: {name}")
            returned = inner(*arguments, **options)
            self.reach(f"after: {name}")
            return returned

        setattr(owner, method, with_points)

    def around_commits(self) -> None:
        """Put points around every COMMIT of the spool, named for what is committed."""
        inner_transaction, inner_execute = SpoolFile.transaction, SpoolFile.execute
        acts: list[str] = []

        @contextmanager
        def transaction(file: SpoolFile, act: str) -> Iterator[None]:
            acts.append(act)
            with inner_transaction(file, act):
                yield

        def execute(file: SpoolFile, statement: str, *values: Any) -> int:
            if statement != "COMMIT":
                return inner_execute(file, statement, *values)
            self.reach(f"before: {acts[-1]}")
            changed = inner_execute(file, statement, *values)
            self.reach(f"after: {acts[-1]}")
            return changed

        SpoolFile.transaction = transaction  # type: ignore[method-assign]
        SpoolFile.execute = execute  # type: ignore[method-assign]


class Witness:
    """Listens behind the recorder: what it hears has been recorded, and it says so."""

    def __init__(self, voice: Voice, points: SyncPoints) -> None:
        self._voice = voice
        self._points = points
        self._run = ""
        self._values: dict[str, Any] = {}

    def __call__(self, event: Event) -> None:
        if isinstance(event, RunBegan):
            self._run, self._values = str(event.order.run), {}
            self._voice.say(fact="started", run=self._run, serial=event.order.unit.serial)
        elif isinstance(event, Measured):
            value = event.value
            self._values[event.measurand.name] = value if isinstance(value, str) else value.over_range or value.value
            self._points.reach("at a value")
        elif isinstance(event, StepEnded):
            if event.outcome in (Outcome.PASSED, Outcome.FAILED):
                self._voice.say(fact="step", run=self._run, name=event.step, values=self._values)
            self._values = {}
        elif isinstance(event, RunEnded):
            self._voice.say(fact="recorded", run=self._run)


def live(folder: Path, life: Life, descriptor: int, change: Callable[[Voice], None]) -> NoReturn:
    """Live this life in the calling process, which ends with it; `change` may make a mutant of the product."""
    voice = Voice(descriptor)
    points = SyncPoints(voice, life.dies_at)
    try:
        change(voice)
        points.around_commits()
        points.around(LocalLedger, "append", "journal at the centre")
        points.around(AttachmentStore, "_write", "write an attachment")
        points.around(Path, "replace", "name an attachment")
        work(folder, life, voice, points)
    except BaseException:  # noqa: BLE001 - the end of a process: whatever it was, the harness reports it
        voice.say(fact="error", trace=traceback.format_exc())
        os._exit(1)
    voice.say(fact="ended", points=points.passed)
    os._exit(0)


def work(folder: Path, life: Life, voice: Voice, points: SyncPoints) -> None:
    """Open the station, work the units of this life, close it."""
    composition.load_plan = lambda _: crash_plan.PLAN  # type: ignore[assignment]
    chance = random.Random(f"{life.seed}/{life.number}")
    config = load_station_config(CONFIG).model_copy(update={"attachments": AttachmentsConfig(keep=Keep.ALL)})
    where = location(folder)
    ledger = open_ledger(where.url, simulated_site=True)
    try:
        with composition.open_test_station(
            config,
            location=where,
            ledger=ledger,
            clock=composition.station_clock(config, _START + timedelta(hours=life.number)),
            chance=chance,
            listener=Witness(voice, points),
        ) as station:
            voice.say(fact="ready", recovered=[str(run.run) for run in station.agent.recovered])
            for unit in range(life.units):
                serial = f"DAC{life.number:05d}{unit}{chance.randrange(10)}"
                hand_run.insert_simulated(station, serial)
                worked = station.agent.work(serial, StopSwitch())
                if worked.run is None:
                    raise AssertionError(f"the gate refused {serial}: {worked.decision.refusals}")
                digest = hashlib.sha256(encode_record(worked.run)).hexdigest()
                voice.say(fact="returned", run=str(worked.run.run), sha256=digest)
    finally:
        ledger.close()
