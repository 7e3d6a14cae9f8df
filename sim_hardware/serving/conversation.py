"""One client's talk with one instrument of a served bench, whatever carries the bytes.

Framing, faults and the moments of arrival are the bench's own (`sim_hardware.link`); this counts what passed in either
direction, because whoever holds the clock must know that everything sent so far has been carried out before time goes
on.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from sim_hardware.byte_device import ByteLink
from sim_hardware.link import ScpiLink
from sim_hardware.registry import Outlet
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.serving.activity import Activity
from sim_hardware.serving.held_clock import HeldClock
from sim_hardware.wire import LinkClosed


class Conversation:
    """Made when a client connects, closed when it goes. `send` takes bytes for the client, `hang_up` ends the wire."""

    def __init__(
        self,
        outlet: Outlet,
        clock: HeldClock,
        activity: Activity,
        *,
        send: Callable[[bytes], None],
        hang_up: Callable[[], None],
    ) -> None:
        self.activity = activity
        self.received = 0
        """Bytes that came from the client."""
        self.sent = 0
        """Bytes that the client was sent."""
        self._clock = clock
        self._send = send
        self._hang_up = hang_up
        self._timer: asyncio.TimerHandle | None = None
        self._next_at: float | None = None
        device = outlet.device
        # Raw sockets and serial lines have no message exchange protocol (IEEE 488.2, 6), and so has the link.
        self._link: ScpiLink | ByteLink = (
            ScpiLink(device, outlet.rules)
            if isinstance(device, ScpiDevice)
            else ByteLink(device, outlet.clock, outlet.rules)
        )

    @property
    def next_at(self) -> float | None:
        """When the next bytes for the client come (s on the bench's clock); None when none are under way."""
        return self._next_at

    @property
    def is_over(self) -> bool:
        """Whether the instrument has hung up and nothing is under way any more."""
        return self._link.closed and self._next_at is None

    def take(self, content: bytes) -> None:
        """Give the instrument bytes from the client."""
        self.activity.note(content, time.monotonic())
        # Written before the client saw the end of the connection, which is under way: lost, as on a real wire.
        with suppress(LinkClosed):
            self._link.write(content)
        self.received += len(content)
        self.flush()

    def flush(self) -> None:
        """Send what can be read by now, and come back when the next bytes can, unless time is held."""
        self._cancel()
        arrived, self._next_at = self._link.take_arrived()
        if arrived:
            self.sent += len(arrived)
            self._send(arrived)
        if self._next_at is not None:
            if not self._clock.is_held:
                left_s = max(0.0, self._next_at - self._clock.now()) / self._clock.speed
                self._timer = asyncio.get_running_loop().call_later(left_s, self.flush)
        elif self._link.closed:
            self._hang_up()

    def close(self) -> None:
        """The client has gone, or is sent away."""
        self._cancel()
        self.activity.ended = True
        if isinstance(self._link, ByteLink):
            self._link.disconnect()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
