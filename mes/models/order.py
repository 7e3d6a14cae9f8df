"""Work orders as their events, and the order that each unit is made for."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class WorkOrderEventRow(SQLModel, table=True):
    """One thing done to a work order (ISA-95 operations request); the order is what its events in their order say.

    Columns that an event does not change are None.
    """

    __tablename__ = "work_order_event"

    id: UUID = Field(primary_key=True)
    number: str = Field(index=True)
    act: str
    part: str | None
    revision: str | None
    quantity: int | None
    due: date | None
    customer: str | None
    reason: str
    by: str
    simulated: bool
    happened_at: datetime


class OrderUnit(SQLModel, table=True):
    """The work order that a unit is made for (None: none any more), by the newest record that says so.

    By identity and not by id, because the gate gives a place in an order before the unit is registered.
    """

    __tablename__ = "order_unit"

    maker: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    serial: str = Field(primary_key=True, index=True)
    work_order: str | None = Field(index=True)
    assigned_at: datetime
    record_id: UUID
    assigned_by: str
    by_gate: bool
    """Whether a decision of the gate gave it: then it stands once the unit is registered."""
