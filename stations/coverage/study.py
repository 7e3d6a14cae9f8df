"""What is to be tried on a plan, and the bench it is tried on: executive, bench and fixture, with no ledger and no
spool."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from drivers.reading import Reading
from mes.records import UnitIdentity
from mes.vocabulary import Verdict
from stations.bench import Bench
from stations.config import StationConfig, load_station_config
from stations.coverage.trial import Limit, Order, Trial, tripped_limit, without_limits
from stations.errors import ConfigurationError, PlanError, StationError
from stations.events import Event, RunEnded, RunOrder, deciding
from stations.executive import Executive
from stations.fixture import Fixture, load_fixture
from stations.lease import StopSwitch
from stations.limit_revision import load_limit_revision
from stations.plan import PlanRevision, load_plan
from stations.product import Product, load_product
from stations.simulation import SimulatedSite, SimulatedStation, SimulatedUnit, Sweep, is_good, virtual_clock
from stations.step_runner import run_inline
from stations.unit_run import UnitRun

_CONFIGS = Path(__file__).parents[1] / "configs"
START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)

_GOLDEN = 0
_FIRST_SWEPT = 5_000_000
"""Unit numbers of the detection curves begin here, above every drawn unit."""

_FIRST_BESIDE, _BESIDES = 8_000_000, 1_500_000
"""Numbers of the good units that a plan of several takes beside the one on trial."""

_LOT = 20
"""How many units are made of one lot of material: a study sees many lots."""

DUPLICATE_SERIAL = "duplicate_serial"
"""The defect that no measurement can see: the gate refuses it."""


@dataclass(frozen=True, slots=True)
class Study:
    """What to try: `units` drawn ones from number `first` on, and `repeats` units at each point of every curve.

    `drop` names measurands whose limits are deleted, `defects` the only defects to look at (all when empty).
    """

    plan: str
    units: int
    seed: int
    first: int = 1
    repeats: int = 10
    product: Path | None = None
    limits: Path | None = None
    drop: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A study made ready: the plan bound, without the dropped limits, and the defects within the fixture's reach."""

    study: Study
    config: StationConfig
    product: Product
    plan: PlanRevision
    kind: type[Fixture]
    site: SimulatedSite
    sweeps: tuple[Sweep, ...]
    unseen: tuple[str, ...]
    """Defects of this family that the fixture is not wired to see."""
    reached: frozenset[str]
    """What the fixture is wired to see (`Fixture.reach`)."""

    def orders(self) -> tuple[Order, ...]:
        """Every trial: the golden unit, the drawn units (every other one defective, each defect in turn), the curves.

        Raises `PlanError` for a defect that is not known.
        """
        sweeps = self.chosen
        orders = [Order("golden", _GOLDEN)]
        for number in range(self.study.first, self.study.first + self.study.units):
            if number % 2 == 0 or not sweeps:
                orders.append(Order("unit", number))
                continue
            sweep = sweeps[number // 2 % len(sweeps)]
            orders.append(Order("unit", number, sweep.name, sweep.drawn_magnitude(self._chance(number))))
        number = _FIRST_SWEPT
        for sweep in sweeps:
            for magnitude in sweep.magnitudes:
                for _ in range(self.study.repeats):
                    orders.append(Order("sweep", number, sweep.name, magnitude))
                    number += 1
        return tuple(orders)

    def serials(self, count: int) -> tuple[str, ...]:
        """The serial numbers of the first so many units."""
        return tuple(self.site.serial(self.kind.UNIT, number) for number in range(1, count + 1))

    @property
    def chosen(self) -> tuple[Sweep, ...]:
        """The defects to look at."""
        wanted = self.study.defects
        known = [sweep.name for sweep in self.sweeps]
        for name in wanted:
            if name not in (*known, DUPLICATE_SERIAL):
                raise PlanError(
                    f"plan {self.plan.name}: no defect {name} within its reach; there are {', '.join(known)}"
                )
        return tuple(sweep for sweep in self.sweeps if not wanted or sweep.name in wanted)

    def _chance(self, number: int) -> random.Random:
        return random.Random(f"{self.study.seed}/magnitude/{number}")


@lru_cache(maxsize=4)
def prepare(study: Study) -> Prepared:
    """A study made ready. Raises `PlanError` or `ConfigurationError`."""
    declared = load_plan(study.plan)
    config = _station_for(study.plan, study.product)
    product = load_product(study.product if study.product is not None else config.product)
    limits = load_limit_revision(study.limits) if study.limits is not None else None
    # The gate's refusal is no limit of the plan; whoever asks the gate leaves it out.
    drop = [name for name in study.drop if name != gate_rule(DUPLICATE_SERIAL)]
    plan = without_limits(declared.bind(product, limits), drop)
    kind = load_fixture(config.fixture.kind)
    site = SimulatedSite(study.seed, product)
    reached = kind.reach(product, config.fixture.options)
    sweeps = site.sweeps(kind.UNIT)
    return Prepared(
        study,
        config,
        product,
        plan,
        kind,
        site,
        tuple(sweep for sweep in sweeps if sweep.reach in reached),
        tuple(sweep.name for sweep in sweeps if sweep.reach not in reached),
        reached,
    )


def gate_rule(rule: str) -> str:
    """How a rule of the gate is named among the measurands."""
    return f"gate:{rule}"


def _station_for(plan: str, product: Path | None) -> StationConfig:
    """The shipped simulated station that runs this plan: the one for this product, if there is one."""
    found = []
    for path in sorted(_CONFIGS.glob("*.toml")):
        if f'plan = "{plan}"' in (text := path.read_text(encoding="utf-8")) and "[fixture]" in text:
            config = load_station_config(path)
            if config.plan == plan and config.simulated:
                found.append(config)
    if not found:
        raise ConfigurationError(f"plan {plan}: no station in {_CONFIGS} runs it on a simulated bench; add one")
    wanted = None if product is None else product.expanduser().resolve()
    return next((config for config in found if config.product == wanted), found[0])


def run_trials(study: Study, orders: Sequence[Order], stop: StopSwitch) -> list[Trial]:
    """Make these trials one after the other on a bench of their own, whose noise the first order seeds.

    So the same orders give the same trials in whatever process. Stops between two units.
    """
    prepared = prepare(study)
    with _bench(prepared, orders[0].number) as (station, bench, fixture):
        trials = []
        for order in orders:
            if stop.reason is not None:
                break
            trials.append(_trial(prepared, station, bench, fixture, order))
        return trials


@contextmanager
def _bench(prepared: Prepared, number: int) -> Iterator[tuple[SimulatedStation, Bench, Fixture]]:
    config, product, kind = prepared.config, prepared.product, prepared.kind
    seed = random.Random(f"{prepared.study.seed}/bench/{number}").getrandbits(32)
    # By the station's own name, which is in the resources of instruments on serial lines.
    station = SimulatedStation(config.station, seed, virtual_clock(START))
    try:
        station.build(kind, product, config.fixture.options, config.instruments)
        with Bench.open(kind, config.instruments, station.place) as bench:
            yield station, bench, kind(bench.instruments, product, config.fixture.options)
    finally:
        station.close()


def _trial(prepared: Prepared, station: SimulatedStation, bench: Bench, fixture: Fixture, order: Order) -> Trial:
    site, kind = prepared.site, prepared.kind.EACH or prepared.kind.UNIT
    sweep = next((sweep for sweep in prepared.sweeps if sweep.name == order.defect), None)
    serial = site.serial(kind, order.number)
    defects = () if sweep is None else (site.defect_at(sweep, serial, prepared.reached, order.magnitude),)
    unit = site.unit(kind, serial, lot=f"reel {order.number // _LOT}", defects=defects)
    run = run_together(prepared, (station, bench, fixture), prepared.plan, unit, order)
    out = tuple(parameter.name for parameter in unit.out_of_specification())
    clear = sweep is not None and sweep.is_clear(order.magnitude)
    wronged = tuple(
        run.units[k].serial
        for k, events in enumerate(run.told)
        if k != run.place and is_good(run.units[k]) and _end(run.units[k].serial, events).verdict is Verdict.FAILED
    )
    return _concluded(order, serial, clear, out, run.told[run.place], wronged)


@dataclass(frozen=True, slots=True)
class TogetherRun:
    """One run of the fewest units that a plan takes: the unit's place among them, and what was told of each."""

    place: int
    units: Sequence[SimulatedUnit]
    told: Sequence[list[Event]]


def run_together(
    prepared: Prepared,
    bench: tuple[SimulatedStation, Bench, Fixture],
    plan: PlanRevision,
    unit: SimulatedUnit,
    order: Order,
) -> TogetherRun:
    """Put a unit in, with good ones beside it where the plan takes several, and run the plan once."""
    station, instruments, fixture = bench
    product, site = prepared.product, prepared.site
    place, units = _run_of(prepared, unit, order.number)
    station.insert(unit if prepared.kind.EACH is None else site.unit(prepared.kind.UNIT, unit.serial, parts=units))
    identities = [UnitIdentity(maker=product.material.maker, part=product.part, serial=one.serial) for one in units]
    fixture.unit = identities[0]
    told: list[list[Event]] = [[] for _ in units]
    runs = [UnitRun(_ordered(prepared, order, k, identity), told[k].append) for k, identity in enumerate(identities)]
    Executive(instruments, fixture, run_inline, StopSwitch()).run_units(runs, plan)
    return TogetherRun(place, units, told)


def _run_of(prepared: Prepared, unit: SimulatedUnit, number: int) -> tuple[int, list[SimulatedUnit]]:
    """The unit's place among the fewest units that one run of the plan takes, and all of them: the others are good
    ones that no other trial has seen."""
    beside = prepared.plan.units[0] - 1
    kind = prepared.kind.EACH or prepared.kind.UNIT
    place = number // 2 % (beside + 1)
    first = _FIRST_BESIDE + number * beside % _BESIDES
    others = [prepared.site.unit(kind, prepared.site.serial(kind, first + k)) for k in range(beside)]
    return place, [*others[:place], unit, *others[place:]]


def _ordered(prepared: Prepared, order: Order, k: int, unit: UnitIdentity) -> RunOrder:
    config = prepared.config
    return RunOrder(
        run=UUID(int=order.number + (k << 64)),
        unit=unit,
        station=config.station,
        station_digest=config.digest,
        fixture=config.fixture.name,
        slot=config.fixture.slot if prepared.plan.units[0] == 1 else str(k + 1),
        operator=config.operator,
        gate=UUID(int=0),
        simulated=True,
    )


def _end(serial: str, events: Sequence[Event]) -> RunEnded:
    ended = events[-1]
    if not isinstance(ended, RunEnded):
        raise StationError(f"run of {serial} has no end; this is a fault of Rackline, please report it")
    return ended


def _concluded(
    order: Order, serial: str, clear: bool, out: tuple[str, ...], events: Sequence[Event], wronged: tuple[str, ...]
) -> Trial:
    ended = _end(serial, events)
    measured = deciding(events)
    limits: set[Limit] = {limit for event in measured if (limit := tripped_limit(event)) is not None}
    values = (
        (event.measurand.name, event.value.value)
        for event in measured
        if isinstance(event.value, Reading) and event.value.value is not None
    )
    return Trial(
        order=order,
        serial=serial,
        clear=clear,
        out=out,
        verdict=ended.verdict,
        ending=ended.ending,
        reason=ended.reason,
        tripped=frozenset(limits),
        marginal=tuple(event.measurand.name for event in measured if event.judgement.marginal),
        values=tuple(values) if order.defect is None else (),
        wronged=wronged,
    )
