"""What a definition file may say: products, purchased parts, codes, operators, ranges, calendars, sampling plans.

A file with a `[material]` of its own is one product in the form that stations read; what such a file says for the
station alone (plans' parameters, the simulator's design) is passed over.
"""

from typing import Final

from pydantic import Field

from mes.records import (
    BillOfMaterialLine,
    CodeTable,
    Document,
    HeldSkill,
    MacRange,
    MaterialDefinition,
    Name,
    RouteOperation,
    SamplingPlan,
    SerialRange,
    ShiftCalendar,
    content_digest,
    definition_digest,
)
from mes.vocabulary import OWN_MAKER, Numbering

STATION_KEYS: Final = ("serial_number", "parameters", "family", "preset", "identity", "design", "specification", "lots")
"""What a station's product file says besides its definition."""


class ProductDefinition(Document):
    """A part at one revision, what it is made of and what it goes through."""

    material: MaterialDefinition
    bill_of_material: tuple[BillOfMaterialLine, ...] = ()
    route: tuple[RouteOperation, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """(maker, part, revision)."""
        return (self.material.maker, self.material.part, self.material.revision)

    @property
    def digest(self) -> str:
        """SHA-256 of the definition: the same that a station gives the same content."""
        return definition_digest(self.material, self.bill_of_material, self.route)

    def __str__(self) -> str:
        return f"{self.material.part} revision {self.material.revision}"


class OperatorSkills(Document):
    """Skills that an operator is certified for, each to its last day."""

    name: Name
    skills: tuple[HeldSkill, ...] = Field(min_length=1)


class DefinitionFile(Document):
    """The tables of one file."""

    product: tuple[ProductDefinition, ...] = ()
    purchased: tuple[MaterialDefinition, ...] = ()
    codes: CodeTable | None = None
    operator: tuple[OperatorSkills, ...] = ()
    serial_range: tuple[SerialRange, ...] = ()
    mac_range: tuple[MacRange, ...] = ()
    calendar: tuple[ShiftCalendar, ...] = ()
    sampling: tuple[SamplingPlan, ...] = ()

    @property
    def definitions(self) -> tuple[ProductDefinition, ...]:
        """Purchased parts and products alike, in the order of the file."""
        return (*(ProductDefinition(material=material) for material in self.purchased), *self.product)

    @property
    def ranges(self) -> tuple["NumberRangeDefinition", ...]:
        """Ranges of serial numbers and of MAC addresses alike."""
        return (*self.serial_range, *self.mac_range)


NumberRangeDefinition = SerialRange | MacRange


def range_digest(numbers: NumberRangeDefinition) -> str:
    """SHA-256 of a range."""
    return content_digest(numbers.model_dump(mode="json"))


def range_key(numbers: NumberRangeDefinition) -> tuple[Numbering, str, str]:
    """What it gives, and its maker and name: the part of a serial range has one range at a time."""
    if isinstance(numbers, SerialRange):
        return (Numbering.SERIAL, numbers.maker, numbers.part)
    return (Numbering.MAC, OWN_MAKER, numbers.name)


def range_name(numbers: NumberRangeDefinition) -> str:
    """What a person calls it."""
    return f"serials of {numbers.part}" if isinstance(numbers, SerialRange) else f"MAC addresses {numbers.name}"


def code_table_digest(table: CodeTable | ShiftCalendar | SamplingPlan) -> str:
    """SHA-256 of a code table, a calendar or a sampling plan."""
    return content_digest(table.model_dump(mode="json"))
