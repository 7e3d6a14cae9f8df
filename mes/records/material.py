"""Units and lots, and what was built into what."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, FiniteFloat, model_validator

from mes.records.definition import Country, Currency, silent
from mes.records.document import LotIdentity, Name, Record, Text, UnitIdentity
from mes.vocabulary import CollectionMode, LinkReason


class UnitRegistered(Record):
    """A serial number came to life, or in at the dock.

    `enters_at` names the operation at which a unit made elsewhere enters its route: what lies before it was not
    done here and is not asked for. None for a unit that starts at the beginning.
    """

    kind: Literal["unit_registered"] = "unit_registered"
    unit: UnitIdentity
    revision: Name
    enters_at: Name | None = None
    collection: CollectionMode = CollectionMode.AUTO


class LotReceived(Record):
    """A lot of material arrived."""

    kind: Literal["lot_received"] = "lot_received"
    lot: LotIdentity
    quantity: FiniteFloat = Field(gt=0)
    unit: Name
    supplier: Name
    date_code: Name | None = None
    country_of_origin: Country | None = None
    """None when the supplier did not say."""
    expires: date | None = None
    """Last day of use, in UTC; None: it does not expire."""
    unit_cost: FiniteFloat | None = Field(default=None, ge=0)
    """Of one unit of quantity, in `currency`; None: the part's standard cost."""
    currency: Currency | None = None
    label: Text | None = Field(default=None, exclude_if=silent)
    """What was scanned at the dock, as it came; None for what was typed."""

    @model_validator(mode="after")
    def _cost_has_currency(self) -> Self:
        if (self.unit_cost is None) != (self.currency is None):
            raise ValueError("a unit cost and its currency are given together")
        return self


class _ComponentLink(Record):
    """One component in one position of one parent: a serialised child or a quantity of a lot, never both."""

    parent: UnitIdentity
    position: Name
    child: UnitIdentity | None = None
    lot: LotIdentity | None = None
    quantity: FiniteFloat = Field(default=1.0, gt=0)
    reason: LinkReason = LinkReason.PLANNED
    operation: Name
    station: Name
    operator: Name
    collection: CollectionMode = CollectionMode.AUTO

    @model_validator(mode="after")
    def _one_component(self) -> Self:
        if (self.child is None) == (self.lot is None):
            raise ValueError("a component is a serialised child or a lot: give exactly one of child and lot")
        return self


class ComponentInstalled(_ComponentLink):
    """A component went into its parent."""

    kind: Literal["component_installed"] = "component_installed"
    gate: UUID | None
    """The decision that allowed it; None for what a repair put in, which the desk checked as it recorded it."""


class ComponentRemoved(_ComponentLink):
    """A component came out of its parent; the installation is closed, never deleted."""

    kind: Literal["component_removed"] = "component_removed"
