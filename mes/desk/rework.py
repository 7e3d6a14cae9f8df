"""Defects, dispositions and voided records: each one act, checked and recorded in one transaction.

Every function raises `CommandError` with what stands against it, and records nothing then.
"""

from dataclasses import dataclass
from uuid import UUID

from mes.command_line import CommandError, Exit
from mes.desk.acts import Desk
from mes.desk.code_tables import defect_codes
from mes.desk.facts import DESK, after_the_line, facts_of, identity, open_defect_ids, tests_of
from mes.ledger import RecordRejected
from mes.queries.identity import UnitSummary
from mes.records import DefectFound, DispositionMade, DisturbedResult, RecordVoided, Signature
from mes.vocabulary import DispositionKind


@dataclass(frozen=True, slots=True)
class Ruled:
    """The record of a repair or disposition, the defects that it closed and the results that it took back."""

    id: UUID
    closed: tuple[UUID, ...]
    disturbed: tuple[DisturbedResult, ...]


def find_defect(
    desk: Desk, unit: UnitSummary, code: str, position: str | None, operation: str | None, description: str, by: str
) -> DefectFound:
    """Record a defect; the unit stops at its gates until it was dealt with, unless the code is a process indicator.

    The code is one of the tables in force, where any has defect codes.
    """
    with desk.act() as act:
        known = defect_codes(act.connection, code)
        after_the_line(act, [unit.id])
        record = DefectFound(
            **act.envelope(),
            unit=identity(unit),
            code=code,
            position=position,
            operation=operation,
            description=description,
            station=DESK,
            operator=by,
            # Where several tables have the code, one that takes it seriously is enough.
            indicator=bool(known) and all(one.indicator for one in known),
        )
        act.write([record])
        return record


def dispose(
    desk: Desk, unit: UnitSummary, kind: DispositionKind, operation: str | None, reason: str, signature: Signature
) -> Ruled:
    """Record a disposition.

    Scrap and use-as-is close every open defect; a return takes back the results of the operation and of the tests
    after it; a waiver lets the result of the operation pass, until it is tested again.
    """
    with desk.act() as act:
        after_the_line(act, [unit.id])
        facts = facts_of(act, unit).unit
        route = [step.operation for step in facts.route]
        if operation is not None and operation not in route:
            raise CommandError(
                f"{unit}: operation {operation} is not on its route: {', '.join(route) or 'it has none'}", Exit.NO
            )
        if facts.scrapped_by is not None:
            raise CommandError(f"{unit}: was scrapped (disposition {facts.scrapped_by}); void that first", Exit.NO)
        if kind is DispositionKind.SCRAP and facts.installed_in:
            seat = facts.installed_in[0]
            raise CommandError(f"{unit}: is installed in {seat.parent} at {seat.position}; take it out first", Exit.NO)
        disturbed: tuple[DisturbedResult, ...] = ()
        if kind is DispositionKind.RETURN and operation is not None:
            later = set(route[route.index(operation) :])
            tests = tests_of(act.connection, [unit.id])[identity(unit)]
            disturbed = tuple(DisturbedResult(unit=identity(unit), operation=name) for name in tests if name in later)
        closes = kind in (DispositionKind.SCRAP, DispositionKind.USE_AS_IS)
        closed = open_defect_ids(act.connection, unit.id) if closes else ()
        made = DispositionMade(
            **act.envelope(),
            unit=identity(unit),
            disposition=kind,
            operation=operation,
            defects=closed,
            disturbs=disturbed,
            reason=reason,
            signature=signature,
        )
        act.write([made])
        return Ruled(made.id, closed, disturbed)


def void(desk: Desk, target: str, record: UUID, reason: str, signature: Signature) -> UUID:
    """Void a record of this kind; the id of the record that does."""
    with desk.act() as act:
        voided = RecordVoided.model_validate(
            {**act.envelope(), "target": target, "record": record, "reason": reason, "signature": signature}
        )
        try:
            act.write([voided])
        except RecordRejected as error:
            raise CommandError(f"{error.reason}\nnothing was voided", Exit.NO) from error
        return voided.id
