"""A bench that another process simulates, in the hands of one run: its clock, its place, and what is put into it.

`station run CONFIG --on RESOURCES` works through it. The bench is switched off and on first, so that a run finds it
as a simulated run in process does, and what is measured is the same.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from stations.served_clock import ServedClock
from stations.served_place import ServedPlace
from stations.served_resources import ServedResources


class ServedBench:
    """A served bench, held; a context manager that lets go of it.

    Raises `LinkLost` when nobody serves there, `ConfigurationError` when others use it.
    """

    def __init__(self, resources: ServedResources, epoch: datetime, speed: float | None = None) -> None:
        self.clock = ServedClock(resources.control, epoch, speed)
        try:
            self.clock.hold()
        except BaseException:
            self.clock.close()
            raise
        self.place = ServedPlace(self.clock)

    def insert(self, serials: Iterable[str]) -> None:
        """Put the units of these serial numbers into the fixture. Raises `ConfigurationError`."""
        self.clock.insert(serials)

    def close(self) -> None:
        """Close what is open and let the bench live in its own time again."""
        try:
            self.place.close()
        finally:
            self.clock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
