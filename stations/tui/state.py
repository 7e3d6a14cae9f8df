"""Everything that the operator's screen shows, as one frozen value; no Textual, no clock, no bench.

Verdict and recorded / sent are two facts (page 5, section 2): neither field is ever derived from the other.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mes.records import Refusal
from mes.vocabulary import Outcome, RunEnding, Verdict


class Phase(StrEnum):
    """Where the screen stands between two units."""

    READY = "READY"
    UNREADABLE = "UNREADABLE"
    """The last scan was refused before the gate was asked."""
    ASKING = "ASKING"
    RUNNING = "RUNNING"
    STOPPING = "STOPPING"
    PASSED = "PASSED"
    FAILED = "FAILED"
    ERROR = "ERROR"
    """Nothing was judged, by the station's fault: the unit may be good."""
    ABORTED = "ABORTED"
    REFUSED = "REFUSED"
    OFFLINE = "OFFLINE"
    """The gate could not be asked, so nothing was run."""
    UNRECORDED = "UNRECORDED"
    """The spool took no record: whatever was measured does not count."""


BUSY = frozenset({Phase.ASKING, Phase.RUNNING, Phase.STOPPING})
"""Phases in which the fixture belongs to a unit, so that another scan is refused."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant on three clocks: the bench's (s), the operator's wall (s, monotonic), and wall time (UTC)."""

    bench_s: float
    wall_s: float
    utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StationFacts:
    """What does not change while the screen is open."""

    station: str
    operator: str
    part: str
    plan: str
    plan_revision: str
    limit_revision: str
    operation: str
    next_operation: str | None
    """Where a unit goes that passed here; None at the end of its route."""
    fixture: str
    simulated: bool
    speed: float
    database: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of the plan: how it ended (None: not yet), how long it took and usually takes, in bench seconds."""

    name: str
    outcome: Outcome | None = None
    started_s: float | None = None
    duration_s: float | None = None
    usual_s: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRow:
    """One measurand with its limits and, once measured, its value and judgement."""

    name: str
    unit: str
    low: float | None
    high: float | None
    expected: str
    is_text: bool
    value: float | None = None
    text: str | None = None
    over_range: str | None = None
    outcome: Outcome | None = None
    marginal: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits to be sent: how many records, since when the oldest; `error` says why the last sending stopped.

    `depth` is None when the spool itself cannot say; `retry_s` is wall time until the next try.
    """

    depth: int | None = 0
    oldest_at: datetime | None = None
    error: str | None = None
    retry_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Notice:
    """A line for the operator that goes away by itself."""

    text: str
    until_s: float
    """On the wall clock of `Moment`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenState:
    """The whole screen."""

    facts: StationFacts
    steps: tuple[StepRow, ...]
    rows: tuple[MeasuredRow, ...]
    usual_s: float | None
    """Median duration of earlier completed runs of this plan revision, in bench seconds; None when there are none."""
    earlier: int
    """How many runs that median is of."""
    now: Moment
    phase: Phase = Phase.READY
    work: int = 0
    """Counts the units that were taken, so that late news of an earlier one cannot pass for this one's."""
    serial: str = ""
    began: Moment | None = None
    elapsed_s: float | None = None
    """How long the run took, once it is over."""
    last_measured: str = ""
    verdict: Verdict | None = None
    ending: RunEnding | None = None
    reason: str = ""
    refusals: tuple[Refusal, ...] = ()
    """Of the gate's first answer; of a unit that was worked, those at the end of its run."""
    provisional: bool = False
    """Worked while the centre was away: its route was not checked."""
    recorded: bool | None = None
    """Whether the run is in the spool; None while nothing was to be recorded."""
    sending: bool = False
    """The run's record is on its way; nobody knows yet whether it arrived."""
    queue: Queue = field(default_factory=Queue)
    scanner_trouble: str = ""
    notice: Notice | None = None
    stop_presses: int = 0
    previous: str = ""
    """The unit before, in one line."""
    passed: int = 0
    failed: int = 0
    others: int = 0
    leaving: bool = False

    @property
    def busy(self) -> bool:
        """Whether the fixture belongs to a unit now."""
        return self.phase in BUSY
