"""A product: what is built, of what, by which operations, and the numbers its plans test it by; one TOML file.

Plans are written once and read lanes, frequencies and masks from here, so a new cable is a new file and no code.
The definition (material, bill of material, route) is what goes to the centre; `family`, `preset`,
`[identity]`, `[design]` and `[specification]` are for the simulator only, and `[[lots]]` are what a demonstration finds
on its shelves.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, FiniteFloat, model_validator

from mes.records import (
    BillOfMaterialLine,
    DefinitionReleased,
    Document,
    LotIdentity,
    LotReceived,
    MaterialDefinition,
    Name,
    RouteOperation,
)
from mes.vocabulary import OperationKind, Tracking
from stations.config import FileDocument, digest_of, load_document
from stations.config_values import FrozenMapping, Table
from stations.errors import ScanRefused
from stations.scan import CheckCharacter, SerialRule, quoted
from stations.scanned_label import serial_on

Numbers = Annotated[Mapping[str, int | FiniteFloat], *FrozenMapping]
Texts = Annotated[Mapping[str, Name], *FrozenMapping]


class SerialCheck(Document):
    """What proves a serial number beyond its pattern."""

    check_character: CheckCharacter = Field(examples=['check_character = "mod43"'])


class DemoLot(Document):
    """A lot of purchased material that a simulated factory receives."""

    maker: Name = Field(examples=['maker = "Example Wire"'])
    part: Name = Field(examples=['part = "TWX-26-16P"'])
    lot: Name = Field(examples=['lot = "W2611"'])
    quantity: FiniteFloat = Field(gt=0, examples=["quantity = 500.0"])
    unit: Name = Field(examples=['unit = "m"'])
    supplier: Name = Field(examples=['supplier = "Example Distribution"'])
    date_code: Name | None = Field(default=None, examples=['date_code = "2611"'])
    country_of_origin: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = Field(
        default=None, examples=['country_of_origin = "DE"']
    )
    """ISO 3166-1 alpha-2."""

    @property
    def identity(self) -> LotIdentity:
        """What names the lot."""
        return LotIdentity(maker=self.maker, part=self.part, lot=self.lot)

    def received(self, *, record_id: UUID, source: str, at: AwareDatetime, simulated: bool) -> LotReceived:
        """The record that the lot arrived."""
        return LotReceived(
            id=record_id,
            source=source,
            at=at,
            simulated=simulated,
            lot=self.identity,
            quantity=self.quantity,
            unit=self.unit,
            supplier=self.supplier,
            date_code=self.date_code,
            country_of_origin=self.country_of_origin,
        )


class Product(FileDocument):
    """One product at one revision."""

    material: MaterialDefinition
    serial_number: SerialCheck | None = None
    bill_of_material: tuple[BillOfMaterialLine, ...] = ()
    route: tuple[RouteOperation, ...] = Field(min_length=1, examples=['[[route]] with name and kind = "TEST"'])
    parameters: Table = Field(default={}, validate_default=True)
    """What plans read: numbers in SI units, texts, lists."""
    family: Name = Field(default="twinax", examples=['family = "power"'])
    """Which family of the simulator makes its units."""
    preset: str = Field(default="", max_length=64, examples=['preset = "orv3_3kw"'])
    """Which of the family's designs [design] and [specification] start from; empty for the family's own choice."""
    identity: Texts = Field(default={}, validate_default=True)
    """What the simulated product tells of itself beside its part and serial number: maker, firmware, date."""
    design: Numbers = Field(default={}, validate_default=True)
    """How the simulated product is made, in SI units."""
    specification: Numbers = Field(default={}, validate_default=True)
    """Bounds of the simulated product's true parameters, in SI units."""
    lots: tuple[DemoLot, ...] = ()

    @property
    def part(self) -> str:
        """The part number."""
        return self.material.part

    @property
    def digest(self) -> str:
        """SHA-256 of the definition alone: material, bill of material and route (`DefinitionReleased.digest`)."""
        return digest_of(self.model_dump(mode="json", include={"material", "bill_of_material", "route"}))

    @property
    def serial_re(self) -> re.Pattern[str] | None:
        """What a whole serial number matches; None for a material that is traced by lots."""
        pattern = self.material.serial_pattern
        # ASCII: a full-width digit is no digit on a label.
        return None if pattern is None else re.compile(pattern, re.ASCII)

    def check_serial(self, scan: str) -> str:
        """The serial number in a scan: a plain one without the line end that scanners append, or that on a label.

        Raises `ScanRefused` for anything that is no serial of this part, saying why.
        """
        if self.serial_re is None:
            raise ScanRefused(f"scan {quoted(scan)} refused: {self.part} is traced by lots and carries no serial")
        check = self.serial_number.check_character if self.serial_number is not None else None
        return SerialRule(self.part, self.serial_re, check).serial(serial_on(scan, self.part))

    def released(self, *, record_id: UUID, source: str, at: AwareDatetime, simulated: bool) -> DefinitionReleased:
        """The record that makes this product known."""
        return DefinitionReleased(
            id=record_id,
            source=source,
            at=at,
            simulated=simulated,
            material=self.material,
            bill_of_material=self.bill_of_material,
            route=self.route,
            digest=self.digest,
        )

    @model_validator(mode="after")
    def _serials(self) -> Self:
        pattern = self.material.serial_pattern
        if (pattern is None) == (self.material.tracking is Tracking.UNIT):
            raise ValueError(
                f"material.serial_pattern: a material tracked by {self.material.tracking} "
                + ("needs one\n" if pattern is None else "has none\n")
                + ('write, for example: serial_pattern = "^B[0-9]{7}$"' if pattern is None else "remove it")
            )
        try:
            re.compile(pattern or "")
        except re.error as exc:
            raise ValueError(
                f"material.serial_pattern: {pattern!r} is no regular expression: {exc}\n"
                'write, for example: serial_pattern = "^B[0-9]{7}$"'
            ) from exc
        return self

    @model_validator(mode="after")
    def _structure(self) -> Self:
        for table, names in (
            ("bill_of_material: position", [line.position for line in self.bill_of_material]),
            ("route: operation", [operation.name for operation in self.route]),
            ("lots: lot", [str(lot.identity) for lot in self.lots]),
        ):
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise ValueError(f'{table} "{twice}" stands there twice\ngive each a name of its own')
        for line in self.bill_of_material:
            if line.tracking is Tracking.UNIT and not line.quantity.is_integer():
                raise ValueError(
                    f'bill_of_material: position "{line.position}" takes {line.quantity:g} serialised pieces\n'
                    'write a whole quantity, or tracking = "LOT"'
                )
        assembly = next((one.name for one in self.route if one.kind is OperationKind.ASSEMBLY), None)
        if assembly is not None and not self.bill_of_material:
            raise ValueError(f'route: "{assembly}" assembles nothing\nadd [[bill_of_material]], or make it a "TEST"')
        by_lot = {line.part for line in self.bill_of_material if line.tracking is Tracking.LOT}
        for lot in self.lots:
            if lot.part not in by_lot:
                raise ValueError(f"lots: {lot.identity} fits no position\nthe parts taken by lot are: {sorted(by_lot)}")
        return self


def load_product(path: Path) -> Product:
    """The product in a TOML file. Raises `ConfigurationError`."""
    return load_document(path, Product)
