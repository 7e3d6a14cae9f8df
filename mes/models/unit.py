"""Units, lots and what is built into what."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Unit(SQLModel, table=True):
    """One serialised piece (ISA-95 material sublot of one). Its id is that of the record that registered it."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("maker", "part", "serial"),)

    id: UUID = Field(primary_key=True)
    maker: str
    part: str
    serial: str = Field(index=True)
    revision: str
    enters_at: str | None = Field(default=None)
    """The operation at which a unit made elsewhere entered its route."""
    state: str = Field(index=True)
    simulated: bool
    registered_at: datetime
    source: str
    container: str | None = Field(default=None)
    """The container that it is in."""
    shipment_id: UUID | None = Field(default=None)
    """The row of `unit_shipment` by which it is away."""
    converted_at: datetime | None = Field(default=None)
    """When it last became another part or revision."""


class Lot(SQLModel, table=True):
    """One lot of material (ISA-95 material lot). Its id is that of the record that received it."""

    __tablename__ = "lot"
    __table_args__ = (UniqueConstraint("maker", "part", "lot"),)

    id: UUID = Field(primary_key=True)
    maker: str
    part: str
    lot: str = Field(index=True)
    quantity: float
    unit: str
    supplier: str
    date_code: str | None = Field(index=True)
    country_of_origin: str | None
    simulated: bool
    received_at: datetime
    expires: date | None = Field(default=None)
    unit_cost: float | None = Field(default=None)
    currency: str | None = Field(default=None)
    used: float = Field(default=0.0)
    """How much of it went into units, whether or not it came out again."""


class LotDelivery(SQLModel, table=True):
    """One delivery of a lot as it was received; those of one lot add up in `lot`. Its id is that of its record."""

    __tablename__ = "lot_delivery"

    id: UUID = Field(primary_key=True)
    lot_id: UUID = Field(foreign_key="lot.id", index=True)
    quantity: float
    supplier: str
    date_code: str | None
    country_of_origin: str | None
    expires: date | None
    unit_cost: float | None
    currency: str | None
    source: str
    simulated: bool
    received_at: datetime


class Installation(SQLModel, table=True):
    """A component in a position of a parent from one moment to another (open: still there)."""

    __tablename__ = "installation"

    id: UUID = Field(primary_key=True)
    parent_id: UUID = Field(foreign_key="unit.id", index=True)
    position: str
    child_id: UUID | None = Field(default=None, foreign_key="unit.id", index=True)
    lot_id: UUID | None = Field(default=None, foreign_key="lot.id", index=True)
    quantity: float
    reason: str
    operation: str
    station: str
    operator: str
    collection: str
    simulated: bool
    installed_at: datetime
    removed_at: datetime | None = Field(default=None)
    removal_reason: str | None = Field(default=None)
    voided_by: UUID | None = Field(default=None)
    """The record that voided it; its interval is then empty, so that it holds at no moment."""


class Removal(SQLModel, table=True):
    """A component taken out of a position of a parent: the fact, kept even before its installation has arrived.

    It closes the newest installation of the same component in that position that was open at the time;
    `installation_id` is None until there is one.
    """

    __tablename__ = "removal"

    id: UUID = Field(primary_key=True)
    installation_id: UUID | None = Field(default=None, foreign_key="installation.id")
    parent_id: UUID = Field(foreign_key="unit.id", index=True)
    position: str
    child_id: UUID | None = Field(default=None, foreign_key="unit.id", index=True)
    lot_id: UUID | None = Field(default=None, foreign_key="lot.id", index=True)
    quantity: float
    reason: str
    operation: str
    station: str
    operator: str
    collection: str
    simulated: bool
    removed_at: datetime
    voided_by: UUID | None = Field(default=None)
