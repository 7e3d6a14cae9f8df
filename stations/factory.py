"""A simulated cable line: three stations and their material, run by one deterministic clock.

Bundles are cut and tested, those that pass get their plugs and a serial number, and the finished cables are
tested. The stations are the real ones, with their own files, spools and gates; only what walks between them, the
people and the copper, is simulated here. The same seed gives the same history.
"""

import random
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from drivers.barcode_scanner.serial_scanner import SerialScanner
from mes.command_line import Location
from mes.ledger import Ledger
from mes.vocabulary import RunEnding, Tracking, Verdict
from stations.agent import Worked
from stations.assembly import AssemblyStation, load_assembly_config
from stations.composition import TestStation, open_producer, open_test_station
from stations.config import load_station_config
from stations.errors import StationError
from stations.lease import StopSwitch
from stations.product import Product, load_product
from stations.simulation import SimulatedDefects, SimulatedSite, SimulatedStation, SimulatedUnit, is_good, virtual_clock

LINES = "lines"
"""The folder in a home under which the stations of simulated lines keep their spools."""
TEST_STATIONS = ("cable-bundle-test", "cable-test")
_CONFIGS = Path(__file__).with_name("configs")
_START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
"""When the first shift of every simulated line begins: fixed, so that a seed repeats its ids and times."""

_SCAN_TIMEOUT_S = 10.0
_HANDLING_S = {"bundle": 20.0, "assembly": 90.0, "cable": 30.0}
"""What a person needs to load a unit at each station, in seconds (inferred)."""


@dataclass(slots=True)
class LineCount:
    """What came of the units of a line so far.

    `runs` counts test runs, and `passed`, `failed`, `errors` and `aborted` are how they came out. `defective`
    counts the units into which the simulator put a defect that brings a true parameter out of specification,
    `escapes` those of them that passed every operation, and `overkills` the good units that failed one.
    """

    units: int = 0
    finished: int = 0
    runs: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    aborted: int = 0
    defective: int = 0
    escapes: int = 0
    overkills: int = 0


@dataclass(slots=True)
class _Build:
    """One unit on its way down the line: the copper, its reel, and the defect that the simulator gave it."""

    copper: SimulatedUnit
    reel: str
    defects: SimulatedDefects


class CableLine:
    """The line. `run` returns when every unit is finished, or after STOP."""

    def __init__(
        self,
        *,
        units: int,
        seed: int,
        defect_rate: float,
        location: Location,
        ledger: Ledger,
        stop: StopSwitch,
        speed: float | None = None,
    ) -> None:
        """Make a line; with a `speed` it works that many times as fast as life, without one as fast as it can.

        `progress` may be set before it runs, and is then told the count whenever a unit is finished. Raises
        ValueError for a count or a rate that cannot be.
        """
        if units < 1:
            raise ValueError(f"a line needs at least one unit, got {units}")
        if not 0.0 <= defect_rate <= 1.0:
            raise ValueError(f"the defect rate is a share from 0 to 1, got {defect_rate:g}")
        self.count = LineCount(units=units)
        self._seed = seed
        self._defect_rate = defect_rate
        # Spools of its own, so that a station of the same name can be run by hand beside the line.
        self._location = Location(location.home / LINES, location.url)
        self._ledger = ledger
        self._stop = stop
        self.progress: Callable[[LineCount], None] = lambda _: None
        self._clock = virtual_clock(_START, speed)
        self._to_assembly = self._clock.mailbox("tested bundles")
        self._to_final_test = self._clock.mailbox("assembled cables")

    def run(self) -> LineCount:
        """Run the line to its end. Raises what a station raises when it cannot go on."""
        with ExitStack() as stack:
            bundle_test, cable_test = (self._test_station(stack, name) for name in TEST_STATIONS)
            assembly = self._assembly_station(stack)
            site = SimulatedSite(self._seed, cable_test.product)
            bulk_cable = bundle_test.product.parameters["bulk_cable"]
            reels = [lot.lot for lot in cable_test.product.lots if lot.part == bulk_cable]
            self._clock.actor(self._test_bundles, bundle_test, site, reels, name="bundle test")
            self._clock.actor(self._assemble, assembly, site, name="assembly")
            self._clock.actor(self._test_cables, cable_test, name="final test")
            self._clock.run()
        return self.count

    def hurry(self) -> None:
        """Forget the speed: nobody watches any more. Safe from any thread."""
        self._clock.hurry()

    def _chance(self, station: str) -> random.Random:
        return random.Random(f"{self._seed}/{station}")

    def _test_station(self, stack: ExitStack, name: str) -> TestStation:
        return stack.enter_context(
            open_test_station(
                load_station_config(_CONFIGS / f"{name}.toml").seeded(self._seed),
                location=self._location,
                ledger=self._ledger,
                clock=self._clock,
                chance=self._chance(name),
            )
        )

    def _assembly_station(self, stack: ExitStack) -> "_AssemblyPlace":
        config = load_assembly_config(_CONFIGS / "cable-assembly.toml")
        product = load_product(config.product)
        components = [load_product(path) for path in config.components]
        simulated = SimulatedStation(config.station, self._seed, self._clock)
        stack.callback(simulated.close)
        if config.scan.resource is None:
            raise StationError(f"{config.path}: the simulated line needs a scanner; add scan.resource")
        simulated.bench.add_instrument("scanner", "serial_scanner", config.scan.resource, "")
        scanner = stack.enter_context(SerialScanner.open(config.scan.resource, simulated.place))
        producer = stack.enter_context(
            open_producer(
                station=config.station,
                operator=config.operator,
                fixture=config.bench,
                product=product,
                simulated=True,
                location=self._location,
                ledger=self._ledger,
                clock=self._clock,
                chance=self._chance(config.station),
            )
        )
        station = AssemblyStation(config.operation, producer, {p.part: p for p in components})
        station.start()
        for lot in product.lots:
            station.receive(lot)
        producer.forward()
        return _AssemblyPlace(station, product, simulated.scanner("scanner"), scanner)

    def _test_bundles(self, station: TestStation, site: SimulatedSite, reels: list[str]) -> None:
        """Cut a bundle for every unit and test it; those that pass go on to assembly."""
        for number in range(1, self.count.units + 1):
            if self._stop.reason is not None:
                break
            serial = f"B{number:07d}"
            reel = reels[(number - 1) * len(reels) // self.count.units]
            defects = site.defects(serial, self._defect_rate)
            build = _Build(site.bundle(serial, reel, defects), reel, defects)
            if self._passes(station, serial, build, _HANDLING_S["bundle"]):
                self._to_assembly.put(build)
        self._to_assembly.close()

    def _assemble(self, place: "_AssemblyPlace", site: SimulatedSite) -> None:
        """Give every tested bundle its plugs and its serial number."""
        for number, build in enumerate(self._to_assembly, start=1):
            if self._stop.reason is not None:
                break
            self._clock.sleep(_HANDLING_S["assembly"])
            serial = f"DAC{number:07d}"
            place.build(serial, build.copper.serial, build.reel)
            build.copper = site.cable(serial, build.copper, build.defects)
            self._to_final_test.put(build)
        self._to_final_test.close()

    def _test_cables(self, station: TestStation) -> None:
        """Test every cable to the end of its route."""
        for build in self._to_final_test:
            if self._stop.reason is not None:
                break
            if self._passes(station, build.copper.serial, build, _HANDLING_S["cable"]):
                self._finish(build, passed=True)

    def _passes(self, station: TestStation, serial: str, build: _Build, handling_s: float) -> bool:
        """Load a unit, work it, count what came of it; a unit that does not pass is finished here."""
        if station.simulated is None:
            raise StationError(f"{station.config.path}: a simulated line needs a simulated station; add [simulation]")
        self._clock.sleep(handling_s)
        station.simulated.insert(build.copper)
        worked = station.agent.work(serial, self._stop)
        if worked.run is None:
            raise StationError(f"{station.config.station}: the gate refused {worked.unit}: {_why(worked)}")
        passed = worked.run.verdict is Verdict.PASSED
        self.count.runs += 1
        if worked.run.ending is RunEnding.ABORTED:
            # Somebody stopped the line: the unit is neither finished nor to blame.
            self.count.aborted += 1
            return False
        if worked.run.ending is RunEnding.ERROR:
            self.count.errors += 1
        elif passed:
            self.count.passed += 1
        else:
            self.count.failed += 1
        if not passed:
            self._finish(build, passed=False)
        return passed

    def _finish(self, build: _Build, *, passed: bool) -> None:
        good = is_good(build.copper)
        self.count.finished += 1
        self.count.defective += bool(build.defects) and not good
        self.count.escapes += passed and not good
        self.count.overkills += good and not passed
        self.progress(self.count)


class _AssemblyPlace:
    """The assembly station with its scanner and the person who shows it the labels."""

    def __init__(
        self, station: AssemblyStation, product: Product, show: Callable[[str], None], scanner: SerialScanner
    ) -> None:
        self._station = station
        self._product = product
        self._show = show
        self._scanner = scanner

    def build(self, serial: str, bundle: str, reel: str) -> None:
        """Show the labels in the order of the bill of material; raise `StationError` when the gate refuses."""
        labels = [serial]
        for line in self._product.bill_of_material:
            lots = [lot.lot for lot in self._product.lots if lot.part == line.part]
            labels.append(bundle if line.tracking is Tracking.UNIT else reel if reel in lots else lots[0])
        waiting = iter(labels)

        def scan() -> str:
            self._show(next(waiting))
            return self._scanner.read_scan(_SCAN_TIMEOUT_S)

        built = self._station.build(scan)
        if not built.decision.allowed:
            refusals = "; ".join(refusal.message for refusal in built.decision.refusals)
            raise StationError(f"the gate refused to assemble {built.parent}: {refusals}")


def _why(worked: Worked) -> str:
    return "; ".join(refusal.message for refusal in worked.decision.refusals)
