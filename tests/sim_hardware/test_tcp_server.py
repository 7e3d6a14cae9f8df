"""A simulated bench on TCP: real sockets, any client, each with a link of its own, all with one instrument."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import ScaledClock, VirtualClock
from sim_hardware.faults import Fault
from sim_hardware.tcp_server import TcpServer, served

START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
RESOURCE = "TCPIP0::meter::inst0::INSTR"


@pytest.fixture
def bench() -> Iterator[SimulatedBench]:
    """One meter on wall time."""
    with SimulatedBench("on TCP", 7, ScaledClock(START, 100.0)) as made:
        made.add_instrument("meter", "keithley_dmm6500", RESOURCE, "04412345")
        yield made


def connect(resource: str) -> socket.socket:
    """A client's socket, which gives up instead of waiting for ever."""
    _, host, port, _ = resource.split("::")
    return socket.create_connection((host, int(port)), timeout=20.0)


def line(wire: socket.socket) -> bytes:
    """One line, however many pieces it comes in."""
    received = b""
    while not received.endswith(b"\n"):
        piece = wire.recv(100)
        assert piece, "the server closed the connection"
        received += piece
    return received


def test_an_instrument_answers_on_its_socket(bench: SimulatedBench) -> None:
    """Messages in pieces, several in one piece, and answers in their order."""
    with served(bench) as resources, connect(resources["meter"]) as wire:
        wire.sendall(b"*ID")
        wire.sendall(b"N?\n*OPC?\nREAD?\n")
        assert line(wire).startswith(b"KEITHLEY")


def test_clients_share_the_instrument_and_no_answer(bench: SimulatedBench) -> None:
    """What one sets the other reads; what one asks the other does not hear."""
    with (
        served(bench) as resources,
        connect(resources["meter"]) as one,
        connect(resources["meter"]) as other,
    ):
        one.sendall(b'SENS:FUNC "RES";*OPC?\n')
        assert line(one) == b"1\n"
        other.sendall(b"SENS:FUNC?\n")
        assert line(other) == b'"RES"\n'
        one.sendall(b"*OPC?\n")
        assert line(one) == b"1\n"


def test_faults_of_the_bench_hold_on_the_wire(bench: SimulatedBench) -> None:
    """A message that never arrives is not carried out; a dropped link is the end of the connection."""
    with served(bench) as resources, connect(resources["meter"]) as wire:
        bench.inject(RESOURCE, Fault("unplugged", match="FUNC", nth=1))
        bench.inject(RESOURCE, Fault("close", match="IDN", nth=1))
        wire.sendall(b'SENS:FUNC "RES"\n*OPC?\n')
        assert line(wire) == b"1\n"
        wire.sendall(b"SENS:FUNC?\n")
        assert line(wire) == b'"VOLT:DC"\n'
        wire.sendall(b"*IDN?\n")
        assert wire.recv(100) == b""


def test_the_end_of_the_server_is_the_end_of_its_clients(bench: SimulatedBench) -> None:
    """Nothing listens any more, nobody is left connected, and no thread remains."""
    before = threading.active_count()
    with served(bench) as resources:
        wire = connect(resources["meter"])
        wire.sendall(b"*IDN?\n")
        line(wire)
    with wire:
        assert wire.recv(100) == b""
    with pytest.raises(ConnectionError):
        connect(resources["meter"])
    assert threading.active_count() == before


def test_a_port_can_be_chosen_and_a_taken_one_is_told(bench: SimulatedBench) -> None:
    """Ports that a client knows beforehand; a second server on one of them fails, and leaves nothing open."""
    with served(bench) as resources:
        port = int(resources["meter"].split("::")[2])
        with pytest.raises(OSError, match="in use"), served(bench, {"meter": port}):
            pass
    with served(bench, {"meter": port}) as resources:
        assert resources == {"meter": f"TCPIP0::127.0.0.1::{port}::SOCKET"}


def test_it_runs_in_a_loop_of_somebody_elses(bench: SimulatedBench) -> None:
    """An asynchronous context manager; closing twice is no error."""

    async def ask() -> bytes:
        async with TcpServer(bench) as server:
            _, host, port, _ = server.resources["meter"].split("::")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"*IDN?\n")
            answer = await reader.readline()
            writer.close()
            await writer.wait_closed()
            await server.close()
        return answer

    assert asyncio.run(ask()).startswith(b"KEITHLEY")


def test_a_virtual_bench_and_a_stranger_are_refused(bench: SimulatedBench) -> None:
    """A socket waits in wall time; a port for a role that is no SCPI instrument is a mistake."""
    with pytest.raises(ValueError, match="vna: no SCPI instrument; there are: meter"):
        TcpServer(bench, ports={"vna": 5025})
    with SimulatedBench("virtual", 7, VirtualClock(START)) as virtual, pytest.raises(ValueError, match="ScaledClock"):
        TcpServer(virtual)
