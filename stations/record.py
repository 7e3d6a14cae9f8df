"""The one listener that turns a run's events into what the spool keeps, each as soon as it is complete.

`RunBegan` becomes `run_started`, committed before anything is armed; each step after which the run goes on becomes a
piece of progress, in one small transaction; `RunEnded` becomes `run_finished`.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from mes.records import InstrumentUsed, MeasurandFailure, RunFinished, RunStarted, StepResult
from mes.vocabulary import Outcome, OverRange
from stations.events import Event, Measured, RunBegan, RunEnded, StepEnded
from stations.open_run import OpenRun, RunBasis, RunProgress
from stations.spool import Spool

_LONGEST = 4000
"""Length of the longest text that a record takes (`mes.records.Text`)."""

_SAVED = (Outcome.PASSED, Outcome.FAILED)
"""After these the run goes on. After an error or STOP, and through all the steps that are then left out, the next
thing to do is to make the bench safe, which must not wait for a disk: their piece goes into `run_finished`."""


class RunRecorder:
    """Listens to one run. An event is recorded when the call returns; raises `SpoolError` when it is not.

    `instruments` are those of the bench before anything is armed.
    """

    def __init__(self, spool: Spool, new_id: Callable[[], UUID], instruments: Sequence[InstrumentUsed]) -> None:
        self._spool = spool
        self._new_id = new_id
        self._instruments = tuple(instruments)
        self._open: OpenRun | None = None
        self._steps: list[StepResult] = []
        self._measured: list[Measured] = []
        self.finished: RunFinished | None = None

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, RunBegan):
            self._begin(event)
        elif isinstance(event, Measured):
            self._measured.append(event)
        elif isinstance(event, StepEnded):
            self._steps.append(
                StepResult(
                    name=event.step,
                    outcome=event.outcome,
                    started_s=event.started_s,
                    duration_s=event.duration_s,
                    message=shortened(event.message),
                )
            )
            if event.outcome in _SAVED:
                self._advance(save=True)
        elif isinstance(event, RunEnded):
            self._end(event)

    def _begin(self, began: RunBegan) -> None:
        order, plan = began.order, began.plan
        started = RunStarted(
            id=self._new_id(),
            source=self._spool.source,
            at=began.at,
            simulated=order.simulated,
            run=order.run,
            unit=order.unit,
            operation=plan.operation,
            station=order.station,
            plan=plan.digest,
            fixture=order.fixture,
            slot=order.slot,
            operator=order.operator,
            gate=order.gate,
        )
        basis = RunBasis(
            measurands=tuple(measurand.name for measurand in plan.measurands),
            limit_revision=plan.limit_revision,
            station_digest=order.station_digest,
            instruments=self._instruments,
        )
        self._spool.begin_run(started, basis)
        self._open = OpenRun(started, basis)

    def _advance(self, *, save: bool) -> OpenRun:
        """Add what came since the piece before to the open run, and to the spool when `save`."""
        if self._open is None:
            raise ValueError("a run went on that never began")
        # Taken before it is read: a step that was left behind may still be recording in its thread.
        steps, self._steps = self._steps, []
        measured, self._measured = self._measured, []
        piece = progress_of(steps, measured)
        self._open = OpenRun(self._open.started, self._open.basis, (*self._open.progress, piece))
        # Last, so that a piece which the spool refuses is still in the end of the run.
        if save:
            self._spool.save_progress(self._open.run, piece)
        return self._open

    def _end(self, ended: RunEnded) -> None:
        finished = self._advance(save=False).finished(
            record_id=self._new_id(),
            at=ended.at,
            verdict=ended.verdict,
            ending=ended.ending,
            reason=shortened(ended.reason),
            instruments=ended.instruments,
        )
        self._spool.finish_run(finished)
        self.finished = finished


def progress_of(steps: Sequence[StepResult], measured: Sequence[Measured]) -> RunProgress:
    """These steps and values as one piece of a run's progress."""
    values: dict[str, float] = {}
    texts: dict[str, str] = {}
    over_ranges: dict[str, OverRange] = {}
    for event in measured:
        name, value = event.measurand.name, event.value
        if isinstance(value, str):
            texts[name] = shortened(value)
        elif value.over_range is not None:
            over_ranges[name] = OverRange(value.over_range)
        elif value.value is not None:
            values[name] = value.value
    return RunProgress(
        steps=tuple(steps),
        values=values,
        texts=texts,
        over_ranges=over_ranges,
        marginal=tuple(m.measurand.name for m in measured if m.judgement.marginal),
        failures=tuple(_failure(m) for m in measured if m.judgement.outcome is Outcome.FAILED),
    )


def _failure(event: Measured) -> MeasurandFailure:
    measurand, value = event.measurand, event.value
    text = shortened(value) if isinstance(value, str) else None
    number = None if isinstance(value, str) else value.value
    over_range = None if isinstance(value, str) or value.over_range is None else OverRange(value.over_range)
    return MeasurandFailure(
        measurand=measurand.name,
        unit=measurand.unit,
        value=number,
        text=text,
        over_range=over_range,
        low=measurand.low,
        high=measurand.high,
        expected=measurand.expected or None,
    )


def shortened(text: str) -> str:
    """The text, or its beginning and how much is missing when a record cannot take it whole."""
    if len(text) <= _LONGEST:
        return text
    mark = f" … [{len(text)} characters]"
    return text[: _LONGEST - len(mark)] + mark
