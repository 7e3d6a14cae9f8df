"""What leaves the site and comes back: packing, shipping, moving, returns."""

from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from mes.records.document import Name, Record, Text, UnitIdentity
from mes.records.rework import DisturbedResult


class _Packed(Record):
    """One unit or one container (`inner`) and the container that it is about."""

    container: Name
    unit: UnitIdentity | None = None
    inner: Name | None = None
    station: Name
    operator: Name

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if (self.unit is None) == (self.inner is None):
            raise ValueError("a container takes units and containers: give exactly one of unit and inner")
        if self.inner == self.container:
            raise ValueError("a container cannot be packed into itself")
        return self


class UnitPacked(_Packed):
    """A unit, or a container with all that is in it, went into a container."""

    kind: Literal["unit_packed"] = "unit_packed"
    gate: UUID | None
    """The decision that allowed it; None for a container, whose units were asked for one by one."""


class UnitUnpacked(_Packed):
    """It came out again."""

    kind: Literal["unit_unpacked"] = "unit_unpacked"


class UnitShipped(Record):
    """A unit left the site for a customer, by itself or in a container (the outermost one).

    `shipment` is what all units that left together have in common.
    """

    kind: Literal["unit_shipped"] = "unit_shipped"
    unit: UnitIdentity
    shipment: UUID
    container: Name | None = None
    customer: Name
    order_reference: Name | None = None
    delivery_note: Name | None = None
    gate: UUID
    station: Name
    operator: Name


class UnitMoved(Record):
    """A unit or a container was put somewhere else on the site."""

    kind: Literal["unit_moved"] = "unit_moved"
    unit: UnitIdentity | None = None
    container: Name | None = None
    location: Name
    station: Name
    operator: Name

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if (self.unit is None) == (self.container is None):
            raise ValueError("one thing is moved: give exactly one of unit and container")
        return self


class UnitReturned(Record):
    """A shipped unit came back under a return authorisation.

    `disturbs` names what it has to pass again before it may leave; its history stays as it was.
    """

    kind: Literal["unit_returned"] = "unit_returned"
    unit: UnitIdentity
    authorisation: Name
    customer: Name
    reason: Text = Field(min_length=1)
    operation: Name | None = None
    """Where it enters its route again; None: nothing is asked of it."""
    disturbs: tuple[DisturbedResult, ...] = ()
    station: Name
    operator: Name
