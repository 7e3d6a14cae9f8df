"""Who is connected to which instrument of a served bench, over whatever wire; one event loop's own.

SCPI instruments take several clients at once: each has buffers of its own, and all share one instrument with one
status and one error queue, as LAN instruments with several raw sockets do. A serial line has one owner: whoever comes
second is hung up on, as a terminal server does.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from sim_hardware.bench import SimulatedBench
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.serving.activity import Activity
from sim_hardware.serving.conversation import Conversation
from sim_hardware.serving.held_clock import HeldClock

_REMEMBERED = 200
"""How many clients that have gone are still shown."""


class Switchboard:
    """The conversations of one bench by wire; `bench` may be another one once it was switched off and on."""

    def __init__(self, bench: SimulatedBench, clock: HeldClock) -> None:
        self.bench = bench
        self.clock = clock
        self.conversations: dict[str, Conversation] = {}
        self.activities: deque[Activity] = deque(maxlen=_REMEMBERED)
        self.refused: Callable[[str], None] = lambda _: None
        """Told of every client that was hung up on, and why."""
        self._hang_ups: dict[str, Callable[[], None]] = {}
        self._owners: dict[int, str] = {}
        self._changed = asyncio.Event()
        self._waiting = 0

    def connect(
        self, role: str, peer: str, wire: str, send: Callable[[bytes], None], hang_up: Callable[[], None]
    ) -> Conversation | None:
        """A client's talk with the instrument of this role; None when its serial line is taken."""
        outlet = self.bench.outlets[role]
        if not isinstance(outlet.device, ScpiDevice):
            owner = self._owners.setdefault(id(outlet.device), wire)
            if owner != wire:
                self.refused(f"{role}: {peer} was hung up on: {self._peer(owner)} has the line")
                return None
        activity = Activity(role, peer, wire, time.monotonic())
        self.activities.append(activity)
        talk = Conversation(outlet, self.clock, activity, send=send, hang_up=hang_up)
        self.conversations[wire] = talk
        self._hang_ups[wire] = hang_up
        self.changed()
        talk.flush()
        return talk

    def disconnect(self, wire: str) -> None:
        """The client of this wire has gone; gone already is no error."""
        talk = self.conversations.pop(wire, None)
        self._hang_ups.pop(wire, None)
        for device, owner in tuple(self._owners.items()):
            if owner == wire:
                del self._owners[device]
        if talk is not None:
            talk.close()
        self.changed()

    def watch(self, role: str, peer: str, wire: str) -> Activity:
        """A row for a client that talks to no instrument's outlet: on a two-wire bus, or holding the clock."""
        activity = Activity(role, peer, wire, time.monotonic())
        self.activities.append(activity)
        return activity

    def flush(self) -> None:
        """Send every client what has arrived for it by now."""
        for talk in tuple(self.conversations.values()):
            talk.flush()

    def replace(self, bench: SimulatedBench, clock: HeldClock) -> None:
        """Go on with another bench; whoever is connected to the old one is hung up on."""
        for wire, hang_up in tuple(self._hang_ups.items()):
            self.disconnect(wire)
            hang_up()
        self.bench, self.clock = bench, clock

    def changed(self) -> None:
        """Wake whoever waits for clients or bytes."""
        if self._waiting:
            self._changed.set()

    async def wait_for(self, happened: Callable[[], bool], patience_s: float) -> bool:
        """Wait until this has happened, in real time; False when it has not in time."""
        deadline = time.monotonic() + patience_s
        self._waiting += 1
        try:
            while not happened():
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    return False
                self._changed.clear()
                try:
                    await asyncio.wait_for(self._changed.wait(), left_s)
                except TimeoutError:
                    return happened()
        finally:
            self._waiting -= 1
        return True

    def _peer(self, wire: str) -> str:
        talk = self.conversations.get(wire)
        return wire if talk is None else talk.activity.peer
