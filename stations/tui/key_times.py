"""When keys came. A burst is told from a person by milliseconds, so that the clock comes by argument."""

import time
from typing import Protocol

from textual import events


class KeyTimes(Protocol):
    """When keys came: measured where the terminal is read, so that a busy screen does not stretch a burst."""

    def of(self, event: events.Key) -> float:
        """When this key came, in seconds."""
        ...

    def now(self) -> float:
        """The same clock, now."""
        ...


class TerminalTimes:
    """Textual stamps every event as it reads the terminal."""

    def of(self, event: events.Key) -> float:
        """When this key came."""
        return event.time

    def now(self) -> float:
        """The same clock, now."""
        return time.monotonic()
