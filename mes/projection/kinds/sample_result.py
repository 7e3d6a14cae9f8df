"""A piece of a sample was inspected."""

from mes.models.sampling import SampleResultRow
from mes.projection.working_set import Mentions, WorkingSet, lot_key, unit_key
from mes.records import SampleResult


def mentions(record: SampleResult, mentions: Mentions) -> None:
    """The sample, and the unit or the lot of the piece."""
    mentions.facts.add(record.sample)
    if record.unit is not None:
        mentions.units.add(unit_key(record.unit))
    if record.lot is not None:
        mentions.lots.add(lot_key(record.lot))


def project(record: SampleResult, work: WorkingSet) -> None:
    """Add the result; a piece of a lot that inspection destroyed is used up. A unit is scrapped by a disposition."""
    work.fact(record.sample, "sample")
    if record.lot is not None and record.destroyed:
        lot = work.lot(record.lot)
        lot.row["used"] += 1
        lot.changed = True
    unit_id = None if record.unit is None else work.unit(record.unit).id
    work.known[record.id] = ("sample_result", unit_id)
    work.rows[SampleResultRow].append(
        {
            "id": record.id,
            "sample_id": record.sample,
            "unit_id": unit_id,
            "piece": record.piece,
            "conforming": record.conforming,
            "destroyed": record.destroyed,
            "note": record.note,
            "by": record.by,
            "simulated": record.simulated,
            "found_at": record.at,
            "voided_by": None,
        }
    )
