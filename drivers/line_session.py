"""A session with a device that knows nothing of IEEE 488.2: relays, chambers, older testers on a serial line.

Such a device answers every message with one frame, and has neither device clear nor *OPC?. Question and answer are
brought together again by two questions whose answers its driver recognises.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from drivers.errors import Garbled, LinkError
from drivers.session import Session
from drivers.transport import Transport


class LineSession(Session):
    """Messages and frames are bytes; what is in a frame is the driver's business.

    `probes` are the messages that resynchronise, one after the other; `fits(probe, frame)` says whether a frame answers
    one.
    """

    __slots__ = ("_fits", "_probes")

    def __init__(
        self,
        transport: Transport,
        *,
        timeout_s: float,
        lock: AbstractContextManager[object],
        probes: Sequence[bytes],
        fits: Callable[[bytes, bytes], bool],
    ) -> None:
        super().__init__(transport, timeout_s=timeout_s, lock=lock)
        self._probes = tuple(probes)
        self._fits = fits

    def exchange(self, message: bytes) -> bytes:
        """Send a message and get the frame that answers it, without its terminator.

        Raises `LinkTimeout`, `LinkLost`, or `Garbled` for bytes that nobody asked for; each poisons the session.
        """
        text = message.decode("ascii").strip()
        with self._lock:
            self._require_whole(text)
            try:
                transport = self._transport
                if stray := transport.take_stray():
                    raise Garbled(f"{self.resource}: before the question came {stray[:60]!r}, unasked")
                transport.write(message)
                return transport.read_line(self.timeout_s)
            except LinkError as error:
                raise self._poisoned(text, error) from error

    def further(self, message: str) -> bytes:
        """Get one more frame of the answer to this message. Raises, and poisons the session, as `exchange` does."""
        with self._lock:
            self._require_whole(message)
            try:
                return self._transport.read_line(self.timeout_s)
            except LinkError as error:
                raise self._poisoned(message, error) from error

    def _round(self) -> None:
        """Ask the probes one after the other, reading past frames that answer something older."""
        for probe in self._probes:
            self._read_past(probe, lambda frame, probe=probe: self._fits(probe, frame))  # type: ignore[misc]
