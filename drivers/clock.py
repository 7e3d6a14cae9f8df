"""Time as an argument: every wait and every time stamp of a driver goes through a `Clock`."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where a bench's time comes from: the machine's, or a simulation's."""

    def now(self) -> float:
        """Seconds on a clock that never goes back."""
        ...

    def utc(self) -> datetime:
        """Wall time, aware, UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let this much of the clock's time go by."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        """Seconds on the machine's monotonic clock."""
        return time.monotonic()

    def utc(self) -> datetime:
        """The machine's wall time."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Block the calling thread."""
        time.sleep(seconds)
