"""The base of drivers whose wire is the station's and whose other end comes and goes: units, modules, machines.

Opening says nothing, because nobody may be there yet, and the identity is the wire's. A wire is no source of energy,
and what a unit under test says of itself is no proof, so there is nothing to make safe.
"""

from abc import abstractmethod
from datetime import date
from typing import ClassVar, Self

from drivers.clock import Clock
from drivers.driver import Driver
from drivers.place import Place
from drivers.reading import InstrumentIdentity


class WireDriver(Driver):
    """Base of such drivers; `wire` says in a word what is opened."""

    __slots__ = ("_closed", "resource")

    wire: ClassVar[str]

    def __init__(
        self, resource: str, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None = None
    ) -> None:
        super().__init__(identity, clock, calibration_due)
        self.resource = resource
        self._closed = False

    @classmethod
    def open(
        cls,
        resource: str,
        place: Place,
        *,
        serial: str | None = None,
        calibration_due: date | None = None,
        timeout_s: float | None = None,
    ) -> Self:
        """Open the wire and say nothing; `serial` is the adapter's, which nothing can check.

        Without `timeout_s` the driver's own is kept.
        """
        identity = InstrumentIdentity(maker="", model=cls.wire, serial=serial or "", firmware="")
        if timeout_s is None:
            return cls.attach(resource, place, identity, calibration_due=calibration_due)
        return cls.attach(resource, place, identity, calibration_due=calibration_due, timeout_s=timeout_s)

    def safe_state(self) -> None:
        """Set nothing: there is no energy here to switch off."""

    @abstractmethod
    def _hang_up(self) -> None:
        """Let go of the wire."""

    def close(self) -> None:
        """Close the wire. Closing twice is allowed."""
        if not self._closed:
            self._closed = True
            self._hang_up()
