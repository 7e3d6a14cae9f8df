"""Deviations at the desk: approved and withdrawn, each one act, checked in its transaction.

Every function raises `CommandError` with what stands against it, and records nothing then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from mes.command_line import CommandError, Exit
from mes.desk.acts import Act, Desk
from mes.models import table_of
from mes.models.deviation import Deviation, DeviationWithdrawal
from mes.models.product import Material
from mes.projection.loading import load
from mes.projection.working_set import Mentions
from mes.records import (
    DeviationApproved,
    DeviationWithdrawn,
    Permit,
    PermitKind,
    SerialSpan,
    Signature,
)
from mes.vocabulary import OWN_MAKER, OperationKind

_DEVIATION, _WITHDRAWAL, _MATERIAL = table_of(Deviation), table_of(DeviationWithdrawal), table_of(Material)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a deviation reaches: days, number of units, serial numbers."""

    since: date | None = None
    until: date | None = None
    quantity: int | None = None
    serials: tuple[SerialSpan, ...] = ()


def approve_deviation(
    desk: Desk, number: str, part: str, permits: Sequence[Permit], bounds: Bounds, reason: str, signature: Signature
) -> DeviationApproved:
    """Approve a deviation for the units of a part of this site's making."""
    with desk.act() as act:
        if _rows(act, number):
            raise CommandError(
                f"deviation {number}: was approved before, and is never altered; give the next one another number",
                Exit.NO,
            )
        _check_permits(act, number, part, permits)
        record = DeviationApproved(
            **act.envelope(),
            number=number,
            part=part,
            permits=tuple(permits),
            since=bounds.since,
            until=bounds.until,
            quantity=bounds.quantity,
            serials=bounds.serials,
            reason=reason,
            signature=signature,
        )
        act.write([record])
        return record


def withdraw_deviation(desk: Desk, number: str, reason: str, signature: Signature) -> None:
    """End a deviation before its bounds; units that were begun under it keep what it gave them."""
    with desk.act() as act:
        rows = _rows(act, number)
        if not rows:
            raise CommandError(f"deviation {number}: there is none; `mes deviations --all` lists them", Exit.NO)
        (row,) = rows
        if row.withdrawn_at is not None:
            raise CommandError(f"deviation {number}: was withdrawn at {row.withdrawn_at.isoformat()} already", Exit.NO)
        act.not_before(row.approved_at)
        act.write([DeviationWithdrawn(**act.envelope(), deviation=row.id, reason=reason, signature=signature)])


def serial_range(text: str) -> SerialSpan:
    """The serial numbers that ``FIRST..LAST`` or a single one means. Raises `ValueError`."""
    first, between, last = text.partition("..")
    return SerialSpan(first=first.strip(), last=last.strip() if between else None)


def _rows(act: Act, number: str) -> list[Any]:
    statement = select(_DEVIATION, _WITHDRAWAL.c.withdrawn_at).outerjoin(
        _WITHDRAWAL, _WITHDRAWAL.c.deviation_id == _DEVIATION.c.id
    )
    return list(act.connection.execute(statement.where(_DEVIATION.c.number == number)))


def _check_permits(act: Act, number: str, part: str, permits: Sequence[Permit]) -> None:
    newest = load(act.connection, Mentions(parts={(OWN_MAKER, part)})).newest((OWN_MAKER, part))
    if newest is None:
        raise CommandError(f"deviation {number}: part {part} is not made here; load its definition first", Exit.NO)
    bill = {line.position: line for line in newest.definition.bill}
    tests = [step.operation for step in newest.definition.route if step.kind is OperationKind.TEST]
    for permit in permits:
        problem = ""
        if permit.kind is PermitKind.OPERATION and permit.operation not in tests:
            # What is left out of an assembly is said by the position and the part that sits there instead.
            problem = f"{part} has no test {permit.operation}; there are {', '.join(tests) or 'none'}"
        elif permit.kind is PermitKind.PART and permit.position not in bill:
            problem = f"{part} has no position {permit.position}; there are {', '.join(bill) or 'none'}"
        elif permit.kind is PermitKind.PART and permit.position and bill[permit.position].part == permit.part:
            problem = f"position {permit.position} takes {permit.part} without a deviation"
        elif permit.part is not None and not _is_known(act, permit.part):
            problem = f"part {permit.part} is unknown; load its definition first"
        if problem:
            raise CommandError(f"deviation {number}: {problem}", Exit.NO)


def _is_known(act: Act, part: str) -> bool:
    return act.connection.execute(select(_MATERIAL.c.id).where(_MATERIAL.c.part == part).limit(1)).first() is not None
