"""What can happen to the operator's screen; `reduction.reduce` folds each into the state.

`work` is the number that the screen gave a unit when it took the scan.
"""

from dataclasses import dataclass

from mes.records import Refusal
from stations.events import Event
from stations.tui.earlier_runs import EarlierRuns
from stations.tui.state import Moment, Phase, Queue


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time went by."""

    at: Moment


@dataclass(frozen=True, slots=True)
class UnitTaken:
    """A scan was taken as a unit to work: the gate is being asked."""

    work: int
    serial: str


@dataclass(frozen=True, slots=True)
class ScanTurnedDown:
    """A scan was refused before the gate was asked: unreadable, or at the wrong moment. `reason` says what to do."""

    reason: str


@dataclass(frozen=True, slots=True)
class RunHappened:
    """Something of the run itself, told after it was committed where it has to be."""

    work: int
    event: Event
    at: Moment


@dataclass(frozen=True, slots=True)
class GateRefused:
    """The gate said no."""

    work: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class HeldAtFinish:
    """The run is over and recorded, and the gate refuses the unit now: a hold, say, was placed meanwhile."""

    work: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class WorkedProvisionally:
    """The run is over and was begun while the centre was away: recorded here, its route not checked."""

    work: int


@dataclass(frozen=True, slots=True)
class WorkEnded:
    """The desk is done with a unit."""

    work: int


@dataclass(frozen=True, slots=True)
class WorkBroke:
    """A unit could not be worked to an end: OFFLINE, UNRECORDED, ERROR or ABORTED, and what a person must know."""

    work: int
    phase: Phase
    message: str


@dataclass(frozen=True, slots=True)
class CheckEnded:
    """The golden or the known-bad unit was run, which counts nowhere: what came of it, for the operator."""

    work: int
    message: str


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The queue of unsent records was looked at."""

    queue: Queue


@dataclass(frozen=True, slots=True)
class EarlierRunsRead:
    """How long runs take was worked out again, the last one included."""

    earlier: EarlierRuns


@dataclass(frozen=True, slots=True)
class StopPressed:
    """Somebody pressed STOP, by key or by command barcode."""


@dataclass(frozen=True, slots=True)
class Said:
    """A remark for the operator."""

    text: str


@dataclass(frozen=True, slots=True)
class ScannerChanged:
    """The serial scanner went (`trouble` says why) or came back (empty)."""

    trouble: str


@dataclass(frozen=True, slots=True)
class LeaveAsked:
    """The screen will close as soon as the bench is free."""


Happening = (
    Ticked
    | UnitTaken
    | ScanTurnedDown
    | RunHappened
    | CheckEnded
    | GateRefused
    | HeldAtFinish
    | WorkedProvisionally
    | WorkEnded
    | WorkBroke
    | Forwarded
    | EarlierRunsRead
    | StopPressed
    | Said
    | ScannerChanged
    | LeaveAsked
)
