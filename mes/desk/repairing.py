"""A repair: a component changed or not, defects closed, and exactly the results taken back that it disturbed.

What goes in must be free, whole, through its own route and not held; what comes out must be there. All of it is one
act: the removal, the installation and the repair are recorded together, or nothing is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mes.command_line import CommandError, Exit
from mes.desk.acts import Act, Desk
from mes.desk.code_tables import repair_codes
from mes.desk.facts import (
    DESK,
    Seat,
    after_the_line,
    contains,
    facts_of,
    holders,
    identity,
    open_defect_ids,
    seats,
    tests_of,
)
from mes.desk.goods import here
from mes.desk.rework import Ruled
from mes.desk.seating import room
from mes.gate.holds import HoldMet
from mes.queries.identity import LotSummary, UnitSummary
from mes.records import (
    ComponentInstalled,
    ComponentRemoved,
    DisturbedResult,
    LotIdentity,
    Record,
    RepairCode,
    RepairDone,
    Replacement,
    UnitIdentity,
)
from mes.vocabulary import CollectionMode, LinkReason

BETWEEN = timedelta(milliseconds=1)
"""How much later the new component goes in: it may be of the lot that the old one was of."""


@dataclass(frozen=True, slots=True)
class Change:
    """What comes out of a position (`old`: its serial or lot number; None: it was empty), and what goes in."""

    position: str
    old: str | None
    unit: UnitSummary | None = None
    lot: LotSummary | None = None


def repair(
    desk: Desk,
    unit: UnitSummary,
    action: str,
    reason: LinkReason,
    by: str,
    *,
    change: Change | None = None,
    disturbs: Sequence[str] | None = None,
    description: str = "",
) -> Ruled:
    """Record a repair; every open defect of the unit is closed by it.

    `disturbs` names operations: of the unit and of all that it sits in, or ("PART:OPERATION") only of those of that
    part. None leaves it to the repair code; where no table has codes, or the code names no test of any of these units,
    every test of all of them is meant. Raises `CommandError` with what stands against it.
    """
    with desk.act() as act:
        codes = repair_codes(act.connection, action)
        above = holders(act.connection, unit.id)
        after_the_line(act, [unit.id, *above])
        facts = facts_of(act, unit).unit
        if facts.scrapped_by is not None:
            raise CommandError(f"{unit}: was scrapped (disposition {facts.scrapped_by}); void that first", Exit.NO)
        here(act, [unit.id, *above])
        tests = tests_of(act.connection, [unit.id, *above])
        named = _named_by(codes, tests) if disturbs is None else disturbs
        disturbed = disturbed_results(tests, named, unit)
        links: list[Record] = []
        replaced = None
        if change is not None:
            replaced, links = _change(act, unit, change, reason, by)
        done = RepairDone(
            **act.envelope(),
            unit=identity(unit),
            action=action,
            reason=reason,
            defects=open_defect_ids(act.connection, unit.id),
            replaced=replaced,
            disturbs=disturbed,
            description=description,
            station=DESK,
            operator=by,
        )
        act.write([*links, done])
        return Ruled(done.id, done.defects, disturbed)


def _named_by(codes: Sequence[RepairCode], tests: Mapping[UnitIdentity, tuple[str, ...]]) -> list[str] | None:
    """The operations that the code disturbs, as far as these units have them: a table speaks of many products."""
    if not codes:
        return None
    named = dict.fromkeys(name for code in codes for name in code.disturbs)
    here = [name for name in named if any(name in operations for operations in tests.values())]
    return here if here or not named else None


def disturbed_results(
    tests: dict[UnitIdentity, tuple[str, ...]], named: Sequence[str] | None, unit: UnitSummary
) -> tuple[DisturbedResult, ...]:
    """The results of these tests that are named, as `repair` names them; None: all. Raises `CommandError`."""
    found: list[DisturbedResult] = []
    for name in [None] if named is None else named:
        part, _, operation = (name or "").rpartition(":")
        meant = [
            DisturbedResult(unit=one, operation=test)
            for one, operations in tests.items()
            for test in operations
            if name is None or (test == operation and part in ("", one.part))
        ]
        if name is not None and not meant:
            known = sorted({f"{one.part}:{test}" for one, operations in tests.items() for test in operations})
            raise CommandError(
                f"{unit}: no test {name} on its route or above it; there are {', '.join(known) or 'none'}", Exit.NO
            )
        found += meant
    return tuple(dict.fromkeys(found))


def _change(
    act: Act, unit: UnitSummary, change: Change, reason: LinkReason, by: str
) -> tuple[Replacement | None, list[Record]]:
    seat = None if change.old is None else seat_of(act, unit, change.position, change.old)
    if seat is not None:
        act.not_before(seat.installed_at)
    new_unit, new_lot = _goes_in(act, unit, change, seat)
    quantity = seat.quantity if seat else 1.0
    if seat is None and (going_in := new_unit or new_lot) is not None:
        quantity = room(facts_of(act, unit), change.position, going_in.part)
    told: dict[str, Any] = {
        "parent": identity(unit),
        "position": change.position,
        "quantity": quantity,
        "reason": reason,
        "operation": "repair",
        "station": DESK,
        "operator": by,
        "collection": CollectionMode.MANUAL,
    }
    links: list[Record] = []
    if seat is not None:
        links.append(ComponentRemoved(**act.envelope(), **told, child=seat.unit, lot=seat.lot))
        act.at += BETWEEN
    if new_unit is not None or new_lot is not None:
        links.append(ComponentInstalled(**act.envelope(), **told, child=new_unit, lot=new_lot, gate=None))
    if seat is None:
        return None, links
    return (
        Replacement(position=seat.position, old_unit=seat.unit, old_lot=seat.lot, new_unit=new_unit, new_lot=new_lot),
        links,
    )


def seat_of(act: Act, unit: UnitSummary, position: str, number: str | None) -> Seat:
    """What is in a position, by its serial or lot number (None: the only thing there). Raises `CommandError`."""
    taken = [seat for seat in seats(act.connection, unit.id) if seat.position == position]
    meant = [seat for seat in taken if number in (None, seat.number)]
    if len(meant) == 1:
        return meant[0]
    there = ", ".join(seat.number for seat in taken) or "nothing"
    raise CommandError(f"{unit}: {number or 'one thing'} is not in position {position}; {there} is there", Exit.NO)


def _goes_in(
    act: Act, parent: UnitSummary, change: Change, seat: Seat | None
) -> tuple[UnitIdentity | None, LotIdentity | None]:
    """The component that goes in, after everything that may stand against it was looked at."""
    if change.lot is None and change.unit is None:
        return None, None
    going_in = change.unit or change.lot
    out = None if seat is None else seat.unit or seat.lot
    if going_in is not None and out is not None and going_in.part != out.part:
        raise CommandError(f"{going_in}: is no {out.part}, which position {change.position} of {parent} takes", Exit.NO)
    if change.lot is not None:
        lot = LotIdentity(maker=change.lot.maker, part=change.lot.part, lot=change.lot.lot)
        # The parent may be held, that is why it is repaired: only what goes in has to be free.
        _refuse([hold for hold in facts_of(act, parent, [lot]).holds if hold.on == str(lot)], str(lot), parent)
        return None, lot
    child = change.unit
    if child is None:
        raise CommandError(f"{parent}: nothing was named that goes into position {change.position}", Exit.NO)
    fit(act, child, parent)
    return identity(child), None


def fit(act: Act, child: UnitSummary, parent: UnitSummary, *, out_of: UnitSummary | None = None) -> None:
    """Raises `CommandError` unless a unit may go into another one; `out_of`: where it is taken from in this act."""
    if contains(act.connection, child.id, parent.id):
        raise CommandError(f"{child}: cannot go into {parent}, which is it or sits inside it", Exit.NO)
    facts = facts_of(act, child)
    against = [
        f"is installed in {place.parent} at {place.position}"
        for place in facts.unit.installed_in
        if out_of is None or place.parent != identity(out_of)
    ]
    against += ["was shipped"] if facts.goods.away else []
    against += [f"is in container {facts.unit.container}"] if facts.unit.container is not None else []
    against += ["was scrapped"] if facts.unit.scrapped_by is not None else []
    against += [f"has an open defect: {defect}" for defect in facts.unit.open_defects]
    against += [f"has to pass {step.operation}: {step.missing}" for step in facts.unit.route if not step.done]
    if against:
        raise CommandError(f"{child}: cannot go into {parent}: it {'; it '.join(against)}", Exit.NO)
    _refuse(facts.holds, str(child), parent)


def _refuse(holds: Sequence[HoldMet], named: str, parent: UnitSummary) -> None:
    if holds:
        told = "; ".join(f"hold {hold.hold_id} of {hold.placed_by} ({hold.reason})" for hold in holds)
        raise CommandError(f"{named}: cannot go into {parent}: it is held: {told}", Exit.NO)
