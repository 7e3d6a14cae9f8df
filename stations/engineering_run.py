"""Runs for an engineer: single steps, repetitions, a bench held at a failure. They count nowhere.

Nothing of them goes into the spool and so nothing to the centre: a run that is not there cannot be counted by mistake,
in a yield, a chart or a retest limit. For the same reason no gate is asked; whoever starts such a run answers for the
unit. What was measured is printed, and can be recorded at the wire and played again.
"""

import math
import statistics
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from drivers.clock import Clock
from mes.records import RunFinished, UnitIdentity
from mes.vocabulary import Outcome, RunEnding
from stations.bench import Bench
from stations.composition import PreparedStation, prepare_station
from stations.config import StationConfig
from stations.engineering_plan import chosen_steps
from stations.errors import StationError
from stations.events import Event
from stations.fault_latch import FaultLatch
from stations.fixture import Fixture
from stations.hand_run import insert_simulated
from stations.lease import StopSwitch
from stations.plan import PlanRevision
from stations.served_bench import ServedBench
from stations.spool_summary import summarise
from stations.step_runner import StepRunner
from stations.uncounted_run import UncountedRuns


@dataclass(frozen=True, slots=True)
class Trial:
    """One repetition on one unit: `number` counts from 1, `record` is what a counted run would have recorded."""

    number: int
    record: RunFinished
    plan: PlanRevision

    @property
    def passed(self) -> bool:
        """Whether every step came to its end with everything within limits."""
        outcomes = {step.outcome for step in self.record.steps}
        return self.record.ending is RunEnding.COMPLETED and outcomes <= {Outcome.PASSED, Outcome.SKIPPED}

    @property
    def values(self) -> Iterator[tuple[str, float]]:
        """Every number that was measured, by measurand."""
        names = (measurand.name for measurand in self.plan.measurands)
        return ((name, value) for name, value in zip(names, self.record.values, strict=True) if value is not None)


@dataclass(frozen=True, slots=True)
class Spread:
    """How one measurand of one unit came out over the repetitions.

    `deviation` is the sample's standard deviation (n − 1), None for a single value.
    """

    measurand: str
    unit: str
    count: int
    least: float
    mean: float
    greatest: float
    deviation: float | None


class EngineeringStation:
    """A station whose bench is open for an engineer."""

    def __init__(
        self,
        prepared: PreparedStation,
        bench: Bench,
        runner: Callable[[StopSwitch], StepRunner],
        steps: tuple[str, ...],
        new_id: Callable[[], UUID],
        latch: FaultLatch,
    ) -> None:
        self.prepared = prepared
        self.bench = bench
        self.plan = chosen_steps(prepared.plan, steps)
        self.fixture: Fixture = prepared.fixture(bench)
        self._runs = UncountedRuns(prepared.config, bench, self.fixture, runner, new_id, latch)

    def insert(self, scan: str) -> UnitIdentity:
        """The unit of this serial number, put into a simulated fixture; a person puts it into a real one.

        Raises `ScanRefused`.
        """
        product = self.prepared.product
        unit = UnitIdentity(maker=product.material.maker, part=product.part, serial=product.check_serial(scan))
        insert_simulated(self.prepared, scan)
        return unit

    def run(self, unit: UnitIdentity, number: int, stop: StopSwitch, listener: Callable[[Event], None]) -> Trial:
        """Run the chosen steps once on the unit in the fixture. Raises `FaultLatched`."""
        return Trial(number, self._runs.run(unit, self.plan, stop, listener), self.plan)


@contextmanager
def open_engineering_station(
    config: StationConfig,
    *,
    home: Path,
    clock: Clock,
    new_id: Callable[[], UUID],
    steps: tuple[str, ...],
    watch: Callable[[PreparedStation], Callable[[StopSwitch], StepRunner]],
    served: ServedBench | None = None,
) -> Iterator[EngineeringStation]:
    """A station's bench without spool and ledger.

    Raises `StationError` when an agent works at a real bench, for two programs would talk to the same instruments;
    else as `prepare_station` and `PreparedStation.open_bench`.
    """
    if not config.simulated:
        require_idle(config.station, home)
    with prepare_station(config, clock, served=served) as prepared:
        chosen_steps(prepared.plan, steps)  # a name that is wrong is told before anything is opened
        runner = watch(prepared)
        with prepared.open_bench() as bench:
            latch = FaultLatch.of(home, config.station)
            yield EngineeringStation(prepared, bench, runner, steps, new_id, latch)


def require_idle(station: str, home: Path) -> None:
    """Raise `StationError` when an agent of this station is at work: its spool has an owner."""
    for path in sorted((home / "spools").glob(f"{station}-????????????.db")):
        owner = summarise(path).owner
        if owner is not None:
            raise StationError(
                f"station {station}: process {owner} works there ({path}), on the same instruments;"
                " end it first (q on its screen, or Ctrl-C)"
            )


def spreads(trials: Iterable[Trial]) -> tuple[Spread, ...]:
    """The spread of every measurand over these repetitions, in the plan's order."""
    found: dict[str, list[float]] = {}
    units: dict[str, str] = {}
    for trial in trials:
        units |= {measurand.name: measurand.unit for measurand in trial.plan.measurands}
        for name, value in trial.values:
            found.setdefault(name, []).append(value)
    return tuple(
        Spread(
            name,
            units[name],
            len(values),
            min(values),
            math.fsum(values) / len(values),
            max(values),
            statistics.stdev(values) if len(values) > 1 else None,
        )
        for name, values in ((name, found[name]) for name in units if name in found)
    )
