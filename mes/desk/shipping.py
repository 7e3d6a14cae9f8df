"""Shipping and moving: each one act, of which everything is recorded or nothing.

Every unit of a shipment is asked for at the gate by itself, in the transaction that ships it; one that is refused keeps
all of them here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mes.command_line import CommandError, Exit
from mes.desk.acts import Desk
from mes.desk.facts import DESK, identity
from mes.desk.goods import Item, Refused, after_everything, as_they_are, ask, refused, sorted_out
from mes.queries.goods import around, contents
from mes.queries.identity import UnitSummary
from mes.records import Record, UnitMoved, UnitShipped
from mes.vocabulary import GateAct, UnitState


@dataclass(frozen=True, slots=True)
class Destination:
    """For whom a shipment is, and by which papers."""

    customer: str
    order_reference: str | None = None
    delivery_note: str | None = None


@dataclass(frozen=True, slots=True)
class Shipped:
    """A shipment; with `refused` nothing left, and there is none."""

    shipment: UUID | None
    units: tuple[UnitSummary, ...]
    containers: tuple[str, ...]
    refused: tuple[Refused, ...] = ()


def ship(desk: Desk, items: Sequence[Item], to: Destination, by: str) -> Shipped:
    """Ship units, and containers with everything in them.

    Raises `CommandError` for a container that is empty, or that is in another one.
    """
    single, containers = sorted_out(items)
    with desk.act() as act:
        single = as_they_are(act, single)
        leaving: list[tuple[UnitSummary, str | None, str | None]] = [(unit, None, None) for unit in single]
        for name in containers:
            if outer := around(act.connection, name):
                raise CommandError(f"container {name}: is in {outer[0]}; ship that one, or take this one out", Exit.NO)
            within = contents(act.connection, [name])
            units = [(packed.unit, packed.container, name) for packed in within if packed.unit is not None]
            if not units:
                raise CommandError(f"container {name}: no unit is in it, so nothing can leave in it", Exit.NO)
            leaving += units
        sorted_out([unit for unit, _, _ in leaving])
        after_everything(act, [unit.id for unit, _, _ in leaving], containers)
        decided = [(unit, ask(act, unit, GateAct.SHIP, direct, by)) for unit, direct, _ in leaving]
        stopped = refused(decided)
        shipment = None
        if not stopped:
            shipment = act.envelope()["id"]
            records: list[Record] = [
                UnitShipped(
                    **act.envelope(),
                    unit=identity(unit),
                    shipment=shipment,
                    container=outermost,
                    customer=to.customer,
                    order_reference=to.order_reference,
                    delivery_note=to.delivery_note,
                    gate=said.id,
                    station=DESK,
                    operator=by,
                )
                for (unit, said), (_, _, outermost) in zip(decided, leaving, strict=True)
            ]
            act.write(records)
        return Shipped(shipment, tuple(unit for unit, _, _ in leaving), containers, stopped)


def move(desk: Desk, items: Sequence[Item], location: str, by: str) -> None:
    """Note that units and containers were put somewhere on the site.

    The gate is not asked: what is held has to be taken aside. Raises `CommandError` for what is away or sits in
    something else, which moves with that.
    """
    units, containers = sorted_out(items)
    with desk.act() as act:
        units = as_they_are(act, units)
        for unit in units:
            if unit.state in (UnitState.SHIPPED, UnitState.INSTALLED):
                where = "was shipped" if unit.state is UnitState.SHIPPED else "is installed in another unit"
                raise CommandError(f"{unit}: {where}, and moves with that; nothing was moved", Exit.NO)
        for name in containers:
            if outer := around(act.connection, name):
                raise CommandError(f"container {name}: is in {outer[0]}, and moves with that", Exit.NO)
        after_everything(act, [unit.id for unit in units], containers)
        told: dict[str, Any] = {"location": location, "station": DESK, "operator": by}
        records: list[Record] = [UnitMoved(**act.envelope(), **told, unit=identity(unit)) for unit in units]
        records += [UnitMoved(**act.envelope(), **told, container=name) for name in containers]
        act.write(records)
