"""What a unit's history means: pure rules over its runs and links, used by the projection and by the gate.

Every answer is a function of the whole history in the order of the facts' own times, never of the order in which
records happened to arrive. That is what makes a late record harmless.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from mes.records import Alternate, ChildRequirement, Conversion
from mes.vocabulary import OfflinePolicy, OperationKind, RunEnding, UnitState, Verdict

# A position counts as filled at this share of its quantity: 0.1 m + 0.2 m of cable must fill 0.3 m.
_FILLED = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a unit at an operation; `verdict` and `ending` are None until it has finished."""

    id: UUID
    unit_id: UUID
    operation: str
    plan: str
    station: str
    source: str
    simulated: bool
    started_at: datetime
    verdict: str | None = None
    ending: str | None = None
    voided_by: UUID | None = None

    @property
    def finished(self) -> bool:
        """Whether the run has ended."""
        return self.ending is not None

    @property
    def passed(self) -> bool:
        """Whether the run proved the unit good and came to its end."""
        return self.verdict == Verdict.PASSED and self.ending == RunEnding.COMPLETED

    @property
    def order(self) -> tuple[datetime, str, UUID]:
        """Its place in the history of the unit at the operation."""
        return (self.started_at, self.source, self.id)


class Place(NamedTuple):
    """A component in a position of a parent."""

    parent_id: UUID
    position: str
    child_id: UUID | None
    lot_id: UUID | None


@dataclass(frozen=True, slots=True)
class Link:
    """A component installed at a place, until `removed_at` (None: still there)."""

    id: UUID
    place: Place
    part: str
    quantity: float
    installed_at: datetime
    removed_at: datetime | None = None
    removal_reason: str | None = None
    voided_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """A component taken out of a place; `installation_id` is the link it closed."""

    id: UUID
    place: Place
    reason: str
    removed_at: datetime
    installation_id: UUID | None = None
    voided_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One operation of a route."""

    operation: str
    kind: OperationKind
    retests: int | None = None
    offline: OfflinePolicy | None = None
    skills: tuple[str, ...] = ()
    requires: tuple[ChildRequirement, ...] = ()
    checks: Mapping[str, float] = field(default_factory=dict)
    """For how many seconds a station's golden check and its challenge vouch for it, of those that are asked for."""
    calibrated: tuple[str, ...] = ()
    """Models of instruments of which a calibration must be recorded."""
    needs_order: bool = False
    esd: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """One line of a bill of material."""

    position: str
    part: str
    quantity: float
    alternates: tuple[Alternate, ...] = ()
    revisions: tuple[str, ...] = ()
    permitted: tuple[str, ...] = ()
    """Parts that a deviation lets it take in one unit."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Every part that it ever takes, its own first."""
        return (self.part, *(alternate.part for alternate in self.alternates), *self.permitted)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a unit must go through and be made of."""

    route: tuple[RouteStep, ...] = ()
    bill: tuple[Position, ...] = ()
    serial_pattern: str | None = None
    supersedes: tuple[str, ...] = ()
    converts: tuple[Conversion, ...] = ()


class Ruling(NamedTuple):
    """When a person's decision or repair came, and its record."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Rulings:
    """What people decided about a unit: the newest disturbance and the newest waiver of each operation, its scrapping.

    A result as old as the disturbance of its operation, or older, no longer stands.
    """

    disturbed: Mapping[str, Ruling] = field(default_factory=dict)
    waived: Mapping[str, Ruling] = field(default_factory=dict)
    scrapped: Ruling | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a unit is at one operation of its route; `missing` and `evidence` say why it is not done.

    `failures` counts the runs with verdict FAILED since the operation was last disturbed; `disturbed` says that it is
    not done because of that. `unfilled` are the positions that an assembly lacks.
    """

    operation: str
    done: bool
    missing: str = ""
    evidence: tuple[str, ...] = ()
    failures: int = 0
    disturbed: bool = False
    unfilled: tuple[str, ...] = ()


def attempts(runs: Iterable[Run]) -> dict[UUID, int]:
    """The attempt of each run of one unit at one operation, from 1 in the order (started_at, source, id)."""
    return {run.id: number for number, run in enumerate(sorted(runs, key=lambda run: run.order), start=1)}


def pair(links: Iterable[Link], removals: Iterable[Removed]) -> dict[UUID, UUID]:
    """Which installation each removal closed: the newest of the same component at that place open at the time.

    Links and removals of one parent; a removal without such an installation is absent from the answer, and what was
    voided takes no part.
    """
    links = [link for link in links if link.voided_by is None]
    removals = [removal for removal in removals if removal.voided_by is None]
    # At equal times an installation comes first: what is taken out was in.
    events: list[tuple[datetime, int, UUID, Place]] = [(link.installed_at, 0, link.id, link.place) for link in links]
    events += [(removal.removed_at, 1, removal.id, removal.place) for removal in removals]
    opened: dict[Place, list[UUID]] = {}
    closed: dict[UUID, UUID] = {}
    for _, is_removal, id_, place in sorted(events, key=lambda event: event[:3]):
        stack = opened.setdefault(place, [])
        if not is_removal:
            stack.append(id_)
        elif stack:
            closed[id_] = stack.pop()
    return closed


def progress(
    definition: Definition,
    runs: Sequence[Run],
    links: Iterable[Link],
    enters_at: str | None = None,
    rulings: Rulings = Rulings(),
) -> tuple[Progress, ...]:
    """How far a unit is at every operation of its route, in order. `links` are the components installed in it.

    A test is done when the newest finished run there passed and completed, and nothing disturbed its result since, or
    when its result was waived after that run; an assembly when every position of the bill of material holds its part
    in its quantity. What lies before the operation at which a unit was registered to enter was done elsewhere, unless
    it was run here after all. Voided runs say nothing.
    """
    unfilled = _unfilled(definition.bill, links)
    operations = [step.operation for step in definition.route]
    elsewhere = operations.index(enters_at) if enters_at in operations else 0
    answers = []
    for place, step in enumerate(definition.route):
        if step.kind is OperationKind.ASSEMBLY:
            missing = f"position(s) not filled: {', '.join(unfilled)}" if unfilled else ""
            done = place < elsewhere or not unfilled
            evidence = (f"entered at {enters_at}",) if place < elsewhere else ()
            lacking = () if done else tuple(unfilled)
            answers.append(Progress(step.operation, done, "" if done else missing, evidence, unfilled=lacking))
            continue
        finished = [run for run in runs if run.operation == step.operation and run.finished and run.voided_by is None]
        answers.append(_tested(step.operation, finished, rulings, enters_at if place < elsewhere else None))
    return tuple(answers)


def _tested(operation: str, finished: Sequence[Run], rulings: Rulings, enters_at: str | None) -> Progress:
    disturbed, waived = rulings.disturbed.get(operation), rulings.waived.get(operation)
    standing = [run for run in finished if disturbed is None or run.started_at > disturbed.at]
    failures = sum(run.verdict == Verdict.FAILED for run in standing)
    newest = max(standing, key=lambda run: run.order, default=None)
    moments = ([disturbed.at] if disturbed else []) + ([newest.started_at] if newest else [])
    if waived is not None and all(waived.at > moment for moment in moments):
        return Progress(operation, True, evidence=(f"disposition {waived.id}",), failures=failures)
    if newest is not None:
        missing = "" if newest.passed else f"newest run ended {newest.ending} with verdict {newest.verdict}"
        return Progress(operation, newest.passed, missing, (f"test_run {newest.id}",), failures)
    if disturbed is not None:
        missing = "its result was disturbed by a repair or a return, and not had again"
        return Progress(operation, False, missing, (f"disturbance {disturbed.id}",), disturbed=True)
    if enters_at is not None:
        return Progress(operation, True, evidence=(f"entered at {enters_at}",))
    return Progress(operation, False, "no finished run")


def unit_state(
    steps: Sequence[Progress], *, installed: bool, touched: bool, scrapped: bool = False, shipped: bool = False
) -> UnitState:
    """Where a unit stands: scrapped, shipped, installed in a parent, through its route, under way, or registered."""
    if scrapped:
        return UnitState.SCRAPPED
    if shipped:
        return UnitState.SHIPPED
    if installed:
        return UnitState.INSTALLED
    if steps and all(step.done for step in steps):
        return UnitState.COMPLETED
    return UnitState.IN_PROCESS if touched else UnitState.REGISTERED


def _unfilled(bill: Iterable[Position], links: Iterable[Link]) -> list[str]:
    held: dict[tuple[str, str], float] = {}
    for link in links:
        if link.removed_at is None:
            place = (link.place.position, link.part)
            held[place] = held.get(place, 0.0) + link.quantity
    # Whether an alternate was in force is asked when it is built in; what is in there fills its position.
    return [
        line.position
        for line in bill
        if sum(held.get((line.position, part), 0.0) for part in line.parts) < line.quantity * _FILLED
    ]
