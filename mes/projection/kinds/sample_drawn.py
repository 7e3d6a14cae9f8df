"""A sample was drawn."""

from mes.models.sampling import Sample, SampleItem
from mes.projection.working_set import Mentions, WorkingSet, lot_key, unit_key
from mes.records import SampleDrawn


def mentions(record: SampleDrawn, mentions: Mentions) -> None:
    """Its units, or its lot."""
    mentions.units |= {unit_key(unit) for unit in record.units}
    if record.lot is not None:
        mentions.lots.add(lot_key(record.lot))


def project(record: SampleDrawn, work: WorkingSet) -> None:
    """Add the sample and its pieces."""
    drawn = [(work.unit(unit).id, None) for unit in record.units] + [(None, piece) for piece in record.pieces]
    work.known[record.id] = ("sample", None)
    work.rows[Sample].append(
        {
            "id": record.id,
            "plan_digest": record.plan,
            "work_order": record.order,
            "lot_id": None if record.lot is None else work.lot(record.lot).id,
            "population": record.population,
            "size": len(drawn),
            "acceptance_number": record.acceptance_number,
            "seed": record.seed,
            "drawn_by": record.by,
            "simulated": record.simulated,
            "drawn_at": record.at,
        }
    )
    work.rows[SampleItem] += [
        {"sample_id": record.id, "place": place, "unit_id": unit_id, "piece": piece}
        for place, (unit_id, piece) in enumerate(drawn)
    ]
