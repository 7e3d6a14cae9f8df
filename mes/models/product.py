"""What may be built and how it is judged: definitions, bills of material, routes, plans."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class Material(SQLModel, table=True):
    """A product or purchased part at one revision (ISA-95 material definition).

    Of the definitions of one maker's part the newest released is current. Its id is that of the record that first
    released it; releasing the same digest again moves `released_at`.
    """

    __tablename__ = "material"

    id: UUID = Field(primary_key=True)
    maker: str
    part: str = Field(index=True)
    revision: str
    description: str
    tracking: str
    serial_pattern: str | None
    digest: str = Field(unique=True)
    current: bool = Field(index=True)
    released_at: datetime
    """Newest release of this digest."""
    released_by: str | None = Field(default=None)
    """Who loaded it at the centre; such a definition outranks those that stations released from their own files."""
    country_of_origin: str | None = Field(default=None)
    standard_cost: float | None = Field(default=None)
    currency: str | None = Field(default=None)
    supersedes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    converts: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class BomLine(SQLModel, table=True):
    """One position of a bill of material."""

    __tablename__ = "bom_line"

    material_id: UUID = Field(primary_key=True, foreign_key="material.id")
    position: str = Field(primary_key=True)
    part: str = Field(index=True)
    quantity: float
    unit: str
    tracking: str
    alternates: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    revisions: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class RouteStep(SQLModel, table=True):
    """One operation of a route (ISA-95 process segment), by its place in the order from 0."""

    __tablename__ = "route_step"

    material_id: UUID = Field(primary_key=True, foreign_key="material.id")
    place: int = Field(primary_key=True)
    operation: str
    kind: str
    retests: int | None = Field(default=None)
    offline: str | None = Field(default=None)
    skills: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    requires: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    golden_every_s: float | None = Field(default=None)
    challenge_every_s: float | None = Field(default=None)
    calibrated: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    needs_order: bool | None = Field(default=None)
    esd: bool = Field(default=False)


class Plan(SQLModel, table=True):
    """A test plan revision (ISA-95 work definition), immutable under its digest."""

    __tablename__ = "plan"

    digest: str = Field(primary_key=True)
    name: str = Field(index=True)
    revision: str
    part: str
    operation: str
    limit_revision: str
    code_digest: str
    steps: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))


class PlanMeasurand(SQLModel, table=True):
    """The meaning of element `place` (from 0) of the measurement vectors of a plan."""

    __tablename__ = "plan_measurand"

    plan_digest: str = Field(primary_key=True, foreign_key="plan.digest")
    place: int = Field(primary_key=True)
    name: str = Field(index=True)
    unit: str
    low: float | None
    high: float | None
    definition: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    tells: str | None = Field(default=None)
    """What of the unit's identity this text is: `serial` or `mac`."""
