"""The rack line: a network kit and a power shelf that passed are built into a rack.

Nothing of a rack is simulated yet beside what is in it, so nothing here is held against a truth, and racks wait before
their test.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import ClassVar

from stations.lines.assembly_place import AssemblyPlace
from stations.lines.floor import Floor
from stations.lines.line import Line

_HANDLING_S = 3600.0
"""What people need to build a rack, in seconds (inferred)."""


class RackLine(Line):
    """Racks, of what the network line and the power line deliver; what does not make another one stays in stock."""

    NAME: ClassVar[str] = "rack"
    TITLE: ClassVar[str] = "racks"
    STATIONS: ClassVar[tuple[str, ...]] = ("rack-assembly",)
    NEEDS: ClassVar[tuple[str, ...]] = ("cable", "network", "power")

    def __init__(self, floor: Floor, progress: Callable[[], None]) -> None:
        super().__init__(floor, progress)
        self.count.units = 0
        self._kits = floor.clock.mailbox("tested kits")
        self._shelves = floor.clock.mailbox("tested shelves")
        self.inlets["network"] = self._kits
        self.inlets["power"] = self._shelves

    def work(self, stack: ExitStack) -> None:
        """Open the station and begin."""
        place = self.assembly_place(stack, "rack-assembly")
        self.floor.clock.actor(self._assemble, place, name="rack assembly")

    def _assemble(self, place: AssemblyPlace) -> None:
        """Build rack after rack, as long as there is a kit and a shelf for one."""
        for number, (kit, shelf) in enumerate(zip(self._kits, self._shelves, strict=False), start=1):
            if self.stopped:
                break
            self.floor.clock.sleep(_HANDLING_S)
            place.build(f"RK{number:06d}", [kit.unit.serial, shelf.unit.serial], {})
            self.count.units += 1
            self.count.racks += 1
            self.count.finished += 1
            self._progress()
