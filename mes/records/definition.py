"""What may be built and how it is judged: definitions and plans, released once and never changed.

Fields that a later release added are left out of the bytes while they say nothing, so that a definition keeps the
digest that an older station gave it.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, FiniteFloat, model_validator

from mes.records.document import Digest, Document, Name, Record, Text
from mes.vocabulary import OWN_MAKER, OfflinePolicy, OperationKind, Tracking


def silent(value: Any) -> bool:
    """Whether a field says nothing, and is left out of the bytes."""
    return value is None or value == ()


Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""


class Conversion(Document):
    """A part whose units may become this one."""

    part: Name
    revisions: tuple[Name, ...] = ()
    """Its revisions that may; none named: all."""
    disturbs: tuple[Name, ...] = ()
    """Operations of the new route that a converted unit has to pass again."""


class MaterialDefinition(Document):
    """A product or purchased part at one revision (ISA-95 material definition)."""

    part: Name
    revision: Name
    description: Text
    maker: Name = OWN_MAKER
    tracking: Tracking
    serial_pattern: Text | None = None
    """Regular expression that a whole serial number must match; None for what carries no serial."""
    supersedes: tuple[Name, ...] = Field(default=(), exclude_if=silent)
    """Revisions that an engineering change stopped: their units are worked no further as they are."""
    country_of_origin: Country | None = Field(default=None, exclude_if=silent)
    """Where it is usually made; a lot that says otherwise is believed."""
    standard_cost: FiniteFloat | None = Field(default=None, ge=0, exclude_if=silent)
    """Of one unit of quantity, in `currency`."""
    currency: Currency | None = Field(default=None, exclude_if=silent)

    converts: tuple[Conversion, ...] = Field(default=(), exclude_if=silent)
    """The parts whose units may be converted to this revision without a signature."""

    @model_validator(mode="after")
    def _cost_has_currency(self) -> Self:
        if (self.standard_cost is None) != (self.currency is None):
            raise ValueError("a standard cost and its currency are given together")
        return self


class Alternate(Document):
    """Another part that a position takes, within its bounds: days in UTC, pieces over all parents, or named parents."""

    part: Name
    since: date | None = None
    until: date | None = None
    """Last day."""
    quantity: FiniteFloat | None = Field(default=None, gt=0)
    """How much of it may go into this position of this product revision, over all parents."""
    serials: tuple[Name, ...] = ()
    """The parents that may have it; none named: all."""

    @model_validator(mode="after")
    def _has_days(self) -> Self:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError("an alternate ends before it begins: until is before since")
        return self


class BillOfMaterialLine(Document):
    """One position of an assembly and what may sit in it."""

    position: Name
    part: Name
    quantity: FiniteFloat = Field(gt=0)
    unit: Name
    tracking: Tracking
    alternates: tuple[Alternate, ...] = Field(default=(), exclude_if=silent)
    revisions: tuple[Name, ...] = Field(default=(), exclude_if=silent)
    """The revisions of the part that fit; none named: all."""


class ChildRequirement(Document):
    """Operations that a component of this part must have passed before this operation takes it."""

    part: Name
    operations: tuple[Name, ...] = Field(min_length=1)


class RouteOperation(Document):
    """One operation of a route, in order (ISA-95 process segment)."""

    name: Name
    kind: OperationKind
    retests: int | None = Field(default=None, ge=0, exclude_if=silent)
    """How often a unit that failed may be tried again before somebody decides; None: once."""
    offline: OfflinePolicy | None = Field(default=None, exclude_if=silent)
    """Whether a run without the gate's decision counts for what comes after; None: nothing is asked."""
    skills: tuple[Name, ...] = Field(default=(), exclude_if=silent)
    """What its operator must be certified for."""
    requires: tuple[ChildRequirement, ...] = Field(default=(), exclude_if=silent)
    """Results asked of components, in the place of their whole route."""
    golden_every_s: FiniteFloat | None = Field(default=None, gt=0, exclude_if=silent)
    """How long a golden unit that passed at a station vouches for it; None: the gate asks for none."""
    challenge_every_s: FiniteFloat | None = Field(default=None, gt=0, exclude_if=silent)
    """The same of the known-bad unit that was caught."""
    calibrated: tuple[Name, ...] = Field(default=(), exclude_if=silent)
    """Models of instruments of which a calibration must be recorded here; of others one that is recorded must hold."""
    needs_order: bool | None = Field(default=None, exclude_if=silent)
    """Whether only units of a work order are worked here; None: also those of none."""

    @property
    def checks(self) -> dict[str, float]:
        """The checks of stations that it asks for, by their name in a station's file, and for how long each holds."""
        asked = {"golden": self.golden_every_s, "challenge": self.challenge_every_s}
        return {name: every_s for name, every_s in asked.items() if every_s is not None}

    esd: bool = Field(default=False, exclude_if=lambda asked: not asked)
    """Whether its operator must have passed the check against electrostatic discharge."""


class DefinitionReleased(Record):
    """A product revision with its bill of material and route, as loaded."""

    kind: Literal["definition_released"] = "definition_released"
    material: MaterialDefinition
    bill_of_material: tuple[BillOfMaterialLine, ...] = ()
    route: tuple[RouteOperation, ...] = ()
    digest: Digest
    """SHA-256 of the definition alone, so that the same definition released twice is seen to be the same."""
    released_by: Name | None = Field(default=None, exclude_if=silent)
    """Who loaded it at the centre; None for what a station's own file says. The centre's word outranks a file's."""


def definition_digest(
    material: MaterialDefinition, bill: Sequence[BillOfMaterialLine], route: Sequence[RouteOperation]
) -> str:
    """SHA-256, in hex, of a definition written as JSON in one canonical way: what stations compute of theirs."""
    return content_digest(
        {
            "material": material.model_dump(mode="json"),
            "bill_of_material": [line.model_dump(mode="json") for line in bill],
            "route": [operation.model_dump(mode="json") for operation in route],
        }
    )


def content_digest(content: Any) -> str:
    """SHA-256, in hex, of plain content as JSON with sorted keys and without blanks."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


class MeasurandDefinition(Document):
    """What one element of a plan's measurement vector means, and what it must be."""

    name: Name
    unit: Text
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    nominal: FiniteFloat | None = None
    equals: str | FiniteFloat | None = None
    one_of: tuple[str, ...] | None = None
    matches: str | None = None
    over_range: Literal["error", "fail", "pass"] = "error"
    required: bool = True
    clause: Text = ""
    tells: Literal["serial", "mac"] | None = Field(default=None, exclude_if=silent)
    """What of the unit's own identity this text is, as its own memory says it: the centre holds it against the unit."""


class PlanStep(Document):
    """One step of a plan and the measurands it records."""

    name: Name
    measurands: tuple[Name, ...]
    timeout_s: FiniteFloat
    hazardous: bool = False


class PlanReleased(Record):
    """A test plan revision: from its digest every measurement vector can be read."""

    kind: Literal["plan_released"] = "plan_released"
    name: Name
    revision: Name
    part: Name
    operation: Name
    steps: tuple[PlanStep, ...]
    measurands: tuple[MeasurandDefinition, ...]
    limit_revision: Name
    digest: Digest
    code_digest: Digest
