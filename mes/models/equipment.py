"""Equipment: its calibrations, its maintenance, the limits of fixtures, and the checks that stations passed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class Calibration(SQLModel, table=True):
    """A calibration of an instrument, shunt, lead, calibration kit or de-embedding file.

    `found_good` is None when nothing was taken as found. `points` are those of the record.
    """

    __tablename__ = "calibration"

    id: UUID = Field(primary_key=True)
    kind: str
    model: str
    serial: str = Field(index=True)
    calibrated_at: datetime
    certificate: str
    performed_by: str
    due: date | None
    found_good: bool | None
    left_good: bool
    points: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    fixture: str | None
    recorded_by: str
    simulated: bool
    voided_by: UUID | None = Field(default=None)


class Maintenance(SQLModel, table=True):
    """Something that was done to equipment; `renewed`: the cycles of a fixture count from here."""

    __tablename__ = "maintenance"

    id: UUID = Field(primary_key=True)
    kind: str
    model: str
    serial: str = Field(index=True)
    done: str
    renewed: bool
    signed_by: str
    meaning: str
    simulated: bool
    maintained_at: datetime
    voided_by: UUID | None = Field(default=None)


class FixtureLimit(SQLModel, table=True):
    """How many cycles a fixture lasts, as it was released; of one fixture the newest is in force."""

    __tablename__ = "fixture_limit"

    id: UUID = Field(primary_key=True)
    fixture: str = Field(index=True)
    cycles_max: int | None
    released_by: str
    released_at: datetime


class StationCheck(SQLModel, table=True):
    """The golden or the known-bad unit was run at a station; `trouble` is empty when it came out right."""

    __tablename__ = "station_check"

    id: UUID = Field(primary_key=True)
    station: str = Field(index=True)
    name: str
    """`golden` or `challenge`."""
    operation: str
    maker: str
    part: str
    serial: str
    plan_digest: str
    judged_by: str
    run_id: UUID
    fixture: str
    instruments: list[str] = Field(sa_column=Column(JSON, nullable=False))
    operator: str
    trouble: str
    simulated: bool
    checked_at: datetime
    voided_by: UUID | None = Field(default=None)
