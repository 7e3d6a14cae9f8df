"""One `*IDN?`: our session over the simulated bench and over TCP, beside what lies below and beside pyvisa-sim."""

import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from statistics import median

import pyvisa

from drivers.place import Place
from drivers.session import Session
from sim_hardware.clock import VirtualClock
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.visa_library import SimVisaLibrary
from tests.bench.figure import Figure, compared
from tests.bench.peer_process import run_peer

_RESOURCE = "TCPIP0::meter::INSTR"
_ANSWER = b"Rackline,Simulated instrument,0,1.0\n"
_BLOCK = "the median of blocks of questions, the first block not counted; "


class _Instrument(ScpiDevice):
    """An instrument that knows the common commands only."""


@contextmanager
def simulated() -> Iterator[tuple[Session, ScpiDevice]]:
    """A session with a simulated instrument through PyVISA's library interface, and the instrument itself."""
    clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    device = _Instrument(clock, random.Random(1))
    library = SimVisaLibrary.for_bench("bench", {_RESOURCE: device})
    place = Place(clock=clock, resource_manager=lambda: pyvisa.ResourceManager(library))
    try:
        yield Session(place.transport(_RESOURCE, 5.0)), device
    finally:
        place.close()
        library.forget()


class _Meter(threading.Thread):
    """An instrument on the loopback that answers every line at once, so that only the wire and the caller cost."""

    def __init__(self) -> None:
        super().__init__(name="meter", daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def run(self) -> None:
        """Serve one caller until it has gone."""
        connection, _ = self._listener.accept()
        self._listener.close()
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while connection.recv(4096):
                connection.sendall(_ANSWER)


def seconds_of(ask: Callable[[], object], questions: int) -> float:
    """Seconds that one question takes, in the middle of a block."""
    began = time.perf_counter()
    for _ in range(questions):
        ask()
    return (time.perf_counter() - began) / questions


def in_process(questions: int, blocks: int) -> list[tuple[float, float]]:
    """Pairs of seconds: our session, and the instrument's own engine without VISA, session or lock."""
    with simulated() as (session, device):
        pairs = [
            (
                seconds_of(lambda: session.query("*IDN?"), questions),
                seconds_of(lambda: device.execute("*IDN?"), questions),
            )
            for _ in range(blocks + 1)
        ]
    return pairs[1:]


def over_tcp(questions: int, blocks: int) -> list[tuple[float, float]]:
    """Pairs of seconds: our session over pyvisa-py's socket, and a bare socket."""
    meters = (_Meter(), _Meter())
    for meter in meters:
        meter.start()
    with ExitStack() as stack:
        place = stack.enter_context(Place())
        session = Session(place.transport(f"TCPIP::127.0.0.1::{meters[0].port}::SOCKET", 5.0))
        bare = stack.enter_context(socket.create_connection(("127.0.0.1", meters[1].port)))
        bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask() -> None:
            bare.sendall(b"*IDN?\n")
            if bare.recv(4096) != _ANSWER:
                raise AssertionError("the meter on the loopback answered something else")

        pairs = [
            (seconds_of(lambda: session.query("*IDN?"), questions), seconds_of(ask, questions))
            for _ in range(blocks + 1)
        ]
    for meter in meters:
        meter.join()
    return pairs[1:]


def figures(quick: bool) -> list[Figure]:
    """Every row of this bench."""
    questions, blocks, repeats = (1000, 3, 2) if quick else (5000, 5, 5)
    name, sim = "", []
    for _ in range(repeats):
        mine = median(ours for ours, _ in in_process(questions, blocks))
        name, theirs = run_peer("pyvisa_sim_query", "--questions", questions, "--blocks", blocks)
        sim.append((mine, median(theirs)))
    return [
        compared(
            "one `*IDN?` in process",
            "s",
            sim,
            name,
            goal="≤ 35 µs (pyvisa-sim 118)",
            note=_BLOCK + "both through PyVISA's library interface, ours without its resource objects",
        ).judged(lambda seconds: seconds <= 35e-6),
        compared(
            "the same",
            "s",
            in_process(questions, blocks * repeats),
            "its engine without VISA",
            note=_BLOCK + "the engine alone is called with a text and returns one: no bytes, no lock, no timeout",
        ),
        compared(
            "one `*IDN?` over TCP on the loopback",
            "s",
            over_tcp(questions, blocks * repeats),
            "raw socket",
            goal="≤ 1.2 × raw socket",
            met=lambda ratio: ratio >= 1 / 1.2,
            note=_BLOCK + "the raw socket has no timeout and looks for no stray bytes before it asks",
        ),
    ]
