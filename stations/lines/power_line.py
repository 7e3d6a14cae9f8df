"""The power line: supplies are assembled and tested, every six that pass are put into a shelf, the shelf is tested.

Not everything can be seen on a supply alone: that its contact to the share bus is open shows beside others. Such a
supply is finished together with its shelf.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import ClassVar

from mes.vocabulary import Tracking
from stations.composition import TestStation
from stations.lines.assembly_place import AssemblyPlace
from stations.lines.floor import Floor
from stations.lines.line import Build, Line
from stations.simulation import SimulatedSite

_SUPPLY, _SHELF = "power_supply", "power_shelf"
_HANDLING_S = {"supply assembly": 240.0, "supply": 45.0, "shelf assembly": 900.0, "shelf": 120.0}
"""What people need at each station, in seconds (inferred)."""


class PowerLine(Line):
    """ORv3 supplies and power shelves."""

    NAME: ClassVar[str] = "power"
    TITLE: ClassVar[str] = "supplies and shelves"
    STATIONS: ClassVar[tuple[str, ...]] = ("psu-assembly", "psu-test", "shelf-assembly", "shelf-test")

    def __init__(self, floor: Floor, progress: Callable[[], None]) -> None:
        super().__init__(floor, progress)
        self._to_test = floor.clock.mailbox("assembled supplies")
        self._to_shelves = floor.clock.mailbox("tested supplies")
        self._to_shelf_test = floor.clock.mailbox("assembled shelves")

    def work(self, stack: ExitStack) -> None:
        """Open the four stations and begin."""
        supply_assembly = self.assembly_place(stack, "psu-assembly")
        supply_test = self.test_station(stack, "psu-test")
        shelf_assembly = self.assembly_place(stack, "shelf-assembly")
        shelf_test = self.test_station(stack, "shelf-test")
        supplies, shelves = self.site(supply_test), self.site(shelf_test)
        actor = self.floor.clock.actor
        actor(self._assemble_supplies, supply_assembly, supplies, name="supply assembly")
        actor(self._test_supplies, supply_test, name="supply test")
        actor(self._assemble_shelves, shelf_assembly, shelves, name="shelf assembly")
        actor(self._test_shelves, shelf_test, name="shelf test")

    def _assemble_supplies(self, place: AssemblyPlace, site: SimulatedSite) -> None:
        """Build every supply of its lots; the lots of each part follow one another."""
        units = self.floor.units
        by_part = {line.part: place.lots(line.part) for line in place.product.bill_of_material}
        for number in range(1, units + 1):
            if self.stopped:
                break
            self.floor.clock.sleep(_HANDLING_S["supply assembly"])
            serial = site.serial(_SUPPLY, number)
            lots = {part: known[(number - 1) * len(known) // units] for part, known in by_part.items()}
            place.build(serial, [], lots)
            defects = site.defects(_SUPPLY, serial, self.floor.defect_rate)
            lot = lots[place.product.bill_of_material[0].part]
            self._to_test.put(Build(site.unit(_SUPPLY, serial, lot=lot, defects=defects), lot, defects))
        self._to_test.close()

    def _test_supplies(self, station: TestStation) -> None:
        """Test every supply to the end of its route; those that pass are stock for shelves."""
        for build in self._to_test:
            if self.stopped:
                break
            if self.passes(station, build, _HANDLING_S["supply"]):
                if build.is_good:
                    self.finish(build, passed=True)
                self._to_shelves.put(build)
        self._to_shelves.close()

    def _assemble_shelves(self, place: AssemblyPlace, site: SimulatedSite) -> None:
        """Fill shelf after shelf; supplies that do not fill another one stay in stock."""
        slots = sum(line.tracking is Tracking.UNIT for line in place.product.bill_of_material)
        stock: list[Build] = []
        number = 0
        for build in self._to_shelves:
            if self.stopped:
                break
            stock.append(build)
            if len(stock) < slots:
                continue
            number += 1
            self.floor.clock.sleep(_HANDLING_S["shelf assembly"])
            serial = site.serial(_SHELF, number)
            place.build(serial, [supply.unit.serial for supply in stock], {})
            self.count.units += 1
            self.count.shelves += 1
            defects = site.defects(_SHELF, serial, self.floor.defect_rate)
            shelf = site.unit(_SHELF, serial, defects=defects, parts=[supply.unit for supply in stock])
            self._to_shelf_test.put(Build(shelf, defects=defects, parts=tuple(stock)))
            stock = []
        if not self.stopped:
            self._finish_found_later(stock, passed=True)
        self._to_shelf_test.close()

    def _test_shelves(self, station: TestStation) -> None:
        """Test every shelf to the end of its route."""
        for build in self._to_shelf_test:
            if self.stopped:
                break
            passed = self.passes(station, build, _HANDLING_S["shelf"])
            if passed is None:
                continue
            if passed:
                self.finish(build, passed=True)
                self.deliver(build)
            self._finish_found_later(build.parts, passed=passed)
        self.deliver_no_more()

    def _finish_found_later(self, supplies: Sequence[Build], *, passed: bool) -> None:
        """Finish those that passed alone and are not good."""
        for build in supplies:
            if not build.is_good:
                self.finish(build, passed=passed)
