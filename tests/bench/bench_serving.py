"""A served bench: round trips over TCP beside a raw socket and instro's simulator, and a hundred clients at once."""

import json
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.figure import Figure, alone, compared
from tests.foreign.foreign_process import foreign_servers

_CONFIG = Path(__file__).parents[2] / "stations/configs/psu-test.toml"
_CLIENTS = 100
_QUESTION, _ERRORS = b"*IDN?\n", b"SYST:ERR?\n"


@contextmanager
def simulate() -> Iterator[tuple[str, int]]:
    """`station simulate` in a process of its own: host and port of its meter."""
    code = "from stations.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "simulate", str(_CONFIG), "--json", "--quiet"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout is None:
            raise RuntimeError("station simulate has no output")
        document = json.loads(process.stdout.readline())
        resource = next(one["tcp"] for one in document["instruments"] if one["role"] == "meter")
        _, host, port, _ = resource.split("::")
        yield host, int(port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


@contextmanager
def echo() -> Iterator[tuple[str, int]]:
    """A process that answers every line at once: what the wire alone costs."""
    code = (
        "import socket\n"
        "listener = socket.create_server(('127.0.0.1', 0))\n"
        "print(listener.getsockname()[1], flush=True)\n"
        "wire = listener.accept()[0]\n"
        "wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\n"
        "while wire.recv(4096): wire.sendall(b'KEITHLEY INSTRUMENTS,MODEL DMM6500,SIM-2345,1.7.12b\\n')"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None:
            raise RuntimeError("the echo has no output")
        yield "127.0.0.1", int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def connect(address: tuple[str, int]) -> socket.socket:
    """A socket that does not wait for company."""
    wire = socket.create_connection(address, timeout=30.0)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire


def seconds_of(wire: socket.socket, questions: int, question: bytes = _QUESTION) -> float:
    """Seconds that one question and its answer take."""
    began = time.perf_counter()
    for _ in range(questions):
        wire.sendall(question)
        while not wire.recv(4096).endswith(b"\n"):
            continue
    return (time.perf_counter() - began) / questions


def round_trips(questions: int, blocks: int) -> list[tuple[float, float]]:
    """Pairs of seconds: the served meter, and the echo."""
    with ExitStack() as stack:
        served = stack.enter_context(connect(stack.enter_context(simulate())))
        plain = stack.enter_context(connect(stack.enter_context(echo())))
        pairs = [(seconds_of(served, questions), seconds_of(plain, questions)) for _ in range(blocks + 1)]
    return pairs[1:]


def beside_instro(questions: int, blocks: int) -> list[tuple[float, float]]:
    """Pairs of seconds: the error queue of our served meter, and of instro's. Its *IDN? sleeps on purpose."""
    with ExitStack() as stack:
        served = stack.enter_context(connect(stack.enter_context(simulate())))
        ports = stack.enter_context(foreign_servers())
        foreign = stack.enter_context(connect(("127.0.0.1", ports["meter"])))
        pairs = [
            (seconds_of(served, questions, _ERRORS), seconds_of(foreign, questions, _ERRORS)) for _ in range(blocks + 1)
        ]
    return pairs[1:]


def crowd(rounds: int) -> tuple[float, int]:
    """A hundred clients at one meter, each with a question of its own at any time: answers a second, wrong answers.

    A client's question holds its number, and so does the answer: a lost, mixed or doubled one shows.
    """
    with simulate() as address, ExitStack() as stack:
        wires = [stack.enter_context(connect(address)) for _ in range(_CLIENTS)]
        wrong = 0
        numbers = {wire: number for number, wire in enumerate(wires)}
        left = dict.fromkeys(wires, rounds)
        rest = dict.fromkeys(wires, b"")
        poll = select.epoll()
        by_number = {wire.fileno(): wire for wire in wires}
        began = time.perf_counter()
        for wire in wires:
            poll.register(wire, select.EPOLLIN)
            wire.sendall(b"*ESE %d;*ESE?\n" % numbers[wire])
        while any(left.values()):
            for descriptor, _ in poll.poll(30.0):
                wire = by_number[descriptor]
                rest[wire] += wire.recv(4096)
                if not rest[wire].endswith(b"\n"):
                    continue
                wrong += rest[wire] != b"%d\n" % numbers[wire]
                rest[wire] = b""
                left[wire] -= 1
                if left[wire]:
                    wire.sendall(b"*ESE %d;*ESE?\n" % numbers[wire])
        seconds = time.perf_counter() - began
        poll.close()
    return _CLIENTS * rounds / seconds, wrong


def figures(quick: bool) -> list[Figure]:
    """The rows."""
    pairs = round_trips(500 if quick else 2000, 5 if quick else 11)
    rates, wrongs = zip(*(crowd(20 if quick else 100) for _ in range(3)), strict=True)
    return [
        compared(
            "`*IDN?` over TCP from `station simulate`",
            "s",
            pairs,
            "raw socket echo in another process",
            note="the median of blocks of questions, the first block not counted; one client, two processes",
        ),
        compared(
            "`SYST:ERR?` over TCP from `station simulate`",
            "s",
            beside_instro(500 if quick else 2000, 5 if quick else 11),
            "instro 1.22.0, its simulated multimeter",
            note="the median of blocks of questions, the first block not counted; one client, two processes each",
        ),
        alone(
            f"answers a second, {_CLIENTS} clients on one `station simulate`",
            "1/s",
            list(rates),
            note="each client asks again as soon as it has its answer; server and clients share the machine",
        ),
        alone(
            f"lost, mixed or doubled answers, {_CLIENTS} clients",
            "",
            [float(wrong) for wrong in wrongs],
            goal="0",
            met=lambda value: value == 0,
        ),
    ]
