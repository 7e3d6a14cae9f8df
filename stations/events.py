"""What happens in a run, as it happens. The screen, the spool and the record all read these and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from drivers.reading import Reading
from mes.records import InstrumentUsed, UnitIdentity
from mes.vocabulary import Outcome, RunEnding, Verdict
from stations.limits import Judgement, Measurand
from stations.plan import PlanRevision


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """What is to be run, on what, by whom, and the gate decision that allowed it."""

    run: UUID
    unit: UnitIdentity
    station: str
    station_digest: str
    fixture: str
    slot: str
    operator: str
    gate: UUID
    simulated: bool


@dataclass(frozen=True, slots=True)
class RunBegan:
    """The run is decided on; nothing is armed before every listener has taken this in."""

    order: RunOrder
    plan: PlanRevision
    at: datetime


@dataclass(frozen=True, slots=True)
class StepBegan:
    """A step took up the bench, `started_s` seconds into the run."""

    step: str
    started_s: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A value was recorded and judged."""

    step: str
    measurand: Measurand
    value: Reading | str
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step is over, however it ended."""

    step: str
    outcome: Outcome
    started_s: float
    duration_s: float
    message: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run is over and the bench safe, or `reason` says what is not."""

    at: datetime
    verdict: Verdict
    ending: RunEnding
    reason: str
    instruments: tuple[InstrumentUsed, ...]


Event = RunBegan | StepBegan | Measured | StepEnded | RunEnded
