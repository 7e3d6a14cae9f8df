"""Sampling plans, samples as drawn, and what was found on their pieces."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class SamplingPlanRow(SQLModel, table=True):
    """A sampling plan revision; of one name the newest released is in force."""

    __tablename__ = "sampling_plan"

    id: UUID = Field(primary_key=True)
    name: str = Field(index=True)
    revision: str
    digest: str = Field(index=True)
    released_at: datetime
    released_by: str
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class Sample(SQLModel, table=True):
    """Pieces drawn from the units of a work order, or from a lot."""

    __tablename__ = "sample"

    id: UUID = Field(primary_key=True)
    plan_digest: str
    work_order: str | None = Field(index=True)
    lot_id: UUID | None = Field(foreign_key="lot.id", index=True)
    population: int
    size: int
    acceptance_number: int
    seed: str
    drawn_by: str
    simulated: bool
    drawn_at: datetime


class SampleItem(SQLModel, table=True):
    """A piece of a sample: a unit of an order, or a piece of a lot by its number."""

    __tablename__ = "sample_item"

    sample_id: UUID = Field(primary_key=True, foreign_key="sample.id")
    place: int = Field(primary_key=True)
    """Of the pieces of a sample as drawn, from 0."""
    unit_id: UUID | None = Field(foreign_key="unit.id", index=True)
    piece: int | None


class SampleResultRow(SQLModel, table=True):
    """What inspection found on a piece of a sample; of several the newest counts."""

    __tablename__ = "sample_result"

    id: UUID = Field(primary_key=True)
    sample_id: UUID = Field(foreign_key="sample.id", index=True)
    unit_id: UUID | None = Field(foreign_key="unit.id", index=True)
    piece: int | None
    conforming: bool
    destroyed: bool
    note: str
    by: str
    simulated: bool
    found_at: datetime
    voided_by: UUID | None = Field(default=None)
