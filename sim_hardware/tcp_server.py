"""The SCPI instruments of a simulated bench on TCP: raw SCPI over sockets, one port each, for clients in any process.

A shell without knowledge of its own: bytes from a socket go into the instrument's link, and what the link says has
arrived by the bench's clock goes out. Framing, faults and timing are those of the bench in process.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from types import TracebackType
from typing import Self

from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import ScaledClock
from sim_hardware.link import ScpiLink
from sim_hardware.registry import Outlet
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.wire import LinkClosed

LOOPBACK = "127.0.0.1"


class TcpServer:
    """Serves a bench on `host`; an asynchronous context manager. Everything runs in the loop that entered it.

    `ports` gives roles a port; the others get one that is free. The bench's clock must follow wall time, for a socket
    waits in it: raises ValueError otherwise, and for a role that is no SCPI instrument.
    """

    def __init__(self, bench: SimulatedBench, host: str = LOOPBACK, ports: Mapping[str, int] | None = None) -> None:
        if not isinstance(bench.clock, ScaledClock):
            raise ValueError(f"bench {bench.name}: its clock is virtual; clients of a socket need a ScaledClock")
        self._clock = bench.clock
        self._outlets = bench.scpi_outlets
        self._wanted = dict(ports or {})
        if strangers := sorted(self._wanted.keys() - self._outlets.keys()):
            known = ", ".join(self._outlets) or "none"
            raise ValueError(f"bench {bench.name}: {', '.join(strangers)}: no SCPI instrument; there are: {known}")
        self._host = host
        self._listeners: dict[str, asyncio.Server] = {}
        self._connections: set[_Connection] = set()

    @property
    def resources(self) -> dict[str, str]:
        """The VISA resource of each role, once it is served."""
        ports = {role: listener.sockets[0].getsockname()[1] for role, listener in self._listeners.items()}
        return {role: f"TCPIP0::{self._host}::{port}::SOCKET" for role, port in ports.items()}

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        try:
            for role, outlet in self._outlets.items():
                connect = partial(_Connection, outlet, self._clock, self._connections)
                self._listeners[role] = await loop.create_server(connect, self._host, self._wanted.get(role, 0))
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop listening and drop every connection. Closing twice is no error."""
        listeners, self._listeners = self._listeners, {}
        for listener in listeners.values():
            listener.close()
        ends = [connection.drop() for connection in tuple(self._connections)]
        await asyncio.gather(*ends, *(listener.wait_closed() for listener in listeners.values()))


class _Connection(asyncio.Protocol):
    """One client of one instrument; every client has a link of its own, and all share the instrument."""

    def __init__(self, outlet: Outlet, clock: ScaledClock, known: "set[_Connection]") -> None:
        if not isinstance(outlet.device, ScpiDevice):
            raise TypeError(f"{type(outlet.device).__name__} is no SCPI instrument")
        self._device, self._rules = outlet.device, outlet.rules
        self._clock = clock
        self._known = known
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[None] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError(f"a stream was expected, got {type(transport).__name__}")
        # A short answer must not wait for the client's acknowledgement of the one before.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._transport = transport
        # Raw sockets have no message exchange protocol (IEEE 488.2, 6), and so has the link.
        self._link = ScpiLink(self._device, self._rules)
        self._known.add(self)

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        # Written before the client saw the end of the connection, which is under way: lost, as on a real wire.
        with suppress(LinkClosed):
            self._link.write(data)
        self._send_arrived()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone, or was dropped."""
        if self._timer is not None:
            self._timer.cancel()
        self._known.discard(self)
        self._lost.set_result(None)

    def drop(self) -> "asyncio.Future[None]":
        """End the connection; done when it has ended."""
        self._transport.abort()
        return self._lost

    def _send_arrived(self) -> None:
        """Send what can be read by now, and come back when the next bytes can."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        arrived, next_at = self._link.take_arrived()
        if arrived:
            self._transport.write(arrived)
        if next_at is not None:
            left_s = max(0.0, next_at - self._clock.now()) / self._clock.speed
            self._timer = self._loop.call_later(left_s, self._send_arrived)
        elif self._link.closed:
            self._transport.close()


@contextmanager
def served(bench: SimulatedBench, ports: Mapping[str, int] | None = None) -> Iterator[dict[str, str]]:
    """Serve a bench from a thread of its own; the VISA resource of each role.

    The instruments then belong to that thread: whoever changes them from another one does it while no client speaks.
    """
    server = TcpServer(bench, ports=ports)
    started: list[dict[str, str]] = []
    failed: list[BaseException] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    end = asyncio.Event()

    async def serve() -> None:
        async with server:
            started.append(server.resources)
            ready.set()
            await end.wait()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        except BaseException as error:  # noqa: BLE001 - the end of a thread: raised where somebody waits for it
            failed.append(error)
        finally:
            loop.close()
            ready.set()

    thread = threading.Thread(target=run, name=f"TCP server of {bench.name}")
    thread.start()
    ready.wait()
    try:
        if started:
            yield started[0]
    finally:
        if not failed:
            loop.call_soon_threadsafe(end.set)
        thread.join()
    if failed:
        raise failed[0]
