"""An instrument on a TCP port: raw bytes, for `TCPIP0::host::port::SOCKET` and pyserial's `socket://host:port`."""

import asyncio
import socket

from sim_hardware.serving.conversation import Conversation
from sim_hardware.serving.switchboard import Switchboard


def endpoint(address: tuple[str, int]) -> str:
    """An address and a port as one word."""
    return f"{address[0]}:{address[1]}"


class StreamPort(asyncio.Protocol):
    """One client of one instrument over TCP; its wire is named by the client's own end, such as `127.0.0.1:40312`."""

    def __init__(self, switchboard: Switchboard, role: str, known: "set[StreamPort]") -> None:
        self._switchboard = switchboard
        self._role = role
        self._known = known
        self._talk: Conversation | None = None
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError(f"a stream was expected, got {type(transport).__name__}")
        # A short answer must not wait for the client's acknowledgement of the one before.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._transport = transport
        self._wire = endpoint(transport.get_extra_info("peername"))
        self._known.add(self)
        talk = self._switchboard.connect(self._role, self._wire, self._wire, transport.write, transport.close)
        if talk is None:
            transport.close()
        self._talk = talk

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._talk is not None:
            self._talk.take(data)
            self._switchboard.changed()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone, or was sent away."""
        self._known.discard(self)
        if self._talk is not None:
            self._switchboard.disconnect(self._wire)
        self._lost.set_result(None)

    def drop(self) -> "asyncio.Future[None]":
        """End the connection; done when it has ended."""
        self._transport.abort()
        return self._lost
