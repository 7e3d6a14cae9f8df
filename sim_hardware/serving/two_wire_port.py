"""A two-wire bus of a simulated bench on a TCP port: one line a transfer, so that any language can speak it.

    R <address> <register> <length>      read a block: addresses and registers in hexadecimal, the length decimal
    W <address> <register> <bytes>       write a block, the bytes in hexadecimal without blanks
    OK [<bytes>]                         the answer of a transfer that was acknowledged
    NACK <reason>                        nobody acknowledged
    ERR <reason>                         the line could not be understood

Transfers of several clients follow each other, as those of several masters do. This is a protocol of ours, named
`sim-i2c+tcp://host:port/bus`; there is no standard one.
"""

import asyncio
import re
import socket
import time
from collections.abc import Callable

from sim_hardware.bench import TwoWireBus
from sim_hardware.serving.stream_port import endpoint
from sim_hardware.serving.switchboard import Switchboard

_TRANSFER = re.compile(
    rb"(?:R (?P<ra>[0-9a-f]{1,2}) (?P<rr>[0-9a-f]{1,2}) (?P<n>\d{1,3})"
    rb"|W (?P<wa>[0-9a-f]{1,2}) (?P<wr>[0-9a-f]{1,2}) ?(?P<content>(?:[0-9a-f]{2})*))",
    re.IGNORECASE,
)
_LONGEST = 1024


class TwoWirePort:
    """Serves one bus; `open_bus` is asked for every client, and again when the bench was switched off and on."""

    def __init__(self, switchboard: Switchboard, bus: str, open_bus: Callable[[], TwoWireBus]) -> None:
        self._switchboard = switchboard
        self._bus = bus
        self._open_bus = open_bus

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client until it goes."""
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = endpoint(writer.get_extra_info("peername"))
        activity = self._switchboard.watch(self._bus, peer, peer)
        bench, bus = self._switchboard.bench, self._open_bus()
        try:
            while line := await reader.readline():
                activity.note(line, time.monotonic())
                if bench is not self._switchboard.bench:
                    bench, bus = self._switchboard.bench, self._open_bus()
                writer.write(answered(bus, line.strip()) + b"\n")
                # A transfer may have let time go by: what the others were waiting for has come.
                self._switchboard.flush()
                await writer.drain()
        except (ConnectionError, ValueError):
            # Gone in the middle of a line, or a line without end: no client of ours.
            return
        finally:
            activity.ended = True
            writer.close()


def answered(bus: TwoWireBus, line: bytes) -> bytes:
    """What a transfer is answered with."""
    match = _TRANSFER.fullmatch(line)
    if match is None or len(line) > _LONGEST:
        return b"ERR expected R address register length, or W address register bytes"
    try:
        if match["n"] is not None:
            content = bus.read_block(int(match["ra"], 16), int(match["rr"], 16), int(match["n"]))
            return b"OK " + content.hex().encode("ascii")
        written = bytes.fromhex(match["content"].decode("ascii"))
        bus.write_block(int(match["wa"], 16), int(match["wr"], 16), written)
    except OSError as error:
        return b"NACK " + str(error.strerror or error).encode("ascii", "replace")
    return b"OK"
