"""What happened to equipment: calibrations with as-found and as-left values, maintenance, limits, checks of stations.

A kind for each event and no one kind with variants: each says other things of other subjects, is folded into a table
of its own, and is voided by its own name.
"""

from datetime import date
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, FiniteFloat, model_validator

from mes.records.document import Digest, Document, Name, Record, Signature, Text, UnitIdentity
from mes.vocabulary import EquipmentKind


class EquipmentIdentity(Document):
    """One piece of equipment: model and serial as it tells them itself; a fixture by its name, without a model."""

    kind: EquipmentKind = EquipmentKind.INSTRUMENT
    model: Text = ""
    serial: Name

    def __str__(self) -> str:
        return f"{self.model} {self.serial}".strip()


class CalibrationPoint(Document):
    """One point of a calibration: what was applied, what was indicated, and what it may differ by.

    All numbers are in `unit`; an unadjusted instrument has no `as_left`, a new or dead one no `as_found`.
    """

    function: Name
    range: Name | None = None
    """The range as the instrument's driver tells it ("100 V"); None: the point stands for every range."""
    unit: Name
    nominal: FiniteFloat
    tolerance: FiniteFloat = Field(ge=0)
    """How far the indication may be from `nominal`, on either side."""
    as_found: FiniteFloat | None = None
    as_left: FiniteFloat | None = None
    expanded_uncertainty: FiniteFloat | None = Field(default=None, ge=0)
    """Of the calibration at this point, for coverage factor 2."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.as_found is None and self.as_left is None:
            raise ValueError("a point has an as-found value, an as-left value, or both")
        return self

    @property
    def error(self) -> float | None:
        """The error of the indication as found (VIM 2.16: measured less reference value); None where none was taken."""
        return None if self.as_found is None else self.as_found - self.nominal

    @property
    def found_good(self) -> bool | None:
        """Whether it was found in tolerance; None where nothing was found."""
        return None if self.as_found is None else self._holds(self.as_found)

    @property
    def left_good(self) -> bool:
        """Whether it was left in tolerance: by the as-left value, or as found where nothing was adjusted."""
        left = self.as_found if self.as_left is None else self.as_left
        return left is not None and self._holds(left)

    def _holds(self, indicated: float) -> bool:
        # In decimals, as the certificate has them: 0.8 is within 0.7 ± 0.1, whatever binary fractions say. Inclusive,
        # without a guard band (simple acceptance; ILAC-G8:09/2019, its clause unverified).
        difference = Decimal(repr(indicated)) - Decimal(repr(self.nominal))
        return abs(difference) <= Decimal(repr(self.tolerance))


class EquipmentCalibrated(Record):
    """Equipment was calibrated; `at` is when it was taken, whenever that came to be recorded.

    As found out of tolerance means that what it measured since it was last left good is in doubt (ISO 9001:2015
    7.1.5.2, ISO 10012:2003 8.3.3; clause numbers unverified).
    """

    kind: Literal["equipment_calibrated"] = "equipment_calibrated"
    equipment: EquipmentIdentity
    certificate: Name
    performed_by: Name
    """Who calibrated: a laboratory, or a person."""
    due: date | None = None
    """Last day of validity, in UTC; None: it is not to be used until it is calibrated again."""
    points: tuple[CalibrationPoint, ...] = Field(min_length=1)
    fixture: Name | None = None
    """The fixture that it belongs to, for a shunt or a lead that no run names by itself."""
    recorded_by: Name

    @property
    def found_good(self) -> bool | None:
        """Whether every point was found in tolerance; None when nothing was taken as found."""
        found = [point.found_good for point in self.points if point.found_good is not None]
        return all(found) if found else None

    @property
    def left_good(self) -> bool:
        """Whether every point was left in tolerance."""
        return all(point.left_good for point in self.points)


class EquipmentMaintained(Record):
    """Equipment was looked after; with `renewed` its contacts are new and its cycles count from here."""

    kind: Literal["equipment_maintained"] = "equipment_maintained"
    equipment: EquipmentIdentity
    done: Text = Field(min_length=1)
    renewed: bool = False
    signature: Signature


class FixtureLimitReleased(Record):
    """How many cycles a fixture lasts; of one fixture the newest release is in force, and None lifts it."""

    kind: Literal["fixture_limit_released"] = "fixture_limit_released"
    fixture: Name
    cycles_max: int | None = Field(default=None, gt=0)
    released_by: Name


class StationChecked(Record):
    """A station's golden unit passed, or its known-bad one was caught; or `trouble` says what came out instead.

    `golden` and `challenge` are the tables of a station's file. It speaks for one plan, one fixture and the instruments
    that were there.
    """

    kind: Literal["station_checked"] = "station_checked"
    check: Literal["golden", "challenge"]
    station: Name
    operation: Name
    unit: UnitIdentity
    plan: Digest
    """The plan revision that units are worked under."""
    judged_by: Digest
    """The same with the limits of the check."""
    run: UUID
    fixture: Name
    instruments: tuple[Text, ...] = ()
    """Each as "model serial"."""
    operator: Name
    trouble: Text = ""
    """Empty when it came out right."""
