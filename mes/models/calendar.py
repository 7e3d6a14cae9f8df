"""Shift calendars at their revisions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class ShiftCalendarRow(SQLModel, table=True):
    """A shift calendar revision; from its first day on the newest released of its name is in force."""

    __tablename__ = "shift_calendar"

    id: UUID = Field(primary_key=True)
    name: str = Field(index=True)
    revision: str
    digest: str = Field(index=True)
    released_at: datetime
    released_by: str
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
