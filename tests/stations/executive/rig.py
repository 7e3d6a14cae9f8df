"""An executive with everything around it, on a clock that moves when told."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from drivers.errors import LinkTimeout, NotSafe
from drivers.reading import InstrumentIdentity, Reading
from mes.records import UnitIdentity
from mes.vocabulary import Outcome
from stations.bench import Bench
from stations.events import Event, Measured, RunEnded, RunOrder, StepEnded, StepRetried
from stations.executive import Executive
from stations.fixture import Fixture
from stations.lease import StopSwitch, check_lease
from stations.limits import Measurand
from stations.plan import BoundStep, PlanRevision, Record
from stations.product import Product, load_product
from stations.step_runner import run_inline
from stations.unit_run import UnitRun

PRODUCT = Path(__file__).parents[3] / "stations/products/dac_50g_lane.toml"
RAIL = Measurand("rail", "V", low=3.2, high=3.4)
METER = InstrumentIdentity(maker="Acme", model="DMM", serial="SN9", firmware="1.0")


class SteppingClock:
    """A clock that moves when told; `at` are things that happen on the way."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.at: list[tuple[float, Callable[[], None]]] = []

    def now(self) -> float:
        """Seconds so far."""
        return self.seconds

    def utc(self) -> datetime:
        """A fixed day."""
        return datetime(2026, 11, 2, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        """Move, and let what is due happen."""
        self.seconds += seconds
        due = [act for when, act in self.at if when <= self.seconds]
        self.at = [(when, act) for when, act in self.at if when > self.seconds]
        for act in due:
            act()


class Supply:
    """An output that writes through the lease as every leased transport does."""

    capability = "PowerSupply"

    def __init__(self, clock: SteppingClock, log: list[str], role: str = "supply") -> None:
        self.clock = clock
        self.log = log
        self.role = role
        self.identity = InstrumentIdentity(maker="Acme", model="PS60", serial=role, firmware="2.1")
        self.calibration_due: date | None = date(2036, 5, 1)
        self.on = False
        self.stuck = 0
        """How often it still reads on after OFF."""

    def set_output(self, on: bool) -> None:
        """Switch, if the caller may."""
        check_lease(self.role)
        self.on = on
        self.log.append(f"{self.role} {'on' if on else 'off'}")

    def safe_state(self) -> None:
        """Switch off and prove it."""
        self.log.append(f"{self.role} safe")
        self.on = self.stuck > 0
        if self.on:
            self.stuck -= 1
            raise NotSafe(f"Acme PS60 {self.role}: output still on after OFF")

    def close(self) -> None:
        """Nothing to let go of."""


class Input(Supply):
    """One digital input, read over a wire that a step may use too."""

    capability = "DigitalIo"

    def __init__(self, clock: SteppingClock, log: list[str]) -> None:
        super().__init__(clock, log, "dio")
        self.high = True
        self.gone = False
        self.reads = 0

    def read_input(self, line: int) -> bool:
        """The one line."""
        check_lease(self.role)
        self.reads += 1
        if self.gone:
            raise LinkTimeout("dio: no answer")
        return self.high


class RigFixture(Fixture):
    """Notes when it is set up and torn down; its unit is dead unless it says otherwise."""

    def __init__(self, instruments: Mapping[str, Any], log: list[str], product: Product) -> None:
        super().__init__(instruments, product, {})
        self.log = log
        self.supply: Supply = instruments["supply"]

    def set_up(self) -> None:
        """Note it."""
        self.log.append("set up")

    def tear_down(self) -> None:
        """Note it."""
        self.log.append("torn down")


class Rig:
    """One executive and what it told; `kind` is the fixture's class."""

    def __init__(self, kind: type[RigFixture] = RigFixture, units: int = 1) -> None:
        self.clock = SteppingClock()
        self.log: list[str] = []
        self.stop = StopSwitch()
        self.supply = Supply(self.clock, self.log)
        self.dio = Input(self.clock, self.log)
        self.instruments: dict[str, Any] = {"supply": self.supply, "dio": self.dio}
        self.kind = kind
        self.told: list[list[Event]] = [[] for _ in range(units)]
        self.on_event: Callable[[Event], None] = lambda _: None
        self.folder = Path()

    @property
    def events(self) -> list[Event]:
        """What happened to the first unit."""
        return self.told[0]

    def publish(self, unit: int) -> Callable[[Event], None]:
        """Who listens to a unit's run."""

        def take(event: Event) -> None:
            self.told[unit].append(event)
            self.on_event(event)

        return take

    def run(self, *steps: BoundStep, limits: tuple[int, int] | None = None, **options: Any) -> RunEnded:
        """Run the steps on every unit; how the first one's run ended."""
        count = len(self.told)
        return self.run_plan(replace(plan(*steps), units=limits or (count, count)), **options)

    def run_plan(self, revision: PlanRevision, **options: Any) -> RunEnded:
        """Run this plan on every unit; how the first one's run ended."""
        bench = Bench(self.instruments, self.clock, resources={role: role for role in self.instruments}, **options)
        fixture = self.kind(self.instruments, self.log, load_product(PRODUCT))
        runs = [UnitRun(order(number), self.publish(number)) for number in range(len(self.told))]
        Executive(bench, fixture, run_inline, self.stop).run_units(runs, revision)
        return self.ended()

    def ended(self, unit: int = 0) -> RunEnded:
        """How a unit's run ended."""
        ended = self.told[unit][-1]
        assert isinstance(ended, RunEnded)
        return ended

    def steps(self, unit: int = 0) -> dict[str, Outcome]:
        """How each step ended."""
        return {e.step: e.outcome for e in self.told[unit] if isinstance(e, StepEnded)}

    def retries(self) -> list[tuple[str, int, Outcome]]:
        """Every attempt that decided nothing."""
        return [(e.step, e.attempt, e.outcome) for e in self.events if isinstance(e, StepRetried)]

    def values(self, unit: int = 0) -> list[float | None]:
        """Every number that was recorded."""
        readings = (e.value for e in self.told[unit] if isinstance(e, Measured))
        return [value.value for value in readings if isinstance(value, Reading)]


def order(number: int = 0) -> RunOrder:
    """What is to be run on unit `number`."""
    return RunOrder(
        run=UUID(int=number + 1),
        unit=UnitIdentity(part="DAC", serial=f"DAC000{number + 1}"),
        station="s",
        station_digest="0" * 64,
        fixture="f",
        slot=str(number + 1),
        operator="o",
        gate=UUID(int=100 + number),
        simulated=True,
    )


def plan(*steps: BoundStep) -> PlanRevision:
    """A plan of these steps, under its own digest."""
    return PlanRevision(
        name="p",
        revision="1",
        part="DAC",
        operation="op",
        fixture="dac_lane",
        limit_revision="l",
        steps=steps,
        digest="0" * 64,
        code_digest="0" * 64,
    ).sealed()


def step(function: Callable[[Any, Record], None], *measurands: Measurand, name: str = "", **options: Any) -> BoundStep:
    """One step of a plan."""
    bound = BoundStep(name or function.__name__, function, measurands, 60.0, False, "continue", False)
    return replace(bound, **options)


def measure(*values: float | Exception, name: str = "rail") -> Callable[[Any, Record], None]:
    """A step's function that records one voltage, in every attempt the next one; an exception is raised."""
    left = list(values)

    def body(fixture: Any, record: Record) -> None:
        value = left.pop(0)
        if isinstance(value, Exception):
            raise value
        record(name, Reading(value, "V"))

    return body
