"""The clock of a bench that another process simulates, over the bench's control wire.

In process, whoever reads a wire lets time jump to the moment when bytes come. Here the bench is in another process, so
the reader asks it to: time stands still over there except for what this clock lets go by. The same sequence of
questions, waits and answers then happens at the same moments as in process, and costs no real time either.

What was written to a socket may still be under way when the next request is made, so every request tells how many
bytes each wire was given, and nothing happens before they have come. The protocol is that of
`sim_hardware/serving/control_port.py`.
"""

import json
import socket
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, Final

from drivers.clock import SystemClock
from drivers.errors import LinkLost, LinkTimeout
from stations.errors import ConfigurationError

_PATIENCE_S: Final = 30.0
"""How long the bench may take over one request (real time); it has ten seconds of patience of its own."""


class ServedClock:
    """Time on a served bench; `utc()` begins at `epoch`. With a `speed` waiting takes its time, for who watches.

    Raises `LinkLost` when nobody serves there, or the bench goes while it is used.
    """

    def __init__(self, control: tuple[str, int], epoch: datetime, speed: float | None = None) -> None:
        self._name = f"clock://{control[0]}:{control[1]}"
        self._epoch = epoch
        self._speed = speed
        self._wall = SystemClock()
        self._lock = RLock()
        self._now_s = 0.0
        self._written: dict[str, int] = {}
        self._unsettled: set[str] = set()
        self._sent: dict[str, int] = {}
        try:
            self._wire = socket.create_connection(control, _PATIENCE_S)
        except OSError as error:
            raise LinkLost(
                f"{self._name}: cannot open: {error}; is `station simulate` still running? its resources change"
            ) from error
        self._wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = self._wire.makefile("rb")

    def hold(self) -> None:
        """Switch the bench off and on and take its time in hand. Raises `ConfigurationError` when others use it."""
        answer = self._ask("hold", epoch=self._epoch.isoformat())
        if "refused" in answer:
            raise ConfigurationError(f"{self._name}: the served bench cannot be had: {answer['refused']}")

    def insert(self, serials: Iterable[str]) -> None:
        """Put the units of these serial numbers into the fixture. Raises `ConfigurationError`."""
        answer = self._ask("insert", serials=list(serials))
        if "refused" in answer:
            raise ConfigurationError(str(answer["refused"]))

    def now(self) -> float:
        """Seconds since the bench was switched on; nobody but this clock lets them go by."""
        return self._now_s

    def utc(self) -> datetime:
        """The epoch plus `now()`."""
        return self._epoch + timedelta(seconds=self._now_s)

    def sleep(self, seconds: float) -> None:
        """Let this much time go by on the bench. Raises ValueError for a negative or infinite time."""
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"cannot sleep {seconds!r} s: time neither goes back nor ends")
        self._require("advance", until=self._now_s + seconds)

    def opened(self, wire: str) -> None:
        """A wire was opened, and counts from nothing."""
        self._written[wire] = 0
        self._sent[wire] = 0
        self._unsettled.add(wire)

    def wrote(self, wire: str, count: int) -> None:
        """So many bytes are about to be written; what went to other wires before arrives before.

        Raises `LinkLost` for a wire that is closed.
        """
        if wire not in self._written:
            raise LinkLost(f"{wire}: the wire is closed; open the instrument again")
        if self._unsettled - {wire}:
            self.settle()
        with self._lock:
            self._written[wire] += count
            self._unsettled.add(wire)

    def settle(self) -> None:
        """Wait until everything written has come, and learn what time it is on the bench."""
        self._require("now")

    def arrived(self, wire: str) -> int:
        """How many bytes have been sent to this end of the wire so far."""
        if wire in self._unsettled:
            self.settle()
        return self._sent.get(wire, 0)

    def await_bytes(self, wire: str, taken: int, timeout_s: float) -> None:
        """Let time go by until there are more bytes on this wire than were `taken`.

        Raises `LinkTimeout` when none come in time. A wire at whose end nobody is any more has bytes to read: its end.
        """
        answer = self._require("await", wire=wire, taken=taken, until=self._now_s + timeout_s)
        if answer["sent"].get(wire, taken + 1) <= taken:
            raise LinkTimeout(f"{wire}: read: no answer within {timeout_s:g} s")

    def left(self, wire: str) -> None:
        """A wire was closed; its instrument knows when this returns."""
        with self._lock:
            self._written.pop(wire, None)
            self._sent.pop(wire, None)
            self._unsettled.discard(wire)
        self._require("left", wire=wire)

    def close(self) -> None:
        """Let the bench live in its own time again. Closing twice is no error."""
        self._lines.close()
        self._wire.close()

    def _require(self, do: str, **request: Any) -> dict[str, Any]:
        answer = self._ask(do, **request)
        if "refused" in answer:
            raise LinkLost(f"{self._name}: {do}: the served bench refuses: {answer['refused']}")
        return answer

    def _ask(self, do: str, **request: Any) -> dict[str, Any]:
        with self._lock:
            written = {wire: self._written[wire] for wire in self._unsettled}
            said = json.dumps({"do": do, "written": written, **request}, separators=(",", ":"), allow_nan=False)
            try:
                self._wire.sendall(said.encode("ascii") + b"\n")
                line = self._lines.readline()
            except (OSError, ValueError) as error:
                raise LinkLost(f"{self._name}: {do}: the served bench is gone ({error}); serve it again") from error
            if not line:
                raise LinkLost(f"{self._name}: {do}: the served bench has hung up; serve it again")
            answer: dict[str, Any] = json.loads(line)
            before_s, self._now_s = self._now_s, float(answer["now"])
            if "refused" not in answer:
                self._sent.update(answer["sent"])
                self._unsettled.clear()
        if self._speed is not None and self._now_s > before_s and do in ("advance", "await"):
            self._wall.sleep((self._now_s - before_s) / self._speed)
        return answer
