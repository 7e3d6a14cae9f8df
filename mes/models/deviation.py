"""Deviations, how they ended, and the units that were made under them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class Deviation(SQLModel, table=True):
    """A temporary permission for the units of one part, within its bounds."""

    __tablename__ = "deviation"

    id: UUID = Field(primary_key=True)
    number: str = Field(index=True)
    maker: str
    part: str = Field(index=True)
    permits: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    since: date | None
    until: date | None
    quantity: int | None
    serials: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    reason: str
    signed_by: str
    meaning: str
    simulated: bool
    approved_at: datetime


class DeviationWithdrawal(SQLModel, table=True):
    """A deviation ended before its bounds."""

    __tablename__ = "deviation_withdrawal"

    id: UUID = Field(primary_key=True)
    deviation_id: UUID = Field(foreign_key="deviation.id", index=True)
    reason: str
    signed_by: str
    meaning: str
    withdrawn_at: datetime


class DeviationUse(SQLModel, table=True):
    """A decision of the gate that a deviation alone let pass, by the identity of the unit and the thing permitted."""

    __tablename__ = "deviation_use"

    gate_id: UUID = Field(primary_key=True)
    place: int = Field(primary_key=True)
    """Of the permits of one decision, from 0."""
    deviation_id: UUID = Field(index=True)
    number: str
    rule: str
    kind: str
    position: str | None
    component_part: str | None
    operation: str | None
    revision: str | None
    maker: str
    part: str
    serial: str = Field(index=True)
    used_at: datetime
