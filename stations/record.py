"""The one fold from a run's events into its records.

`RunBegan` becomes `run_started`, to be committed before anything is armed; everything else accumulates until
`RunEnded` lays the values out by the plan's measurands as `run_finished`.
"""

from collections.abc import Callable
from uuid import UUID

from mes.records import MeasurandFailure, RunFinished, RunStarted, StepResult
from mes.vocabulary import Outcome, OverRange
from stations.events import Event, Measured, RunBegan, RunEnded, StepEnded

_LONGEST = 4000
"""Length of the longest text that a record takes (`mes.records.Text`)."""


class RunRecorder:
    """Listens to one run and hands on its two records through `commit` as soon as each is complete."""

    def __init__(
        self, source: str, new_id: Callable[[], UUID], commit: Callable[[RunStarted | RunFinished], None]
    ) -> None:
        self._source = source
        self._new_id = new_id
        self._commit = commit
        self._began: RunBegan | None = None
        self._measured: dict[str, Measured] = {}
        self._steps: list[StepResult] = []
        self.finished: RunFinished | None = None

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, RunBegan):
            self._began = event
            self._commit(self._started(event))
        elif isinstance(event, Measured):
            self._measured[event.measurand.name] = event
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
        elif isinstance(event, RunEnded):
            if self._began is None:
                raise ValueError("a run ended that never began")
            self.finished = self._finished(self._began, event)
            self._commit(self.finished)

    def _started(self, began: RunBegan) -> RunStarted:
        order = began.order
        return RunStarted(
            id=self._new_id(),
            source=self._source,
            at=began.at,
            simulated=order.simulated,
            run=order.run,
            unit=order.unit,
            operation=began.plan.operation,
            station=order.station,
            plan=began.plan.digest,
            fixture=order.fixture,
            slot=order.slot,
            operator=order.operator,
            gate=order.gate,
        )

    def _finished(self, began: RunBegan, ended: RunEnded) -> RunFinished:
        order, plan = began.order, began.plan
        values: list[float | None] = []
        texts: dict[str, str] = {}
        over_ranges: dict[str, OverRange] = {}
        for measurand in plan.measurands:
            event = self._measured.get(measurand.name)
            value = event.value if event is not None else None
            if isinstance(value, str):
                texts[measurand.name] = shortened(value)
                values.append(None)
            else:
                if value is not None and value.over_range is not None:
                    over_ranges[measurand.name] = OverRange(value.over_range)
                values.append(None if value is None else value.value)
        return RunFinished(
            id=self._new_id(),
            source=self._source,
            at=ended.at,
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
            started_at=began.at,
            verdict=ended.verdict,
            ending=ended.ending,
            reason=shortened(ended.reason),
            steps=tuple(self._steps),
            values=tuple(values),
            texts=texts,
            over_ranges=over_ranges,
            marginal=tuple(m.measurand.name for m in self._measured.values() if m.judgement.marginal),
            failures=tuple(_failure(m) for m in self._measured.values() if m.judgement.outcome is Outcome.FAILED),
            instruments=ended.instruments,
            limit_revision=plan.limit_revision,
            station_digest=order.station_digest,
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
