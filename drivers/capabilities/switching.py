"""Paths through relays, and meters behind them."""

from typing import Protocol, runtime_checkable

from drivers.reading import Reading


@runtime_checkable
class SwitchMatrix(Protocol):
    """IviSwtch: named paths through relays."""

    def connect(self, *channels: int) -> None:
        """Set these crosspoints closed, and prove it by read-back."""
        ...

    def disconnect(self, *channels: int) -> None:
        """Set these crosspoints open."""
        ...

    def disconnect_all(self) -> None:
        """Set every crosspoint open, and prove it by read-back."""
        ...


@runtime_checkable
class HarnessTester(SwitchMatrix, Protocol):
    """A resistance meter behind a matrix: every point of a harness within reach."""

    def measure_four_wire_resistance(self, channel: int) -> Reading:
        """Measure what this channel's source and sense are wired to, in ohms, without the leads; OVER is an open."""
        ...

    def measure_resistance(self, channel: int) -> Reading:
        """Measure two-wire resistance on this channel's source, in ohms; OVER is an open."""
        ...
