"""The interlock as software sees it: one input, looked at often enough to stop a run soon after it opened.

Only the hardwired interlock is a safety function; it takes the energy away whatever a program does. What is here
observes it, so that a run which lost its energy ends as ABORTED and not as a failed unit.
"""

from dataclasses import dataclass
from typing import cast

from drivers.capabilities import DigitalIo
from drivers.clock import Clock
from drivers.errors import InstrumentError
from stations.lease import StopSwitch

LOOK_EVERY_S = 0.05
"""How old the last look at the interlock may be, in seconds of the bench's clock, when somebody touches the bench."""


@dataclass(frozen=True, slots=True)
class Interlock:
    """The role and the input line that read the interlock, and how the line reads while it is closed."""

    role: str
    line: int
    closed_is: bool = True


class InterlockWatch:
    """Looks at the interlock of one run and presses its STOP when it is open, or can no longer be read.

    `resource` is the wire of the interlock's own instrument: who writes there is not checked while it writes, because
    looking would go over the same wire.
    """

    def __init__(self, interlock: Interlock, instrument: object, clock: Clock, stop: StopSwitch, resource: str) -> None:
        self.resource = resource
        self._interlock = interlock
        self._input = cast(DigitalIo, instrument)
        self._clock = clock
        self._stop = stop
        self._looked_at: float | None = None
        self._looking = False

    def trouble(self) -> str:
        """Look now: why nothing may be energised, or an empty text while the interlock is closed."""
        self._looked_at = self._clock.now()
        self._looking = True
        try:
            closed = self._input.read_input(self._interlock.line) is self._interlock.closed_is
        except InstrumentError as error:
            return f"interlock cannot be read: {error}"
        finally:
            self._looking = False
        return "" if closed else "interlock opened"

    def look(self, resource: str = "") -> None:
        """Look again if the last look is too old, and press STOP when there is trouble."""
        if self._looking or (resource and resource == self.resource):
            return
        if self._looked_at is not None and self._clock.now() - self._looked_at < LOOK_EVERY_S:
            return
        trouble = self.trouble()
        if trouble:
            self._stop.request(trouble)
