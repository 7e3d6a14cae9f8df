"""The VISA transport over real wires: a loopback socket and a serial line, both through pyvisa-py."""

import os
import socket
from collections.abc import Callable
from typing import Any, BinaryIO

import pytest

from drivers.clock import SystemClock
from drivers.errors import InstrumentError, LinkError, LinkLost, LinkTimeout
from drivers.place import Place, real_resource_manager
from drivers.visa_transport import VisaTransport


def echo(wire: BinaryIO, _: int) -> None:
    for line in wire:
        wire.write(line)
        wire.flush()


def silent(wire: BinaryIO, _: int) -> None:
    for _line in wire:
        pass


def gone(wire: BinaryIO, _: int) -> None:
    wire.readline()


def open_visa(resource: str, timeout_s: float = 0.1) -> VisaTransport:
    return VisaTransport(resource, real_resource_manager, SystemClock(), timeout_s=timeout_s)


def test_a_raw_socket_has_nagle_switched_off(tcp_instrument: Callable[..., Any]) -> None:
    """With Nagle's algorithm a command and its question cost 44 ms; pyvisa-py leaves it on."""
    wire = open_visa(tcp_instrument(echo).resource)
    assert wire._socket is not None
    assert wire._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    wire.close()


def test_lines_come_back_whole_and_one_at_a_time(tcp_instrument: Callable[..., Any]) -> None:
    """Two answers that arrive together are two lines."""
    wire = open_visa(tcp_instrument(echo).resource, 5.0)
    wire.write(b"one\ntwo\n")
    assert wire.read_line(5.0) == b"one"
    assert wire.read_line(5.0) == b"two"
    wire.close()


def test_a_silent_peer_is_a_timeout(tcp_instrument: Callable[..., Any]) -> None:
    """No answer within the limit is LinkTimeout, naming the resource."""
    instrument = tcp_instrument(silent)
    wire = open_visa(instrument.resource)
    wire.write(b"*IDN?\n")
    with pytest.raises(LinkTimeout, match=str(instrument.port)):
        wire.read_line(0.02)
    wire.close()


def test_a_closing_peer_is_lost_at_once(tcp_instrument: Callable[..., Any]) -> None:
    """A peer that closes is LinkLost however long the limit is; pyvisa-py would spin until it ends."""
    wire = open_visa(tcp_instrument(gone).resource, 60.0)
    wire.write(b"*IDN?\n")
    with pytest.raises(LinkLost, match="closed the connection"):
        wire.read_line(60.0)
    wire.close()


def test_a_refused_connection_does_not_open() -> None:
    """Nobody listens: pyvisa-py 'opens' such a port, the transport does not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(LinkLost, match="cannot open"):
        open_visa(f"TCPIP0::127.0.0.1::{port}::SOCKET")


def test_a_name_that_visa_does_not_know_does_not_open() -> None:
    """A misspelt resource string is named in the message."""
    with pytest.raises(LinkLost, match="TCPIPX"):
        open_visa("TCPIPX::nowhere")


def test_a_peer_that_takes_nothing_is_a_timeout(tcp_instrument: Callable[..., Any]) -> None:
    """A full pipe ends the write at its limit; pyvisa-py would wait for ever."""

    def deaf(wire: BinaryIO, _: int) -> None:
        wire.read(1)
        wire.flush()
        hold.recv(1)

    hold, release = socket.socketpair()
    with hold, release:
        wire = open_visa(tcp_instrument(deaf).resource, 0.05)
        with pytest.raises(LinkTimeout, match="write"):
            wire.write(bytes(64_000_000))
        wire.close()
        release.send(b"x")


def test_a_closed_transport_says_so(tcp_instrument: Callable[..., Any]) -> None:
    """Closing twice is allowed; speaking after it is LinkLost."""
    wire = open_visa(tcp_instrument(echo).resource)
    wire.close()
    wire.close()
    with pytest.raises(LinkLost, match="closed"):
        wire.write(b"x\n")
    with pytest.raises(LinkLost, match="closed"):
        wire.read_line(0.01)


def test_reopening_gives_a_new_connection(tcp_instrument: Callable[..., Any]) -> None:
    """After reopen() nothing of the old connection is left."""
    wire = open_visa(tcp_instrument(echo).resource, 5.0)
    wire.write(b"old\n")
    wire.reopen()
    wire.write(b"new\n")
    assert wire.read_line(5.0) == b"new"
    wire.close()


def test_a_place_opens_a_wire_once(tcp_instrument: Callable[..., Any], place: Place) -> None:
    """Two sessions on one wire would take each other's answers; the second is refused until the first is closed."""
    resource = tcp_instrument(echo).resource
    first = place.transport(resource, 0.1)
    with pytest.raises(InstrumentError, match="one wire has one session"):
        place.transport(resource, 0.1)
    first.close()
    place.transport(resource, 0.1).close()


def test_a_place_survives_another_place_closing_the_shared_manager(tcp_instrument: Callable[..., Any]) -> None:
    """pyvisa hands one resource manager to all; closing one place must not end the other."""
    resource = tcp_instrument(echo).resource
    with Place() as first, Place() as second:
        wire = first.transport(resource, 5.0)
        second.transport(resource, 5.0)
        second.close()
        wire.write(b"still here\n")
        assert wire.read_line(5.0) == b"still here"
        wire.reopen()
        wire.write(b"again\n")
        assert wire.read_line(5.0) == b"again"


def test_a_serial_line_through_visa_gives_lines_and_blocks(pty: Any) -> None:
    """The way of instruments that are no raw socket: the VISA library reads, cut at terminators or at a count."""
    wire = open_visa(f"ASRL{pty.name}::INSTR", 1.0)
    wire.write(b"*IDN?\n")
    assert pty.receive(100) == b"*IDN?\n"
    pty.send(b"a line\n#14a\nb\n\nthe next\n")
    assert wire.read_line(1.0) == b"a line"
    assert wire.read_exactly(3, 1.0) == b"#14"
    assert wire.read_exactly(4, 1.0) == b"a\nb\n"
    assert wire.read_line(1.0) == b""
    assert wire.read_line(1.0) == b"the next"
    with pytest.raises(LinkTimeout):
        wire.read_line(0.02)
    wire.close()


def test_a_serial_line_that_is_unplugged_raises_a_link_error(pty: Any) -> None:
    """Whatever the system calls it, a line that is gone is in the tree of link errors."""
    wire = open_visa(f"ASRL{pty.name}::INSTR", 0.1)
    pty.unplug()
    with pytest.raises(LinkError):
        wire.read_line(0.1)
    wire.close()


def test_opening_a_serial_line_that_does_not_exist_is_lost() -> None:
    """A port that is not there is LinkLost with its name."""
    assert not os.path.exists("/dev/ttyNOWHERE")
    with pytest.raises(LinkLost, match="ttyNOWHERE"):
        open_visa("ASRL/dev/ttyNOWHERE::INSTR")
