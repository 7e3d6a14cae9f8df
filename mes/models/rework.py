"""Defects, repairs, dispositions, the results they disturbed, and what was voided."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class Defect(SQLModel, table=True):
    """A defect of a unit (IPC-7912); open while no `defect_closure` names it and it is not voided."""

    __tablename__ = "defect"

    id: UUID = Field(primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    code: str = Field(index=True)
    position: str | None
    operation: str | None
    run_id: UUID | None
    description: str
    station: str
    operator: str
    simulated: bool
    found_at: datetime
    voided_by: UUID | None = Field(default=None)
    indicator: bool = Field(default=False)
    """A process indicator, which stops nothing."""


class DefectClosure(SQLModel, table=True):
    """The repair or disposition (`cause_id`) that dealt with a defect."""

    __tablename__ = "defect_closure"

    cause_id: UUID = Field(primary_key=True)
    defect_id: UUID = Field(primary_key=True, foreign_key="defect.id", index=True)
    closed_at: datetime


class Repair(SQLModel, table=True):
    """A repair or rework of a unit; `old_…` came out at `position`, `new_…` went in."""

    __tablename__ = "repair"

    id: UUID = Field(primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    action: str = Field(index=True)
    reason: str
    position: str | None
    old_child_id: UUID | None = Field(default=None, foreign_key="unit.id")
    old_lot_id: UUID | None = Field(default=None, foreign_key="lot.id")
    new_child_id: UUID | None = Field(default=None, foreign_key="unit.id")
    new_lot_id: UUID | None = Field(default=None, foreign_key="lot.id")
    description: str
    station: str
    operator: str
    simulated: bool
    repaired_at: datetime
    voided_by: UUID | None = Field(default=None)


class Robbery(SQLModel, table=True):
    """A component taken from `donor_id` to serve `recipient_id`."""

    __tablename__ = "robbery"

    id: UUID = Field(primary_key=True)
    component_id: UUID = Field(foreign_key="unit.id")
    donor_id: UUID = Field(foreign_key="unit.id", index=True)
    donor_position: str
    recipient_id: UUID = Field(foreign_key="unit.id", index=True)
    position: str
    why: str
    station: str
    operator: str
    simulated: bool
    robbed_at: datetime
    voided_by: UUID | None = Field(default=None)


class Disposition(SQLModel, table=True):
    """What was decided about a unit, signed."""

    __tablename__ = "disposition"

    id: UUID = Field(primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    disposition: str
    operation: str | None
    reason: str
    signed_by: str
    meaning: str
    simulated: bool
    made_at: datetime
    voided_by: UUID | None = Field(default=None)


class Disturbance(SQLModel, table=True):
    """Results of a unit at an operation that do not count, because a repair or return (`cause_id`) came after them."""

    __tablename__ = "disturbance"

    cause_id: UUID = Field(primary_key=True)
    unit_id: UUID = Field(primary_key=True, foreign_key="unit.id", index=True)
    operation: str = Field(primary_key=True)
    disturbed_at: datetime


class RecordVoid(SQLModel, table=True):
    """A record that counts nowhere (`target_id`; of a run the run's id), by whom and why."""

    __tablename__ = "record_void"

    id: UUID = Field(primary_key=True)
    target: str
    target_id: UUID = Field(index=True)
    reason: str
    signed_by: str
    meaning: str
    simulated: bool
    voided_at: datetime
