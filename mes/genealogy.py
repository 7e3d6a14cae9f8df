"""What is built into what, at any moment: the as-built tree downwards, where-used upwards.

An installation is an interval, closed by a removal and never deleted, so both questions take a moment. A
component is inside from the instant of its installation up to, and not including, that of its removal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Engine, Select, and_, case, func, literal, or_, union_all
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from mes.containment import caught, wanted
from mes.database import along_the_index
from mes.models.test_run import TestRun
from mes.models.unit import Installation, Lot, Unit
from mes.queries.identity import UNIT_COLUMNS, LotSummary, UnitSummary, lot_summary, unit_of_columns, unit_summary
from mes.queries.snapshot import UnknownUnit, snapshot
from mes.records import Predicate, Subject
from mes.vocabulary import RunEnding, Verdict

_DEEPEST = 64
"""Levels walked upwards: far more than anything is built of, and where a stored loop is left."""

_ALWAYS = datetime(1, 1, 2, tzinfo=UTC)


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


@dataclass(frozen=True, slots=True)
class Use:
    """A unit that holds the item, or did; `depth` is 1 for the unit it went into and grows to the rack.

    `inside` says whether the item is in it at the moment asked about; `top_level` whether that unit sits in
    nothing else at that moment.
    """

    unit: UnitSummary
    depth: int
    inside: bool
    top_level: bool


def tree(engine: Engine, unit_id: UUID, *, at: datetime | None = None) -> Assembly:
    """The unit as built at `at` (aware; None: now), to the last part. Raises `UnknownUnit`."""
    with snapshot(engine) as session:
        return assembly(session, unit_id, at=at)


def assembly(session: Session, unit_id: UUID, *, at: datetime | None = None) -> Assembly:
    """The same as `tree`, inside a session that is already open."""
    root = session.get(Unit, unit_id)
    if root is None:
        raise UnknownUnit(f"no unit has the id {unit_id}")
    below = _below(unit_id, at)
    rows = session.exec(
        select(Installation, Unit, Lot)
        .join(Unit, col(Unit.id) == col(Installation.child_id), isouter=True)
        .join(Lot, col(Lot.id) == col(Installation.lot_id), isouter=True)
        .where(col(Installation.parent_id).in_(core_select(below.c.unit_id)), _active(at))
        .order_by(col(Installation.position), col(Installation.installed_at), col(Installation.id))
    ).all()
    by_parent: dict[UUID, list[tuple[Installation, Unit | None, Lot | None]]] = {}
    for row in rows:
        by_parent.setdefault(row[0].parent_id, []).append(row)
    runs = _runs(session, below, at)
    return Assembly(unit_summary(root), at, _components(unit_id, by_parent, runs, (unit_id,)))


def _runs(session: Session, below: CTE, at: datetime | None) -> dict[UUID, tuple[ComponentRun, ...]]:
    over = col(TestRun.finished_at).is_not(None) if at is None else col(TestRun.finished_at) <= at
    rows = session.execute(
        core_select(
            col(TestRun.unit_id),
            col(TestRun.operation),
            col(TestRun.attempt),
            col(TestRun.station),
            col(TestRun.verdict),
            col(TestRun.ending),
            col(TestRun.finished_at),
        )
        .where(col(TestRun.unit_id).in_(core_select(below.c.unit_id)), over, col(TestRun.voided_by).is_(None))
        .order_by(col(TestRun.finished_at), col(TestRun.id))
    )
    found: dict[UUID, tuple[ComponentRun, ...]] = {}
    for unit_id, operation, attempt, station, verdict, ending, finished_at in rows:
        run = ComponentRun(operation, attempt, station, Verdict(verdict), RunEnding(ending), finished_at)
        found[unit_id] = (*found.get(unit_id, ()), run)
    return found


def _components(
    parent: UUID,
    by_parent: dict[UUID, list[tuple[Installation, Unit | None, Lot | None]]],
    runs: Mapping[UUID, tuple[ComponentRun, ...]],
    above: tuple[UUID, ...],
) -> tuple[Component, ...]:
    return tuple(
        _component(installation, child, lot, by_parent, runs, above)
        for installation, child, lot in by_parent.get(parent, ())
    )


def _component(
    installation: Installation,
    child: Unit | None,
    lot: Lot | None,
    by_parent: dict[UUID, list[tuple[Installation, Unit | None, Lot | None]]],
    runs: Mapping[UUID, tuple[ComponentRun, ...]],
    above: tuple[UUID, ...],
) -> Component:
    # Nothing that happened is refused for being contradictory, so a loop can be stored: show it, and end there.
    looped = child is not None and child.id in above
    inner = () if child is None or looped else _components(child.id, by_parent, runs, (*above, child.id))
    return Component(
        position=installation.position,
        quantity=installation.quantity,
        unit=None if child is None else unit_summary(child),
        lot=None if lot is None else lot_summary(lot),
        installed_at=installation.installed_at,
        runs=() if child is None else runs.get(child.id, ()),
        components=inner,
        contradiction="the records put this unit into itself" if looped else None,
    )


def where_used(
    engine: Engine,
    *,
    unit_id: UUID | None = None,
    lot_id: UUID | None = None,
    predicate: Predicate | None = None,
    at: datetime | None = None,
) -> tuple[Use, ...]:
    """Every unit that holds this unit or lot, directly or through others, up to the top; nearest first.

    Of a predicate: the units that it catches (those of depth 0 themselves, those of depth 1 by a lot in them), and what
    holds one. Of work only what was done by the moment `at` counts.

    Units that held it once and no longer do at `at` (None: now) come with `inside` False: containment needs
    them too. A unit counts as having held it only while the whole chain between the two was closed. Give exactly
    one of `unit_id`, `lot_id` and `predicate`; raises `ValueError` otherwise.
    """
    if [unit_id, lot_id, predicate].count(None) != 2:
        raise ValueError("where used: give exactly one of unit_id, lot_id and predicate")
    with snapshot(engine) as session:
        return uses(session, unit_id=unit_id, lot_id=lot_id, predicate=predicate, at=at)


def uses(
    session: Session,
    *,
    unit_id: UUID | None = None,
    lot_id: UUID | None = None,
    predicate: Predicate | None = None,
    at: datetime | None = None,
) -> tuple[Use, ...]:
    """The same as `where_used`, inside a session that is already open."""
    if predicate is not None:
        above = _above(_caught(predicate))
    else:
        item = col(Installation.child_id) == unit_id if lot_id is None else col(Installation.lot_id) == lot_id
        above = _above(_directly(item))
    still = above.c.until.is_(None) if at is None else or_(above.c.until.is_(None), above.c.until > at)
    reached = core_select(
        above.c.unit_id,
        func.min(above.c.depth).label("depth"),
        func.max(case((still, 1), else_=0)).label("inside"),
    ).group_by(above.c.unit_id)
    if at is not None:
        reached = reached.where(above.c.since <= at)
    holder = reached.subquery("holder")
    seated = core_select(literal(1)).where(col(Installation.child_id) == col(Unit.id), _active(at)).exists()
    # Columns on the bare connection: a lot may sit in tens of thousands of units, and the session would handle each.
    with along_the_index(connection := session.connection()):
        rows = connection.execute(
            core_select(*UNIT_COLUMNS, holder.c.depth, holder.c.inside, seated)
            .join(holder, holder.c.unit_id == col(Unit.id))
            .order_by(holder.c.depth, col(Unit.maker), col(Unit.part), col(Unit.serial))
        ).all()
    return tuple(
        Use(unit_of_columns(columns), depth, inside=bool(inside), top_level=not is_seated)
        for *columns, depth, inside, is_seated in rows
    )


def _active(at: datetime | None) -> ColumnElement[bool]:
    """Installations that hold at the moment: [installed, removed)."""
    if at is None:
        return col(Installation.removed_at).is_(None)
    return and_(
        col(Installation.installed_at) <= at,
        or_(col(Installation.removed_at).is_(None), col(Installation.removed_at) > at),
    )


def _below(unit_id: UUID, at: datetime | None) -> CTE:
    """The unit and every unit inside it. UNION, not UNION ALL: a stored loop must end the walk, not the server."""
    root = core_select(col(Unit.id).label("unit_id")).where(col(Unit.id) == unit_id).cte("below", recursive=True)
    inner = core_select(col(Installation.child_id)).where(
        col(Installation.parent_id) == root.c.unit_id, col(Installation.child_id).is_not(None), _active(at)
    )
    return root.union(inner)


def _directly(item: ColumnElement[bool]) -> Select[Any]:
    """The installations of the item itself, as the first links of chains."""
    columns: tuple[Any, ...] = (
        col(Installation.parent_id).label("unit_id"),
        literal(1).label("depth"),
        col(Installation.installed_at).label("since"),
        col(Installation.removed_at).label("until"),
    )
    return core_select(*columns).where(item, _ever_held())


def _caught(predicate: Predicate) -> Select[Any]:
    """The units that a predicate catches, as the first links of chains; what is so of itself was always so."""
    facts = union_all(*caught(wanted(predicate))).subquery("caught")
    # Work taints a unit from its first time on, however often it was done.
    worked = predicate.subject is Subject.WORK
    since = func.min(facts.c.since) if worked else func.coalesce(facts.c.since, literal(_ALWAYS, facts.c.since.type))
    first: Select[Any] = core_select(
        facts.c.unit_id,
        facts.c.depth,
        since.label("since"),
        facts.c.until,
    )
    return first.group_by(facts.c.unit_id, facts.c.depth, facts.c.until) if worked else first.distinct()


def _above(first: Select[Any]) -> CTE:
    """Every chain of installations from its first link upwards, with the interval in which all of it was closed."""
    direct = first.cte("above", recursive=True)
    installed, removed = col(Installation.installed_at), col(Installation.removed_at)
    higher = core_select(
        col(Installation.parent_id),
        direct.c.depth + 1,
        case((installed > direct.c.since, installed), else_=direct.c.since),
        case(
            (direct.c.until.is_(None), removed),
            (or_(removed.is_(None), removed > direct.c.until), direct.c.until),
            else_=removed,
        ),
    ).where(
        col(Installation.child_id) == direct.c.unit_id,
        _ever_held(),
        or_(direct.c.until.is_(None), installed < direct.c.until),
        or_(removed.is_(None), removed > direct.c.since),
        # A stored loop must end the walk, not the server.
        direct.c.depth < _DEEPEST,
    )
    # UNION, not UNION ALL: eight cables of a kit with one lot are eight ways into the rack, and one is enough.
    return direct.union(higher)


def _ever_held() -> ColumnElement[bool]:
    """Installations that held for any time at all: late records can put a removal before its installation."""
    return or_(col(Installation.removed_at).is_(None), col(Installation.removed_at) > col(Installation.installed_at))
