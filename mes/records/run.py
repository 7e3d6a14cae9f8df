"""A run in two records: one before anything is armed, one when it is over."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, FiniteFloat

from mes.records.document import Digest, Document, Name, Record, Text, UnitIdentity
from mes.vocabulary import Outcome, OverRange, RunEnding, Verdict


class _RunRecord(Record):
    """Which run this is about: the unit, where, by which plan, and the gate decision that allowed it."""

    run: UUID
    unit: UnitIdentity
    operation: Name
    station: Name
    plan: Digest
    fixture: Name
    slot: Name = "1"
    operator: Name
    gate: UUID
    group: UUID | None = None
    """Ties the runs of units that were tested together, each with a record of its own."""
    fixture_revision: Name | None = Field(default=None, exclude_if=lambda revision: revision is None)
    """Of the fixture, as the station's file says it."""
    provisional: bool = Field(default=False, exclude_if=lambda provisional: not provisional)
    """Begun while the centre was away: `gate` is then the question that the centre answers when the run arrives."""


class RunStarted(_RunRecord):
    """A run is about to touch the unit; committed before anything is armed."""

    kind: Literal["run_started"] = "run_started"


class MeasurandFailure(Document):
    """One measurand outside its limits, with the limits that judged it."""

    measurand: Name
    unit: Text
    value: FiniteFloat | None = None
    text: Text | None = None
    over_range: OverRange | None = None
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    expected: Text | None = None


class StepAttempt(Document):
    """One attempt at a step that was tried again: what it found, which decided nothing."""

    outcome: Outcome
    started_s: FiniteFloat
    duration_s: FiniteFloat
    message: Text = ""
    values: dict[str, FiniteFloat] = {}
    texts: dict[str, Text] = {}
    over_ranges: dict[str, OverRange] = {}
    failures: tuple[MeasurandFailure, ...] = ()


class StepResult(Document):
    """How one step ended and how long it took; of a step that was tried again, the attempt that decided."""

    name: Name
    outcome: Outcome
    started_s: FiniteFloat
    """Seconds after the start of the run, by the station's monotonic clock."""
    duration_s: FiniteFloat
    message: Text = ""
    waited_s: FiniteFloat = 0.0
    """How long it waited, before it began, for instruments that others held."""
    attempts: tuple[StepAttempt, ...] = ()
    """The attempts before the one that decided, in order."""

    @property
    def first_outcome(self) -> Outcome:
        """How the first attempt ended: what counts for the first-pass yield of a step."""
        return self.attempts[0].outcome if self.attempts else self.outcome


def _silent(value: Any) -> bool:
    return not value


class InstrumentUsed(Document):
    """An instrument that took part in the run, as it identified itself."""

    role: Name
    model: Name
    serial: Text
    """Empty for what has none, such as a two-wire bus."""
    firmware: Text
    calibration_due: date | None
    readings: dict[Text, tuple[int, ...]] = Field(default={}, exclude_if=_silent)
    """Places of the measurement vector, from 0, whose values are its own readings, by the range that it told ("100 V";
    empty: it told none). A value that was computed from readings is in no list; a record of before has no lists."""


class Attachment(Document):
    """A file that belongs to the run, stored under its content hash."""

    name: Name
    media_type: Name
    sha256: Digest
    size: int = Field(ge=0)


class RunFinished(_RunRecord):
    """A run in one document: verdict, ending, steps and the measurement vector laid out by the plan's measurands.

    A value that was not measured, and one that left the range, is None; the latter is named in `over_ranges`.
    """

    kind: Literal["run_finished"] = "run_finished"
    started_at: AwareDatetime
    verdict: Verdict
    ending: RunEnding
    reason: Text = ""
    steps: tuple[StepResult, ...]
    values: tuple[FiniteFloat | None, ...]
    texts: dict[str, Text] = {}
    over_ranges: dict[str, OverRange] = {}
    marginal: tuple[Name, ...] = ()
    failures: tuple[MeasurandFailure, ...] = ()
    instruments: tuple[InstrumentUsed, ...] = ()
    fixture_cycles: int | None = None
    limit_revision: Name
    station_digest: Digest
    safe: Text = ""
    """What was proven off at the end of the run, and what was not; empty for a run whose end nobody saw."""
    ambient_celsius: FiniteFloat | None = None
    gap_s: FiniteFloat = 0.0
    """For how long the run was cut off before it went on."""
    attachments: tuple[Attachment, ...] = ()
