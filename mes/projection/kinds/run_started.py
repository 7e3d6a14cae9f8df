"""A run is about to touch the unit."""

from typing import Any

from mes.projection.history import Run
from mes.projection.working_set import Mentions, WorkingSet, unit_key
from mes.records import RunFinished, RunStarted


def mentions(record: RunStarted | RunFinished, mentions: Mentions) -> None:
    """The unit, the plan, and the run itself."""
    mentions.units.add(unit_key(record.unit))
    mentions.plans.add(record.plan)
    mentions.runs.add(record.run)


def project(record: RunStarted, work: WorkingSet) -> None:
    """Add the run, unfinished; when it has already finished, the finished row says more."""
    unit = work.unit(record.unit)
    work.measurands(record.plan)
    held = work.runs.get(record.run)
    if held is not None:
        same_run(work, held, record)
        if not held.finished:
            work.reject(f"run {record.run} was already started")
        return
    run = Run(
        record.run,
        unit.id,
        record.operation,
        record.plan,
        record.station,
        record.source,
        record.simulated,
        record.at,
    )
    work.put_run(run, row(run, record))
    work.touched[unit.id] = unit


def same_run(work: WorkingSet, held: Run, record: RunStarted | RunFinished) -> None:
    """Refuse a record that names another unit, operation or plan than the run it belongs to."""
    if (held.unit_id, held.operation, held.plan) != (work.unit(record.unit).id, record.operation, record.plan):
        work.reject(f"run {record.run} is known with another unit, operation or plan")


def row(run: Run, record: RunStarted | RunFinished) -> dict[str, Any]:
    """The columns that a run has from its start; the rest stands at what is true before it has finished."""
    return {
        "id": run.id,
        "unit_id": run.unit_id,
        "operation": run.operation,
        "attempt": 0,
        "station": run.station,
        "plan_digest": run.plan,
        "fixture": record.fixture,
        "slot": record.slot,
        "operator": record.operator,
        "gate_id": record.gate,
        "source": run.source,
        "simulated": run.simulated,
        "started_at": run.started_at,
        "finished_at": None,
        "verdict": run.verdict,
        "ending": run.ending,
        "reason": "",
        "measurements": [],
        "texts": {},
        "over_ranges": {},
        "marginal": [],
        "steps": [],
        "attachments": [],
        "fixture_cycles": None,
        "limit_revision": None,
        "station_digest": None,
        "group_id": record.group,
        "safe": None,
        "ambient_celsius": None,
        "gap_s": None,
        "retried_attempts": None,
        "voided_by": run.voided_by,
        "seq": None,
        "fixture_revision": record.fixture_revision,
        "provisional": record.provisional,
    }
