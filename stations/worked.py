"""What came of one unit at a station: the gate's decision, the run, and what has reached the centre."""

from dataclasses import dataclass

from mes.records import GateDecided, RunFinished, UnitIdentity
from stations.forwarder import DrainReport


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of one unit at this station: the gate's decision and, if it allowed, the finished run.

    `forwarded` says what has reached the centre, a fact apart from the verdict. `recovered` are earlier runs whose
    end was not recorded before and is now, told with the first unit after it. `warnings` are for whoever keeps the
    station. `at_finish` is what the gate refused when the run had finished: a hold, say, that was placed meanwhile.
    """

    unit: UnitIdentity
    decision: GateDecided
    run: RunFinished | None
    forwarded: DrainReport
    at_finish: GateDecided | None = None
    recovered: tuple[RunFinished, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def provisional(self) -> bool:
        """Whether it was worked while the centre was away: recorded here, its route not checked."""
        return self.run is not None and self.run.provisional
