"""What every act on goods does first: its units and containers in order, its time, and the gate's word on each unit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from mes.command_line import CommandError, Exit
from mes.desk.acts import Act
from mes.desk.facts import DESK, after_the_line, identity
from mes.gate.contents import inside
from mes.gate.decision import record_decision
from mes.queries.goods import newest_handling, newest_of_container, units_by_id, where_units_are
from mes.queries.identity import UnitSummary
from mes.records import GateDecided, GateRequest, Refusal
from mes.vocabulary import GateAct, UnitState

Item = UnitSummary | str
"""A unit, or a container by its name."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A unit that the gate did not let through, and everything that stands against it."""

    unit: str
    decision: UUID
    refusals: tuple[Refusal, ...]


def sorted_out(items: Sequence[Item]) -> tuple[tuple[UnitSummary, ...], tuple[str, ...]]:
    """The units and the containers among these. Raises `CommandError` when one is named twice."""
    units = [item for item in items if not isinstance(item, str)]
    containers = [item for item in items if isinstance(item, str)]
    named = [str(unit) for unit in units] + [f"container {name}" for name in containers]
    for name in named:
        if named.count(name) > 1:
            raise CommandError(f"{name}: is named twice; scan each once")
    return tuple(units), tuple(containers)


def as_they_are(act: Act, units: Sequence[UnitSummary]) -> tuple[UnitSummary, ...]:
    """These units as this transaction sees them: they were found before it began."""
    now = units_by_id(act.connection, {unit.id for unit in units})
    return tuple(now[unit.id] for unit in units)


def after_everything(act: Act, units: Collection[UUID], containers: Collection[str] = ()) -> None:
    """Let the act come after all that has happened to these units, to what is in them, and to these containers."""
    everything = inside(act.connection, units)
    after_the_line(act, everything)
    newest = [newest_handling(act.connection, everything)]
    newest += [newest_of_container(act.connection, name) for name in containers]
    for moment in newest:
        if moment is not None:
            act.not_before(moment)


def ask(act: Act, unit: UnitSummary, what: GateAct, container: str | None, by: str) -> GateDecided:
    """The gate's recorded decision whether a unit may be packed into, or shipped in, a container (None: by itself)."""
    envelope = act.envelope()
    request = GateRequest(
        id=envelope["id"],
        at=act.at,
        unit=identity(unit),
        operation=what.value.lower(),
        station=DESK,
        operator=by,
        fixture=DESK,
        simulated=envelope["simulated"],
        act=what,
        container=container,
    )
    return record_decision(act.connection, act.site, request, act.at)


def refused(asked: Sequence[tuple[UnitSummary, GateDecided]]) -> tuple[Refused, ...]:
    """Those that the gate did not let through."""
    return tuple(Refused(str(unit), said.id, said.refusals) for unit, said in asked if not said.allowed)


def here(act: Act, units: Collection[UUID]) -> None:
    """Raises `CommandError` when one of these units is away or packed: nobody can work on it."""
    for unit, container in where_units_are(act.connection, units):
        if unit.state is UnitState.SHIPPED:
            raise CommandError(f"{unit}: was shipped; record its return by `mes return` first", Exit.NO)
        if container is not None:
            raise CommandError(f"{unit}: is in container {container}; take it out by `mes unpack` first", Exit.NO)


def at_home(containers: str, away: Sequence[UnitSummary]) -> None:
    """Raises `CommandError` when these contents of a container are away."""
    if away:
        raise CommandError(
            f"container {containers}: left with {away[0]}, which was shipped; record its return by `mes return`",
            Exit.NO,
        )
