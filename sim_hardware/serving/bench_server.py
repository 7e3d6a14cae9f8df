"""A simulated bench served to other processes: each instrument on a socket and on a pseudo-terminal, and its control.

Clients come and go as they please and see a bench that lives in wall time, or faster by `speed`; one that holds the
control sees one that lives in its own time. The server knows nothing of stations: who makes the bench, and which units
go into it, comes in by argument.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any, Protocol, Self

from sim_hardware.bench import SimulatedBench, TwoWireBus
from sim_hardware.registry import Outlet
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.serving.activity import Activity
from sim_hardware.serving.control_port import ControlPort
from sim_hardware.serving.held_clock import HeldClock
from sim_hardware.serving.simulated_mark import mark, marked
from sim_hardware.serving.stream_port import StreamPort, endpoint
from sim_hardware.serving.switchboard import Switchboard
from sim_hardware.serving.terminal_port import TerminalPort
from sim_hardware.serving.two_wire_port import TwoWirePort

LOOPBACK = "127.0.0.1"


class PortTaken(OSError):
    """A port cannot be listened on; the message names it, and for whom it was wanted."""


class BenchSource(Protocol):
    """Who makes the bench that is served, and the units that go into it."""

    def switch_on(self, clock: HeldClock) -> SimulatedBench:
        """A bench as it is when somebody has switched it on, in place of the one before."""
        ...

    def insert(self, serials: tuple[str, ...]) -> None:
        """Put the units of these serial numbers into its fixture; none empties it. Raises ValueError."""
        ...


@dataclass(frozen=True, slots=True)
class ServedInstrument:
    """Where one instrument is served: `tcp` and `terminal` are resource strings, None where there is no such wire."""

    role: str
    kind: str
    """`scpi`, `serial` or `two-wire`."""
    tcp: str
    terminal: str | None
    serial: str = ""
    """The serial number that it tells, marked as a simulated one; empty where nothing is told."""

    @property
    def resource(self) -> str:
        """The wire that such an instrument has on a real bench: a line for what is serial, else a socket."""
        return self.terminal if self.kind == "serial" and self.terminal is not None else self.tcp


class BenchServer:
    """Serves a bench on `host`; an asynchronous context manager. Everything runs in the loop that entered it.

    With `port_base` the control has that port and the instruments those that follow, in the bench's order; without,
    free ones. `terminals` is "serial" for serial instruments only, "all" or "none". Raises `PortTaken`.
    """

    def __init__(
        self,
        source: BenchSource,
        epoch: datetime,
        *,
        host: str = LOOPBACK,
        port_base: int | None = None,
        speed: float = 1.0,
        terminals: str = "serial",
        about: Mapping[str, object] | None = None,
    ) -> None:
        self._source = source
        self._host = host
        self._next_port = port_base
        self._speed = speed
        self._terminals = terminals
        clock = HeldClock(epoch, speed)
        self._switchboard = Switchboard(self._switched_on(clock), clock)
        self._control = ControlPort(self._switchboard, self._restart, self.insert, self._look, dict(about or {}))
        self._listeners: list[asyncio.Server] = []
        self._streams: set[StreamPort] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._lines: dict[str, TerminalPort] = {}
        self.control = ""
        """Where the control is served, as `clock://host:port`."""
        self.instruments: dict[str, ServedInstrument] = {}
        """By role, and two-wire buses by their resource on the bench, once they are served."""

    @property
    def switchboard(self) -> Switchboard:
        """Who is connected to what."""
        return self._switchboard

    @property
    def activities(self) -> tuple[Activity, ...]:
        """Who talks, or talked, to what."""
        return tuple(self._switchboard.activities)

    def insert(self, serials: tuple[str, ...]) -> None:
        """Put the units of these serial numbers into the fixture; none empties it. Raises ValueError."""
        self._source.insert(serials)
        self._switchboard.flush()

    async def __aenter__(self) -> Self:
        try:
            port = await self._listen("the control", self._control.serve)
            self.control = f"clock://{self._host}:{port}"
            lines: dict[int, ServedInstrument] = {}
            for role, outlet in self._switchboard.bench.outlets.items():
                # Roles at one line share its wires.
                if (line := lines.get(id(outlet.device))) is None:
                    line = lines[id(outlet.device)] = await self._serve(role, outlet)
                self.instruments[role] = replace(line, role=role)
            for bus in self._switchboard.bench.buses:
                two_wire = TwoWirePort(self._switchboard, bus, partial(self._open_bus, bus))
                port = await self._listen(bus, two_wire.serve)
                name = bus.rpartition("/")[2]
                served = ServedInstrument(bus, "two-wire", f"sim-i2c+tcp://{self._host}:{port}/{name}", None)
                self.instruments[bus] = served
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop listening, hang up on every client, take the lines away. Closing twice is no error."""
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.close()
        for task in tuple(self._tasks):
            task.cancel()
        lines, self._lines = self._lines, {}
        for line in lines.values():
            line.close()
        ends = [stream.drop() for stream in tuple(self._streams)]
        await asyncio.gather(*ends, *self._tasks, return_exceptions=True)
        await asyncio.gather(*(listener.wait_closed() for listener in listeners))
        self._switchboard.bench.close()

    async def _serve(self, role: str, outlet: Outlet) -> ServedInstrument:
        is_scpi = isinstance(outlet.device, ScpiDevice)
        loop = asyncio.get_running_loop()
        connect = partial(StreamPort, self._switchboard, role, self._streams)
        port = self._take_port()
        try:
            listener = await loop.create_server(connect, self._host, port)
        except OSError as error:
            raise self._taken(role, port, error) from error
        self._listeners.append(listener)
        port = listener.sockets[0].getsockname()[1]
        tcp = f"TCPIP0::{self._host}::{port}::SOCKET" if is_scpi else f"socket://{self._host}:{port}"
        terminal = None
        if self._terminals == "all" or (self._terminals == "serial" and not is_scpi):
            line = TerminalPort(self._switchboard, role)
            self._lines[line.resource] = line
            terminal = line.resource
        serial = str(getattr(outlet.device, "serial", ""))
        return ServedInstrument(role, "scpi" if is_scpi else "serial", tcp, terminal, serial and marked(serial))

    async def _listen(
        self, what: str, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
    ) -> int:
        """A port on which each client is served by a task of its own."""
        port = self._take_port()

        def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.get_running_loop().create_task(serve(reader, writer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        try:
            listener = await asyncio.start_server(begin, self._host, port)
        except OSError as error:
            raise self._taken(what, port, error) from error
        self._listeners.append(listener)
        found: int = listener.sockets[0].getsockname()[1]
        return found

    def _take_port(self) -> int:
        if self._next_port is None:
            return 0
        self._next_port += 1
        return self._next_port - 1

    def _taken(self, what: str, port: int, error: OSError) -> PortTaken:
        address = endpoint((self._host, port))
        return PortTaken(f"{address} for {what}: cannot be listened on: {error.strerror}; choose another port or host")

    def _switched_on(self, clock: HeldClock) -> SimulatedBench:
        bench = self._source.switch_on(clock)
        mark(bench)
        return bench

    def _restart(self, epoch: datetime) -> None:
        self._switchboard.bench.close()
        clock = HeldClock(epoch, self._speed)
        clock.hold(0.0)
        self._switchboard.replace(self._switched_on(clock), clock)

    def _open_bus(self, bus: str) -> TwoWireBus:
        return self._switchboard.bench.open_smbus(bus)

    def _look(self, wire: str) -> None:
        """See at once what has happened at the other end of a terminal, instead of when its time comes."""
        if (line := self._lines.get(wire)) is not None:
            line.look()
