"""The one door to sim_hardware: builds a simulated bench, and units for it, from the files that describe real ones.

Nothing else in the product imports the simulator, and this module only when a station's file has [simulation].
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from drivers.clock import Clock, SystemClock
from sim_hardware.bench import SimulatedBench
from sim_hardware.bench_file import numbered
from sim_hardware.clock import BenchClock, ScaledClock, VirtualClock
from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.design import DesignError
from sim_hardware.duts.families import load_family
from sim_hardware.duts.family import FamilyUnit, Sweep
from sim_hardware.duts.module_memory import MemoryMapError
from sim_hardware.faults import Fault
from sim_hardware.fixture_defects import FixtureDefect, fit_coding_plug, parse_fixture_defect
from sim_hardware.physics.random_stream import random_stream
from sim_hardware.physics.touchstone import TouchstoneError
from sim_hardware.serving.bench_server import BenchServer, PortTaken, ServedInstrument
from stations.config import InstrumentConfig, SimulationConfig
from stations.errors import ConfigurationError
from stations.fixture import Fixture
from stations.leased_place import LeasedPlace
from stations.product import Product

__all__ = [
    "BenchServer",
    "PortTaken",
    "ServedInstrument",
    "SimulatedBench",
    "SimulatedDefects",
    "SimulatedSite",
    "SimulatedStation",
    "SimulatedUnit",
    "Sweep",
    "VirtualClock",
    "is_good",
    "virtual_clock",
]

_INTERVAL_DAYS = 365
"""How long a calibration holds."""

SimulatedUnit = FamilyUnit
SimulatedDefects = tuple[Any, ...]


def virtual_clock(start: datetime, speed: float | None = None) -> VirtualClock:
    """A clock that jumps to the next thing that happens; `start` is its wall time at the beginning.

    With a `speed` each jump takes its length divided by it, for somebody who watches.
    """
    return VirtualClock(start, speed)


class _WatchedClock(ScaledClock):
    """Bench time at a pace that a person can watch, under the machine's own wall time.

    Only waiting is scaled: a record dated ahead of the wall would come before a later session's in its unit's history.
    """

    def __init__(self, speed: float) -> None:
        wall = SystemClock()
        super().__init__(wall.utc(), speed)
        self._wall = wall

    def utc(self) -> datetime:
        """The machine's wall time."""
        return self._wall.utc()


def watched_clock(speed: float) -> ScaledClock:
    """A clock on which the bench takes its time, `speed` times faster than a real one."""
    return _WatchedClock(speed)


class SimulatedSite:
    """Makes the units of a simulated site, of the family that the product names.

    The same seed and serial are the same unit in every process.
    """

    def __init__(self, seed: int, product: Product) -> None:
        """Raises `ConfigurationError` when the product's family, [design] or [specification] cannot be."""
        try:
            self._family = load_family(
                product.family,
                seed,
                part=product.part,
                preset=product.preset,
                design={**product.design, **product.identity},
                specification=product.specification,
                parameters=product.parameters,
                serial_pattern=product.material.serial_pattern,
            )
        except DesignError as error:
            raise ConfigurationError(f"{product.path}: {error}") from error
        self._seed = seed
        self._product = product

    def serial(self, kind: str, number: int) -> str:
        """A well-formed serial number of a unit of this kind.

        Raises `ConfigurationError` for a kind that the product's family does not make.
        """
        return self._family.serial(self._known(kind), number)

    def unit(
        self,
        kind: str,
        serial: str,
        *,
        lot: str = "",
        defects: SimulatedDefects = (),
        parts: Sequence[SimulatedUnit] = (),
    ) -> SimulatedUnit:
        """A unit of this kind with this serial number, made of these parts or of ones that nobody has seen before.

        `lot` is the lot of its main material. Raises ValueError for a defect that a unit of this kind cannot have,
        and `ConfigurationError` for a kind that the product's family does not make.
        """
        return self._family.unit(self._known(kind), serial, lot=lot, defects=defects, parts=parts)

    def defects(self, kind: str, serial: str, rate: float) -> SimulatedDefects:
        """What is wrong with this unit once it is of this kind: with the chance `rate` one defect, else nothing."""
        return self._family.drawn_defects(self._known(kind), serial, rate)

    def sweeps(self, kind: str) -> tuple[Sweep, ...]:
        """Every defect that shows in a unit of this kind, with its magnitudes."""
        return self._family.sweeps(self._known(kind))

    def defect_at(self, sweep: Sweep, name: str, reached: Collection[str], magnitude: float) -> Any:
        """A defect of this magnitude at a place that the name draws, among those that a test reaches."""
        return self._family.defect(sweep, magnitude, random_stream(self._seed, "place of", name), reached)

    def parse_defects(self, config: SimulationConfig, serial: str) -> SimulatedDefects:
        """The defects that a station's file asks for in the unit of this serial number.

        One that names a `unit` is that unit's alone, every other one is in each unit. Raises `ConfigurationError`.
        """
        asked = [dict(defect) for defect in config.defects]
        try:
            return tuple(self._family.parse(defect) for defect in asked if defect.pop("unit", serial) == serial)
        except DefectError as error:
            raise ConfigurationError(f"simulation.defects: {error}") from error

    def _known(self, kind: str) -> str:
        if kind not in self._family.kinds:
            product = self._product
            raise ConfigurationError(
                f"{product.path}: family {product.family} makes {' and '.join(self._family.kinds)}, and the fixture"
                f" holds {kind or 'nothing'}; correct the product's family or the station's fixture.kind"
            )
        return kind


def is_good(*units: SimulatedUnit) -> bool:
    """Whether every true parameter of a unit, and of the units that it was made of, lies in the specification."""
    return not any(unit.out_of_specification() for unit in units)


class SimulatedStation:
    """A simulated bench with the instruments that a station's file names, wired as its fixture says."""

    def __init__(self, name: str, seed: int, clock: Clock) -> None:
        """`clock` comes from `virtual_clock`, or from whoever serves the bench."""
        self._clock = clock
        bench_clock = cast(BenchClock, clock)
        self.bench = SimulatedBench(name, seed, bench_clock)
        self.place = LeasedPlace(clock=clock, resource_manager=self.bench.resource_manager, smbus=self.bench.open_smbus)

    def build(
        self,
        fixture: type[Fixture],
        product: Product,
        options: Mapping[str, object],
        instruments: Mapping[str, InstrumentConfig],
        defects: Sequence[Mapping[str, object]] = (),
    ) -> None:
        """Put the instruments on the bench and wire them to where the unit will sit.

        `defects` are the fixture's own, as `[simulation] fixture_defects` lists them. Raises `ConfigurationError` for a
        driver that no simulated instrument stands for, for a wire to a role that the station's file does not name, and
        for a defect that this fixture cannot have.
        """
        try:
            parsed = [parse_fixture_defect(defect) for defect in defects]
            self._build(fixture, product, options, instruments, parsed)
        except DefectError as error:
            raise ConfigurationError(f"simulation.fixture_defects: {error}") from error

    def _build(
        self,
        fixture: type[Fixture],
        product: Product,
        options: Mapping[str, object],
        instruments: Mapping[str, InstrumentConfig],
        defects: Sequence[FixtureDefect],
    ) -> None:
        for defect in defects:
            defect.prepare(self.bench.world)
        memories = fixture.memories()
        for role, configured in instruments.items():
            if role in memories:
                self.bench.add_memory(configured.resource, memories[role])
            else:
                self.add(role, configured)
        if fixture.CODING_PLUG is not None:
            fit_coding_plug(self.bench.world, fixture.CODING_PLUG.expected(options))
        for a, b in (*fixture.wiring(product, options), *fixture.supervision()):
            try:
                self.bench.wire(a, b)
            except ValueError as error:
                raise ConfigurationError(
                    f"instruments: {fixture.__name__} cannot be wired: {error}; name each role of the fixture"
                ) from error
        with self.bench.power.change():
            for defect in defects:
                defect.apply(self.bench.world)

    def add(self, role: str, configured: InstrumentConfig) -> None:
        """Put an instrument on the bench. Raises `ConfigurationError`."""
        model = configured.driver.rpartition("/")[2]
        options = {name: numbered(value) for name, value in configured.options.items()}
        if configured.calibration_due is not None:
            # A year before it is due; one that is due later than that keeps its secret.
            days = _INTERVAL_DAYS - (configured.calibration_due - self._clock.utc().date()).days
            if days >= 0:
                options.setdefault("days_since_calibration", float(days))
        try:
            self.bench.add_instrument(role, model, configured.resource, configured.serial or "", **options)
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"instruments.{role}: cannot be simulated: {error}") from error

    def play(self, config: SimulationConfig, instruments: Mapping[str, InstrumentConfig]) -> None:
        """Let analyser, memories or LLDP agents answer from the captured files that the station's file names, if any.

        Raises `ConfigurationError` naming the file and what is wrong with it.
        """
        try:
            if config.touchstone is not None:
                for role in _roles(instruments, "network_analyzer/"):
                    self.bench.play_touchstone(role, config.touchstone)
            if config.eeprom is not None:
                for role in _roles(instruments, "module_eeprom/"):
                    self.bench.play_memory(instruments[role].resource, config.eeprom)
            if config.lldp is not None:
                for role in _roles(instruments, "serial_console/"):
                    self.bench.play_neighbours(role, config.lldp)
        except (TouchstoneError, MemoryMapError, OSError) as error:
            raise ConfigurationError(str(error)) from error

    def disturb(self, config: SimulationConfig, instruments: Mapping[str, InstrumentConfig]) -> None:
        """Put the faults of the wire that the file asks for where it says. Raises `ConfigurationError`."""
        for given in config.faults:
            fault = dict(given)
            role = fault.pop("role", None)
            try:
                self.bench.inject(instruments[str(role)].resource, Fault(**fault))
            except KeyError:
                raise ConfigurationError(
                    f"simulation.faults: role {role!r} is none; the roles are {', '.join(instruments)}"
                ) from None
            except (TypeError, ValueError) as error:
                raise ConfigurationError(f"simulation.faults: {fault}: {error}") from error

    def insert(self, unit: SimulatedUnit) -> None:
        """Put a unit into the fixture, in place of the one that was there."""
        self.bench.remove()
        self.bench.insert(unit)

    def remove(self) -> None:
        """Take the unit out of the fixture."""
        self.bench.remove()

    def add_scanner(self, resource: str) -> None:
        """Put a barcode scanner on the bench, in the role ``scanner``."""
        self.bench.add_instrument("scanner", "serial_scanner", resource, "")

    def scanner(self, role: str) -> Callable[[str], None]:
        """What a person does with the scanner of this role: show it a label."""
        return lambda label: self.bench.scan(role, label)

    def close(self) -> None:
        """Take the bench apart."""
        self.place.close()
        self.bench.close()


def _roles(instruments: Mapping[str, InstrumentConfig], driver: str) -> list[str]:
    roles = [role for role, configured in instruments.items() if configured.driver.startswith(driver)]
    if not roles:
        raise ConfigurationError(f"nothing can be played: this station has no instrument with a driver {driver}…")
    return roles
