"""A serial number came to life."""

from datetime import datetime

from mes.ledger import GATE_SOURCE
from mes.projection.working_set import Mentions, UnitEntry, WorkingSet, unit_key
from mes.records import UnitRegistered
from mes.vocabulary import UnitState


def mentions(record: UnitRegistered, mentions: Mentions) -> None:
    """The unit, which another station may have registered already."""
    mentions.units.add(unit_key(record.unit))


def project(record: UnitRegistered, work: WorkingSet) -> None:
    """Add the unit. Of two registrations the earlier one counts, whichever arrives first; simulated is never lost.

    What the centre wrote down by itself, because a run of the unit arrived, gives way to anybody who knows the unit.
    """
    key = unit_key(record.unit)
    held = work.named(key)
    if held is None:
        held = UnitEntry(
            record.id,
            key,
            record.revision,
            UnitState.REGISTERED,
            record.simulated,
            record.at,
            record.source,
            stored=False,
            enters_at=record.enters_at,
        )
        work.units[key] = held
    else:
        if _order(record.source, record.at) < _order(held.source, held.registered_at):
            # What it was registered as says nothing of what it has become since.
            if held.converted_at is None:
                held.revision, held.enters_at = record.revision, record.enters_at
            held.registered_at, held.source = record.at, record.source
        held.simulated = held.simulated or record.simulated
        held.changed = True
    work.touched[held.id] = held


def _order(source: str, at: datetime) -> tuple[bool, datetime, str]:
    return source == GATE_SOURCE, at, source
