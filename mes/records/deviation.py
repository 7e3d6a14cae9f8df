"""Deviations: temporary permissions beside a revision, bounded and signed, and how one ends."""

from datetime import date
from enum import StrEnum
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from mes.records.document import Document, Name, Record, Signature, Text
from mes.vocabulary import OWN_MAKER


class PermitKind(StrEnum):
    """What a deviation lets pass: another part in a position, an operation left out, a revision out of force."""

    PART = "PART"
    OPERATION = "OPERATION"
    REVISION = "REVISION"


class Permit(Document):
    """One thing that a deviation lets pass.

    PART: `part` in `position`, of `lot` alone where one is named. OPERATION: `operation` need not be done. REVISION:
    `part`, the product itself or a component, at `revision`, superseded or not released.
    """

    kind: PermitKind
    position: Name | None = None
    part: Name | None = None
    lot: Name | None = None
    operation: Name | None = None
    revision: Name | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        needed = {
            PermitKind.PART: ("position", "part"),
            PermitKind.OPERATION: ("operation",),
            PermitKind.REVISION: ("part", "revision"),
        }[self.kind]
        allowed = (*needed, "lot") if self.kind is PermitKind.PART else needed
        given = {
            name for name in ("position", "part", "lot", "operation", "revision") if getattr(self, name) is not None
        }
        if not set(needed) <= given or given - set(allowed):
            raise ValueError(f"a permit of kind {self.kind} names {' and '.join(needed)}, and nothing else")
        return self

    def __str__(self) -> str:
        if self.kind is PermitKind.PART:
            return f"{self.part}{f' lot {self.lot}' if self.lot else ''} in position {self.position}"
        if self.kind is PermitKind.OPERATION:
            return f"without operation {self.operation}"
        return f"{self.part} revision {self.revision}"


class SerialSpan(Document):
    """Serial numbers from one to another, both included, of one length; a single one has no `last`."""

    first: Name
    last: Name | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.last is not None and (len(self.last) != len(self.first) or self.last < self.first):
            raise ValueError("a range of serial numbers runs forward between two of one length")
        return self

    def __contains__(self, serial: str) -> bool:
        last = self.first if self.last is None else self.last
        return len(serial) == len(self.first) and self.first <= serial <= last

    def __str__(self) -> str:
        return self.first if self.last is None else f"{self.first}..{self.last}"


class DeviationApproved(Record):
    """A deviation for the units of one part, within its bounds: days in UTC, number of units, serial numbers."""

    kind: Literal["deviation_approved"] = "deviation_approved"
    number: Name
    maker: Name = OWN_MAKER
    part: Name
    """The part whose units are made under it."""
    permits: tuple[Permit, ...] = Field(min_length=1)
    since: date | None = None
    until: date | None = None
    """Last day."""
    quantity: int | None = Field(default=None, ge=1, le=10**9)
    """How many units may be made under it."""
    serials: tuple[SerialSpan, ...] = ()
    """The units that may be made under it; none named: all."""
    reason: Text = Field(min_length=1)
    signature: Signature

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        if self.until is None and self.quantity is None and not self.serials:
            raise ValueError("a deviation is bounded by a last day, a number of units or serial numbers")
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError("the deviation ends before it begins")
        return self


class DeviationWithdrawn(Record):
    """A deviation ends before its bounds: no further unit is made under it; those that were keep what it gave them."""

    kind: Literal["deviation_withdrawn"] = "deviation_withdrawn"
    deviation: UUID
    reason: Text = Field(min_length=1)
    signature: Signature
