"""What an act at the desk must know of a unit before it changes it, read in the act's own transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select

from mes.desk.acts import Act
from mes.gate.contents import inside
from mes.gate.facts import Facts, read_facts
from mes.gate.rulings import OPEN_DEFECTS
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.test_run import TestRun
from mes.models.unit import Installation, Lot, Unit
from mes.projection.loading import load_units
from mes.queries.identity import UnitSummary
from mes.records import GateRequest, LotIdentity, UnitIdentity
from mes.vocabulary import OperationKind

DESK = "desk"
"""The station of what is recorded at the desk, where a record wants one."""

_INSTALLATION, _UNIT, _LOT, _RUN = table_of(Installation), table_of(Unit), table_of(Lot), table_of(TestRun)
_PARENTS = Lookup(
    select(_INSTALLATION.c.parent_id).where(_INSTALLATION.c.removed_at.is_(None)), _INSTALLATION.c.child_id
)
_NEWEST = Lookup(select(func.max(_RUN.c.started_at).label("at")), _RUN.c.unit_id)


@dataclass(frozen=True, slots=True)
class Seat:
    """A component in a position of a unit now; `number` is its serial or lot number."""

    position: str
    number: str
    unit: UnitIdentity | None
    lot: LotIdentity | None
    quantity: float
    installed_at: datetime


def identity(unit: UnitSummary) -> UnitIdentity:
    """The identity of a unit that was found."""
    return UnitIdentity(maker=unit.maker, part=unit.part, serial=unit.serial)


def facts_of(act: Act, unit: UnitSummary, lots: Collection[LotIdentity] = ()) -> Facts:
    """What the gate would see of a unit and of lots about to go into it; no gate is asked, and nothing is recorded."""
    envelope = act.envelope()
    request = GateRequest(
        id=envelope["id"],
        at=act.at,
        unit=identity(unit),
        operation="repair",
        station=DESK,
        operator=DESK,
        fixture=DESK,
        lots=tuple(lots),
        simulated=envelope["simulated"],
    )
    return read_facts(act.connection, act.site, request)


def seats(connection: Connection, unit_id: UUID) -> tuple[Seat, ...]:
    """What is built directly into a unit now, by position."""
    rows = connection.execute(
        select(
            _INSTALLATION.c.position,
            _INSTALLATION.c.quantity,
            _INSTALLATION.c.installed_at,
            _UNIT.c.maker.label("unit_maker"),
            _UNIT.c.part.label("unit_part"),
            _UNIT.c.serial,
            _LOT.c.maker.label("lot_maker"),
            _LOT.c.part.label("lot_part"),
            _LOT.c.lot,
        )
        .outerjoin(_UNIT, _UNIT.c.id == _INSTALLATION.c.child_id)
        .outerjoin(_LOT, _LOT.c.id == _INSTALLATION.c.lot_id)
        .where(_INSTALLATION.c.parent_id == unit_id, _INSTALLATION.c.removed_at.is_(None))
        .order_by(_INSTALLATION.c.position, _INSTALLATION.c.installed_at, _INSTALLATION.c.id)
    )
    found = []
    for row in rows:
        unit = lot = None
        if row.serial is not None:
            unit = UnitIdentity(maker=row.unit_maker, part=row.unit_part, serial=row.serial)
        else:
            lot = LotIdentity(maker=row.lot_maker, part=row.lot_part, lot=row.lot)
        found.append(Seat(row.position, row.serial or row.lot, unit, lot, row.quantity, row.installed_at))
    return tuple(found)


def holders(connection: Connection, unit_id: UUID) -> tuple[UUID, ...]:
    """What a unit sits in now, nearest first, to the top; a stored loop ends the walk."""
    found: list[UUID] = []
    level: Collection[UUID] = {unit_id}
    while level:
        level = {row.parent_id for row in _PARENTS.rows(connection, level)} - set(found) - {unit_id}
        found += sorted(level)
    return tuple(found)


def tests_of(connection: Connection, unit_ids: Collection[UUID]) -> dict[UnitIdentity, tuple[str, ...]]:
    """The tests on the route of each of these units, in order."""
    work = load_units(connection, unit_ids)
    found = {}
    for (maker, part, serial), unit in sorted(work.units.items()):
        tests = [step.operation for step in work.definition_of(unit).route if step.kind is OperationKind.TEST]
        found[UnitIdentity(maker=maker, part=part, serial=serial)] = tuple(tests)
    return found


def open_defect_ids(connection: Connection, unit_id: UUID) -> tuple[UUID, ...]:
    """The open defects of a unit, oldest first."""
    return tuple(row.id for row in OPEN_DEFECTS.rows(connection, [unit_id]))


def after_the_line(act: Act, unit_ids: Collection[UUID]) -> None:
    """Let the act come after the newest run of these units, where the line's clock is simulated."""
    for row in _NEWEST.rows(act.connection, unit_ids):
        if row.at is not None:
            act.not_before(row.at)


def contains(connection: Connection, outer: UUID, inner: UUID) -> bool:
    """Whether one unit is the other, or sits anywhere inside it now."""
    return inner in inside(connection, [outer])
