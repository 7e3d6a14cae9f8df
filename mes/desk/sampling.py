"""Samples at the desk: drawn from an order or a lot, inspected piece by piece, and a hold where one is rejected.

Every function raises `CommandError` with what stands against it, and records nothing then.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mes.command_line import CommandError, Exit
from mes.containment import same_unit
from mes.desk.acts import Act, Desk
from mes.desk.facts import after_the_line
from mes.desk.ordering import stored_order
from mes.desk.sample_draw import SampleVerdict, drawn
from mes.models import table_of
from mes.models.order import OrderUnit
from mes.models.sampling import SamplingPlanRow
from mes.models.unit import Lot, Unit
from mes.queries.identity import LotSummary
from mes.queries.samples import SampleReport, read_samples
from mes.records import (
    DispositionMade,
    HoldPlaced,
    LotIdentity,
    Predicate,
    Record,
    SampleDrawn,
    SampleResult,
    SamplingPlan,
    SamplingPurpose,
    Signature,
    UnitIdentity,
)
from mes.statistics.acceptance import NoSuchPlan, SinglePlan, single_plan
from mes.vocabulary import DispositionKind, UnitState

_PLAN, _ORDER_UNIT, _UNIT, _LOT = table_of(SamplingPlanRow), table_of(OrderUnit), table_of(Unit), table_of(Lot)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a sample is drawn from: an order by its number, or a lot."""

    order: str | None = None
    lot: LotSummary | None = None

    def __str__(self) -> str:
        return f"order {self.order}" if self.lot is None else str(self.lot)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample, `fresh` when it was drawn now and not before."""

    sample: SampleReport
    fresh: bool


@dataclass(frozen=True, slots=True)
class Inspected:
    """A sample after a result, and the hold that its rejection placed."""

    sample: SampleReport
    hold: UUID | None


def draw_sample(desk: Desk, scope: Scope, plan_name: str, seed: str | None, by: str) -> Drawn:
    """Draw a sample by the plan in force of this name; one that is still open is not drawn again."""
    with desk.act() as act:
        digest, plan = _plan(act, plan_name)
        mine = [one for one in _samples(act, scope) if one.plan == plan.name]
        open_one = next((one for one in mine if one.verdict is SampleVerdict.OPEN), None)
        if open_one is not None:
            if seed not in (None, open_one.seed):
                raise CommandError(
                    f"{scope}: sample {open_one.id} of plan {plan.name} is open, and is not drawn again by another"
                    " seed; record its results first",
                    Exit.NO,
                )
            return Drawn(open_one, fresh=False)
        told: dict[str, Any] = {"plan": digest, "seed": seed or f"{act.chance():019x}", "by": by}
        if scope.order is not None:
            told |= _of_order(act, scope.order, plan, told["seed"])
        elif scope.lot is not None:
            told |= _of_lot(act, scope.lot, plan, told["seed"])
        record = SampleDrawn(**act.envelope(), **told)
        act.write([record])
        return Drawn(_sample(act, scope, record.id), fresh=True)


def record_result(
    desk: Desk,
    scope: Scope,
    plan_name: str | None,
    piece: str,
    by: str,
    *,
    conforming: bool,
    destroyed: bool | None,
    note: str,
) -> Inspected:
    """Record what was found on a piece of the open sample of an order or a lot.

    A unit that inspection destroyed is scrapped in the same act. A sample that is rejected by this result places a
    hold on the whole order or lot.
    """
    with desk.act() as act:
        sample = _meant(act, scope, plan_name, piece)
        found = next(one for one in sample.pieces if one.piece == piece)
        used_up = sample.destructive if destroyed is None else destroyed
        act.not_before(found.found_at or sample.drawn_at)
        told: dict[str, Any] = {"sample": sample.id, "conforming": conforming, "note": note, "by": by}
        scrap: list[Record] = []
        if found.unit_id is not None:
            unit = _unit(act, found.unit_id)
            after_the_line(act, [found.unit_id])
            told["unit"] = unit
            if used_up and not found.destroyed:
                scrap = [_scrapped(act, found.unit_id, unit, sample, by)]
        else:
            told |= {"piece": int(piece), "lot": sample.lot}
        # A piece is used up once, however often its result is corrected.
        destroyed_now = used_up and (found.unit_id is not None or not found.destroyed)
        before = sample.verdict
        act.write([SampleResult(**act.envelope(), **told, destroyed=destroyed_now), *scrap])
        after = _sample(act, scope, sample.id)
        hold = None
        if after.verdict is SampleVerdict.REJECTED and before is not SampleVerdict.REJECTED:
            reason = (
                f"sample {after.id} of plan {after.plan} rejected: {after.nonconforming} of {after.size} nonconforming,"
                f" {after.acceptance_number} allowed"
            )
            asked = Predicate(order=after.work_order) if after.lot is None else Predicate(lot=after.lot)
            record = HoldPlaced(**act.envelope(), predicate=asked, reason=reason, by=by)
            act.write([record])
            hold = record.id
        return Inspected(after, hold)


def plan_for(plan: SamplingPlan, population: int) -> SinglePlan:
    """The sample size and acceptance number of a plan for so many pieces. Raises `CommandError`."""
    if plan.aql is not None:
        try:
            return single_plan(population, plan.aql, "II" if plan.level is None else plan.level.value)
        except NoSuchPlan as error:
            raise CommandError(
                f"plan {plan.name}: {error}; write sample_size and acceptance_number", Exit.NO
            ) from error
    return SinglePlan(min(plan.sample_size or 1, population), plan.acceptance_number or 0)


def _plan(act: Act, name: str) -> tuple[str, SamplingPlan]:
    every = select(_PLAN).order_by(_PLAN.c.released_at, _PLAN.c.id)
    rows = {row.name: row for row in act.connection.execute(every)}
    if name not in rows:
        known = ", ".join(sorted(rows)) or "none is loaded; load one by `mes load FILE` with a [[sampling]]"
        raise CommandError(f"sampling plan {name}: is unknown; known are: {known}", Exit.NO)
    return rows[name].digest, SamplingPlan.model_validate(rows[name].content)


def _of_order(act: Act, number: str, plan: SamplingPlan, seed: str) -> dict[str, Any]:
    order = stored_order(act, number)
    if order is None or order.part != plan.part:
        made = "was never released" if order is None else f"is for {order.part}, and plan {plan.name} for {plan.part}"
        raise CommandError(f"order {number}: {made}", Exit.NO)
    rows = act.connection.execute(
        select(_UNIT, _ORDER_UNIT.c.assigned_at)
        .join(_ORDER_UNIT, same_unit(_ORDER_UNIT, _UNIT))
        .where(_ORDER_UNIT.c.work_order == number, _UNIT.c.state != UnitState.SCRAPPED.value)
        .order_by(_ORDER_UNIT.c.assigned_at, _UNIT.c.serial)
    ).all()
    first = plan.purpose is SamplingPurpose.FIRST_ARTICLE
    # An inspection on the route comes before a unit is through it; one beside the route takes finished units.
    ready = [UnitState.COMPLETED] if plan.operation is None else [UnitState.IN_PROCESS, UnitState.COMPLETED]
    population = rows if first else [row for row in rows if row.state in ready]
    if not population:
        raise CommandError(
            f"order {number}: has no unit to inspect yet (of {len(rows)} that are not scrapped)", Exit.NO
        )
    found = plan_for(plan, len(population))
    if first and len(population) < (plan.sample_size or found.sample_size):
        raise CommandError(f"order {number}: has {len(population)} unit(s), {plan.sample_size} are inspected", Exit.NO)
    act.not_before(max(row.assigned_at for row in population))
    after_the_line(act, [row.id for row in population])
    serials = [row.serial for row in population]
    taken = set(serials[: found.sample_size]) if first else drawn(serials, found.sample_size, seed)
    return {
        "order": number,
        "population": len(population),
        "acceptance_number": found.acceptance_number,
        "units": tuple(
            UnitIdentity(maker=row.maker, part=row.part, serial=row.serial) for row in population if row.serial in taken
        ),
    }


def _of_lot(act: Act, lot: LotSummary, plan: SamplingPlan, seed: str) -> dict[str, Any]:
    if lot.part != plan.part or plan.purpose is SamplingPurpose.FIRST_ARTICLE:
        why = f"is of {lot.part}, and plan {plan.name} for {plan.part}"
        raise CommandError(
            f"{lot}: {why if lot.part != plan.part else 'has no first article; that is of an order'}", Exit.NO
        )
    row = act.connection.execute(select(_LOT).where(_LOT.c.id == lot.id)).one()
    left = row.quantity - row.used
    if left < 1 or not float(left).is_integer():
        raise CommandError(f"{lot}: {left:g} {row.unit} are left, and a sample takes whole pieces", Exit.NO)
    act.not_before(row.received_at)
    found = plan_for(plan, int(left))
    pieces = drawn((str(number) for number in range(1, int(left) + 1)), found.sample_size, seed)
    return {
        "lot": LotIdentity(maker=row.maker, part=row.part, lot=row.lot),
        "population": int(left),
        "acceptance_number": found.acceptance_number,
        "pieces": tuple(sorted(map(int, pieces))),
    }


def _samples(act: Act, scope: Scope) -> tuple[SampleReport, ...]:
    if scope.lot is not None:
        return read_samples(act.connection, lot_id=scope.lot.id)
    return read_samples(act.connection, order=scope.order)


def _sample(act: Act, scope: Scope, id_: UUID) -> SampleReport:
    return next(one for one in _samples(act, scope) if one.id == id_)


def _meant(act: Act, scope: Scope, plan_name: str | None, piece: str) -> SampleReport:
    """The newest sample that has the piece; an open one before one that is judged."""
    every = [one for one in _samples(act, scope) if plan_name in (None, one.plan)]
    having = [one for one in every if any(each.piece == piece for each in one.pieces)]
    if not having:
        known = "; ".join(f"{one.plan}: {', '.join(each.piece for each in one.pieces[:12])}" for one in every[-3:])
        raise CommandError(f"{scope}: no sample has {piece}; its samples have {known or 'nothing, draw one'}", Exit.NO)
    open_ones = [one for one in having if one.verdict is SampleVerdict.OPEN]
    if len({one.plan for one in open_ones or having}) > 1:
        raise CommandError(f"{scope}: {piece} is in samples of several plans; choose one by --plan", Exit.NO)
    return (open_ones or having)[-1]


def _unit(act: Act, id_: UUID) -> UnitIdentity:
    row = act.connection.execute(select(_UNIT).where(_UNIT.c.id == id_)).one()
    return UnitIdentity(maker=row.maker, part=row.part, serial=row.serial)


def _scrapped(act: Act, unit_id: UUID, unit: UnitIdentity, sample: SampleReport, by: str) -> Record:
    state = act.connection.execute(select(_UNIT.c.state).where(_UNIT.c.id == unit_id)).scalar_one()
    if state in (UnitState.INSTALLED, UnitState.SCRAPPED):
        raise CommandError(f"{unit}: is {state.lower()}, and cannot be used up by an inspection", Exit.NO)
    return DispositionMade(
        **act.envelope(),
        unit=unit,
        disposition=DispositionKind.SCRAP,
        reason=f"used up by sample {sample.id} of plan {sample.plan}",
        signature=Signature(name=by, meaning="destructive inspection"),
    )
