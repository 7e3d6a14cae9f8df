"""Whether an operation asks for a check against electrostatic discharge, and what the operator's newest check says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from mes.models import table_of
from mes.models.shop import CodeTableRow, EsdCheck
from mes.projection.history import RouteStep
from mes.records import GateRequest

_TABLE, _CHECK = table_of(CodeTableRow), table_of(EsdCheck)
_TABLES = select(_TABLE.c.name, _TABLE.c.esd_operations).order_by(_TABLE.c.released_at, _TABLE.c.digest)
_CHECKS = select(_CHECK).where(_CHECK.c.voided_by.is_(None)).order_by(_CHECK.c.checked_at.desc(), _CHECK.c.id.desc())


@dataclass(frozen=True, slots=True)
class Check:
    """A check of an operator; `valid_until` is None when it was failed."""

    id: UUID
    checked_at: datetime
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class EsdFacts:
    """Whether the operation asks for a check, and the operator's newest; read only where it is asked for."""

    required: bool = False
    newest: Check | None = None


def read_esd(connection: Connection, request: GateRequest, step: RouteStep | None) -> EsdFacts:
    """The facts of a request for an operation, which is this step of the unit's route (None: of no route)."""
    if not (step is not None and step.esd) and not _asked_by_a_table(connection, request.operation):
        return EsdFacts()
    newest = newest_check(connection, request.operator, request.at)
    return EsdFacts(required=True, newest=newest)


def newest_check(connection: Connection, operator: str, at: datetime) -> Check | None:
    """The newest check of an operator up to a moment."""
    row = connection.execute(_CHECKS.where(_CHECK.c.operator == operator, _CHECK.c.checked_at <= at).limit(1)).first()
    return None if row is None else Check(row.id, row.checked_at, row.valid_until)


def _asked_by_a_table(connection: Connection, operation: str) -> bool:
    # Of the tables of one name the last in this order is in force.
    in_force = {row.name: row.esd_operations for row in connection.execute(_TABLES)}
    return any(operation in asked for asked in in_force.values())
