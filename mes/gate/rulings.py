"""Which units there is something to say of: scrapped, with an open defect, robbed, or with a result disturbed."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, select, union_all

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.rework import Defect, DefectClosure, Disposition, Disturbance, Robbery
from mes.vocabulary import DispositionKind

_DEFECT, _CLOSURE = table_of(Defect), table_of(DefectClosure)
_DISPOSITION, _DISTURBANCE, _ROBBERY = table_of(Disposition), table_of(Disturbance), table_of(Robbery)

OPEN_DEFECTS = Lookup(
    select(_DEFECT)
    .where(
        _DEFECT.c.voided_by.is_(None),
        ~_DEFECT.c.indicator,
        ~select(_CLOSURE.c.cause_id).where(_CLOSURE.c.defect_id == _DEFECT.c.id).exists(),
    )
    .order_by(_DEFECT.c.found_at, _DEFECT.c.id),
    _DEFECT.c.unit_id,
)
_NOTED = union_all(
    select(_DEFECT.c.unit_id).where(_DEFECT.c.voided_by.is_(None), ~_DEFECT.c.indicator),
    select(_DISPOSITION.c.unit_id).where(
        _DISPOSITION.c.voided_by.is_(None), _DISPOSITION.c.disposition == DispositionKind.SCRAP.value
    ),
    select(_DISTURBANCE.c.unit_id),
    select(_ROBBERY.c.donor_id).where(_ROBBERY.c.voided_by.is_(None)),
).subquery("noted")
_UNSOUND = Lookup(select(_NOTED.c.unit_id).distinct(), _NOTED.c.unit_id)


def unsound(connection: Connection, contents: Collection[UUID]) -> frozenset[UUID]:
    """Those of these units whose soundness must be looked at one by one; of a rack of thousands, few."""
    return frozenset(row.unit_id for row in _UNSOUND.rows(connection, contents))


def open_defects(connection: Connection, units: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """The open defects of each unit, oldest first: code, position, and the record's id."""
    found: dict[UUID, tuple[str, ...]] = {}
    for row in OPEN_DEFECTS.rows(connection, units):
        place = f" at {row.position}" if row.position else ""
        found[row.unit_id] = (*found.get(row.unit_id, ()), f"{row.code}{place} (defect {row.id})")
    return found
