"""The deviations that may let a unit pass where a rule would refuse it, and whether each is in force for it.

A unit that has begun under a deviation is finished under it: its days and its number of units are asked only of units
that have nothing of it yet.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, func, select

from mes.models import table_of
from mes.models.deviation import Deviation, DeviationUse, DeviationWithdrawal
from mes.records import GateRequest, Permit, PermitKind, Permitted, SerialSpan

_DEVIATION, _WITHDRAWAL, _USE = table_of(Deviation), table_of(DeviationWithdrawal), table_of(DeviationUse)
_OF_PART = select(_DEVIATION, _WITHDRAWAL.c.withdrawn_at).outerjoin(
    _WITHDRAWAL, _WITHDRAWAL.c.deviation_id == _DEVIATION.c.id
)


@dataclass(frozen=True, slots=True)
class DeviationFacts:
    """A deviation for the part of a request: `made` counts the other units under it, `begun` says that this one is."""

    id: UUID
    number: str
    permits: tuple[Permit, ...]
    since: date | None
    until: date | None
    quantity: int | None
    serials: tuple[SerialSpan, ...]
    withdrawn: bool = False
    made: int = 0
    begun: bool = False


def deviations_for(connection: Connection, request: GateRequest) -> tuple[DeviationFacts, ...]:
    """The deviations for the part of the unit, by their numbers; most parts have none."""
    asked = _OF_PART.where(_DEVIATION.c.part == request.unit.part, _DEVIATION.c.maker == request.unit.maker)
    rows = {row.id: row for row in connection.execute(asked.order_by(_DEVIATION.c.number, _DEVIATION.c.id))}
    if not rows:
        return ()
    columns = (_USE.c.deviation_id, _USE.c.maker, _USE.c.part, _USE.c.serial)
    own = (_USE.c.serial == request.unit.serial, _USE.c.part == request.unit.part, _USE.c.maker == request.unit.maker)
    begun = set(connection.execute(select(_USE.c.deviation_id).where(*own).distinct()).scalars())
    # How many were made is asked only where that is a bound.
    bounded = [id_ for id_, row in rows.items() if row.quantity is not None]
    made: dict[UUID, int] = {}
    if bounded:
        units = select(*columns).where(_USE.c.deviation_id.in_(bounded)).distinct().subquery()
        counts = select(units.c.deviation_id, func.count()).group_by(units.c.deviation_id)
        made = {row[0]: row[1] for row in connection.execute(counts)}
    return tuple(
        DeviationFacts(
            row.id,
            row.number,
            tuple(Permit.model_validate(permit) for permit in row.permits),
            row.since,
            row.until,
            row.quantity,
            tuple(SerialSpan.model_validate(serials) for serials in row.serials),
            row.withdrawn_at is not None,
            made.get(row.id, 0) - (row.id in begun),
            row.id in begun,
        )
        for row in rows.values()
    )


def out_of_force(deviation: DeviationFacts, request: GateRequest) -> str:
    """Why a deviation does not stand for this unit now; empty when it does. Days are those of UTC."""
    if deviation.begun:
        return ""
    day: date = request.at.date()
    name = f"deviation {deviation.number}"
    if deviation.withdrawn:
        return f"{name} was withdrawn"
    if deviation.since is not None and day < deviation.since:
        return f"{name} is in force from {deviation.since}"
    if deviation.until is not None and day > deviation.until:
        return f"{name} was in force until {deviation.until}"
    if deviation.serials and not any(request.unit.serial in serials for serials in deviation.serials):
        return f"{name} is for {', '.join(map(str, deviation.serials[:6]))} only"
    if deviation.quantity is not None and deviation.made >= deviation.quantity:
        return f"{name} is bounded to {deviation.quantity} unit(s), all of which are made"
    return ""


def permitting(
    deviations: tuple[DeviationFacts, ...],
    request: GateRequest,
    rule: str,
    kind: PermitKind,
    lot: str | None = None,
    **named: str | None,
) -> tuple[Permitted | None, str]:
    """The first deviation in force with a permit that names this, or why those that have one do not stand.

    A permit for one lot is for that `lot` alone.
    """
    reasons = []
    for deviation in deviations:
        meant = (
            permit
            for permit in deviation.permits
            if permit.kind is kind
            and permit.lot in (None, lot)
            and all(getattr(permit, name) == value for name, value in named.items())
        )
        permit = next(meant, None)
        if permit is None:
            continue
        if not (reason := out_of_force(deviation, request)):
            return Permitted(rule=rule, deviation=deviation.number, record=deviation.id, permit=permit), ""
        reasons.append(reason)
    return None, ", ".join(reasons)
