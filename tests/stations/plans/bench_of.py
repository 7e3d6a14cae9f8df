"""A shipped simulated station with a unit in its fixture, run without ledger and spool, whole or some steps of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from mes.records import UnitIdentity
from mes.vocabulary import RunEnding, Verdict
from stations.bench import Bench
from stations.config import load_station_config
from stations.events import Event, Measured, RunEnded, RunOrder, StepEnded
from stations.executive import Executive
from stations.fixture import Fixture, load_fixture
from stations.lease import StopSwitch
from stations.plan import PlanRevision, load_plan
from stations.product import load_product
from stations.simulation import SimulatedSite, SimulatedStation, virtual_clock
from stations.step_runner import run_inline
from stations.unit_run import UnitRun

CONFIGS = Path(__file__).parents[3] / "stations/configs"


@dataclass
class Told:
    """Everything that was told of one unit's run."""

    events: list[Event] = field(default_factory=list)

    @property
    def end(self) -> RunEnded:
        """How it ended."""
        (end,) = [event for event in self.events if isinstance(event, RunEnded)]
        return end

    @property
    def verdict(self) -> tuple[Verdict, RunEnding]:
        """The unit's verdict, and how the run ended."""
        return self.end.verdict, self.end.ending

    @property
    def failed(self) -> set[str]:
        """The measurands that were out of limits."""
        measured = [event for event in self.events if isinstance(event, Measured)]
        return {event.measurand.name for event in measured if event.judgement.outcome.name == "FAILED"}

    @property
    def values(self) -> Mapping[str, Any]:
        """Every value by its measurand."""
        return {event.measurand.name: event.value for event in self.events if isinstance(event, Measured)}

    @property
    def steps(self) -> dict[str, str]:
        """What came of each step."""
        return {event.step: event.outcome.name for event in self.events if isinstance(event, StepEnded)}


@dataclass
class BenchOf:
    """An open bench; `plan` may be replaced by a part of it."""

    station: SimulatedStation
    site: SimulatedSite
    bench: Bench
    fixture: Any
    plan: PlanRevision

    def supply(self, number: int, *defects: Mapping[str, Any]) -> Any:
        """A supply, not yet in the fixture."""
        return self.site.unit("power_supply", self.site.serial("power_supply", number), defects=self._parsed(defects))

    def insert(self, number: int, *defects: Mapping[str, Any]) -> Any:
        """Put a unit of the fixture's kind in."""
        kind = type(self.fixture).UNIT
        unit = self.site.unit(kind, self.site.serial(kind, number), defects=self._parsed(defects))
        self.station.insert(unit)
        return unit

    def only(self, *steps: str) -> None:
        """Leave every other step out of the plan."""
        self.plan = replace(self.plan, steps=tuple(one for one in self.plan.steps if one.name in steps)).sealed()

    def run(self, *serials: str) -> Sequence[Told]:
        """Run the plan on these units."""
        told = [Told() for _ in serials]
        runs = [UnitRun(self._order(k, serial), told[k].events.append) for k, serial in enumerate(serials)]
        self.fixture.unit = runs[0].order.unit
        Executive(self.bench, self.fixture, run_inline, StopSwitch()).run_units(runs, self.plan)
        return told

    def _parsed(self, defects: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
        return tuple(self.site._family.parse(defect) for defect in defects)

    def _order(self, k: int, serial: str) -> RunOrder:
        unit = UnitIdentity(maker="own", part=self.plan.part, serial=serial)
        return RunOrder(
            run=UUID(int=k + 1),
            unit=unit,
            station="bench",
            station_digest=self.plan.digest,
            fixture="F",
            slot=str(k + 1),
            operator="op",
            gate=UUID(int=0),
            simulated=True,
        )


@contextmanager
def bench_of(name: str) -> Iterator[BenchOf]:
    """The bench of this shipped station."""
    config = load_station_config(CONFIGS / f"{name}.toml")
    product, kind = load_product(config.product), load_fixture(config.fixture.kind)
    station = SimulatedStation(config.station, 7, virtual_clock(datetime(2027, 3, 1, 6, tzinfo=UTC)))
    try:
        station.build(kind, product, config.fixture.options, config.instruments)
        with Bench.open(kind, config.instruments, station.place) as bench:
            fixture: Fixture = kind(bench.instruments, product, config.fixture.options)
            plan = load_plan(config.plan).bind(product)
            yield BenchOf(station, SimulatedSite(7, product), bench, fixture, plan)
    finally:
        station.close()
