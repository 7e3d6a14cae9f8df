"""Which units a predicate catches, as SQL: the same conditions for one predicate (where-used) and for all holds (gate).

A caught unit is one that the fact itself names: the unit, the parent into which a lot went, the unit that was worked
on. What sits above is reached from there. A hold that is a row of the table has columns where a predicate has values,
so one statement puts all holds against the facts of a unit.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Alias, Column, ColumnElement, Select, Table, and_, false, func, literal, or_, select, true

from mes.models import table_of
from mes.models.hold import Hold
from mes.models.naming import UnitConversion
from mes.models.order import OrderUnit
from mes.models.product import Plan
from mes.models.test_run import RunInstrument, TestRun
from mes.models.unit import Installation, Lot, Unit
from mes.records import Predicate, Subject

_UNIT, _LOT, _INSTALLATION = table_of(Unit), table_of(Lot), table_of(Installation)
_ORDER_UNIT = table_of(OrderUnit)
_RUN, _INSTRUMENT, _PLAN, HOLD = table_of(TestRun), table_of(RunInstrument), table_of(Plan), table_of(Hold)

_CONVERSION = table_of(UnitConversion)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must match: values (None: anything), or the columns of the hold table (NULL: anything)."""

    subject: Any
    maker: Any
    part: Any
    serial: Any
    lot: Any
    date_code: Any
    instrument: Any
    fixture: Any
    plan: Any
    limit_revision: Any
    operator: Any
    station: Any
    since: Any
    until: Any
    order: Any


def wanted(predicate: Predicate) -> Wanted:
    """The values of one predicate."""
    named = predicate.unit or predicate.lot
    return Wanted(
        predicate.subject,
        named.maker if named else predicate.maker,
        named.part if named else predicate.part,
        predicate.unit.serial if predicate.unit else None,
        predicate.lot.lot if predicate.lot else None,
        predicate.date_code,
        predicate.instrument,
        predicate.fixture,
        predicate.plan,
        predicate.limit_revision,
        predicate.operator,
        predicate.station,
        predicate.since,
        predicate.until,
        predicate.order,
    )


def wanted_by_holds() -> Wanted:
    """The columns of the hold table."""
    names = ("subject", "maker", "part", "serial", "lot", "date_code", "instrument", "fixture", "plan_digest")
    more = ("limit_revision", "operator", "station", "since", "until", "work_order")
    return Wanted(*(HOLD.c[name] for name in (*names, *more)))


def caught(asked: Wanted) -> tuple[Select[Any], ...]:
    """The selects whose rows are caught units: `unit_id`, `since`, `until`, `fact`, `fact_id`, `depth`.

    [since, until) is when the fact was so: while a lot was in its parent (until None: still), from the start of a run
    on. Of a unit that is meant by itself since is None. `depth` is 1 for the parent of a lot and 0 for a unit itself.
    """
    parts = (_units(asked), _lots(asked), _orders(asked), _runs(asked), _bindings(asked))
    return tuple(part for part in parts if part is not None)


def _units(asked: Wanted) -> Select[Any] | None:
    if not _may_be(asked, Subject.UNIT, Subject.MATERIAL) or (
        asked.subject is Subject.MATERIAL and asked.date_code is not None
    ):
        return None
    moment = _UNIT.c.registered_at.type
    return select(
        _UNIT.c.id.label("unit_id"),
        literal(None, moment).label("since"),
        literal(None, moment).label("until"),
        literal("unit").label("fact"),
        _UNIT.c.id.label("fact_id"),
        literal(0).label("depth"),
    ).where(
        # A date code is a lot's; a unit has none.
        _is(asked, Subject.UNIT, Subject.MATERIAL),
        _unset(asked.date_code),
        _same(_UNIT.c.serial, asked.serial),
        _same(_UNIT.c.maker, asked.maker),
        or_(_same(_UNIT.c.part, asked.part), _was(asked.part)),
    )


def _was(part: Any) -> ColumnElement[bool]:
    """Whether the unit had this part number before it was converted: it is the same piece."""
    if part is None:
        return false()
    before = select(literal(1)).where(_CONVERSION.c.unit_id == _UNIT.c.id, _CONVERSION.c.from_part == part)
    return before.exists()


def _lots(asked: Wanted) -> Select[Any] | None:
    if not _may_be(asked, Subject.LOT, Subject.MATERIAL):
        return None
    installed, removed = _INSTALLATION.c.installed_at, _INSTALLATION.c.removed_at
    return (
        select(
            _INSTALLATION.c.parent_id.label("unit_id"),
            installed.label("since"),
            removed.label("until"),
            literal("installation").label("fact"),
            _INSTALLATION.c.id.label("fact_id"),
            literal(1).label("depth"),
        )
        .join_from(_INSTALLATION, _LOT, _LOT.c.id == _INSTALLATION.c.lot_id)
        .where(
            _is(asked, Subject.LOT, Subject.MATERIAL),
            _same(_LOT.c.lot, asked.lot),
            _same(_LOT.c.maker, asked.maker),
            _same(_LOT.c.part, asked.part),
            _same(_LOT.c.date_code, asked.date_code),
            or_(removed.is_(None), removed > installed),
            _before(installed, asked.until),
            or_(removed.is_(None), _after(removed, asked.since)),
        )
    )


def _orders(asked: Wanted) -> Select[Any] | None:
    if not _may_be(asked, Subject.ORDER):
        return None
    moment = _UNIT.c.registered_at.type
    return (
        select(
            _UNIT.c.id.label("unit_id"),
            literal(None, moment).label("since"),
            literal(None, moment).label("until"),
            literal("order_unit").label("fact"),
            _ORDER_UNIT.c.record_id.label("fact_id"),
            literal(0).label("depth"),
        )
        .join_from(_ORDER_UNIT, _UNIT, same_unit(_ORDER_UNIT, _UNIT))
        .where(
            _is(asked, Subject.ORDER),
            # A hold of another kind names no order, and here that must not mean every one.
            _ORDER_UNIT.c.work_order == asked.order,
        )
    )


def _runs(asked: Wanted) -> Select[Any] | None:
    if not _may_be(asked, Subject.WORK):
        return None
    started = _RUN.c.started_at
    return (
        select(
            _RUN.c.unit_id,
            started.label("since"),
            literal(None, started.type).label("until"),
            literal("test_run").label("fact"),
            _RUN.c.id.label("fact_id"),
            literal(0).label("depth"),
        )
        .join_from(_RUN, _PLAN, _PLAN.c.digest == _RUN.c.plan_digest)
        .where(
            _is(asked, Subject.WORK),
            _RUN.c.voided_by.is_(None),
            _used(asked.instrument),
            _same(_RUN.c.fixture, asked.fixture),
            _same(_RUN.c.plan_digest, asked.plan),
            _same(_PLAN.c.limit_revision, asked.limit_revision),
            _same(_RUN.c.operator, asked.operator),
            _same(_RUN.c.station, asked.station),
            _before(started, asked.until),
            _after(func.coalesce(_RUN.c.finished_at, started), asked.since, also=True),
        )
    )


def _bindings(asked: Wanted) -> Select[Any] | None:
    tested = (asked.instrument, asked.fixture, asked.plan, asked.limit_revision)
    if not _may_be(asked, Subject.WORK) or any(isinstance(one, str) for one in tested):
        return None
    installed = _INSTALLATION.c.installed_at
    return select(
        _INSTALLATION.c.parent_id.label("unit_id"),
        installed.label("since"),
        literal(None, installed.type).label("until"),
        literal("installation").label("fact"),
        _INSTALLATION.c.id.label("fact_id"),
        literal(0).label("depth"),
    ).where(
        _is(asked, Subject.WORK),
        _INSTALLATION.c.voided_by.is_(None),
        *(_unset(one) for one in tested),
        _same(_INSTALLATION.c.operator, asked.operator),
        _same(_INSTALLATION.c.station, asked.station),
        _before(installed, asked.until),
        _after(installed, asked.since, also=True),
    )


def same_unit(one: Table | Alias, other: Table | Alias) -> ColumnElement[bool]:
    """Whether two rows name the same unit: maker, part and serial."""
    return and_(*(one.c[name] == other.c[name] for name in ("serial", "part", "maker")))


def _may_be(asked: Wanted, *subjects: Subject) -> bool:
    return isinstance(asked.subject, Column) or asked.subject in subjects


def _is(asked: Wanted, *subjects: Subject) -> ColumnElement[bool]:
    if isinstance(asked.subject, Column):
        return asked.subject.in_([subject.value for subject in subjects])
    return true()


def _same(column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    if value is None:
        return true()
    return or_(value.is_(None), column == value) if isinstance(value, Column) else column == value


def _unset(value: Any) -> ColumnElement[bool]:
    if isinstance(value, Column):
        return value.is_(None)
    return true() if value is None else false()


def _used(serial: Any) -> ColumnElement[bool]:
    if serial is None:
        return true()
    if isinstance(serial, Column):
        used = select(literal(1)).where(_INSTRUMENT.c.run_id == _RUN.c.id, _INSTRUMENT.c.serial == serial)
        return or_(serial.is_(None), used.exists())
    return _RUN.c.id.in_(select(_INSTRUMENT.c.run_id).where(_INSTRUMENT.c.serial == serial))


def _before(moment: ColumnElement[datetime], until: Any) -> ColumnElement[bool]:
    if until is None:
        return true()
    return or_(until.is_(None), moment < until) if isinstance(until, Column) else moment < until


def _after(moment: ColumnElement[Any], since: Any, *, also: bool = False) -> ColumnElement[bool]:
    """After the window's begin; with `also` the begin itself as well."""
    if since is None:
        return true()
    after = moment >= since if also else moment > since
    return or_(since.is_(None), after) if isinstance(since, Column) else after
