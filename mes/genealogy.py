"""What is built into what, at any moment: the as-built tree downwards; upwards see `mes.where_used`.

An installation is an interval, closed by a removal and never deleted, so both questions take a moment. A
component is inside from the instant of its installation up to, and not including, that of its removal.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Select, and_, bindparam, or_, select
from sqlmodel import Session

from mes.lookup import Lookup, Prepared, id_of, id_text, moment_of, stored_moment
from mes.models import table_of
from mes.models.test_run import TestRun
from mes.models.unit import Installation, Lot, Unit
from mes.queries.identity import LotSummary, UnitSummary
from mes.queries.snapshot import UnknownUnit, snapshot
from mes.vocabulary import RunEnding, UnitState, Verdict


@dataclass(frozen=True, slots=True)
class ComponentRun:
    """A finished run of a component; `attempt` counts those of its operation from 1."""

    operation: str
    attempt: int
    station: str
    verdict: Verdict
    ending: RunEnding
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class Component:
    """One position of an assembly: a unit with its own components, or a quantity of a lot.

    `runs` are those of a unit that were over at the moment asked about, oldest first.
    """

    position: str
    quantity: float
    unit: UnitSummary | None
    lot: LotSummary | None
    installed_at: datetime
    runs: tuple[ComponentRun, ...]
    components: tuple["Component", ...]
    contradiction: str | None
    """Why nothing is shown below: records that arrived late put this unit into itself. None when all is well."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """A unit as built at a moment (`at` None: now)."""

    unit: UnitSummary
    at: datetime | None
    components: tuple[Component, ...]


def tree(engine: Engine, unit_id: UUID, *, at: datetime | None = None) -> Assembly:
    """The unit as built at `at` (aware; None: now), to the last part. Raises `UnknownUnit`."""
    with snapshot(engine) as session:
        return assembly(session, unit_id, at=at)


def assembly(session: Session, unit_id: UUID, *, at: datetime | None = None) -> Assembly:
    """The same as `tree`, inside a session that is already open."""
    connection = session.connection()
    for top, *root in _ROOT.rows(connection, unit_id=unit_id):
        return Assembly(_unit(top, root), at, _Inside(connection, at).components(top))
    raise UnknownUnit(f"no unit has the id {unit_id}")


class _Inside:
    """Everything inside a unit, read level by level; ids stay as the database tells them until a summary needs them."""

    def __init__(self, connection: Connection, at: datetime | None) -> None:
        self._connection = connection
        self._moment: dict[str, Any] = {} if at is None else {"at": at}

    def components(self, top: str) -> tuple[Component, ...]:
        """The components of this unit, with theirs."""
        self._held: dict[str, list[tuple[Any, ...]]] = {}
        level = {top}
        while level:
            self._held |= {unit: [] for unit in level}
            lookup = _HELD_THEN if self._moment else _HELD
            for parent, child, *facts in lookup.rows(self._connection, level, **self._moment):
                self._held[parent].append((child, facts))
            # A stored loop ends the walk.
            level = {child for unit in level for child, _ in self._held[unit] if child} - self._held.keys()
        self._runs = self._read_runs(self._held.keys() - {top})
        return self._built(top, (top,))

    def _read_runs(self, units: Collection[str]) -> dict[str, tuple[ComponentRun, ...]]:
        found: dict[str, tuple[ComponentRun, ...]] = {}
        lookup = _OVER_THEN if self._moment else _OVER
        for unit, operation, attempt, station, verdict, ending, finished in lookup.rows(
            self._connection, units, **self._moment
        ):
            ended = (Verdict(verdict), RunEnding(ending), moment_of(finished))
            found[unit] = (*found.get(unit, ()), ComponentRun(operation, attempt, station, *ended))
        return found

    def _built(self, parent: str, above: tuple[str, ...]) -> tuple[Component, ...]:
        return tuple(self._component(child, facts, above) for child, facts in self._held[parent])

    def _component(self, child: str | None, facts: Sequence[Any], above: tuple[str, ...]) -> Component:
        position, quantity, installed, lot_id, *rest = facts
        # Nothing that happened is refused for being contradictory, so a loop can be stored: show it, and end there.
        looped = child is not None and child in above
        return Component(
            position,
            quantity,
            None if child is None else _unit(child, rest[:_UNIT_WIDTH]),
            None if lot_id is None else _lot(lot_id, rest[_UNIT_WIDTH:]),
            moment_of(installed),
            () if child is None else self._runs.get(child, ()),
            () if child is None or looped else self._built(child, (*above, child)),
            "the records put this unit into itself" if looped else None,
        )


def _unit(id_: str, columns: Sequence[Any]) -> UnitSummary:
    maker, part, serial, revision, state, simulated, registered_at, source = columns
    told = (UnitState(state), bool(simulated), moment_of(registered_at), source)
    return UnitSummary(id_of(id_), maker, part, serial, revision, *told)


def _lot(id_: str, columns: Sequence[Any]) -> LotSummary:
    maker, part, lot, quantity, unit, supplier, date_code, country, simulated, received_at = columns
    told = (supplier, date_code, country, bool(simulated), moment_of(received_at))
    return LotSummary(UUID(id_), maker, part, lot, quantity, unit, *told)


def _then(select_: Select[Any], since: Any, until: Any) -> Select[Any]:
    """Of intervals those that hold at the parameter `at`: [since, until)."""
    at = bindparam("at", type_=since.type)
    return select_.where(and_(since <= at, or_(until.is_(None), until > at)))


_UNIT, _LOT, _LINK, _RUN = table_of(Unit), table_of(Lot), table_of(Installation), table_of(TestRun)
_UNIT_COLUMNS = ("maker", "part", "serial", "revision", "state", "simulated")
_LOT_COLUMNS = ("maker", "part", "lot", "quantity", "unit", "supplier", "date_code", "country_of_origin", "simulated")
_UNIT_WIDTH = len(_UNIT_COLUMNS) + 2
_ROOT = Prepared(
    select(
        id_text(_UNIT.c.id),
        *(_UNIT.c[name] for name in _UNIT_COLUMNS),
        stored_moment(_UNIT.c.registered_at),
        _UNIT.c.source,
    ).where(_UNIT.c.id == bindparam("unit_id")),
    raw=True,
)
_LINKS = (
    select(
        id_text(_LINK.c.parent_id),
        id_text(_LINK.c.child_id),
        _LINK.c.position,
        _LINK.c.quantity,
        stored_moment(_LINK.c.installed_at),
        id_text(_LINK.c.lot_id),
        *(_UNIT.c[name] for name in _UNIT_COLUMNS),
        stored_moment(_UNIT.c.registered_at),
        _UNIT.c.source,
        *(_LOT.c[name] for name in _LOT_COLUMNS),
        stored_moment(_LOT.c.received_at),
    )
    .outerjoin_from(_LINK, _UNIT, _UNIT.c.id == _LINK.c.child_id)
    .outerjoin(_LOT, _LOT.c.id == _LINK.c.lot_id)
    .order_by(_LINK.c.position, _LINK.c.installed_at, _LINK.c.id)
)
_HELD = Lookup(_LINKS.where(_LINK.c.removed_at.is_(None)), _LINK.c.parent_id, raw=True)
_HELD_THEN = Lookup(_then(_LINKS, _LINK.c.installed_at, _LINK.c.removed_at), _LINK.c.parent_id, raw=True)
_RUNS = (
    select(
        id_text(_RUN.c.unit_id),
        *(_RUN.c[name] for name in ("operation", "attempt", "station", "verdict", "ending")),
        stored_moment(_RUN.c.finished_at),
    )
    .where(_RUN.c.voided_by.is_(None))
    .order_by(_RUN.c.finished_at, _RUN.c.id)
)
_OVER = Lookup(_RUNS.where(_RUN.c.finished_at.is_not(None)), _RUN.c.unit_id, raw=True)
_OVER_THEN = Lookup(
    _RUNS.where(_RUN.c.finished_at <= bindparam("at", type_=_RUN.c.finished_at.type)), _RUN.c.unit_id, raw=True
)
