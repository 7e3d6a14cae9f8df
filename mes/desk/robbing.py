"""Taking a serialised component from one unit to serve another, in one act.

The donor lacks it from then on, and is refused until it is whole again; results of both are taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mes.command_line import CommandError, Exit
from mes.desk.acts import Desk
from mes.desk.facts import DESK, facts_of, holders, identity, tests_of
from mes.desk.goods import after_everything, as_they_are, here
from mes.desk.repairing import BETWEEN, disturbed_results, fit, seat_of
from mes.desk.seating import room
from mes.queries.goods import unit_called
from mes.queries.identity import UnitSummary
from mes.records import ComponentInstalled, ComponentRemoved, ComponentRobbed, DisturbedResult, Record
from mes.vocabulary import CollectionMode, LinkReason


@dataclass(frozen=True, slots=True)
class Robbing:
    """From which position of the donor a component is taken, and where it goes.

    `component` is its serial number, where several are in the position; `remove` the number of what comes out of the
    recipient for it.
    """

    donor: UnitSummary
    donor_position: str
    recipient: UnitSummary
    position: str
    component: str | None = None
    remove: str | None = None


@dataclass(frozen=True, slots=True)
class Robbed:
    """The record, what was taken, and the results that it took back."""

    id: UUID
    component: UnitSummary
    disturbed: tuple[DisturbedResult, ...]


def rob(desk: Desk, what: Robbing, why: str, by: str, *, disturbs: Sequence[str] | None = None) -> Robbed:
    """Take a component from the donor and put it into the recipient; `disturbs` as for a repair.

    Raises `CommandError` with what stands against it: a lot in the position, a component that is held, defective or
    not through its route, a position that does not take it, a unit that is away, packed or scrapped.
    """
    with desk.act() as act:
        donor, recipient = as_they_are(act, [what.donor, what.recipient])
        if donor.id == recipient.id:
            raise CommandError(f"{donor}: cannot be donor and recipient at once", Exit.NO)
        touched = [donor.id, *holders(act.connection, donor.id), recipient.id, *holders(act.connection, recipient.id)]
        here(act, touched)
        after_everything(act, touched)
        facts = facts_of(act, recipient)
        if facts.unit.scrapped_by is not None:
            raise CommandError(
                f"{recipient}: was scrapped (disposition {facts.unit.scrapped_by}); void that first", Exit.NO
            )
        seat = seat_of(act, donor, what.donor_position, what.component)
        if seat.unit is None:
            raise CommandError(
                f"{donor}: {seat.lot} in position {seat.position} is no serialised unit; only such are robbed", Exit.NO
            )
        taken = unit_called(act.connection, seat.unit)
        act.not_before(seat.installed_at)
        fit(act, taken, recipient, out_of=donor)
        disturbed = disturbed_results(tests_of(act.connection, touched), disturbs, recipient)
        told: dict[str, Any] = {
            "operation": "rob",
            "station": DESK,
            "operator": by,
            "collection": CollectionMode.MANUAL,
        }
        links: list[Record] = []
        if what.remove is None:
            room(facts, what.position, taken.part)
        else:
            out = seat_of(act, recipient, what.position, what.remove)
            act.not_before(out.installed_at)
            if taken.part != (out.unit or out.lot or seat.unit).part:
                raise CommandError(f"{taken}: is no {out.unit or out.lot}, which comes out of {what.position}", Exit.NO)
            links.append(
                ComponentRemoved(
                    **act.envelope(),
                    **told,
                    parent=identity(recipient),
                    position=out.position,
                    child=out.unit,
                    lot=out.lot,
                    quantity=out.quantity,
                    reason=LinkReason.REPAIR,
                )
            )
        told |= {"child": seat.unit, "reason": LinkReason.ROBBED}
        links.append(ComponentRemoved(**act.envelope(), **told, parent=identity(donor), position=what.donor_position))
        act.at += BETWEEN
        links.append(
            ComponentInstalled(**act.envelope(), **told, parent=identity(recipient), position=what.position, gate=None)
        )
        done = ComponentRobbed(
            **act.envelope(),
            component=seat.unit,
            donor=identity(donor),
            donor_position=what.donor_position,
            recipient=identity(recipient),
            position=what.position,
            why=why,
            disturbs=disturbed,
            station=DESK,
            operator=by,
        )
        act.write([*links, done])
        return Robbed(done.id, taken, disturbed)
