"""Work orders: released, changed, closed; and which units are made for which.

A unit belongs to an order by an assignment and not by its registration: it is registered once, often before anybody
has ordered it, while it may be moved from one order to another until it ships.
"""

from datetime import date
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from mes.records.definition import silent
from mes.records.document import Name, Record, Text, UnitIdentity


class WorkOrderAct(StrEnum):
    """What was done to an order."""

    RELEASED = "RELEASED"
    CHANGED = "CHANGED"
    CLOSED = "CLOSED"


class WorkOrderEvent(Record):
    """An order was released, changed or closed (ISA-95 operations request).

    A release says everything; a change what is another from now on, and None where nothing is. A closed order that is
    changed is open again.
    """

    kind: Literal["work_order_event"] = "work_order_event"
    number: Name
    act: WorkOrderAct
    part: Name | None = Field(default=None, exclude_if=silent)
    revision: Name | None = Field(default=None, exclude_if=silent)
    quantity: int | None = Field(default=None, ge=1, le=10**9, exclude_if=silent)
    """How many good units are asked for."""
    due: date | None = Field(default=None, exclude_if=silent)
    customer: Name | None = Field(default=None, exclude_if=silent)
    reason: Text = ""
    by: Name

    @model_validator(mode="after")
    def _says_what_it_does(self) -> Self:
        stated = (self.part, self.revision, self.quantity)
        said = any(one is not None for one in (*stated, self.due, self.customer))
        if self.act is WorkOrderAct.RELEASED and None in stated:
            raise ValueError("a release names part, revision and quantity")
        if self.act is WorkOrderAct.CLOSED and said:
            raise ValueError("closing changes nothing else of an order")
        if self.act is WorkOrderAct.CHANGED and (self.part is not None or self.revision is not None):
            raise ValueError("an order for another part or revision is another order: release that")
        return self


class WorkOrderAssigned(Record):
    """A unit is made for this order from now on; None: for no order. The newest assignment of a unit counts."""

    kind: Literal["work_order_assigned"] = "work_order_assigned"
    unit: UnitIdentity
    order: Name | None
    reason: Text = ""
    by: Name
