"""Tables as projections of the journal: `fold` in the transaction that journals, `rebuild` from the beginning."""

from mes.projection.folding import fold, rebuild

__all__ = ["fold", "rebuild"]
