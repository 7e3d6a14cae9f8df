"""The words every package shares, named as ISA-95, IPC-2591 (CFX) and IPC-1782 name them.

Every member's value equals its name, because SQLAlchemy stores enums by name and the wire by value:
one spelling everywhere.
"""

from enum import StrEnum

OWN_MAKER = "own"
"""The maker written for parts built at this site; any other maker is a supplier's name."""


class SiteKind(StrEnum):
    """Whether the figures of a database stand for copper or for a simulation."""

    REAL = "REAL"
    SIMULATED = "SIMULATED"


class Outcome(StrEnum):
    """How one step ended (CFX TestResult; SKIPPED for a step that its condition left out)."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    ERROR = "ERROR"
    ABORTED = "ABORTED"
    SKIPPED = "SKIPPED"


class Verdict(StrEnum):
    """What a run says about the unit: FAILED outweighs PASSED, which outweighs NONE (nothing was proven)."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    NONE = "NONE"


class RunEnding(StrEnum):
    """How a run ended, a fact apart from its verdict."""

    COMPLETED = "COMPLETED"
    ERROR = "ERROR"
    ABORTED = "ABORTED"


class OverRange(StrEnum):
    """The side on which a value left the instrument's range (SCPI +-9.9E37)."""

    OVER = "OVER"
    UNDER = "UNDER"


class Tracking(StrEnum):
    """How a material is traced: by the piece or by the lot (ISA-95 material sublot of one / material lot)."""

    UNIT = "UNIT"
    LOT = "LOT"


class OperationKind(StrEnum):
    """What a process segment does (ISA-95): a test judges a unit, an assembly makes genealogy."""

    TEST = "TEST"
    ASSEMBLY = "ASSEMBLY"


class OfflinePolicy(StrEnum):
    """Whether work without the gate's decision counts: BLOCK asks for it again, PROVISIONAL takes it as it is."""

    BLOCK = "BLOCK"
    PROVISIONAL = "PROVISIONAL"


class GatePhase(StrEnum):
    """When the gate is asked: before the work, when a run has finished, or when one arrives that began without it."""

    BEFORE = "BEFORE"
    FINISH = "FINISH"
    ARRIVAL = "ARRIVAL"


class UnitState(StrEnum):
    """Where a unit stands, folded from its records; never set by hand."""

    REGISTERED = "REGISTERED"
    IN_PROCESS = "IN_PROCESS"
    COMPLETED = "COMPLETED"
    INSTALLED = "INSTALLED"
    SHIPPED = "SHIPPED"
    SCRAPPED = "SCRAPPED"


class GateAct(StrEnum):
    """What the gate is asked to allow: work at an operation, or that a finished unit is packed or shipped."""

    WORK = "WORK"
    PACK = "PACK"
    SHIP = "SHIP"


class LinkReason(StrEnum):
    """Why a component was installed or removed (IPC-1782 keeps REPAIR apart from REWORK).

    ROBBED: it was taken from one unit to serve another.
    """

    PLANNED = "PLANNED"
    REWORK = "REWORK"
    REPAIR = "REPAIR"
    ROBBED = "ROBBED"


class DispositionKind(StrEnum):
    """What was decided about a unit."""

    SCRAP = "SCRAP"
    WAIVER = "WAIVER"
    RETURN = "RETURN"
    USE_AS_IS = "USE_AS_IS"


class EquipmentKind(StrEnum):
    """What is calibrated or looked after (ISA-95 equipment and its artefacts)."""

    INSTRUMENT = "INSTRUMENT"
    SHUNT = "SHUNT"
    LEAD = "LEAD"
    CALIBRATION_KIT = "CALIBRATION_KIT"
    DE_EMBEDDING_FILE = "DE_EMBEDDING_FILE"
    FIXTURE = "FIXTURE"


class CollectionMode(StrEnum):
    """How a fact came in (IPC-1782): read by a machine, or keyed by a person."""

    AUTO = "AUTO"
    MANUAL = "MANUAL"


class Numbering(StrEnum):
    """What a range of numbers gives out."""

    SERIAL = "SERIAL"
    MAC = "MAC"


class Role(StrEnum):
    """Who may unlock a refusal."""

    OPERATOR = "OPERATOR"
    TECHNICIAN = "TECHNICIAN"
    QUALITY = "QUALITY"
    ENGINEER = "ENGINEER"
    ADMIN = "ADMIN"
