"""Holds, each a predicate that stands, and their releases."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class Hold(SQLModel, table=True):
    """A hold and its predicate: every column of it that is not None must match.

    Columns and no document, so that the gate puts all holds against a unit's facts in one statement. `released_at` is
    set by the release of the whole hold; single units are released by `HoldExemption`.
    """

    __tablename__ = "hold"

    id: UUID = Field(primary_key=True)
    subject: str
    maker: str | None
    part: str | None
    serial: str | None
    lot: str | None
    date_code: str | None
    instrument: str | None
    fixture: str | None
    plan_digest: str | None
    limit_revision: str | None
    operator: str | None
    station: str | None
    work_order: str | None = Field(default=None)
    since: datetime | None
    until: datetime | None
    reason: str
    placed_by: str
    simulated: bool
    placed_at: datetime
    released_at: datetime | None = Field(default=None, index=True)


class HoldRelease(SQLModel, table=True):
    """Who ended a hold, wholly or for some units, and why."""

    __tablename__ = "hold_release"

    id: UUID = Field(primary_key=True)
    hold_id: UUID = Field(foreign_key="hold.id", index=True)
    whole: bool
    reason: str
    signed_by: str
    meaning: str
    simulated: bool
    released_at: datetime


class HoldExemption(SQLModel, table=True):
    """A unit that a release let go: facts of it that began later are caught again."""

    __tablename__ = "hold_exemption"

    release_id: UUID = Field(primary_key=True, foreign_key="hold_release.id")
    unit_id: UUID = Field(primary_key=True, foreign_key="unit.id", index=True)
    hold_id: UUID = Field(foreign_key="hold.id")
    released_at: datetime
