"""A switch on a simulated bench, and the same machine's console on a real pseudo-terminal."""

import os
import random
import select
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from drivers.place import Place
from drivers.serial_console.network_os import NetworkOs
from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import VirtualClock
from sim_hardware.duts.network.switch_family import SwitchFamily
from sim_hardware.duts.network.switch_unit import SwitchUnit
from sim_hardware.network.console import Console
from sim_hardware.network.console_quirks import ConsoleQuirks

RESOURCE = "sim://switch/console"


def switch() -> SwitchUnit:
    """A healthy switch."""
    family = SwitchFamily(7, design={}, specification={}, part="SW-TOR-32X400", preset="")
    return family.unit("switch", family.serial("switch", 1))


@dataclass
class Bench:
    """A console on a bench with a switch behind it, and all that passed on its wire."""

    bench: SimulatedBench
    clock: VirtualClock
    console: NetworkOs
    unit: SwitchUnit
    told: list[tuple[str, bytes]] = field(default_factory=list)


@contextmanager
def _bench(suffix: str = "", **options: Any) -> Iterator[Bench]:
    clock = VirtualClock(datetime(2026, 11, 2, 6, 0, tzinfo=UTC))
    told: list[tuple[str, bytes]] = []
    with SimulatedBench("switch", 7, clock) as bench:
        bench.add_instrument("console", "network_os", RESOURCE, "line", **options)
        unit = switch()
        with (
            Place(clock=clock, trace=lambda _, what, content: told.append((what, content))) as place,
            NetworkOs.open(RESOURCE + suffix, place) as console,
        ):
            bench.insert(unit)
            yield Bench(bench, clock, console, unit, told)


@pytest.fixture(scope="session")
def console_bench() -> Callable[..., Any]:
    """Opens a console on a bench of its own: `suffix` of the resource, options of the simulated line."""
    return _bench


class _Master:
    """The machine's end of a pseudo-terminal; what is to come later comes at once."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def send(self, content: bytes, after_s: float = 0.0) -> None:
        """Write bytes to the line."""
        os.write(self._descriptor, content)


@pytest.fixture
def pty_console() -> Iterator[Callable[[ConsoleQuirks, str | None], str]]:
    """Makes the name of a pseudo-terminal with a switch's console at the other end of it, booted long ago."""
    stop, wake = os.pipe()
    ends: list[int] = [stop, wake]
    threads: list[threading.Thread] = []

    def make(quirks: ConsoleQuirks, password: str | None) -> str:
        master, slave = os.openpty()
        tty.setraw(slave)
        ends.extend((master, slave))
        (shell,) = switch().shells.values()
        machine = Console(shell, lambda: 0.0, random.Random(7), since=-1000.0, password=password, quirks=quirks)
        machine.connected(_Master(master))

        def serve() -> None:
            while True:
                ready, _, _ = select.select([master, stop], [], [])
                if stop in ready:
                    return
                machine.received(os.read(master, 4096))

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return os.ttyname(slave)

    try:
        yield make
    finally:
        os.write(wake, b"x")
        for thread in threads:
            thread.join()
        for end in ends:
            os.close(end)
