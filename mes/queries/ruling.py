"""One thing that people did to a unit or decided about it, as its history tells it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

RulingName = Literal[
    "defect",
    "repair",
    "disposition",
    "void",
    "hold",
    "release",
    "packed",
    "unpacked",
    "shipped",
    "returned",
    "moved",
    "robbed",
    "converted",
    "alias",
    "order",
    "sample",
]


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision about the unit: `what` in words, by whom, and the record that voided it."""

    at: datetime
    id: UUID
    event: RulingName
    what: str
    note: str
    by: str
    simulated: bool
    voided_by: UUID | None = None
    meaning: str = ""
    """What the signature means; empty where nobody signed."""
