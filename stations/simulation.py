"""The one door to sim_hardware: builds a simulated bench, and units for it, from the files that describe real ones.

Nothing else in the product imports the simulator, and this module only when a station's file has [simulation].
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from drivers.clock import Clock, SystemClock
from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import BenchClock, ScaledClock, VirtualClock
from sim_hardware.duts import design as designs
from sim_hardware.duts.bulk_cable import BulkCable
from sim_hardware.duts.defect_sweep import DefectSweep, draw_place
from sim_hardware.duts.defect_sweeps import defect_sweeps
from sim_hardware.duts.defects import ENDS, Defect, DefectError, End, parse_defect
from sim_hardware.duts.drawn_defect import draw_defect
from sim_hardware.duts.module_memory import MemoryMapError
from sim_hardware.duts.passive_dac import PassiveDac
from sim_hardware.duts.twinax_bundle import TwinaxBundle
from sim_hardware.faults import Fault
from sim_hardware.physics.random_stream import random_stream
from sim_hardware.physics.touchstone import TouchstoneError
from stations.config import InstrumentConfig, SimulationConfig
from stations.errors import ConfigurationError
from stations.fixture import Fixture
from stations.leased_place import LeasedPlace
from stations.product import Product

__all__ = [
    "ENDS",
    "DefectSweep",
    "End",
    "SimulatedDefects",
    "SimulatedSite",
    "SimulatedStation",
    "SimulatedUnit",
    "is_good",
    "parse_defects",
    "virtual_clock",
]

SimulatedUnit = TwinaxBundle | PassiveDac
SimulatedDefects = tuple[Defect, ...]

_UNKNOWN_LOT = "unmarked reel"
"""The reel that a hand-run unit is cut from when nobody said which."""


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
    """Makes the units of a simulated site: the same seed and serial are the same copper in every process."""

    def __init__(self, seed: int, product: Product) -> None:
        """Raises `ConfigurationError` when the product's [design] or [specification] cannot be."""
        single = int(product.parameters["pairs"]) == 1
        try:
            self._design = designs.TwinaxDesign.from_mapping(
                product.design, designs.LANE_50G if single else designs.PASSIVE_DAC_800G
            )
            self._specification = designs.Specification.from_mapping(
                product.specification,
                designs.LANE_50G_SPECIFICATION if single else designs.PASSIVE_DAC_800G_SPECIFICATION,
            )
        except designs.DesignError as error:
            raise ConfigurationError(f"{product.path}: {error}") from error
        self._seed = seed
        self._product = product

    def bundle(self, serial: str, lot: str = _UNKNOWN_LOT, defects: Sequence[Defect] = ()) -> TwinaxBundle:
        """A bundle cut from a reel."""
        bulk = BulkCable(self._design, self._seed, lot)
        return TwinaxBundle(bulk, self._specification, self._seed, serial, [d for d in defects if d.stage == "bundle"])

    def cable(self, serial: str, bundle: TwinaxBundle | None = None, defects: Sequence[Defect] = ()) -> PassiveDac:
        """A cable made of a bundle, or of one that nobody has seen before."""
        plugs = self._product.parameters["memory"]["plugs"]
        return PassiveDac(
            bundle if bundle is not None else self.bundle(f"{serial}-bundle", defects=defects),
            self._seed,
            serial,
            part_number=self._product.part,
            plugs={"A": plugs["a"], "B": plugs["b"]},
            defects=[d for d in defects if d.stage == "cable"],
        )

    def unit(self, family: str, serial: str, defects: Sequence[Defect] = ()) -> SimulatedUnit:
        """A unit of this family with this serial number, as a hand-run station finds it.

        Raises ValueError for a defect at a place that it does not have, or that is born later in its life.
        """
        if family != "twinax_bundle":
            return self.cable(serial, defects=defects)
        late = [type(defect).__name__ for defect in defects if defect.stage != "bundle"]
        if late:
            raise ValueError(f"{', '.join(late)} is born at the plugs, and this station tests bare bundles")
        return self.bundle(serial, defects=defects)

    def defects(self, serial: str, rate: float) -> SimulatedDefects:
        """What is wrong with the unit of this serial number: with the chance `rate` one defect, else nothing.

        The defect is clearly out of specification and comes to life in the bundle or at the plugs, evenly.
        """
        draw = random_stream(self._seed, "defect of", serial)
        if draw.random() >= rate:
            return ()
        return (draw_defect(draw, self._design, self._specification, "bundle" if draw.random() < 0.5 else "cable"),)

    def sweeps(self, family: str) -> tuple[DefectSweep, ...]:
        """Every defect that shows in a unit of this family, with its magnitudes."""
        return defect_sweeps(self._design, self._specification, "bundle" if family == "twinax_bundle" else "cable")

    def defect_at(self, sweep: DefectSweep, name: str, ends: Sequence[End], magnitude: float) -> Defect:
        """A defect of this magnitude at a place that the name draws; only these ends."""
        return sweep.make(draw_place(random_stream(self._seed, "place of", name), self._design, ends), magnitude)


def is_good(unit: SimulatedUnit) -> bool:
    """Whether every true parameter of a unit, and of the bundle inside it, lies in the specification."""
    inner = unit.bundle.out_of_specification() if isinstance(unit, PassiveDac) else ()
    return not inner and not unit.out_of_specification()


def parse_defects(config: SimulationConfig) -> tuple[Defect, ...]:
    """The defects that a station's file asks for. Raises `ConfigurationError`."""
    try:
        return tuple(parse_defect(dict(defect)) for defect in config.defects)
    except DefectError as error:
        raise ConfigurationError(f"simulation.defects: {error}") from error


class SimulatedStation:
    """A simulated bench with the instruments that a station's file names, wired as its fixture says."""

    def __init__(self, name: str, seed: int, clock: Clock) -> None:
        """`clock` comes from `virtual_clock`."""
        bench_clock = cast(BenchClock, clock)
        self.bench = SimulatedBench(name, seed, bench_clock)
        self.place = LeasedPlace(clock=clock, resource_manager=self.bench.resource_manager, smbus=self.bench.open_smbus)

    def build(
        self,
        fixture: type[Fixture],
        product: Product,
        options: Mapping[str, object],
        instruments: Mapping[str, InstrumentConfig],
    ) -> None:
        """Put the instruments on the bench and wire them to where the unit will sit.

        Raises `ConfigurationError` for a driver that no simulated instrument stands for.
        """
        memories = fixture.memories()
        for role, configured in instruments.items():
            if role in memories:
                self.bench.add_memory(configured.resource, memories[role])
            else:
                self._add(role, configured)
        for a, b in fixture.wiring(product, options):
            self.bench.wire(a, b)

    def _add(self, role: str, configured: InstrumentConfig) -> None:
        model = configured.driver.rpartition("/")[2]
        options: dict[str, Any] = dict(configured.options)
        if "cards" in options:
            # TOML keys are texts; a slot is a number.
            options["cards"] = {int(slot): card for slot, card in options["cards"].items()}
        try:
            self.bench.add_instrument(role, model, configured.resource, configured.serial or "", **options)
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"instruments.{role}: cannot be simulated: {error}") from error

    def play(self, config: SimulationConfig, instruments: Mapping[str, InstrumentConfig]) -> None:
        """Let the analyser answer from a Touchstone file, and the memories from a dump, if the file names any.

        Raises `ConfigurationError` naming the file and what is wrong with it.
        """
        try:
            if config.touchstone is not None:
                for role in _roles(instruments, "network_analyzer/"):
                    self.bench.play_touchstone(role, config.touchstone)
            if config.eeprom is not None:
                for role in _roles(instruments, "module_eeprom/"):
                    self.bench.play_memory(instruments[role].resource, config.eeprom)
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
