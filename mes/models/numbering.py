"""Ranges of serial numbers and MAC addresses, what was given out of them, and what units say of themselves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field, SQLModel


class NumberRange(SQLModel, table=True):
    """A range as loaded; of one name the newest released is in force."""

    __tablename__ = "number_range"

    id: UUID = Field(primary_key=True)
    numbering: str
    maker: str
    name: str = Field(index=True)
    """The part of a serial range, or the name of a MAC range."""
    digest: str
    released_at: datetime
    released_by: str
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class Allocation(SQLModel, table=True):
    """Numbers given out at once: `count` of them from `first` on, within a series. Its id is the request's."""

    __tablename__ = "allocation"
    __table_args__ = (Index("ix_allocation_counter", "name", "series", "first"),)

    id: UUID = Field(primary_key=True)
    numbering: str
    maker: str
    name: str
    series: str
    first: int = Field(sa_type=BigInteger)
    count: int
    unit_maker: str | None
    unit_part: str | None
    unit_serial: str | None = Field(index=True)
    allocated_by: str
    simulated: bool
    allocated_at: datetime
    voided_by: UUID | None = Field(default=None)


class ReadBack(SQLModel, table=True):
    """What a unit's own memory said of it in a run: a serial number that is not its own, or a MAC address.

    A serial number that is its own is no row: nothing follows from it.
    """

    __tablename__ = "read_back"

    run_id: UUID = Field(primary_key=True, foreign_key="test_run.id")
    measurand: str = Field(primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    tells: str
    value: str = Field(index=True)
    read_at: datetime


class AllocatedNumber(SQLModel, table=True):
    """One number that was given out; that none is given out twice is the key's business, too.

    `scope` is the maker and part of a serial number, or `mac`.
    """

    __tablename__ = "allocated_number"

    number: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    allocation_id: UUID = Field(foreign_key="allocation.id", index=True)
    place: int
