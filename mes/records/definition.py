"""What may be built and how it is judged: definitions and plans, released once and never changed."""

from typing import Literal

from pydantic import Field, FiniteFloat

from mes.records.document import Digest, Document, Name, Record, Text
from mes.vocabulary import OWN_MAKER, OperationKind, Tracking


class MaterialDefinition(Document):
    """A product or purchased part at one revision (ISA-95 material definition)."""

    part: Name
    revision: Name
    description: Text
    maker: Name = OWN_MAKER
    tracking: Tracking
    serial_pattern: Text | None = None
    """Regular expression that a whole serial number must match; None for what carries no serial."""


class BillOfMaterialLine(Document):
    """One position of an assembly and what may sit in it."""

    position: Name
    part: Name
    quantity: FiniteFloat = Field(gt=0)
    unit: Name
    tracking: Tracking


class RouteOperation(Document):
    """One operation of a route, in order (ISA-95 process segment)."""

    name: Name
    kind: OperationKind


class DefinitionReleased(Record):
    """A product revision with its bill of material and route, as loaded."""

    kind: Literal["definition_released"] = "definition_released"
    material: MaterialDefinition
    bill_of_material: tuple[BillOfMaterialLine, ...] = ()
    route: tuple[RouteOperation, ...] = ()
    digest: Digest
    """SHA-256 of the definition alone, so that the same definition released twice is seen to be the same."""


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
