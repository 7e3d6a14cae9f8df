"""What went wrong with a unit and what was done about it: defects, repairs, dispositions, records voided."""

from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from mes.records.document import Document, LotIdentity, Name, Record, Signature, Text, UnitIdentity
from mes.vocabulary import DispositionKind, LinkReason


class DisturbedResult(Document):
    """A result that no longer stands: of this unit at this operation, as far as it is older than the record."""

    unit: UnitIdentity
    operation: Name


class DefectFound(Record):
    """A person or a test found a defect (IPC-7912: code and position); open until a repair or disposition names it."""

    kind: Literal["defect_found"] = "defect_found"
    unit: UnitIdentity
    code: Name
    position: Name | None = None
    operation: Name | None = None
    run: UUID | None = None
    description: Text = ""
    station: Name
    operator: Name
    indicator: bool = Field(default=False, exclude_if=lambda indicator: not indicator)
    """A process indicator (IPC-7912): worth knowing, and nothing that has to be dealt with before work goes on."""


class Replacement(Document):
    """The component that came out and the one that went in, at one position."""

    position: Name
    old_unit: UnitIdentity | None = None
    old_lot: LotIdentity | None = None
    new_unit: UnitIdentity | None = None
    new_lot: LotIdentity | None = None

    @model_validator(mode="after")
    def _something_out(self) -> Self:
        if (self.old_unit is None) == (self.old_lot is None):
            raise ValueError("a replacement takes out one unit or one lot: give exactly one")
        if self.new_unit is not None and self.new_lot is not None:
            raise ValueError("a replacement puts in one unit or one lot, or nothing")
        return self


class RepairDone(Record):
    """Something was repaired or reworked; the links that it opened and closed are records of their own.

    `disturbs` names every result that must be had again, of this unit and of what it sits in, and no other is touched.
    """

    kind: Literal["repair_done"] = "repair_done"
    unit: UnitIdentity
    action: Name
    reason: LinkReason
    defects: tuple[UUID, ...] = ()
    replaced: Replacement | None = None
    disturbs: tuple[DisturbedResult, ...] = ()
    description: Text = ""
    station: Name
    operator: Name

    @model_validator(mode="after")
    def _not_planned(self) -> Self:
        if self.reason not in (LinkReason.REPAIR, LinkReason.REWORK):
            raise ValueError("a repair is REPAIR or REWORK; planned work is an operation of the route")
        return self


class ComponentRobbed(Record):
    """A serialised component was taken from one unit, the donor, to serve another.

    The links that were closed and opened are records of their own. `disturbs` names the results that must be had again,
    of both and of what they sit in.
    """

    kind: Literal["component_robbed"] = "component_robbed"
    component: UnitIdentity
    donor: UnitIdentity
    donor_position: Name
    recipient: UnitIdentity
    position: Name
    why: Text = Field(min_length=1)
    disturbs: tuple[DisturbedResult, ...] = ()
    station: Name
    operator: Name


class DispositionMade(Record):
    """A person who may decide has decided what becomes of a unit."""

    kind: Literal["disposition_made"] = "disposition_made"
    unit: UnitIdentity
    disposition: DispositionKind
    operation: Name | None = None
    """The operation whose result is waived, or to which the unit returns."""
    defects: tuple[UUID, ...] = ()
    disturbs: tuple[DisturbedResult, ...] = ()
    reason: Text = Field(min_length=1)
    signature: Signature

    @model_validator(mode="after")
    def _operation_where_needed(self) -> Self:
        needs = self.disposition in (DispositionKind.WAIVER, DispositionKind.RETURN)
        if needs != (self.operation is not None):
            raise ValueError("a waiver and a return name an operation, the other dispositions none")
        return self


class RecordVoided(Record):
    """A record said what was not so: a mis-scan, a run on the wrong unit. It stays, and counts nowhere."""

    kind: Literal["record_voided"] = "record_voided"
    target: Literal[
        "run",
        "component_installed",
        "component_removed",
        "defect_found",
        "repair_done",
        "disposition_made",
        "equipment_calibrated",
        "equipment_maintained",
        "station_checked",
        "numbers_allocated",
        "gauge_study_recorded",
        "sample_result",
        "component_robbed",
        "unit_packed",
        "unit_unpacked",
        "unit_shipped",
        "unit_returned",
        "unit_moved",
        "alias_given",
        "esd_checked",
    ]
    record: UUID
    """The id of the record; of a run, which is two records, the run's."""
    reason: Text = Field(min_length=1)
    signature: Signature
