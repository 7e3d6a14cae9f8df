"""Where a station is put together: files, clock, chance, ledger, spool, bench and agent come in here alone."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.clock import Clock, SystemClock
from mes.command_line import Location
from mes.ledger import Ledger, Site
from stations.agent import Agent
from stations.bench import Bench, check_roles
from stations.calibration_register import require_registered
from stations.config import StationConfig
from stations.errors import ConfigurationError, PlanError
from stations.events import Event
from stations.fault_latch import FaultLatch
from stations.fixture import Fixture, load_fixture
from stations.forwarder import Forwarder
from stations.golden_check import GoldenChecks, due_checks
from stations.identity import IdMaker
from stations.lease import StopSwitch
from stations.leased_place import LeasedPlace
from stations.limit_revision import load_limit_revision
from stations.offline_policy import OfflinePolicies
from stations.plan import PlanRevision, load_plan
from stations.producer import Producer
from stations.product import Product, load_product
from stations.served_bench import ServedBench
from stations.spool import Spool
from stations.step_runner import StepRunner, in_thread, run_inline
from stations.uncounted_run import UncountedRuns

if TYPE_CHECKING:
    from stations.simulation import SimulatedStation


@dataclass(frozen=True, slots=True)
class TestStation:
    """A test station, open and ready to work units."""

    config: StationConfig
    product: Product
    plan: PlanRevision
    fixture: Fixture
    agent: Agent
    producer: Producer
    simulated: "SimulatedStation | None"
    served: ServedBench | None = None

    @property
    def spool(self) -> Spool:
        """What the station has recorded, and what of it has been sent."""
        return self.producer.spool


def spool_path(location: Location, station: str, site: Site) -> Path:
    """The spool file of a station for one site, whose chain is known to that site's database alone.

    Not by the database's name: a file that was deleted and made again is another site, and one that is reached by
    another name is the same.
    """
    return location.home / "spools" / f"{station}-{site.id.hex[-12:]}.db"


def station_clock(config: StationConfig, start: datetime, speed: float | None = None) -> Clock:
    """The machine's clock for a real bench; a virtual one that begins at `start` for a simulated bench.

    With a `speed`, a simulated bench takes its time, so that a person can watch.
    """
    if not config.simulated:
        return SystemClock()
    from stations.simulation import virtual_clock, watched_clock  # noqa: PLC0415 - loaded only when asked for

    return virtual_clock(start) if speed is None else watched_clock(speed)


@contextmanager
def open_producer(
    *,
    station: str,
    operator: str,
    fixture: str,
    product: Product,
    simulated: bool,
    location: Location,
    ledger: Ledger,
    clock: Clock,
    chance: random.Random,
    order: str | None = None,
) -> Iterator[Producer]:
    """A station's spool, and its way to the ledger. Raises `SpoolError`."""
    path = spool_path(location, station, ledger.site())
    with Spool(path, station, lambda: f"{chance.getrandbits(48):012x}") as spool:
        yield Producer(
            station=station,
            operator=operator,
            fixture=fixture,
            product=product,
            simulated=simulated,
            spool=spool,
            # Chance of its own: how often it drains must not shift the ids of what is recorded later.
            forwarder=Forwarder(spool, ledger, clock, random.Random(chance.getrandbits(64))),
            ledger=ledger,
            clock=clock,
            new_id=IdMaker(clock, chance),
            order=order,
            offline=OfflinePolicies.beside(path, product.route),
        )


@dataclass(frozen=True, slots=True)
class PreparedStation:
    """What a station's file asks for, put together as far as that needs no instrument."""

    config: StationConfig
    product: Product
    plan: PlanRevision
    kind: type[Fixture]
    place: LeasedPlace
    simulated: "SimulatedStation | None"
    served: ServedBench | None = None

    @property
    def runner(self) -> Callable[[StopSwitch], StepRunner]:
        """How steps are run here."""
        # On a virtual clock time passes only at the bench, where the lease sees it; a real step may hang anywhere.
        return (lambda _: run_inline) if self.config.simulated else in_thread

    def open_bench(self) -> Bench:
        """The instruments, opened, identified and made safe; those of a real bench are in its calibration register.

        Raises `InstrumentError`; what was opened is closed.
        """
        bench = Bench.open(self.kind, self.config.instruments, self.place)
        if not self.config.simulated:
            try:
                require_registered(bench, self.config.instruments)
            except BaseException:
                bench.close()
                raise
        return bench

    def fixture(self, bench: Bench) -> Fixture:
        """The fixture over its instruments."""
        return self.kind(bench.instruments, self.product, self.config.fixture.options)


@contextmanager
def prepare_station(
    config: StationConfig, clock: Clock, *, place: LeasedPlace | None = None, served: ServedBench | None = None
) -> Iterator[PreparedStation]:
    """A station from its file, up to the point where its instruments would be opened.

    With a `place`, or on a bench that another process has `served`, the instruments are there, and nothing is
    simulated. Raises `ConfigurationError` or `PlanError`.
    """
    with ExitStack() as stack:
        with _about(config.path):
            product = load_product(config.product)
            limits = load_limit_revision(config.limits) if config.limits is not None else None
            plan = load_plan(config.plan).bind(product, limits)
            kind = load_fixture(config.fixture.kind)
            check_roles(kind, config.instruments)
            if kind.CODING_PLUG is not None:
                kind.CODING_PLUG.expected(config.fixture.options)
        simulated = None
        if served is not None:
            place = served.place
        elif place is not None:
            stack.callback(place.close)
        else:
            place, simulated = stack.enter_context(_place_and_simulation(config, kind, product, clock))
        yield PreparedStation(config, product, plan, kind, place, simulated, served)


@contextmanager
def place_of(config: StationConfig, kind: type[Fixture], clock: Clock) -> Iterator[LeasedPlace]:
    """The place of a station's instruments, with nothing opened in it. Raises `ConfigurationError`."""
    with _about(config.path):
        product = load_product(config.product)
    with _place_and_simulation(config, kind, product, clock) as (place, _):
        yield place


@contextmanager
def _place_and_simulation(
    config: StationConfig, kind: type[Fixture], product: Product, clock: Clock
) -> Iterator[tuple[LeasedPlace, "SimulatedStation | None"]]:
    with ExitStack() as stack:
        if config.simulation is None:
            place = LeasedPlace(clock=clock)
            stack.callback(place.close)
            yield place, None
        else:
            with _about(config.path):
                simulated = simulate(config, kind, product, clock)
            stack.callback(simulated.close)
            yield simulated.place, simulated


@contextmanager
def open_test_station(
    config: StationConfig,
    *,
    location: Location,
    ledger: Ledger,
    clock: Clock,
    chance: random.Random,
    listener: Callable[[Event], None] = lambda _: None,
    watch: Callable[[PreparedStation], Callable[[StopSwitch], StepRunner]] = lambda prepared: prepared.runner,
    served: ServedBench | None = None,
) -> Iterator[TestStation]:
    """A test station from its file: plan bound, instruments opened and identified, product and plan released.

    `watch` may listen to the place before anything is opened in it, and says how steps are run. Raises
    `ConfigurationError`, `PlanError`, `InstrumentError`, `SpoolError` or `LedgerError`; whatever was opened is closed
    again, outputs off.
    """
    with ExitStack() as stack:
        prepared = stack.enter_context(prepare_station(config, clock, served=served))
        with _about(config.path):
            due = due_checks(config, prepared.product, prepared.plan)
        producer = stack.enter_context(
            open_producer(
                station=config.station,
                operator=config.operator,
                fixture=config.fixture.name,
                product=prepared.product,
                simulated=config.simulated,
                location=location,
                ledger=ledger,
                clock=clock,
                chance=chance,
                order=config.order,
            )
        )
        runner = watch(prepared)
        bench = stack.enter_context(prepared.open_bench())
        fixture = prepared.fixture(bench)
        latch = FaultLatch.of(location.home, config.station)
        runs = UncountedRuns(config, bench, fixture, runner, producer.new_id, latch)
        checks = GoldenChecks(config, prepared.plan, due, runs, clock, location.home, listener)
        agent = Agent(
            config, prepared.plan, producer, bench, fixture, runner, listener, config.resume_within_s, latch, checks
        )
        agent.start()
        simulated = prepared.simulated
        yield TestStation(config, prepared.product, prepared.plan, fixture, agent, producer, simulated, served)


@contextmanager
def _about(file: Path) -> Iterator[None]:
    """Name the station's file in what is wrong with what it asks for, unless another file is named already."""
    try:
        yield
    except (ConfigurationError, PlanError) as error:
        if str(error).startswith("/"):
            raise
        raise type(error)(f"{file}: {error}") from error


def simulate(
    config: StationConfig, kind: type[Fixture], product: Product, clock: Clock, name: str | None = None
) -> "SimulatedStation":
    """The simulated bench of a station's file, under a `name` of its own. Raises `ConfigurationError`."""
    from stations.simulation import SimulatedStation  # noqa: PLC0415 - the simulator is loaded only when asked for

    simulation = config.simulation
    if simulation is None:
        raise ConfigurationError(f"{config.path}: its bench is real, nothing of it can be simulated; add [simulation]")
    station = SimulatedStation(config.station if name is None else name, simulation.seed, clock)
    try:
        station.build(kind, product, config.fixture.options, config.instruments, simulation.fixture_defects)
        station.play(simulation, config.instruments)
        station.disturb(simulation, config.instruments)
    except BaseException:
        station.close()
        raise
    return station
