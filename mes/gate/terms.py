"""What is true of those who take part besides units: the operator's skills, lots, the plan, work without a decision."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, or_, select, text

from mes.gate.deviations import DeviationFacts, deviations_for
from mes.gate.orders import OrderFacts, order_of
from mes.lookup import Lookup, Prepared
from mes.models import table_of
from mes.models.product import Plan
from mes.models.shop import Certification
from mes.models.test_run import GateDecision, TestRun
from mes.models.unit import Installation, Lot, Unit
from mes.projection.history import Position
from mes.projection.working_set import lot_key
from mes.records import GateRequest, LotIdentity

_LOT, _INSTALLATION, _UNIT = table_of(Lot), table_of(Installation), table_of(Unit)
_RUN, _DECISION, _PLAN, _CERTIFICATION = (
    table_of(TestRun),
    table_of(GateDecision),
    table_of(Plan),
    table_of(Certification),
)

ROUNDING = 1e-9
"""Share of a quantity by which sums of lengths may differ from it: 0.1 m + 0.2 m of a reel of 0.3 m is all of it."""


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What is known of one lot; `id` is None when it was never received."""

    identity: LotIdentity
    id: UUID | None
    received: float = 0.0
    used: float = 0.0
    unit: str = ""
    expires: date | None = None

    @property
    def left(self) -> float:
        """How much of it is left; below zero when more was built in than was received."""
        return self.received - self.used


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What a released plan is for."""

    part: str
    operation: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Facts that the rules about definitions ask for.

    `overdrawn` are the lots inside the unit or its components of which more was built in than was received;
    `undecided` the unit's runs that no decision of this gate allowed; `taken` how much of an alternate, by position
    and part, has gone into units of this revision; `order` is the work order that the request is about; `deviations`
    those for its part.
    """

    skills: Mapping[str, date | None] = field(default_factory=dict)
    lots: tuple[LotFacts, ...] = ()
    overdrawn: tuple[LotFacts, ...] = ()
    undecided: frozenset[UUID] = frozenset()
    plan: PlanFacts | None = None
    taken: Mapping[tuple[str, str], float] = field(default_factory=dict)
    order: OrderFacts | None = None
    deviations: tuple[DeviationFacts, ...] = ()


_LOTS = Lookup(select(_LOT), _LOT.c.lot)
_OVERDRAWN = Lookup(
    select(_LOT)
    .join(_INSTALLATION, _INSTALLATION.c.lot_id == _LOT.c.id)
    .where(_INSTALLATION.c.removed_at.is_(None), _LOT.c.used > _LOT.c.quantity * (1 + ROUNDING))
    .distinct(),
    _INSTALLATION.c.parent_id,
)
_OVERDRAWING = Lookup(
    select(_INSTALLATION.c.parent_id)
    .join(_LOT, _LOT.c.id == _INSTALLATION.c.lot_id)
    .where(_INSTALLATION.c.removed_at.is_(None), _LOT.c.used > _LOT.c.quantity * (1 + ROUNDING)),
    _INSTALLATION.c.parent_id,
)
_newer = _RUN.alias("newer")
_DISAGREED = Lookup(
    select(_RUN.c.id, _RUN.c.unit_id, _RUN.c.operation)
    .join(_DECISION, _DECISION.c.id == _RUN.c.gate_id)
    .where(
        text("test_run.provisional"),
        _RUN.c.voided_by.is_(None),
        _DECISION.c.allowed.is_(False),
        # What was had again since no longer hangs on it.
        ~select(_newer.c.id)
        .where(
            _newer.c.unit_id == _RUN.c.unit_id,
            _newer.c.operation == _RUN.c.operation,
            _newer.c.started_at > _RUN.c.started_at,
            _newer.c.finished_at.is_not(None),
            _newer.c.voided_by.is_(None),
        )
        .exists(),
    ),
    _RUN.c.unit_id,
)
_UNDECIDED = Prepared(
    select(_RUN.c.id)
    .outerjoin(_DECISION, _DECISION.c.id == _RUN.c.gate_id)
    .where(
        or_(_DECISION.c.id.is_(None), _DECISION.c.allowed.is_(False)),
        _RUN.c.unit_id == bindparam("unit_id", type_=_RUN.c.unit_id.type),
    )
)
_PLANS = Prepared(select(_PLAN.c.part, _PLAN.c.operation).where(_PLAN.c.digest == bindparam("digest")))
_SKILLS = Prepared(
    select(_CERTIFICATION.c.skill, _CERTIFICATION.c.until).where(_CERTIFICATION.c.operator == bindparam("operator"))
)


def overdrawing(connection: Connection, contents: Collection[UUID]) -> frozenset[UUID]:
    """Those of these units that hold a lot of which more was built in than was received."""
    return frozenset(row.parent_id for row in _OVERDRAWING.rows(connection, contents))


def disagreed(connection: Connection, contents: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
    """The newest runs, by unit, that were begun while the centre was away and refused by its gate when they arrived."""
    found: dict[UUID, frozenset[UUID]] = {}
    for row in _DISAGREED.rows(connection, contents):
        found[row.unit_id] = found.get(row.unit_id, frozenset()) | {row.id}
    return found


def read_terms(
    connection: Connection,
    request: GateRequest,
    unit_id: UUID | None,
    contents: Collection[UUID],
    revision: str | None,
    bill: Collection[Position],
) -> Terms:
    """The terms of a request about this unit, which has this revision and bill of material and these contents."""
    plan = None
    if request.plan is not None:
        plan = next((PlanFacts(row.part, row.operation) for row in _PLANS.rows(connection, digest=request.plan)), None)
    skills = _SKILLS.rows(connection, operator=request.operator)
    undecided = [row.id for row in _UNDECIDED.rows(connection, unit_id=unit_id)] if unit_id else []
    overdrawn = {row.id: _lot_facts(row) for row in _OVERDRAWN.rows(connection, contents)}
    return Terms(
        {row.skill: row.until for row in skills},
        _lots(connection, request.lots),
        tuple(sorted(overdrawn.values(), key=lambda lot: str(lot.identity))),
        frozenset(undecided),
        plan,
        _taken(connection, request, revision, bill),
        order_of(connection, request),
        deviations_for(connection, request),
    )


def _lots(connection: Connection, identities: Collection[LotIdentity]) -> tuple[LotFacts, ...]:
    known = {
        (row.maker, row.part, row.lot): _lot_facts(row)
        for row in _LOTS.rows(connection, {identity.lot for identity in identities})
    }
    return tuple(known.get(lot_key(one), LotFacts(one, None)) for one in dict.fromkeys(identities))


def _lot_facts(row: Any) -> LotFacts:
    identity = LotIdentity(maker=row.maker, part=row.part, lot=row.lot)
    return LotFacts(identity, row.id, row.quantity, row.used, row.unit, row.expires)


def _taken(
    connection: Connection, request: GateRequest, revision: str | None, bill: Collection[Position]
) -> dict[tuple[str, str], float]:
    """How much of each bounded alternate that is asked for has been taken; most requests ask for none."""
    asked = {unit.part for unit in request.components} | {lot.part for lot in request.lots}
    parent, child = _UNIT.alias("parent"), _UNIT.alias("child")
    taken: dict[tuple[str, str], float] = {}
    for line in bill:
        for alternate in line.alternates:
            if alternate.quantity is None or alternate.part not in asked:
                continue
            total = connection.execute(
                select(func.coalesce(func.sum(_INSTALLATION.c.quantity), 0.0))
                .select_from(_INSTALLATION)
                .join(parent, parent.c.id == _INSTALLATION.c.parent_id)
                .outerjoin(child, child.c.id == _INSTALLATION.c.child_id)
                .outerjoin(_LOT, _LOT.c.id == _INSTALLATION.c.lot_id)
                .where(
                    _INSTALLATION.c.position == line.position,
                    _INSTALLATION.c.voided_by.is_(None),
                    func.coalesce(child.c.part, _LOT.c.part) == alternate.part,
                    parent.c.maker == request.unit.maker,
                    parent.c.part == request.unit.part,
                    parent.c.revision == revision,
                )
            ).scalar_one()
            taken[line.position, alternate.part] = float(total)
    return taken
