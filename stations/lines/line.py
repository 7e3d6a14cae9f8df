"""What every simulated line does: open its stations, walk units through them, and count what came of each."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from mes.vocabulary import RunEnding, Verdict
from stations.composition import TestStation, open_test_station
from stations.config import load_station_config
from stations.errors import StationError
from stations.fault_latch import FaultLatch
from stations.lines.assembly_place import AssemblyPlace
from stations.lines.count import LineCount
from stations.lines.floor import Floor
from stations.simulation import SimulatedDefects, SimulatedSite, SimulatedUnit, is_good

_CONFIGS = Path(__file__).parents[1] / "configs"


@dataclass(slots=True)
class Build:
    """One unit on its way down a line: what it is, what it was made of, and what the simulator did to it.

    `earlier` is what it was before it got its own name, `parts` are units of their own that are in it.
    """

    unit: SimulatedUnit
    lot: str = ""
    defects: SimulatedDefects = ()
    earlier: tuple[SimulatedUnit, ...] = ()
    parts: tuple["Build", ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether it is within its specification in truth, with everything that is in it."""
        return is_good(self.unit, *self.earlier) and all(part.is_good for part in self.parts)


class Outlet(Protocol):
    """Where units go on to."""

    def put(self, item: Build, /) -> None:
        """Send one there."""
        ...

    def close(self) -> None:
        """No more will come."""
        ...


class Line(ABC):
    """One line. `work` opens its stations and sets its people to work; they go on on the floor's clock."""

    NAME: ClassVar[str]
    TITLE: ClassVar[str]
    """In words, for whoever watches."""
    STATIONS: ClassVar[tuple[str, ...]]
    """Every station that keeps a spool, by name."""
    NEEDS: ClassVar[tuple[str, ...]] = ()
    """The lines, by name, whose units this one builds in: they work whenever it does."""

    def __init__(self, floor: Floor, progress: Callable[[], None]) -> None:
        self.floor = floor
        self.count = LineCount(units=floor.units)
        self._progress = progress
        self.outlets: list[Outlet] = []
        """Where units that have come to the end of the line go on to."""
        self.inlets: dict[str, Outlet] = {}
        """Where those of other lines come in, by the line's name."""

    def join(self, lines: Mapping[str, "Line"]) -> None:
        """Take in what the lines that work deliver, before any begins."""
        for name, inlet in self.inlets.items():
            lines[name].outlets.append(inlet)

    @abstractmethod
    def work(self, stack: ExitStack) -> None:
        """Open the stations, closed with the stack, and begin. Raises what a station raises that cannot be opened."""

    @property
    def stopped(self) -> bool:
        """Whether somebody pressed STOP."""
        return self.floor.stop.reason is not None

    def test_station(self, stack: ExitStack, name: str) -> TestStation:
        """The shipped test station of this name, with the floor's seed, clock and ledger."""
        floor = self.floor
        # A simulated bench is new with every factory: what an earlier one left unproven went with its process.
        FaultLatch.of(floor.location.home, name).reset()
        return stack.enter_context(
            open_test_station(
                load_station_config(_CONFIGS / f"{name}.toml").seeded(floor.seed),
                location=floor.location,
                ledger=floor.ledger,
                clock=floor.clock,
                chance=floor.chance(name),
            )
        )

    def assembly_place(self, stack: ExitStack, name: str) -> AssemblyPlace:
        """The shipped assembly station of this name."""
        return AssemblyPlace.opened(_CONFIGS / f"{name}.toml", self.floor, stack)

    def site(self, station: TestStation) -> SimulatedSite:
        """Who makes the units that this station tests."""
        return SimulatedSite(self.floor.seed, station.product)

    def passes(self, station: TestStation, build: Build, handling_s: float) -> bool | None:
        """Load a unit, work it, count what came of it; a unit that does not pass is finished here.

        None when the run was aborted: then the unit is neither finished nor to blame. `handling_s` is what a person
        needs to load it, in seconds.
        """
        if station.simulated is None:
            raise StationError(f"{station.config.path}: a simulated line needs a simulated station; add [simulation]")
        self.floor.clock.sleep(handling_s)
        station.simulated.insert(build.unit)
        worked = station.agent.work(build.unit.serial, self.floor.stop)
        # It may sit in something else on another bench before the next one comes.
        station.simulated.remove()
        if worked.run is None:
            refusals = "; ".join(refusal.message for refusal in worked.decision.refusals)
            raise StationError(f"{station.config.station}: the gate refused {worked.unit}: {refusals}")
        passed = worked.run.verdict is Verdict.PASSED
        self.count.runs += 1
        if worked.run.ending is RunEnding.ABORTED:
            self.count.aborted += 1
            return None
        if worked.run.ending is RunEnding.ERROR:
            self.count.errors += 1
        elif passed:
            self.count.passed += 1
        else:
            self.count.failed += 1
        if not passed:
            self.finish(build, passed=False)
        return passed

    def deliver(self, build: Build) -> None:
        """Send a unit that came to the end of this line to the lines that build it in."""
        for outlet in self.outlets:
            outlet.put(build)

    def deliver_no_more(self) -> None:
        """Tell them that no more will come."""
        for outlet in self.outlets:
            outlet.close()

    def finish(self, build: Build, *, passed: bool) -> None:
        """A unit has come to its end: hold the verdict against the truth."""
        good = build.is_good
        self.count.finished += 1
        self.count.defective += bool(build.defects) and not good
        self.count.escapes += passed and not good
        self.count.overkills += good and not passed
        self._progress()
