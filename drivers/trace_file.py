"""Bus traffic in a file: one JSON object a line, as it happens, for a person and for `grep`."""

import json
from threading import Lock
from typing import Literal, TextIO

from drivers.clock import Clock
from drivers.recording import content


class TraceFile:
    """A trace that writes each message with its moment: `at` (UTC), `resource`, `did`, and `text` or `hex`.

    What instruments say in printable ASCII is text, everything else hexadecimal. Without a clock, as when a recording
    is played, lines carry no moment.
    """

    def __init__(self, stream: TextIO, clock: Clock | None) -> None:
        self._stream = stream
        self._clock = clock
        self._lock = Lock()

    def __call__(
        self, resource: str, did: Literal["sent", "received", "failed", "cleared", "reopened"], message: bytes
    ) -> None:
        """Write one line; it is on its way to the disk when this returns."""
        moment = {} if self._clock is None else {"at": self._clock.utc().isoformat()}
        said = {"message": message.decode(errors="replace")} if did == "failed" else content(message) if message else {}
        with self._lock:
            self._stream.write(json.dumps({**moment, "resource": resource, "did": did, **said}) + "\n")
            self._stream.flush()
