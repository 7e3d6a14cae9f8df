"""What runs attached: by the unit, by the run, or by the digest that names a content.

Only the names are in the database; whether the content is there, and whole, its store says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Text, cast
from sqlmodel import col, select

from mes.models.product import Plan
from mes.models.test_run import TestRun
from mes.models.unit import Unit
from mes.queries.identity import UnitSummary, unit_summary
from mes.queries.snapshot import snapshot


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """One attachment of one run, as the record names it."""

    unit: UnitSummary
    run: UUID
    at: datetime
    """When the run began."""
    station: str
    plan: str
    verdict: str | None
    simulated: bool
    name: str
    media_type: str
    sha256: str
    size: int


def attachments_of_unit(engine: Engine, unit_id: UUID) -> tuple[AttachmentRow, ...]:
    """What every run of a unit attached, by the run's start and the order of attaching."""
    return _found(engine, col(TestRun.unit_id) == unit_id)


def attachments_of_run(engine: Engine, run_id: UUID) -> tuple[AttachmentRow, ...] | None:
    """What one run attached; None when there is no such run."""
    with snapshot(engine) as session:
        if session.get(TestRun, run_id) is None:
            return None
    return _found(engine, col(TestRun.id) == run_id)


def attachments_by_digest(engine: Engine, beginning: str) -> tuple[AttachmentRow, ...]:
    """Every attachment whose digest begins so; it looks at all runs, for nothing is indexed by content."""
    held = _found(engine, cast(col(TestRun.attachments), Text).contains(f'"{beginning}', autoescape=True))
    return tuple(row for row in held if row.sha256.startswith(beginning))


def _found(engine: Engine, where: Any) -> tuple[AttachmentRow, ...]:
    query = (
        select(TestRun, Plan, Unit)
        .join(Plan, col(Plan.digest) == col(TestRun.plan_digest))
        .join(Unit, col(Unit.id) == col(TestRun.unit_id))
        .where(where)
        .order_by(col(TestRun.started_at), col(TestRun.id))
    )
    with snapshot(engine) as session:
        return tuple(row for run, plan, unit in session.exec(query) for row in _rows(run, plan, unit_summary(unit)))


def _rows(run: TestRun, plan: Plan, unit: UnitSummary) -> Iterator[AttachmentRow]:
    for one in run.attachments:
        yield AttachmentRow(
            unit=unit,
            run=run.id,
            at=run.started_at,
            station=run.station,
            plan=plan.name,
            verdict=run.verdict,
            simulated=run.simulated,
            name=one["name"],
            media_type=one["media_type"],
            sha256=one["sha256"],
            size=one["size"],
        )
