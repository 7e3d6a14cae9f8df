"""What else a unit is called: the part number that it was converted to, the numbers that customers give it."""

from typing import Literal, Self

from pydantic import Field, model_validator

from mes.records.document import Digest, Name, Record, Signature, Text, UnitIdentity
from mes.records.rework import DisturbedResult


class UnitConverted(Record):
    """A unit became another part or revision, by a released rule or by signature; maker and serial number stay.

    `unit` is its identity until now, `disturbs` what it has to pass again as what it is now.
    """

    kind: Literal["unit_converted"] = "unit_converted"
    unit: UnitIdentity
    revision: Name
    to_part: Name
    to_revision: Name
    rule: Digest | None = None
    """The definition of the new part that allows it."""
    signature: Signature | None = None
    reason: Text = Field(min_length=1)
    disturbs: tuple[DisturbedResult, ...] = ()
    operator: Name

    @model_validator(mode="after")
    def _allowed_by_something(self) -> Self:
        if self.rule is None and self.signature is None:
            raise ValueError("a conversion is allowed by a rule or by a signature")
        if (self.unit.part, self.revision) == (self.to_part, self.to_revision):
            raise ValueError("a conversion changes the part or the revision")
        return self


class AliasGiven(Record):
    """A customer calls a unit by a serial number of its own."""

    kind: Literal["alias_given"] = "alias_given"
    unit: UnitIdentity
    customer: Name
    alias: Name
    operator: Name
