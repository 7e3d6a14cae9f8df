"""What every driver offers, whatever else it can do."""

from typing import Protocol, runtime_checkable

from drivers.clock import Clock
from drivers.reading import InstrumentIdentity


@runtime_checkable
class Instrument(Protocol):
    """What every driver offers, whatever else it can do."""

    @property
    def identity(self) -> InstrumentIdentity:
        """Who answered at open."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock of the bench that it stands on."""
        ...

    def safe_state(self) -> None:
        """Switch every source of energy off and prove it by read-back; raise `NotSafe` when that fails."""
        ...

    def close(self) -> None:
        """Leave the instrument safe and let go of the wire."""
        ...
