"""Runs of history as records. The same file and map give the same bytes at every attempt, ids included.

An id is made of what the record says: a run's of its unit, operation and start, so that a run which two files tell
of is the same run. History asked no gate, and says so by the nil UUID in the place of a decision.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from mes.desk.acts import identity_at
from mes.importing.history import HistoricPlan, HistoricRun
from mes.records import NO_DECISION, PlanReleased, RunFinished, UnitIdentity, UnitRegistered
from mes.vocabulary import CollectionMode, Outcome, RunEnding, Verdict

_ENDED = {
    Outcome.PASSED: (Verdict.PASSED, RunEnding.COMPLETED),
    Outcome.FAILED: (Verdict.FAILED, RunEnding.COMPLETED),
    Outcome.ERROR: (Verdict.NONE, RunEnding.ERROR),
    Outcome.ABORTED: (Verdict.NONE, RunEnding.ABORTED),
    Outcome.SKIPPED: (Verdict.NONE, RunEnding.ABORTED),
}


class RecordMaker:
    """Makes the records of one source. `code_digest` stands for the plan's code and the station: it is the map's."""

    def __init__(self, source: str, *, simulated: bool, collection: CollectionMode, code_digest: str) -> None:
        self._source, self._simulated = source, simulated
        self._collection, self._code = collection, code_digest

    def unit_id(self, run: HistoricRun) -> UUID:
        """The id of the record that registers a run's unit."""
        return _identity(run.started_at, "unit", self._source, *_unit(run.unit))

    def plan_id(self, plan: HistoricPlan, at: datetime) -> UUID:
        """The id of the record that releases a plan."""
        return _identity(at, "plan", self._source, plan.digest)

    def registered(self, run: HistoricRun, unit_id: UUID) -> UnitRegistered:
        """The unit of a run, in since its first run in the file; `unit_id` is that of its `unit_id`."""
        return UnitRegistered(
            id=unit_id,
            source=self._source,
            at=run.started_at,
            simulated=self._simulated,
            unit=run.unit,
            revision=run.revision,
            enters_at=run.enters_at,
            collection=self._collection,
        )

    def released(self, run: HistoricRun) -> PlanReleased:
        """The plan of a run. It has no steps: history says of none."""
        plan = run.plan
        return PlanReleased(
            id=self.plan_id(plan, run.started_at),
            source=self._source,
            at=run.started_at,
            simulated=self._simulated,
            name=plan.name,
            revision=plan.revision,
            part=plan.part,
            operation=plan.operation,
            steps=(),
            measurands=plan.measurands,
            limit_revision=plan.limit_revision,
            digest=plan.digest,
            code_digest=self._code,
        )

    def finished(self, run: HistoricRun, finished_id: UUID) -> RunFinished:
        """The run itself; `finished_id` is its `record_id`."""
        verdict, ending = _ENDED[run.outcome]
        return RunFinished(
            id=finished_id,
            source=self._source,
            at=run.finished_at,
            simulated=self._simulated,
            run=_identity(run.started_at, "run", *_key(run)),
            unit=run.unit,
            operation=run.operation,
            station=run.station,
            plan=run.plan.digest,
            fixture=run.fixture,
            operator=run.operator,
            gate=NO_DECISION,
            started_at=run.started_at,
            verdict=verdict,
            ending=ending,
            reason=run.reason,
            steps=(),
            values=run.values,
            texts=run.texts,
            over_ranges=run.over_ranges,
            failures=run.failures,
            instruments=run.instruments,
            limit_revision=run.plan.limit_revision,
            station_digest=self._code,
        )


def record_id(run: HistoricRun) -> UUID:
    """The id of the record of a run: the same in whatever file it is told of."""
    return _identity(run.started_at, "finished", *_key(run))


def _key(run: HistoricRun) -> tuple[str, ...]:
    return (*_unit(run.unit), run.operation, run.started_at.isoformat(), run.number)


def _unit(unit: UnitIdentity) -> tuple[str, str, str]:
    return (unit.maker, unit.part, unit.serial)


def _identity(at: datetime, *named: str) -> UUID:
    digest = hashlib.sha256("\0".join(("rackline-import", *named)).encode()).digest()
    return identity_at(at, int.from_bytes(digest) >> 182)
