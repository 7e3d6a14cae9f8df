"""Sampling: plans as loaded, samples as drawn, and what was found on each of their pieces."""

from enum import StrEnum
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, FiniteFloat, model_validator

from mes.records.definition import silent
from mes.records.document import Digest, Document, LotIdentity, Name, Record, Text, UnitIdentity


class SamplingPurpose(StrEnum):
    """What a sample is for: to accept a lot, to see the first pieces of an order, or to watch reliability."""

    ACCEPTANCE = "ACCEPTANCE"
    FIRST_ARTICLE = "FIRST_ARTICLE"
    RELIABILITY = "RELIABILITY"


class InspectionLevel(StrEnum):
    """General inspection levels of MIL-STD-105E 4.9.1."""

    I = "I"  # noqa: E741 - the standard's own name
    II = "II"
    III = "III"


class SamplingPlan(Document):
    """A single sampling plan of one part at one revision: sample size and acceptance number, given or by an AQL."""

    name: Name
    revision: Name
    part: Name
    purpose: SamplingPurpose = SamplingPurpose.ACCEPTANCE
    operation: Name | None = Field(default=None, exclude_if=silent)
    """The inspection that the pieces are taken to, in words of the route; None: one of its own."""
    aql: FiniteFloat | None = Field(default=None, gt=0, exclude_if=silent)
    """Acceptable quality level in percent nonconforming."""
    level: InspectionLevel | None = Field(default=None, exclude_if=silent)
    """Inspection level of an AQL plan; None: II."""
    sample_size: int | None = Field(default=None, ge=1, le=10**6, exclude_if=silent)
    acceptance_number: int | None = Field(default=None, ge=0, exclude_if=silent)
    """Most pieces that may be nonconforming."""
    destructive: bool | None = Field(default=None, exclude_if=silent)
    """Whether inspection uses the pieces up."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = (self.sample_size is not None, self.acceptance_number is not None)
        if given[0] != given[1] or given[0] == (self.aql is not None):
            raise ValueError("a plan gives an aql, or a sample_size with its acceptance_number")
        if self.level is not None and self.aql is None:
            raise ValueError("an inspection level belongs to an aql")
        if self.sample_size is not None and (self.acceptance_number or 0) >= self.sample_size:
            raise ValueError("a plan that accepts every sample inspects nothing: lower the acceptance number")
        return self


class SamplingPlanReleased(Record):
    """A sampling plan revision, as loaded; of one name the newest released is in force."""

    kind: Literal["sampling_plan_released"] = "sampling_plan_released"
    plan: SamplingPlan
    digest: Digest
    released_by: Name


class SampleDrawn(Record):
    """Pieces taken from an order's units or from a lot, by a draw that anybody can repeat from its seed.

    `population` is how many there were to draw from. Of an order `units` are named; of a lot `pieces` are numbers from
    1 in the order in which they lie.
    """

    kind: Literal["sample_drawn"] = "sample_drawn"
    plan: Digest
    order: Name | None = Field(default=None, exclude_if=silent)
    lot: LotIdentity | None = Field(default=None, exclude_if=silent)
    population: int = Field(ge=1)
    seed: Text
    acceptance_number: int = Field(ge=0)
    units: tuple[UnitIdentity, ...] = Field(default=(), exclude_if=silent)
    pieces: tuple[int, ...] = Field(default=(), exclude_if=silent)
    by: Name

    @model_validator(mode="after")
    def _one_scope(self) -> Self:
        if (self.order is None) == (self.lot is None) or bool(self.units) != (self.order is not None):
            raise ValueError("a sample is of units of an order, or of pieces of a lot")
        if bool(self.pieces) != (self.lot is not None):
            raise ValueError("a sample of a lot names pieces")
        return self


class SampleResult(Record):
    """What inspection found on one piece of a sample; the newest about a piece counts."""

    kind: Literal["sample_result"] = "sample_result"
    sample: UUID
    unit: UnitIdentity | None = Field(default=None, exclude_if=silent)
    lot: LotIdentity | None = Field(default=None, exclude_if=silent)
    piece: int | None = Field(default=None, ge=1, exclude_if=silent)
    conforming: bool
    destroyed: bool = False
    """Whether the inspection used the piece up."""
    note: Text = ""
    by: Name

    @model_validator(mode="after")
    def _one_piece(self) -> Self:
        if (self.unit is None) == (self.piece is None) or (self.lot is None) != (self.piece is None):
            raise ValueError("a result is about a unit or about a piece of a lot")
        return self
