"""The documents on the wire: what happened, once, in the words of whoever saw it happen.

The exact bytes that `encode_record` gives are what the spool commits, the forwarder sends and the journal keeps.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from mes.records.calendar import (
    CalendarException,
    ShiftCalendar,
    ShiftCalendarReleased,
    ShiftTimes,
    Weekday,
    WeeklyShift,
)
from mes.records.definition import (
    Alternate,
    BillOfMaterialLine,
    ChildRequirement,
    Conversion,
    DefinitionReleased,
    MaterialDefinition,
    MeasurandDefinition,
    PlanReleased,
    PlanStep,
    RouteOperation,
    content_digest,
    definition_digest,
)
from mes.records.deviation import DeviationApproved, DeviationWithdrawn, Permit, PermitKind, SerialSpan
from mes.records.document import (
    RECORD_VERSION,
    Digest,
    Document,
    LotIdentity,
    Name,
    Record,
    Signature,
    Text,
    UnitIdentity,
)
from mes.records.equipment import (
    CalibrationPoint,
    EquipmentCalibrated,
    EquipmentIdentity,
    EquipmentMaintained,
    FixtureLimitReleased,
    StationChecked,
)
from mes.records.gate import NO_DECISION, GateDecided, GateRequest, Permitted, Refusal
from mes.records.gauge import GaugeStudyRecorded, StudyReading
from mes.records.goods import UnitMoved, UnitPacked, UnitReturned, UnitShipped, UnitUnpacked
from mes.records.hold import HoldPlaced, HoldReleased, Predicate, Subject
from mes.records.material import ComponentInstalled, ComponentRemoved, LotReceived, UnitRegistered
from mes.records.naming import AliasGiven, UnitConverted
from mes.records.numbering import MacRange, NumberRangeReleased, NumbersAllocated, SerialRange
from mes.records.order import WorkOrderAct, WorkOrderAssigned, WorkOrderEvent
from mes.records.rework import (
    ComponentRobbed,
    DefectFound,
    DispositionMade,
    DisturbedResult,
    RecordVoided,
    RepairDone,
    Replacement,
)
from mes.records.run import (
    Attachment,
    InstrumentUsed,
    MeasurandFailure,
    RunFinished,
    RunStarted,
    StepAttempt,
    StepResult,
)
from mes.records.sampling import (
    InspectionLevel,
    SampleDrawn,
    SampleResult,
    SamplingPlan,
    SamplingPlanReleased,
    SamplingPurpose,
)
from mes.records.shop import (
    CodeTable,
    CodeTableReleased,
    DefectCode,
    EsdChecked,
    HeldSkill,
    OperationName,
    OperatorCertified,
    RepairCode,
    Skill,
)

__all__ = [
    "NO_DECISION",
    "RECORD_VERSION",
    "AliasGiven",
    "Alternate",
    "AnyRecord",
    "Attachment",
    "BillOfMaterialLine",
    "CalendarException",
    "CalibrationPoint",
    "ChildRequirement",
    "CodeTable",
    "CodeTableReleased",
    "ComponentInstalled",
    "ComponentRemoved",
    "ComponentRobbed",
    "Conversion",
    "DefectCode",
    "DefectFound",
    "DefinitionReleased",
    "DeviationApproved",
    "DeviationWithdrawn",
    "Digest",
    "DispositionMade",
    "DisturbedResult",
    "Document",
    "EquipmentCalibrated",
    "EquipmentIdentity",
    "EquipmentMaintained",
    "EsdChecked",
    "FixtureLimitReleased",
    "GateDecided",
    "GateRequest",
    "GaugeStudyRecorded",
    "HeldSkill",
    "HoldPlaced",
    "HoldReleased",
    "InspectionLevel",
    "InstrumentUsed",
    "LotIdentity",
    "LotReceived",
    "MacRange",
    "MaterialDefinition",
    "MeasurandDefinition",
    "MeasurandFailure",
    "Name",
    "NumberRangeReleased",
    "NumbersAllocated",
    "OperationName",
    "OperatorCertified",
    "Permit",
    "PermitKind",
    "Permitted",
    "PlanReleased",
    "PlanStep",
    "Predicate",
    "Record",
    "RecordVoided",
    "Refusal",
    "RepairCode",
    "RepairDone",
    "Replacement",
    "RouteOperation",
    "RunFinished",
    "RunStarted",
    "SampleDrawn",
    "SampleResult",
    "SamplingPlan",
    "SamplingPlanReleased",
    "SamplingPurpose",
    "SerialRange",
    "SerialSpan",
    "ShiftCalendar",
    "ShiftCalendarReleased",
    "ShiftTimes",
    "Signature",
    "Skill",
    "StationChecked",
    "StepAttempt",
    "StepResult",
    "StudyReading",
    "Subject",
    "Text",
    "UnitConverted",
    "UnitIdentity",
    "UnitMoved",
    "UnitPacked",
    "UnitRegistered",
    "UnitReturned",
    "UnitShipped",
    "UnitUnpacked",
    "Weekday",
    "WeeklyShift",
    "WorkOrderAct",
    "WorkOrderAssigned",
    "WorkOrderEvent",
    "attachments_named",
    "content_digest",
    "definition_digest",
    "encode_record",
    "parse_record",
]

AnyRecord = Annotated[
    DefinitionReleased
    | PlanReleased
    | UnitRegistered
    | LotReceived
    | RunStarted
    | RunFinished
    | ComponentInstalled
    | ComponentRemoved
    | GateDecided
    | HoldPlaced
    | HoldReleased
    | DefectFound
    | RepairDone
    | DispositionMade
    | RecordVoided
    | CodeTableReleased
    | OperatorCertified
    | EquipmentCalibrated
    | EquipmentMaintained
    | FixtureLimitReleased
    | StationChecked
    | NumberRangeReleased
    | NumbersAllocated
    | GaugeStudyRecorded
    | WorkOrderEvent
    | WorkOrderAssigned
    | DeviationApproved
    | DeviationWithdrawn
    | SamplingPlanReleased
    | SampleDrawn
    | SampleResult
    | ShiftCalendarReleased
    | ComponentRobbed
    | UnitPacked
    | UnitUnpacked
    | UnitShipped
    | UnitMoved
    | UnitReturned
    | UnitConverted
    | AliasGiven
    | EsdChecked,
    Field(discriminator="kind"),
]

_RECORD: TypeAdapter[AnyRecord] = TypeAdapter(AnyRecord)


def encode_record(record: Record) -> bytes:
    """The exact UTF-8 JSON bytes of a record, as every later reader will see them."""
    return record.model_dump_json().encode()


def attachments_named(body: bytes) -> tuple[Attachment, ...]:
    """The attachments that bytes of `encode_record` name; nearly every record is passed over without being parsed."""
    # In its compact JSON these bytes stand in no text, where a quote would be escaped.
    if b'"attachments":[{' not in body:
        return ()
    record = parse_record(body)
    return record.attachments if isinstance(record, RunFinished) else ()


def parse_record(body: bytes) -> AnyRecord:
    """The record in these bytes. Raises `pydantic.ValidationError` naming every field that is wrong."""
    return _RECORD.validate_json(body)
