"""What units were called before, and what customers call them."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class UnitConversion(SQLModel, table=True):
    """A unit that became another part or revision; under the part number before it is still found."""

    __tablename__ = "unit_conversion"

    id: UUID = Field(primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    from_part: str
    from_revision: str
    to_part: str
    to_revision: str
    rule: str | None
    signed_by: str | None
    meaning: str | None
    reason: str
    operator: str
    simulated: bool
    converted_at: datetime


class UnitAlias(SQLModel, table=True):
    """A customer's own serial number of a unit; unique for the customer as long as it is not voided."""

    __tablename__ = "unit_alias"

    id: UUID = Field(primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    customer: str
    alias: str = Field(index=True)
    operator: str
    simulated: bool
    given_at: datetime
    voided_by: UUID | None = Field(default=None)
