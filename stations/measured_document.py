"""Values as they were measured, turned into the documents that a record holds."""

from collections.abc import Sequence

from drivers.reading import Reading
from mes.records import Attachment, MeasurandFailure, StepAttempt, StepResult
from mes.vocabulary import Outcome, OverRange
from stations.events import Measured, StepRetried
from stations.open_run import RunProgress, TakenBy

_LONGEST = 4000
"""Length of the longest text that a record takes (`mes.records.Text`)."""


def attempt_of(event: StepRetried, measured: Sequence[Measured]) -> StepAttempt:
    """An attempt at a step that was tried again, with everything that it measured."""
    piece = progress_of((), measured)
    return StepAttempt(
        outcome=event.outcome,
        started_s=event.started_s,
        duration_s=event.duration_s,
        message=shortened(event.message),
        values=piece.values,
        texts=piece.texts,
        over_ranges=piece.over_ranges,
        failures=piece.failures,
    )


def progress_of(
    steps: Sequence[StepResult], measured: Sequence[Measured], attachments: Sequence[Attachment] = ()
) -> RunProgress:
    """These steps and values as one piece of a run's progress."""
    values: dict[str, float] = {}
    texts: dict[str, str] = {}
    over_ranges: dict[str, OverRange] = {}
    taken_by: dict[str, TakenBy] = {}
    for event in measured:
        name, value = event.measurand.name, event.value
        if isinstance(value, Reading) and value.instrument is not None:
            by = value.instrument
            taken_by[name] = TakenBy(model=by.model, serial=by.serial, range=value.range or "")
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
        taken_by=taken_by,
        marginal=tuple(m.measurand.name for m in measured if m.judgement.marginal),
        failures=tuple(_failure(m) for m in measured if m.judgement.outcome is Outcome.FAILED),
        attachments=tuple(attachments),
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
