"""A lot and every unit that holds it, for the one who found the lot in a list and has its id."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from mes.ledger import LedgerError
from mes.models.unit import Lot
from mes.queries.identity import LotSummary, lot_summary
from mes.queries.snapshot import snapshot
from mes.where_used import Use, uses


class UnknownLot(LedgerError):
    """No lot has this id (example: an id kept from another database)."""


@dataclass(frozen=True, slots=True)
class LotUse:
    """A lot as received, and what holds it or did, nearest first."""

    lot: LotSummary
    uses: tuple[Use, ...]


def lot_use(engine: Engine, lot_id: UUID) -> LotUse:
    """Where a lot went, read in one transaction. Raises `UnknownLot`."""
    with snapshot(engine) as session:
        row = session.get(Lot, lot_id)
        if row is None:
            raise UnknownLot(f"no lot has the id {lot_id}")
        return LotUse(lot_summary(row), uses(session, lot_id=lot_id))
