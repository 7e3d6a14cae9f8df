"""What deviations gave to a unit: parts that its positions take besides, and operations that need not be done. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mes.projection.history import Definition, Ruling, Rulings
from mes.records import Permit, PermitKind


@dataclass(frozen=True, slots=True)
class PermitUsed:
    """A permit that the gate has given to a unit, and the decision that did."""

    kind: PermitKind
    position: str | None
    part: str | None
    operation: str | None
    at: datetime
    gate_id: UUID


def used(permit: Permit, at: datetime, gate_id: UUID) -> PermitUsed:
    """The use of a permit by a decision."""
    return PermitUsed(permit.kind, permit.position, permit.part, permit.operation, at, gate_id)


def with_parts(definition: Definition, permits: Collection[Permit | PermitUsed]) -> Definition:
    """The definition whose positions take, besides their own parts, those that are permitted."""
    more: dict[str, tuple[str, ...]] = {}
    for permit in permits:
        if permit.kind is PermitKind.PART and permit.position is not None and permit.part is not None:
            more[permit.position] = (*more.get(permit.position, ()), permit.part)
    if not more:
        return definition
    bill = tuple(
        replace(line, permitted=tuple(dict.fromkeys(part for part in more.get(line.position, ()) if part != line.part)))
        for line in definition.bill
    )
    return replace(definition, bill=bill)


def with_operations(rulings: Rulings, permits: Collection[PermitUsed]) -> Rulings:
    """The rulings in which an operation that a deviation left out counts as waived from the decision on."""
    if not permits:
        return rulings
    waived = dict(rulings.waived)
    for permit in permits:
        if permit.kind is PermitKind.OPERATION and permit.operation is not None:
            ruling = Ruling(permit.at, permit.gate_id)
            waived[permit.operation] = max(ruling, waived.get(permit.operation, ruling))
    return replace(rulings, waived=waived)
