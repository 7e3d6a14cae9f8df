"""The working side of the screen: one thread that owns the station, works units and sends what the spool holds.

Whatever the bench, the spool or the centre does ends here as a happening; nothing raises into the screen.
"""

import queue
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event as Flag
from typing import Final

from drivers.errors import InstrumentError
from mes.ledger import LedgerError, LedgerUnavailable
from mes.records import RunFinished
from stations.composition import TestStation
from stations.errors import SpoolError, StationError
from stations.events import Event, RunBegan, RunEnded
from stations.golden_report import checked_lines
from stations.hand_run import RunEvents
from stations.lease import StopSwitch
from stations.tui import texts
from stations.tui.earlier_runs import earlier_runs
from stations.tui.happenings import (
    CheckEnded,
    EarlierRunsRead,
    Forwarded,
    GateRefused,
    Happening,
    HeldAtFinish,
    RunHappened,
    Said,
    WorkBroke,
    WorkedProvisionally,
    WorkEnded,
)
from stations.tui.state import Moment, Phase, Queue

_LOOK_S: Final = 0.2
"""How often an idle desk looks whether something waits to be sent, in wall seconds."""


@dataclass(slots=True)
class _Job:
    work: int
    serial: str
    stop: StopSwitch = field(default_factory=StopSwitch)


class StationDesk:
    """Works one unit after the other on a station.

    `tell` takes happenings and must be safe to call from any thread; `insert` puts a simulated unit into the
    fixture; `moment` gives the time on all three clocks; `speed` is bench seconds per wall second.
    """

    def __init__(
        self,
        station: TestStation,
        events: RunEvents,
        *,
        tell: Callable[[Happening], None],
        insert: Callable[[str], None],
        moment: Callable[[], Moment],
        speed: float = 1.0,
    ) -> None:
        self._station = station
        self._tell = tell
        self._insert = insert
        self._moment = moment
        self._speed = speed
        self._jobs: queue.Queue[_Job] = queue.Queue()
        self._open: list[_Job] = []
        self._closed = Flag()
        self._working = 0
        self._began = False
        self._checking = False
        self._error: str | None = None
        events.listener = self._event

    def submit(self, work: int, serial: str) -> None:
        """Have a unit worked; returns at once."""
        job = _Job(work, serial)
        self._open.append(job)
        self._jobs.put(job)

    def stop(self, reason: str) -> None:
        """Press STOP for whatever is being worked or waits to be."""
        for job in list(self._open):
            job.stop.request(reason)

    def close(self) -> None:
        """Let `run` return once the bench is free."""
        self._closed.set()

    def run(self) -> None:
        """The desk's thread: work what is submitted, send what waits, until closed."""
        self._look()
        while not (self._closed.is_set() and self._jobs.empty()):
            try:
                job = self._jobs.get(timeout=_LOOK_S)
            except queue.Empty:
                self._forward()
                continue
            try:
                self._work(job)
            finally:
                self._open.remove(job)
                self._look()
                self._tell(WorkEnded(job.work))

    def _event(self, event: Event) -> None:
        self._began = self._began or isinstance(event, RunBegan)
        if self._checking and isinstance(event, RunEnded):
            return  # of a check there is neither a verdict nor a record: `CheckEnded` says what came of it
        self._tell(RunHappened(self._working, event, self._moment()))

    def _work(self, job: _Job) -> None:
        self._working, self._began, self._checking = job.work, False, False
        if job.stop.reason is not None:
            self._tell(WorkBroke(job.work, Phase.ABORTED, texts.STOPPED_EARLY))
            return
        try:
            self._insert(job.serial)
            self._checking = self._station.agent.is_check(job.serial)
            if self._checking:
                checked = self._station.agent.check(job.serial, job.stop)
                self._tell(CheckEnded(job.work, "\n".join(checked_lines(self._station.config, checked))))
                return
            worked = self._station.agent.work(job.serial, job.stop)
        except LedgerUnavailable as error:
            self._error = str(error)
            self._tell(WorkBroke(job.work, Phase.OFFLINE, str(error)))
        except SpoolError as error:
            # Before the run began nothing was armed; after that, what was measured is lost.
            self._tell(WorkBroke(job.work, Phase.UNRECORDED if self._began else Phase.ERROR, str(error)))
        except Exception as error:  # noqa: BLE001 - a screen's worker: whatever broke must be seen, and the next unit go on
            self._tell(WorkBroke(job.work, Phase.ERROR, _told(error)))
        else:
            self._error = worked.forwarded.error
            if worked.run is None:
                self._tell(GateRefused(job.work, worked.decision.refusals))
            else:
                self._tell(EarlierRunsRead(earlier_runs(self._station.spool, self._station.plan.digest)))
            if worked.provisional:
                self._tell(WorkedProvisionally(job.work))
            if worked.at_finish is not None:
                self._tell(HeldAtFinish(job.work, worked.at_finish.refusals))
            remarks = [*(_recovered(run) for run in worked.recovered), *worked.warnings]
            if remarks:
                self._tell(Said(" · ".join(remarks)))

    def _forward(self) -> None:
        """Send what waits when its time has come; find out whether a centre that was gone is back."""
        forwarder = self._station.producer.forwarder
        try:
            if forwarder.next_delay() > 0 or not (self._error or self._station.spool.depth()):
                if self._error:
                    self._look()
                return
            self._error = forwarder.drain().error
        except Exception as error:  # noqa: BLE001 - a screen's worker: sending may fail in any way, the bench works on
            self._error = _told(error)
        self._look()

    def _look(self) -> None:
        spool = self._station.spool
        try:
            depth, oldest = spool.depth(), spool.oldest_pending_at()
        except SpoolError as error:
            self._tell(Forwarded(Queue(None, error=str(error))))
            return
        wait_s = self._station.producer.forwarder.next_delay() / self._speed
        self._tell(Forwarded(Queue(depth, oldest, self._error, wait_s)))


def _recovered(run: RunFinished) -> str:
    return texts.RECOVERED.format(serial=run.unit.serial, ending=run.ending, reason=run.reason)


def _told(error: Exception) -> str:
    """An expected failure says enough by itself; any other is a bug and says which."""
    expected = isinstance(error, StationError | LedgerError | InstrumentError)
    return str(error) if expected else texts.FAULT.format(kind=type(error).__name__, message=error)
