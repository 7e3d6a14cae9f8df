"""Packing and taking out: each one act, of which everything is recorded or nothing.

The gate is asked about every unit in the transaction that packs it. What it said is recorded either way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mes.command_line import CommandError, Exit
from mes.desk.acts import Desk
from mes.desk.facts import DESK, identity
from mes.desk.goods import Item, Refused, after_everything, as_they_are, ask, at_home, refused, sorted_out
from mes.queries.goods import Packed, around, contents
from mes.queries.identity import UnitSummary
from mes.records import Record, UnitPacked, UnitUnpacked
from mes.vocabulary import GateAct, UnitState


@dataclass(frozen=True, slots=True)
class Handled:
    """What went into a container or came out of it; with `refused` nothing did."""

    container: str
    units: tuple[UnitSummary, ...]
    containers: tuple[str, ...]
    refused: tuple[Refused, ...] = ()


def pack(desk: Desk, container: str, items: Sequence[Item], by: str) -> Handled:
    """Pack units, and containers with all that is in them, into a container.

    Nothing is packed when the gate refuses one of the units. Raises `CommandError` for a container that is away, that
    is packed already, that is empty or that would end up inside itself.
    """
    units, inner = sorted_out(items)
    with desk.act() as act:
        units = as_they_are(act, units)
        inside = contents(act.connection, [container])
        at_home(container, _away(inside))
        outer = around(act.connection, container)
        for name in inner:
            if name == container or name in outer:
                raise CommandError(f"container {name}: holds {container}, and cannot go into it", Exit.NO)
            if held_by := around(act.connection, name):
                raise CommandError(f"container {name}: is in {held_by[0]}; take it out first", Exit.NO)
            within = contents(act.connection, [name])
            if not within:
                raise CommandError(f"container {name}: is empty; pack something into it first", Exit.NO)
            at_home(name, _away(within))
        after_everything(act, [unit.id for unit in units], [container, *inner])
        decided = [(unit, ask(act, unit, GateAct.PACK, container, by)) for unit in units]
        if not (stopped := refused(decided)):
            records: list[Record] = [
                UnitPacked(
                    **act.envelope(),
                    container=container,
                    unit=identity(unit),
                    gate=said.id,
                    station=DESK,
                    operator=by,
                )
                for unit, said in decided
            ]
            records += [
                UnitPacked(**act.envelope(), container=container, inner=name, gate=None, station=DESK, operator=by)
                for name in inner
            ]
            act.write(records)
        return Handled(container, units, inner, stopped)


def unpack(desk: Desk, container: str, items: Sequence[Item], by: str) -> Handled:
    """Take units and containers out of a container; without items everything that is directly in it.

    Raises `CommandError` for what is not directly in it, and for a container that is away.
    """
    units, inner = sorted_out(items)
    with desk.act() as act:
        inside = contents(act.connection, [container])
        at_home(container, _away(inside))
        held = [packed for packed in inside if packed.container == container]
        if not held:
            raise CommandError(f"container {container}: is empty", Exit.NO)
        if not items:
            units = tuple(packed.unit for packed in held if packed.unit is not None)
            inner = tuple(packed.inner for packed in held if packed.inner is not None)
        known = {packed.unit.id for packed in held if packed.unit is not None}
        for unit in units:
            if unit.id not in known:
                raise CommandError(f"{unit}: is not in container {container}; nothing was taken out", Exit.NO)
        for name in inner:
            if name not in {packed.inner for packed in held}:
                raise CommandError(f"container {name}: is not in {container}; nothing was taken out", Exit.NO)
        after_everything(act, [unit.id for unit in units], [container, *inner])
        told: dict[str, Any] = {"container": container, "station": DESK, "operator": by}
        records: list[Record] = [UnitUnpacked(**act.envelope(), **told, unit=identity(unit)) for unit in units]
        records += [UnitUnpacked(**act.envelope(), **told, inner=name) for name in inner]
        act.write(records)
        return Handled(container, units, inner)


def _away(inside: Sequence[Packed]) -> list[UnitSummary]:
    return [packed.unit for packed in inside if packed.unit is not None and packed.unit.state is UnitState.SHIPPED]
