"""A run on its way: what it stands on, what its finished steps found, and the one fold of both into `run_finished`.

The station commits each piece to its spool as it comes, so that a run which is cut off ends with the same fold, and
so with the same values, as one that ends well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import FiniteFloat

from mes.records import (
    Attachment,
    Digest,
    Document,
    InstrumentUsed,
    MeasurandFailure,
    Name,
    RunFinished,
    RunStarted,
    StepAttempt,
    StepResult,
    Text,
)
from mes.vocabulary import OverRange, RunEnding, Verdict


class RunBasis(Document):
    """What `run_finished` pins beside what `run_started` says, known before anything is armed."""

    measurands: tuple[Name, ...]
    """Every measurand of the plan, in the order of the measurement vector."""
    limit_revision: Name
    station_digest: Digest
    instruments: tuple[InstrumentUsed, ...]
    fixture_cycles: int | None = None


class TakenBy(Document):
    """Which instrument a value is a reading of, and in which range, as far as it told one."""

    model: Name
    serial: Text
    range: Text = ""


class RunProgress(Document):
    """What a run has added since the piece before: the steps that ended, and every value recorded in them.

    A failure carries the limits that judged it, so that nobody has to judge again.
    """

    steps: tuple[StepResult, ...] = ()
    values: dict[str, FiniteFloat] = {}
    texts: dict[str, Text] = {}
    over_ranges: dict[str, OverRange] = {}
    taken_by: dict[str, TakenBy] = {}
    """Of the values that an instrument read; what was computed from several readings is missing."""
    marginal: tuple[Name, ...] = ()
    failures: tuple[MeasurandFailure, ...] = ()
    retried: dict[str, tuple[StepAttempt, ...]] = {}
    """Attempts that ended, of steps that had not: each step with all of them so far."""
    attachments: tuple[Attachment, ...] = ()
    """What was stored of what these steps attached, earlier attempts included."""
    gap_s: FiniteFloat = 0.0
    """For how long the run had been cut off when this piece began."""


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that has begun and of which no end is recorded.

    A step that was being tried again when the run was cut off never came to its result: what its earlier attempts had
    found out of limits stands, for a power cut washes nothing away.
    """

    started: RunStarted
    basis: RunBasis
    progress: tuple[RunProgress, ...] = ()

    @property
    def run(self) -> UUID:
        """The run's id."""
        return self.started.run

    @property
    def steps(self) -> tuple[StepResult, ...]:
        """Every step that ended."""
        return tuple(step for piece in self.progress for step in piece.steps)

    @property
    def failures(self) -> tuple[MeasurandFailure, ...]:
        """Every value that was outside its limits."""
        decided = tuple(failure for piece in self.progress for failure in piece.failures)
        return (*decided, *self._undecided_failures().values())

    @property
    def unfinished_attempts(self) -> dict[str, tuple[StepAttempt, ...]]:
        """The attempts of every step that was tried and did not come to its result."""
        ended = {step.name for step in self.steps}
        return {name: attempts for name, attempts in self._merged("retried").items() if name not in ended}

    def _undecided_failures(self) -> dict[str, MeasurandFailure]:
        attempts = (attempt for one in self.unfinished_attempts.values() for attempt in one)
        return {failure.measurand: failure for attempt in attempts for failure in attempt.failures}

    def finished(
        self,
        *,
        record_id: UUID,
        at: datetime,
        verdict: Verdict,
        ending: RunEnding,
        reason: str,
        instruments: Sequence[InstrumentUsed] | None = None,
        safe: str = "",
        ambient_celsius: float | None = None,
    ) -> RunFinished:
        """The record of this run's end: a measurand without a value is None in the vector.

        `instruments` are those at the end of the run; without them, those that it began with.
        """
        started, basis = self.started, self.basis
        return RunFinished(
            id=record_id,
            source=started.source,
            at=at,
            simulated=started.simulated,
            run=started.run,
            unit=started.unit,
            operation=started.operation,
            station=started.station,
            plan=started.plan,
            fixture=started.fixture,
            slot=started.slot,
            operator=started.operator,
            gate=started.gate,
            group=started.group,
            fixture_revision=started.fixture_revision,
            provisional=started.provisional,
            started_at=started.at,
            verdict=verdict,
            ending=ending,
            reason=reason,
            steps=self.steps,
            values=self._vector(),
            texts=self._merged("texts"),
            over_ranges=self._merged("over_ranges"),
            marginal=tuple(name for piece in self.progress for name in piece.marginal),
            failures=self.failures,
            instruments=self._with_readings(basis.instruments if instruments is None else instruments),
            fixture_cycles=basis.fixture_cycles,
            limit_revision=basis.limit_revision,
            station_digest=basis.station_digest,
            safe=safe,
            ambient_celsius=ambient_celsius,
            gap_s=sum(piece.gap_s for piece in self.progress),
            attachments=tuple(attachment for piece in self.progress for attachment in piece.attachments),
        )

    def _vector(self) -> tuple[float | None, ...]:
        undecided = {name: failure.value for name, failure in self._undecided_failures().items()}
        measured = undecided | self._merged("values")
        return tuple(measured.get(name) for name in self.basis.measurands)

    def _with_readings(self, instruments: Sequence[InstrumentUsed]) -> tuple[InstrumentUsed, ...]:
        """The instruments, each with the places of the vector that it read; of one in two roles the first tells it."""
        places = {name: place for place, name in enumerate(self.basis.measurands)}
        read: dict[tuple[str, str], dict[str, tuple[int, ...]]] = {}
        for name, by in sorted(self._merged("taken_by").items(), key=lambda one: places[one[0]]):
            ranges = read.setdefault((by.model, by.serial), {})
            ranges[by.range] = (*ranges.get(by.range, ()), places[name])
        return tuple(
            used.model_copy(update={"readings": read.pop((used.model, used.serial), {})}) for used in instruments
        )

    def _merged(self, field: str) -> dict[str, Any]:
        return {name: value for piece in self.progress for name, value in getattr(piece, field).items()}
