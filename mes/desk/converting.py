"""Converting a unit to another part or revision: by a rule of the new part's released definition, or by signature.

The unit stays the same piece, with its history and with what is built into it; its old number finds it for good.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from mes.command_line import CommandError, Exit
from mes.desk.acts import Act, Desk
from mes.desk.facts import facts_of, identity
from mes.desk.goods import after_everything, as_they_are, here
from mes.models import table_of
from mes.models.product import Material
from mes.projection.loading import load
from mes.projection.working_set import DefinitionEntry, Mentions
from mes.queries.identity import UnitSummary
from mes.records import Conversion, DisturbedResult, Signature, UnitConverted, UnitIdentity
from mes.vocabulary import OperationKind, Tracking

_MATERIAL = table_of(Material)


@dataclass(frozen=True, slots=True)
class Converted:
    """What a unit became, whether a rule allowed it, and the tests that it has to pass again."""

    id: UUID
    unit: UnitIdentity
    revision: str
    by_rule: bool
    again: tuple[str, ...]


def convert(
    desk: Desk,
    unit: UnitSummary,
    to_part: str,
    to_revision: str | None,
    reason: str,
    by: str,
    *,
    signature: Signature | None = None,
    again: Sequence[str] = (),
) -> Converted:
    """Convert a unit; without a revision to the newest of the part.

    `again` names tests of the new route to be passed again, besides those of the rule. Raises `CommandError` when no
    rule allows it and nobody signs, for a name that another unit has, and for a unit that is away, packed, installed,
    held or scrapped.
    """
    with desk.act() as act:
        (unit,) = as_they_are(act, [unit])
        here(act, [unit.id])
        after_everything(act, [unit.id])
        _free(act, unit)
        new = UnitIdentity(maker=unit.maker, part=to_part, serial=unit.serial)
        entry = _definition(act, unit, new, to_revision)
        rule = _rule(entry, unit)
        if rule is None and signature is None:
            raise CommandError(
                f"{unit}: no rule of {to_part} revision {entry.revision} takes revision {unit.revision} of {unit.part};"
                " sign it with --meaning, or load a definition that `converts` it",
                Exit.NO,
            )
        named = tuple(dict.fromkeys([*(rule.disturbs if rule else ()), *again]))
        tests = [step.operation for step in entry.definition.route if step.kind is OperationKind.TEST]
        if unknown := [name for name in named if name not in tests]:
            known = ", ".join(tests) or "it has none"
            raise CommandError(f"{new}: {', '.join(unknown)} is no test of its route: {known}", Exit.NO)
        record = UnitConverted(
            **act.envelope(),
            unit=identity(unit),
            revision=unit.revision,
            to_part=to_part,
            to_revision=entry.revision,
            rule=entry.digest if rule else None,
            signature=signature,
            reason=reason,
            disturbs=tuple(DisturbedResult(unit=new, operation=name) for name in named),
            operator=by,
        )
        act.write([record])
        return Converted(record.id, new, entry.revision, rule is not None, named)


def _free(act: Act, unit: UnitSummary) -> None:
    facts = facts_of(act, unit)
    against = [f"is installed in {place.parent} at {place.position}" for place in facts.unit.installed_in]
    against += ["was scrapped"] if facts.unit.scrapped_by is not None else []
    against += [f"is held: hold {hold.hold_id} of {hold.placed_by} ({hold.reason})" for hold in facts.holds]
    if against:
        raise CommandError(f"{unit}: cannot be converted: it {'; it '.join(against)}", Exit.NO)


def _definition(act: Act, unit: UnitSummary, new: UnitIdentity, revision: str | None) -> DefinitionEntry:
    key = (new.maker, new.part, new.serial)
    work = load(act.connection, Mentions(units={key}, parts={key[:2]}))
    held = work.named(key)
    if held is not None and held.id != unit.id:
        raise CommandError(f"{unit}: cannot become {new}: such a unit exists already", Exit.NO)
    entry = work.newest(key[:2], revision)
    if entry is None:
        what = new.part if revision is None else f"revision {revision} of {new.part}"
        raise CommandError(f"{unit}: cannot become {new}: {what} is not released; load it by `mes load`", Exit.NO)
    if (unit.part, unit.revision) == (new.part, entry.revision):
        raise CommandError(f"{unit}: is revision {unit.revision} of {new.part} already", Exit.NO)
    tracking = act.connection.execute(select(_MATERIAL.c.tracking).where(_MATERIAL.c.id == entry.id)).scalar_one()
    if tracking != Tracking.UNIT:
        raise CommandError(f"{unit}: cannot become {new}: that part is traced by the lot", Exit.NO)
    pattern = entry.definition.serial_pattern
    # ASCII, as at the gate: a full-width digit is no digit on a label.
    if pattern is not None and not re.fullmatch(pattern, new.serial, re.ASCII):
        raise CommandError(f"{unit}: cannot become {new}: that part takes serial numbers like {pattern}", Exit.NO)
    return entry


def _rule(entry: DefinitionEntry, unit: UnitSummary) -> Conversion | None:
    for rule in entry.definition.converts:
        if rule.part == unit.part and (not rule.revisions or unit.revision in rule.revisions):
            return rule
    return None
