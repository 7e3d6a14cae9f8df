"""The cable line: bundles are cut and tested, those that pass get plugs and a serial number, the cables are tested."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import ClassVar

from stations.composition import TestStation
from stations.lines.assembly_place import AssemblyPlace
from stations.lines.floor import Floor
from stations.lines.line import Build, Line
from stations.simulation import SimulatedSite

_BUNDLE, _CABLE = "twinax_bundle", "passive_dac"
_HANDLING_S = {"bundle": 20.0, "assembly": 90.0, "cable": 30.0}
"""What a person needs to load a unit at each station, in seconds (inferred)."""


class CableLine(Line):
    """800G copper cables."""

    NAME: ClassVar[str] = "cable"
    TITLE: ClassVar[str] = "cables"
    STATIONS: ClassVar[tuple[str, ...]] = ("cable-bundle-test", "cable-assembly", "cable-test")

    def __init__(self, floor: Floor, progress: Callable[[], None]) -> None:
        super().__init__(floor, progress)
        self._to_assembly = floor.clock.mailbox("tested bundles")
        self._to_final_test = floor.clock.mailbox("assembled cables")

    def work(self, stack: ExitStack) -> None:
        """Open the three stations and begin."""
        bundle_test = self.test_station(stack, "cable-bundle-test")
        cable_test = self.test_station(stack, "cable-test")
        assembly = self.assembly_place(stack, "cable-assembly")
        site = self.site(cable_test)
        bulk_cable = str(bundle_test.product.parameters["bulk_cable"])
        actor = self.floor.clock.actor
        actor(self._test_bundles, bundle_test, site, assembly.lots(bulk_cable), name="bundle test")
        actor(self._assemble, assembly, site, bulk_cable, name="cable assembly")
        actor(self._test_cables, cable_test, name="final test")

    def _test_bundles(self, station: TestStation, site: SimulatedSite, reels: list[str]) -> None:
        """Cut a bundle for every unit and test it; those that pass go on to assembly."""
        rate, units = self.floor.defect_rate, self.floor.units
        for number in range(1, units + 1):
            if self.stopped:
                break
            serial = site.serial(_BUNDLE, number)
            reel = reels[(number - 1) * len(reels) // units]
            bundle = site.unit(_BUNDLE, serial, lot=reel, defects=site.defects(_BUNDLE, serial, rate))
            # What will come to life at the plugs goes by the bundle's name: the cable has none yet.
            build = Build(bundle, reel, site.defects(_CABLE, serial, rate))
            if self.passes(station, build, _HANDLING_S["bundle"]):
                self._to_assembly.put(build)
        self._to_assembly.close()

    def _assemble(self, place: AssemblyPlace, site: SimulatedSite, bulk_cable: str) -> None:
        """Give every tested bundle its plugs and its serial number; the lots of each part follow one another."""
        units = self.floor.units
        by_part = {line.part: place.lots(line.part) for line in place.product.bill_of_material if place.lots(line.part)}
        for number, build in enumerate(self._to_assembly, start=1):
            if self.stopped:
                break
            self.floor.clock.sleep(_HANDLING_S["assembly"])
            serial = site.serial(_CABLE, number)
            lots = {part: known[(number - 1) * len(known) // units] for part, known in by_part.items()}
            place.build(serial, [build.unit.serial], lots | {bulk_cable: build.lot})
            cable = site.unit(_CABLE, serial, defects=build.defects, parts=[build.unit])
            self._to_final_test.put(Build(cable, build.lot, build.defects, earlier=(build.unit,)))
        self._to_final_test.close()

    def _test_cables(self, station: TestStation) -> None:
        """Test every cable to the end of its route."""
        for build in self._to_final_test:
            if self.stopped:
                break
            if self.passes(station, build, _HANDLING_S["cable"]):
                self.finish(build, passed=True)
                self.deliver(build)
        self.deliver_no_more()
