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
    Digest,
    Document,
    InstrumentUsed,
    MeasurandFailure,
    Name,
    RunFinished,
    RunStarted,
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


class RunProgress(Document):
    """What a run has added since the piece before: the steps that ended, and every value recorded in them.

    A failure carries the limits that judged it, so that nobody has to judge again.
    """

    steps: tuple[StepResult, ...] = ()
    values: dict[str, FiniteFloat] = {}
    texts: dict[str, Text] = {}
    over_ranges: dict[str, OverRange] = {}
    marginal: tuple[Name, ...] = ()
    failures: tuple[MeasurandFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that has begun and of which no end is recorded."""

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
        return tuple(failure for piece in self.progress for failure in piece.failures)

    def finished(
        self,
        *,
        record_id: UUID,
        at: datetime,
        verdict: Verdict,
        ending: RunEnding,
        reason: str,
        instruments: Sequence[InstrumentUsed] | None = None,
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
            instruments=tuple(basis.instruments if instruments is None else instruments),
            limit_revision=basis.limit_revision,
            station_digest=basis.station_digest,
        )

    def _vector(self) -> tuple[float | None, ...]:
        measured = self._merged("values")
        return tuple(measured.get(name) for name in self.basis.measurands)

    def _merged(self, field: str) -> dict[str, Any]:
        return {name: value for piece in self.progress for name, value in getattr(piece, field).items()}
