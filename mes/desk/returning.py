"""Taking a shipped unit back: it enters its route again, and its history stays as it was.

A return takes back results and no run: yields count a unit by its first run, so they stay what they were.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mes.command_line import CommandError, Exit
from mes.desk.acts import Act, Desk
from mes.desk.facts import DESK, facts_of, holders, identity, tests_of
from mes.desk.goods import after_everything, as_they_are
from mes.desk.repairing import BETWEEN
from mes.gate.facts import UnitFacts
from mes.queries.goods import units_by_id
from mes.queries.identity import UnitSummary
from mes.records import (
    ComponentRemoved,
    DisturbedResult,
    Record,
    UnitReturned,
    UnitUnpacked,
)
from mes.vocabulary import CollectionMode, LinkReason, UnitState


@dataclass(frozen=True, slots=True)
class Returned:
    """A return: its record, who had the unit, and the tests that it has to pass again."""

    id: UUID
    customer: str
    again: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Under which number, for whom and why a unit comes back; no customer: the one that it was shipped to."""

    number: str
    reason: str
    customer: str | None = None


def take_back(
    desk: Desk,
    unit: UnitSummary,
    authorisation: Authorisation,
    by: str,
    *,
    operation: str | None = None,
    again: Sequence[str] = (),
) -> Returned:
    """Record that a shipped unit came back.

    It has to pass the tests of its route from `operation` on (None: all), or, where `again` names any, those. A unit
    that comes back out of a shipped one is taken out of that in the same act. Raises `CommandError`.
    """
    with desk.act() as act:
        (unit,) = as_they_are(act, [unit])
        above = holders(act.connection, unit.id)
        after_everything(act, [unit.id, *above])
        asked = facts_of(act, unit)
        records: list[Record] = []
        away = asked.goods.away
        customer = authorisation.customer or (away[0].customer if away else None)
        if not away:
            customer = customer or _out_of_a_shipped_one(act, unit, above)
            records.append(_taken_out(act, unit, asked.unit, by))
            act.at += BETWEEN
        if customer is None:
            raise CommandError(f"{unit}: name the --customer that sends it back", Exit.NO)
        tests = tests_of(act.connection, [unit.id])[identity(unit)]
        named = _named(unit, tests, [step.operation for step in asked.unit.route], operation, again)
        if asked.unit.container is not None:
            told: dict[str, Any] = {"container": asked.unit.container, "station": DESK, "operator": by}
            records.append(UnitUnpacked(**act.envelope(), **told, unit=identity(unit)))
        back = UnitReturned(
            **act.envelope(),
            unit=identity(unit),
            authorisation=authorisation.number,
            customer=customer,
            reason=authorisation.reason,
            operation=operation or (named[0] if named else None),
            disturbs=tuple(DisturbedResult(unit=identity(unit), operation=name) for name in named),
            station=DESK,
            operator=by,
        )
        act.write([*records, back])
        return Returned(back.id, customer, named)


def _named(
    unit: UnitSummary, tests: Sequence[str], route: Sequence[str], operation: str | None, again: Sequence[str]
) -> tuple[str, ...]:
    for name in (*([operation] if operation else ()), *again):
        if name not in (route if name == operation else tests):
            known = ", ".join(tests) or "it has none"
            raise CommandError(f"{unit}: {name} is no operation that it could pass again: {known}", Exit.NO)
    if again:
        return tuple(name for name in tests if name in again)
    if operation is None:
        return tuple(tests)
    later = set(route[list(route).index(operation) :])
    return tuple(name for name in tests if name in later)


def _out_of_a_shipped_one(act: Act, unit: UnitSummary, above: Sequence[UUID]) -> str:
    """Who has the unit that this one is inside of. Raises `CommandError` when nobody has."""
    for holder in units_by_id(act.connection, above).values():
        if holder.state is UnitState.SHIPPED:
            return facts_of(act, holder).goods.away[0].customer
    raise CommandError(f"{unit}: was not shipped, or is back already; it is {unit.state.value}", Exit.NO)


def _taken_out(act: Act, unit: UnitSummary, facts: UnitFacts, by: str) -> ComponentRemoved:
    """The removal from the unit at the customer's."""
    _out_of_a_shipped_one(act, unit, holders(act.connection, unit.id))
    place = facts.installed_in[0]
    return ComponentRemoved(
        **act.envelope(),
        parent=place.parent,
        position=place.position,
        child=identity(unit),
        reason=LinkReason.REPAIR,
        operation="return",
        station=DESK,
        operator=by,
        collection=CollectionMode.MANUAL,
    )
