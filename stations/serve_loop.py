"""`station simulate` at work: listens, tells where, shows who talks, takes units from standard input, ends in order."""

import asyncio
import json
import os
import re
import signal
import sys
import threading
import tomllib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mes.command_line import Exit
from stations.bench_service import (
    ServedStation,
    bench_server,
    service_document,
    service_lines,
    write_resources,
)
from stations.bench_watch import LineWatch, TableWatch
from stations.config import StationConfig
from stations.errors import ConfigurationError
from stations.simulation import BenchServer, PortTaken

_EMPTY = "-"
"""What is typed to take the unit out."""


def with_defects(config: StationConfig, texts: Sequence[str]) -> StationConfig:
    """The station with these defects, each written as an inline table of its file, in place of the file's.

    Raises `ConfigurationError`.
    """
    if not texts:
        return config
    if config.simulation is None:
        raise ConfigurationError(f"{config.path}: its bench is real; a defect needs a simulated one: add [simulation]")
    defects: list[dict[str, Any]] = []
    for text in texts:
        try:
            defect = tomllib.loads("defect = {" + text.strip().removeprefix("{").removesuffix("}") + "}")["defect"]
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(
                f'--defect {text!r}: {error}\nwrite, for example: kind = "Open", pair = 3'
            ) from error
        if not isinstance(defect.get("kind"), str):
            raise ConfigurationError(f'--defect {text!r}: has no kind\nwrite, for example: kind = "Open", pair = 3')
        defects.append(defect)
    return config.model_copy(update={"simulation": config.simulation.model_copy(update={"defects": tuple(defects)})})


def serve_bench(
    config: StationConfig,
    epoch: datetime,
    *,
    serials: tuple[str, ...],
    host: str,
    port_base: int | None,
    speed: float,
    wires: str,
    resources: Path | None,
    quiet: bool,
    as_json: bool,
) -> Exit:
    """Serve until SIGINT or SIGTERM. Raises `ConfigurationError`, for a port that is taken too."""

    async def serve() -> None:
        server, station = bench_server(
            config, epoch, serials=serials, host=host, port_base=port_base, speed=speed, wires=wires
        )
        end = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, end.set)
        async with server:
            if resources is not None:
                write_resources(resources, config, server, wires)
            if as_json:
                said = json.dumps(service_document(config, server, station, wires))
            else:
                said = "\n".join(service_lines(config, server, station, wires))
            sys.stdout.write(said + "\n")
            sys.stdout.flush()
            await _watch(server, station, end, quiet=quiet)

    try:
        asyncio.run(serve())
    except PortTaken as error:
        raise ConfigurationError(str(error)) from error
    finally:
        if resources is not None:
            # Nobody serves there any more; a file that says so would only mislead the next run.
            resources.unlink(missing_ok=True)
    return Exit.OK


async def _watch(server: BenchServer, station: ServedStation, end: asyncio.Event, *, quiet: bool) -> None:
    """Show who talks to what, and take units, until the end."""
    loop = asyncio.get_running_loop()
    with LineWatch(lambda: ()) if quiet else _watching(server) as watch:
        server.switchboard.refused = watch.say

        def typed(line: str) -> None:
            serials = () if line == _EMPTY else tuple(re.findall(r"[^\s,]+", line))
            try:
                server.insert(serials)
            except ValueError as error:
                watch.say(str(error))
            else:
                watch.say(f"in the fixture: {', '.join(station.serials) or 'nothing'}")

        _read_lines(lambda line: loop.call_soon_threadsafe(typed, line))
        while not end.is_set():
            watch.look()
            try:
                await asyncio.wait_for(end.wait(), watch.every_s)
            except TimeoutError:
                continue


def _watching(server: BenchServer) -> "LineWatch | TableWatch":
    is_terminal = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return TableWatch(lambda: server.activities) if is_terminal else LineWatch(lambda: server.activities)


def _read_lines(told: Callable[[str], object]) -> None:
    """Tell every line of standard input from a thread of its own, for as long as the process lives."""

    def read() -> None:
        rest = b""
        # Not through sys.stdin: its lock would be held when the interpreter wants to end.
        while content := os.read(0, 4096):
            *lines, rest = (rest + content).split(b"\n")
            for line in lines:
                if text := line.decode("utf-8", "replace").strip():
                    told(text)

    if sys.stdin is not None:
        threading.Thread(target=_unless_ended, args=(read,), name="standard input", daemon=True).start()


def _unless_ended(read: Callable[[], None]) -> None:
    try:
        read()
    except (OSError, RuntimeError):
        # No input to read, or a loop that has ended meanwhile: nobody is told anything any more.
        return
