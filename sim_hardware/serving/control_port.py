"""The wire that no real bench has: units put into the fixture, and time in one client's hands.

One JSON object a line, one answer to each; `do` says what:

    hold      switch the bench off and on, hold its clock at 0; `epoch` is its wall time then
              (refused while others use the bench)
    await     let time go by until bytes for `wire` have come, or until `until` (s)
    advance   let time go by until `until` (s)
    left      `wire` was closed: wait until the instrument knows
    insert    put the units of these `serials` into the fixture
    now       nothing but the answer

Every request may say with `written` how many bytes were written to which wires: nothing is done before the
instruments have had them all. Every answer tells `now` (s) and with `sent` how many bytes each of the wires that were
named has been sent; or `refused`, and why. The end of the connection gives time back to the wall clock.
"""

import asyncio
import json
import math
import socket
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sim_hardware.serving.activity import Activity
from sim_hardware.serving.stream_port import endpoint
from sim_hardware.serving.switchboard import Switchboard

PATIENCE_S = 10.0
"""How long bytes that a client has written may be under way before it is told that they never came (real time)."""
_LONGEST = 1 << 20


class Refused(Exception):
    """A request cannot be met; the message says why."""


class ControlPort:
    """Serves the bench's control. `restart` switches the bench off and on, `insert` puts units into the fixture."""

    def __init__(
        self,
        switchboard: Switchboard,
        restart: Callable[[datetime], None],
        insert: Callable[[tuple[str, ...]], None],
        look: Callable[[str], None],
        about: Mapping[str, object],
    ) -> None:
        self._switchboard = switchboard
        self._restart = restart
        self._insert = insert
        self._look = look
        self._about = about
        self._holder: str | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client until it goes."""
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = endpoint(writer.get_extra_info("peername"))
        activity = self._switchboard.watch("control", peer, peer)
        wires: set[str] = set()
        try:
            while line := await reader.readline():
                answer = await self._answered(line, peer, wires, activity)
                writer.write(json.dumps(answer, separators=(",", ":")).encode("ascii") + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            # Gone in the middle of a line, or a line without end: no client of ours.
            return
        finally:
            activity.ended = True
            if self._holder == peer:
                self._holder = None
                self._switchboard.clock.release()
                self._switchboard.flush()
            writer.close()

    async def _answered(self, line: bytes, peer: str, wires: set[str], activity: Activity) -> dict[str, Any]:
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise Refused("expected an object")
            do = str(request.get("do"))
            activity.note(do.encode("ascii", "replace"), time.monotonic())
            await self._settled(request.get("written") or {}, wires)
            await self._do(do, request, peer, wires)
        except (Refused, ValueError, TypeError, KeyError, AttributeError) as error:
            refused = str(error) if isinstance(error, Refused) else f"{line[:200]!r}: {error!r}"
            return {"refused": refused, "now": self._switchboard.clock.now()}
        talks = self._switchboard.conversations
        return {
            "now": self._switchboard.clock.now(),
            "sent": {wire: talks[wire].sent for wire in wires if wire in talks},
            **(dict(self._about) if do == "hold" else {}),
        }

    async def _settled(self, written: Mapping[str, int], wires: set[str]) -> None:
        """Wait until the instruments have had everything that this client says it wrote."""
        talks = self._switchboard.conversations
        for wire, count in written.items():
            wires.add(wire)

            def has_come(wire: str = wire, count: int = count) -> bool:
                if wire not in talks or talks[wire].received < count:
                    self._look(wire)
                return wire in talks and talks[wire].received >= count

            if not has_come() and not await self._switchboard.wait_for(has_come, PATIENCE_S):
                raise Refused(f"{wire}: {count} bytes were written and have not come within {PATIENCE_S:g} s")

    async def _do(self, do: str, request: dict[str, Any], peer: str, wires: set[str]) -> None:
        match do:
            case "hold":
                self._hold(peer, datetime.fromisoformat(request["epoch"]))
            case "insert":
                if self._holder not in (None, peer):
                    raise Refused(f"{self._holder} holds this bench; wait for its end")
                self._insert(tuple(str(serial) for serial in request["serials"]))
            case "await":
                self._require_holder(peer)
                self._await(str(request["wire"]), float(request.get("taken", 0)), _moment(request["until"]))
            case "advance":
                self._require_holder(peer)
                self._switchboard.clock.wait_until(_moment(request["until"]))
                self._switchboard.flush()
            case "left":
                wire = str(request["wire"])
                wires.discard(wire)

                def has_left() -> bool:
                    self._look(wire)
                    return wire not in self._switchboard.conversations

                if not await self._switchboard.wait_for(has_left, PATIENCE_S):
                    raise Refused(f"{wire}: was closed, and is still open after {PATIENCE_S:g} s")
            case "now":
                pass
            case _:
                raise Refused(f"{do!r} is nothing that can be done; see sim_hardware/serving/control_port.py")

    def _hold(self, peer: str, epoch: datetime) -> None:
        if self._holder is not None:
            raise Refused(f"{self._holder} holds this bench; wait for its end, or serve another bench")
        if self._switchboard.conversations:
            talking = (
                f"{one.activity.peer} at {one.activity.role}" for one in self._switchboard.conversations.values()
            )
            raise Refused(
                f"it is in use ({', '.join(sorted(talking))}), and a run begins by switching it off and on;"
                " end that first"
            )
        self._restart(epoch)
        self._switchboard.clock.hold(0.0)
        self._holder = peer

    def _require_holder(self, peer: str) -> None:
        if self._holder != peer:
            raise Refused("only who holds the bench lets its time go by; ask for hold first")

    def _await(self, wire: str, taken: float, until: float) -> None:
        talk = self._switchboard.conversations.get(wire)
        if talk is None or talk.is_over or talk.sent > taken:
            return
        clock = self._switchboard.clock
        clock.wait_until(until if talk.next_at is None else min(until, talk.next_at))
        self._switchboard.flush()


def _moment(value: object) -> float:
    moment = float(str(value))
    if not math.isfinite(moment):
        raise Refused(f"time cannot go by until {moment}")
    return moment
