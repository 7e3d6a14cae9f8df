"""What a site agrees on across its products: code tables, and who is certified for what."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class CodeTableRow(SQLModel, table=True):
    """A code table at one revision; of those of one name the newest released is current."""

    __tablename__ = "code_table"

    id: UUID = Field(primary_key=True)
    name: str = Field(index=True)
    revision: str
    digest: str = Field(unique=True)
    released_at: datetime
    """Newest release of this digest."""
    released_by: str
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """The table as it was loaded: operations, defects, repairs, skills."""
    esd_operations: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Its operations that ask for a check against electrostatic discharge."""


class Certification(SQLModel, table=True):
    """A skill of an operator and its last day (ISA-95 personnel property), by the newest record that names it."""

    __tablename__ = "certification"

    operator: str = Field(primary_key=True)
    skill: str = Field(primary_key=True)
    until: date | None
    record_id: UUID
    certified_at: datetime
    certified_by: str


class EsdCheck(SQLModel, table=True):
    """A check of an operator against electrostatic discharge; the newest that is not voided counts."""

    __tablename__ = "esd_check"

    id: UUID = Field(primary_key=True)
    operator: str = Field(index=True)
    passed: bool
    valid_until: datetime | None
    station: str
    simulated: bool
    checked_at: datetime
    voided_by: UUID | None = Field(default=None)
