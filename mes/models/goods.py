"""What is in which container, what left with which shipment, what came back, and where things were put."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class Packing(SQLModel, table=True):
    """A unit or a container (`inner`) in a container, from one moment to another (open: still there).

    It ends when it is taken out, or when it is packed elsewhere without having been taken out: `displaced_by` is then
    the packing that contradicts it, and stays as evidence.
    """

    __tablename__ = "packing"

    id: UUID = Field(primary_key=True)
    container: str = Field(index=True)
    unit_id: UUID | None = Field(default=None, foreign_key="unit.id", index=True)
    inner: str | None = Field(default=None, index=True)
    gate_id: UUID | None
    station: str
    operator: str
    simulated: bool
    packed_at: datetime
    unpacked_at: datetime | None = Field(default=None)
    displaced_by: UUID | None = Field(default=None)
    voided_by: UUID | None = Field(default=None)


class Unpacking(SQLModel, table=True):
    """A unit or a container taken out of a container: the fact, kept even before its packing has arrived."""

    __tablename__ = "unpacking"

    id: UUID = Field(primary_key=True)
    container: str
    unit_id: UUID | None = Field(default=None, foreign_key="unit.id", index=True)
    inner: str | None = Field(default=None, index=True)
    station: str
    operator: str
    simulated: bool
    unpacked_at: datetime
    voided_by: UUID | None = Field(default=None)


class UnitShipment(SQLModel, table=True):
    """One unit of a shipment, away until it is returned (`returned_at` None: still away)."""

    __tablename__ = "unit_shipment"

    id: UUID = Field(primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    shipment: UUID = Field(index=True)
    container: str | None
    customer: str = Field(index=True)
    order_reference: str | None
    delivery_note: str | None
    gate_id: UUID
    station: str
    operator: str
    simulated: bool
    shipped_at: datetime
    returned_at: datetime | None = Field(default=None)
    voided_by: UUID | None = Field(default=None)


class UnitReturn(SQLModel, table=True):
    """A unit that came back; what it has to pass again are disturbances of this cause."""

    __tablename__ = "unit_return"

    id: UUID = Field(primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    authorisation: str
    customer: str
    reason: str
    operation: str | None
    station: str
    operator: str
    simulated: bool
    returned_at: datetime
    voided_by: UUID | None = Field(default=None)


class UnitMove(SQLModel, table=True):
    """A unit or a container was put somewhere."""

    __tablename__ = "unit_move"

    id: UUID = Field(primary_key=True)
    unit_id: UUID | None = Field(default=None, foreign_key="unit.id", index=True)
    container: str | None = Field(default=None, index=True)
    location: str
    station: str
    operator: str
    simulated: bool
    moved_at: datetime
    voided_by: UUID | None = Field(default=None)
