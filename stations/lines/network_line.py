"""The network line: switches and optics are tested, and built with tested cables into kits, which are tested too.

Optics are bought and enter their route at their test. A kit takes cables that passed on the cable line, which
therefore works whenever this line does.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from typing import ClassVar

from mes.vocabulary import Tracking
from stations.composition import TestStation
from stations.lines.assembly_place import AssemblyPlace
from stations.lines.floor import Floor
from stations.lines.line import Build, Line
from stations.simulation import SimulatedSite

_SWITCH, _OPTIC, _KIT = "switch", "transceiver", "network_kit"
_HANDLING_S = {"switch": 300.0, "optic": 30.0, "kit assembly": 2400.0, "kit": 180.0}
"""What people need at each station, in seconds (inferred)."""


class NetworkLine(Line):
    """Pre-cabled network kits, and the switches and optics in them; of each of the two half of the floor's units."""

    NAME: ClassVar[str] = "network"
    TITLE: ClassVar[str] = "network kits"
    STATIONS: ClassVar[tuple[str, ...]] = ("tor-800g-test", "transceiver-test", "kit-assembly", "kit-test")
    NEEDS: ClassVar[tuple[str, ...]] = ("cable",)

    def __init__(self, floor: Floor, progress: Callable[[], None]) -> None:
        super().__init__(floor, progress)
        self._each = (floor.units + 1) // 2
        self.count.units = 2 * self._each
        self._switches = floor.clock.mailbox("tested switches")
        self._optics = floor.clock.mailbox("tested optics")
        self._cables = floor.clock.mailbox("tested cables for kits")
        self.inlets["cable"] = self._cables
        self._to_kit_test = floor.clock.mailbox("assembled kits")

    def work(self, stack: ExitStack) -> None:
        """Open the four stations and begin."""
        switch_test = self.test_station(stack, "tor-800g-test")
        optic_test = self.test_station(stack, "transceiver-test")
        assembly = self.assembly_place(stack, "kit-assembly")
        kit_test = self.test_station(stack, "kit-test")
        actor = self.floor.clock.actor
        actor(self._test_switches, switch_test, name="switch test")
        actor(self._test_optics, optic_test, name="optic test")
        parts = {
            switch_test.product.part: iter(self._switches),
            optic_test.product.part: iter(self._optics),
        }
        actor(self._assemble, assembly, self.site(kit_test), parts, name="kit assembly")
        actor(self._test_kits, kit_test, name="kit test")

    def _test_switches(self, station: TestStation) -> None:
        """Test every switch; those that pass are stock for kits."""
        for build in self._made(station, _SWITCH, "switch"):
            self._switches.put(build)
        self._switches.close()

    def _test_optics(self, station: TestStation) -> None:
        """Test every optic; those that pass are stock for kits."""
        for build in self._made(station, _OPTIC, "optic"):
            self._optics.put(build)
        self._optics.close()

    def _made(self, station: TestStation, kind: str, handling: str) -> Iterator[Build]:
        """Make and test units of this kind; those that pass."""
        site = self.site(station)
        for number in range(1, self._each + 1):
            if self.stopped:
                return
            serial = site.serial(kind, number)
            defects = site.defects(kind, serial, self.floor.defect_rate)
            build = Build(site.unit(kind, serial, defects=defects), defects=defects)
            if self.passes(station, build, _HANDLING_S[handling]):
                self.finish(build, passed=True)
                yield build

    def _assemble(self, place: AssemblyPlace, site: SimulatedSite, parts: dict[str, Iterator[Build]]) -> None:
        """Build kit after kit; parts that do not make another one stay in stock."""
        wanted = [line.part for line in place.product.bill_of_material if line.tracking is Tracking.UNIT]
        # What no station of this line tests comes from the cable line.
        waiting = {part: parts.get(part) or iter(self._cables) for part in wanted}
        number = 0
        while not self.stopped:
            taken = {part: list(islice(waiting[part], count)) for part, count in Counter(wanted).items()}
            if any(len(taken[part]) < count for part, count in Counter(wanted).items()):
                break
            number += 1
            self.floor.clock.sleep(_HANDLING_S["kit assembly"])
            stock = {part: iter(builds) for part, builds in taken.items()}
            built = tuple(next(stock[part]) for part in wanted)
            serial = site.serial(_KIT, number)
            place.build(serial, [build.unit.serial for build in built], {})
            self.count.units += 1
            self.count.kits += 1
            defects = site.defects(_KIT, serial, self.floor.defect_rate)
            kit = site.unit(_KIT, serial, defects=defects, parts=[build.unit for build in built])
            self._to_kit_test.put(Build(kit, defects=defects, parts=built))
        self._to_kit_test.close()

    def _test_kits(self, station: TestStation) -> None:
        """Test every kit to the end of its route."""
        for build in self._to_kit_test:
            if self.stopped:
                break
            if self.passes(station, build, _HANDLING_S["kit"]):
                self.finish(build, passed=True)
                self.deliver(build)
        self.deliver_no_more()
