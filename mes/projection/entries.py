"""What a working set holds of lots, and of what people decided about units."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mes.projection.history import Ruling
from mes.vocabulary import DispositionKind


@dataclass(slots=True)
class LotEntry:
    """One lot, as its whole row; `stored` says whether the table holds it already."""

    row: dict[str, Any]
    stored: bool
    changed: bool = False

    @property
    def id(self) -> UUID:
        """Its id: that of the record that first received it."""
        id_: UUID = self.row["id"]
        return id_


@dataclass(frozen=True, slots=True)
class Disturbed:
    """A result of a unit that stands no longer, and since when."""

    operation: str
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class Disposed:
    """A disposition of a unit."""

    kind: DispositionKind
    operation: str | None
    ruling: Ruling
