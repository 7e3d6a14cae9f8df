"""Holds: which units are meant, by a predicate that stands, and how a hold ends."""

from enum import StrEnum
from typing import Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from mes.records.definition import silent
from mes.records.document import Digest, Document, LotIdentity, Name, Record, Signature, Text, UnitIdentity


class Subject(StrEnum):
    """What a predicate is about: a unit, a lot, a material by its maker or date code, a work order, or work done."""

    UNIT = "UNIT"
    LOT = "LOT"
    MATERIAL = "MATERIAL"
    ORDER = "ORDER"
    WORK = "WORK"


_MATERIAL = ("maker", "part", "date_code")
_WORK = ("instrument", "fixture", "plan", "limit_revision", "operator", "station")


class Predicate(Document):
    """Which units are meant: a unit, what a lot or a material went into, the units of a work order, or what somebody
    or something worked on.

    Everything that is given must be so. `instrument` is a serial number. With `since` or `until` only facts count that
    overlap [since, until): an installation while the material was in, a run while it lasted.
    """

    unit: UnitIdentity | None = None
    lot: LotIdentity | None = None
    maker: Name | None = None
    part: Name | None = None
    date_code: Name | None = None
    instrument: Name | None = None
    fixture: Name | None = None
    plan: Digest | None = None
    limit_revision: Name | None = None
    operator: Name | None = None
    station: Name | None = None
    order: Name | None = Field(default=None, exclude_if=silent)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @property
    def subject(self) -> Subject:
        """What it is about."""
        if self.unit is not None:
            return Subject.UNIT
        if self.lot is not None:
            return Subject.LOT
        if self.order is not None:
            return Subject.ORDER
        return Subject.MATERIAL if any(getattr(self, name) is not None for name in _MATERIAL) else Subject.WORK

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        material = any(getattr(self, name) is not None for name in _MATERIAL)
        work = any(getattr(self, name) is not None for name in _WORK)
        if (self.unit is not None) + (self.lot is not None) + (self.order is not None) + material + work != 1:
            raise ValueError("a predicate is about one unit, lot, material or work order, or about work that was done")
        if material and self.maker is None and self.date_code is None:
            raise ValueError("a material is named by its maker or its date code; a part number alone is too wide")
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("the window ends before it begins")
        return self

    def __str__(self) -> str:
        named = [
            f"{name.replace('_', ' ')} {value[:12] if name == 'plan' else value}"
            for name in (*_MATERIAL, *_WORK)
            if (value := getattr(self, name)) is not None
        ]
        named += [f"unit {self.unit}"] if self.unit is not None else []
        named += [f"work order {self.order}"] if self.order is not None else []
        named += [str(self.lot)] if self.lot is not None else []
        named += [f"from {self.since.isoformat()}"] if self.since is not None else []
        named += [f"to {self.until.isoformat()}"] if self.until is not None else []
        return ", ".join(named)


class HoldPlaced(Record):
    """Every unit that the predicate catches stops at its next gate, and so does everything that holds one.

    The predicate stands: what arrives later, and matches, is caught as well.
    """

    kind: Literal["hold_placed"] = "hold_placed"
    predicate: Predicate
    reason: Text = Field(min_length=1)
    by: Name


class HoldReleased(Record):
    """A hold ended: for these units and the facts before this moment, or without units for all."""

    kind: Literal["hold_released"] = "hold_released"
    hold: UUID
    units: tuple[UnitIdentity, ...] = ()
    reason: Text = Field(min_length=1)
    signature: Signature
