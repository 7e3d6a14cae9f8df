"""Which holds a request meets: those on the unit, on what is in it or goes into it, and on what it is worked with.

Every hold is looked at anew in the transaction of the decision, on the facts as they are then: what arrived a moment
ago is caught, and what was released a moment ago is not.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Connection, Select, and_, or_, select, union_all

from mes.containment import HOLD, caught, wanted_by_holds
from mes.gate.contents import identities
from mes.lookup import Lookup, Prepared
from mes.models import table_of
from mes.models.hold import HoldExemption
from mes.models.product import Plan
from mes.models.unit import Lot
from mes.records import GateRequest, Subject


@dataclass(frozen=True, slots=True)
class HoldMet:
    """A hold that stops a request: on what, and the fact that brings it under the hold."""

    hold_id: UUID
    reason: str
    placed_by: str
    on: str
    evidence: tuple[str, ...]


def catching(part: Select[Any]) -> Select[Any]:
    """The rows of a select over all holds that are not released, wholly or for the unit."""
    facts = part.subquery("caught")
    let_go = select(_EXEMPTION.c.release_id).where(
        _EXEMPTION.c.hold_id == facts.c.hold_id,
        _EXEMPTION.c.unit_id == facts.c.unit_id,
        # A fact that began after the release is another one, and caught again.
        or_(facts.c.since.is_(None), facts.c.since <= _EXEMPTION.c.released_at),
    )
    return select(facts).where(~let_go.exists())


def met(connection: Connection, request: GateRequest, contents: Collection[UUID]) -> tuple[HoldMet, ...]:
    """The holds that this request meets, a line for each unit, lot or piece of equipment that is held."""
    if not anything_held(connection):
        return ()
    found: dict[tuple[UUID, UUID], tuple[Any, list[str]]] = {}
    for lookup in _CAUGHT:
        for row in lookup.rows(connection, contents):
            _, evidence = found.setdefault((row.hold_id, row.unit_id), (row, []))
            evidence.append(f"{row.fact} {row.fact_id}")
    names = identities(connection, {unit_id for _, unit_id in found})
    answers = [
        HoldMet(row.hold_id, row.reason, row.placed_by, f"unit {names[unit_id]}", tuple(sorted(evidence)[:_SHOWN]))
        for (_, unit_id), (row, evidence) in found.items()
    ]
    answers += _on_equipment(connection, request)
    answers += _on_lots(connection, request)
    answers += _on_order(connection, request)
    return tuple(sorted(answers, key=lambda one: (str(one.hold_id), one.on)))


def anything_held(connection: Connection) -> bool:
    """Whether any hold stands at all."""
    return bool(_ANY.rows(connection))


def caught_units(connection: Connection, units: Collection[UUID]) -> frozenset[UUID]:
    """Those of these units that any standing hold catches."""
    if not units or not anything_held(connection):
        return frozenset()
    return frozenset(row.unit_id for lookup in _CAUGHT for row in lookup.rows(connection, units))


def holds_on(connection: Connection, unit: UUID) -> frozenset[UUID]:
    """The standing holds that catch this unit itself."""
    if not anything_held(connection):
        return frozenset()
    return frozenset(row.hold_id for lookup in _CAUGHT for row in lookup.rows(connection, [unit]))


def caught_by(hold_id: UUID) -> CompoundSelect[Any]:
    """The units that one hold catches, a row for each fact: `unit_id` and `since`."""
    return union_all(
        *(
            part.with_only_columns(part.selected_columns["unit_id"], part.selected_columns["since"]).where(
                part.selected_columns["hold_id"] == hold_id
            )
            for part in STATEMENTS
        )
    )


def _on_equipment(connection: Connection, request: GateRequest) -> list[HoldMet]:
    """Holds on what the request would be worked with: the run that it asks for would fall under them."""
    limit_revision = None
    if request.plan is not None:
        statement = select(_PLAN.c.limit_revision).where(_PLAN.c.digest == request.plan)
        limit_revision = connection.execute(statement).scalar_one_or_none()
    facts = {
        "fixture": request.fixture,
        "plan_digest": request.plan,
        "limit_revision": limit_revision,
        "operator": request.operator,
        "station": request.station,
    }
    conditions = [or_(HOLD.c[name].is_(None), HOLD.c[name] == value) for name, value in facts.items()]
    now = and_(
        or_(HOLD.c.since.is_(None), HOLD.c.since <= request.at), or_(HOLD.c.until.is_(None), HOLD.c.until > request.at)
    )
    statement = select(HOLD).where(HOLD.c.released_at.is_(None), HOLD.c.subject == Subject.WORK.value, now, *conditions)
    answers = []
    for row in connection.execute(statement.order_by(HOLD.c.id)):
        if row.instrument is not None and not _takes_part(row.instrument, request.instruments):
            continue
        named = [("instrument", row.instrument), ("fixture", row.fixture), ("plan", row.plan_digest)]
        named += [("limit revision", row.limit_revision), ("operator", row.operator), ("station", row.station)]
        on = ", ".join(
            f"{word} {value[:12] if word == 'plan' else value}" for word, value in named if value is not None
        )
        answers.append(HoldMet(row.id, row.reason, row.placed_by, on, ()))
    return answers


def _takes_part(serial: str, instruments: Collection[str]) -> bool:
    """Whether an instrument with this serial is among those named as "model serial"."""
    return any(serial == named or named.endswith(f" {serial}") for named in instruments)


def _on_lots(connection: Connection, request: GateRequest) -> list[HoldMet]:
    """Holds on a lot of which a quantity is about to go in."""
    answers = []
    for lot in dict.fromkeys(request.lots):
        code = connection.execute(
            select(_LOT.c.date_code).where(_LOT.c.maker == lot.maker, _LOT.c.part == lot.part, _LOT.c.lot == lot.lot)
        ).scalar_one_or_none()
        facts = {"maker": lot.maker, "part": lot.part, "lot": lot.lot, "date_code": code}
        conditions = [or_(HOLD.c[name].is_(None), HOLD.c[name] == value) for name, value in facts.items()]
        statement = select(HOLD).where(
            HOLD.c.released_at.is_(None),
            HOLD.c.subject.in_([Subject.LOT.value, Subject.MATERIAL.value]),
            or_(HOLD.c.until.is_(None), HOLD.c.until > request.at),
            *conditions,
        )
        rows = connection.execute(statement.order_by(HOLD.c.id))
        answers += [HoldMet(row.id, row.reason, row.placed_by, str(lot), ()) for row in rows]
    return answers


def _on_order(connection: Connection, request: GateRequest) -> list[HoldMet]:
    """Holds on the work order for which the unit would be made, to which it does not belong yet."""
    if request.order is None:
        return []
    conditions = (HOLD.c.subject == Subject.ORDER.value, HOLD.c.work_order == request.order)
    rows = connection.execute(select(HOLD).where(HOLD.c.released_at.is_(None), *conditions).order_by(HOLD.c.id))
    return [HoldMet(row.id, row.reason, row.placed_by, f"work order {request.order}", ()) for row in rows]


_SHOWN = 10
"""Facts named for one unit under one hold: a refusal is read by a person."""

_EXEMPTION, _PLAN, _LOT = table_of(HoldExemption), table_of(Plan), table_of(Lot)
_ANY = Prepared(select(HOLD.c.id).where(HOLD.c.released_at.is_(None)).limit(1))


def _statement(part: Select[Any]) -> Select[Any]:
    held = part.add_columns(HOLD.c.id.label("hold_id"), HOLD.c.reason, HOLD.c.placed_by).where(
        HOLD.c.released_at.is_(None)
    )
    return catching(held)


STATEMENTS = tuple(_statement(part) for part in caught(wanted_by_holds()))
_CAUGHT = tuple(Lookup(statement, statement.selected_columns["unit_id"]) for statement in STATEMENTS)
