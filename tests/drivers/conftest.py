"""Real wires for drivers: a TCP instrument on the loopback, a pseudo-terminal, and a clock that a test moves."""

import os
import socket
import struct
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

import pytest

from drivers.place import Place

Serve = Callable[[BinaryIO, int], None]


class TcpInstrument:
    """A server on 127.0.0.1 that runs `serve(wire, connection number)` in a thread for every connection."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._wires: list[socket.socket] = []
        self.failures: list[BaseException] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def resource(self) -> str:
        return f"TCPIP0::127.0.0.1::{self.port}::SOCKET"

    def _accept(self) -> None:
        while True:
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            self._wires.append(wire)
            thread = threading.Thread(target=self._run, args=(wire, len(self._wires)))
            self._threads.append(thread)
            thread.start()

    def _run(self, wire: socket.socket, number: int) -> None:
        try:
            with wire, wire.makefile("rwb") as stream:
                self._serve(stream, number)
        except ConnectionError:
            pass  # the client, or the end of the test, closed the connection first
        except BaseException as error:  # noqa: BLE001 - a failing server must fail the test, not its own thread
            self.failures.append(error)

    def reset_instead_of_close(self) -> None:
        """End the connections that are open now with RST, as an instrument does whose power goes."""
        for wire in self._wires:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for wire in self._wires:
            with suppress(OSError):  # closed already, by its own thread or by the client
                wire.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()


@pytest.fixture
def tcp_instrument() -> Iterator[Callable[[Serve], TcpInstrument]]:
    """Start TCP instruments; what failed inside them fails the test."""
    started: list[TcpInstrument] = []

    def start(serve: Serve) -> TcpInstrument:
        started.append(TcpInstrument(serve))
        return started[-1]

    yield start
    for instrument in started:
        instrument.close()
    assert [failure for instrument in started for failure in instrument.failures] == []


@pytest.fixture
def place() -> Iterator[Place]:
    """The real buses of this machine."""
    with Place() as here:
        yield here


class Pty:
    """A real serial line without a UART: the test holds the instrument's end."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.name = os.ttyname(self._slave)
        self._open = True

    def send(self, content: bytes) -> None:
        os.write(self.master, content)

    def receive(self, count: int) -> bytes:
        return os.read(self.master, count)

    def unplug(self) -> None:
        if self._open:
            self._open = False
            os.close(self._slave)
            os.close(self.master)


@pytest.fixture
def pty() -> Iterator[Pty]:
    line = Pty()
    yield line
    line.unplug()


class SteppedClock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def utc(self) -> datetime:
        return datetime(2026, 3, 2, 8, 0, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()
