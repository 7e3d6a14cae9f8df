"""What every driver is: opened by a resource string in a place, identified, made safe, closed."""

from abc import ABC, abstractmethod
from datetime import date
from typing import Any, ClassVar, Self

from drivers.clock import Clock
from drivers.place import Place
from drivers.reading import InstrumentIdentity


class Driver(ABC):
    """Base of all drivers.

    `capability` names the protocol in `drivers.capabilities` that the class satisfies. `calibration_due` is what the
    station's configuration says; a driver only carries it into its readings.
    """

    __slots__ = ("calibration_due", "clock", "identity")

    capability: ClassVar[str]

    def __init__(self, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None) -> None:
        self.identity = identity
        self.clock = clock
        self.calibration_due = calibration_due

    @classmethod
    @abstractmethod
    def open(
        cls,
        resource: str,
        place: Place,
        *,
        serial: str | None = None,
        calibration_due: date | None = None,
        timeout_s: float = 5.0,
    ) -> Self:
        """Open the instrument: clear it, check who answers, bring it to its safe state.

        `serial` is the serial number that the configuration promises. Raises `WrongInstrument` when another one
        answers, `LinkError` when none does, `NotSafe` when the safe state could not be verified.
        """

    @classmethod
    @abstractmethod
    def attach(
        cls,
        resource: str,
        place: Place,
        identity: InstrumentIdentity,
        *,
        calibration_due: date | None = None,
        timeout_s: float = 5.0,
        **options: Any,
    ) -> Self:
        """Open the wire to an instrument that is known already, saying nothing to it; `options` are the driver's."""

    @abstractmethod
    def safe_state(self) -> None:
        """Set every source of energy off and prove it by read-back; raise `NotSafe` when that fails."""

    @abstractmethod
    def close(self) -> None:
        """Close the instrument: leave it safe and let go of the wire. Closing twice is allowed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
