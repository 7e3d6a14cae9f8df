"""What happens in a run, as it happens. The screen, the spool and the record all read these and nothing else."""

from collections.abc import Callable, Iterable
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
    group: UUID | None = None
    """Ties the runs of several units that are tested together; None for a unit alone."""
    fixture_cycles: int | None = None
    """How often the fixture has been closed on a unit, this time counted."""
    fixture_revision: str | None = None
    provisional: bool = False
    """Begun while the centre was away: `gate` is the question that it will answer."""


@dataclass(frozen=True, slots=True)
class RunBegan:
    """The run is decided on; nothing is armed before every listener has taken this in."""

    order: RunOrder
    plan: PlanRevision
    at: datetime


@dataclass(frozen=True, slots=True)
class RunResumed:
    """A run that was cut off goes on: `gap_s` seconds passed since its last finished step, `after` (or its start)."""

    order: RunOrder
    plan: PlanRevision
    at: datetime
    gap_s: float
    after: str


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
class Attached:
    """A step attached a file to the run: what it judged by, in full. Whether it is kept is the station's policy."""

    step: str
    name: str
    media_type: str
    content: bytes | Callable[[], bytes]
    """The bytes, or what makes them: a pure function of what was measured, called only if they are kept."""
    shows: tuple[str, ...] = ()
    """The measurands that were judged by it; empty for all of the step's."""


@dataclass(frozen=True, slots=True)
class StepRetried:
    """An attempt at a step ended, and there will be another one.

    What was measured since the step began belongs to this attempt and decides nothing, unless no later attempt comes
    to its end: then what failed here has failed.
    """

    step: str
    attempt: int
    """Counted from 1."""
    outcome: Outcome
    started_s: float
    duration_s: float
    message: str


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step is over, however it ended. Times are those of the last attempt."""

    step: str
    outcome: Outcome
    started_s: float
    duration_s: float
    message: str
    waited_s: float = 0.0
    """How long it waited for instruments that other slots held, before it began."""


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run is over and the bench safe, or `reason` says what is not."""

    at: datetime
    verdict: Verdict
    ending: RunEnding
    reason: str
    instruments: tuple[InstrumentUsed, ...]
    safe: str = ""
    """What was proven off at the end, and what was not."""
    ambient_celsius: float | None = None


Event = RunBegan | RunResumed | StepBegan | Measured | Attached | StepRetried | StepEnded | RunEnded


def deciding(events: Iterable[Event]) -> tuple[Measured, ...]:
    """The values that decided: those of the last attempt at every step.

    When no attempt at a step came to its end, what failed in an earlier one stands for it.
    """
    standing: list[Measured] = []
    attempt: list[Measured] = []
    failed: dict[str, Measured] = {}
    for event in events:
        if isinstance(event, Measured):
            attempt.append(event)
        elif isinstance(event, StepRetried):
            failed |= {m.measurand.name: m for m in attempt if m.judgement.outcome is Outcome.FAILED}
            attempt = []
        elif isinstance(event, StepEnded | RunEnded):
            unfinished = not isinstance(event, StepEnded) or event.outcome not in (Outcome.PASSED, Outcome.FAILED)
            if unfinished:
                attempt = [m for m in attempt if m.measurand.name not in failed] + list(failed.values())
            standing += attempt
            attempt, failed = [], {}
    return (*standing, *attempt)
