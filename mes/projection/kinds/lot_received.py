"""A lot of material arrived; deliveries of the same lot add up."""

from mes.models.unit import LotDelivery
from mes.projection.working_set import LotEntry, Mentions, WorkingSet, lot_key
from mes.records import LotReceived


def mentions(record: LotReceived, mentions: Mentions) -> None:
    """The lot, of which a part may have arrived before."""
    mentions.lots.add(lot_key(record.lot))


def project(record: LotReceived, work: WorkingSet) -> None:
    """Add the lot, or its further delivery; the earliest delivery says where it came from."""
    key = lot_key(record.lot)
    origin = {
        "unit": record.unit,
        "supplier": record.supplier,
        "date_code": record.date_code,
        "country_of_origin": record.country_of_origin,
        "received_at": record.at,
        "expires": record.expires,
        "unit_cost": record.unit_cost,
        "currency": record.currency,
    }
    held = work.lots.get(key)
    # What the lot is counted in is the lot's: every delivery of it is counted so.
    work.rows[LotDelivery].append(
        {name: value for name, value in origin.items() if name != "unit"}
        | {
            "id": record.id,
            "lot_id": record.id if held is None else held.id,
            "quantity": record.quantity,
            "source": record.source,
            "simulated": record.simulated,
        }
    )
    if held is None:
        row = {"id": record.id, **record.lot.model_dump(), "quantity": record.quantity, "used": 0.0}
        row["simulated"] = record.simulated
        work.lots[key] = LotEntry(row | origin, stored=False)
        return
    held.changed = True
    held.row["quantity"] += record.quantity
    held.row["simulated"] = held.row["simulated"] or record.simulated
    if record.at < held.row["received_at"]:
        held.row |= origin
