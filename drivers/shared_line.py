"""One wire that several drivers use in turn: a multidrop line, where every device answers only to its own address.

The wire stays one session: whoever asks holds the line until the answer is there. The first to come opens it, the
last to go lets it go.
"""

from contextlib import AbstractContextManager

from drivers.errors import InstrumentError
from drivers.transport import Transport


class SharedLine:
    """A transport, the lock over question and answer, and what all its users must know of it.

    `quiet_since` is the time on the clock (s) of the last byte known to have passed, `unsettled` whether an answer that
    nobody waits for any more may still come.
    """

    __slots__ = ("_lock", "_users", "baud_rate", "quiet_since", "resource", "transport", "unsettled")

    def __init__(self, transport: Transport, lock: AbstractContextManager[object], baud_rate: int) -> None:
        self.resource = transport.resource
        self.transport = transport
        self.baud_rate = baud_rate
        self.quiet_since = 0.0
        self.unsettled = False
        self._lock = lock
        self._users = 0

    @property
    def is_open(self) -> bool:
        """Whether anybody uses it."""
        return self._users > 0

    def join(self, baud_rate: int) -> None:
        """Become a user. Raises `InstrumentError` for another baud rate than the line has."""
        if baud_rate != self.baud_rate:
            raise InstrumentError(
                f"{self.resource}: open at {self.baud_rate} baud; devices of one line speak at one rate, "
                f"not at {baud_rate} too"
            )
        self._users += 1

    def exclusive(self) -> AbstractContextManager[object]:
        """Hold the line over question and answer; not to be taken twice by one thread."""
        return self._lock

    def leave(self) -> None:
        """Stop using it; the last one closes the wire."""
        self._users -= 1
        if self._users == 0:
            self.transport.close()
