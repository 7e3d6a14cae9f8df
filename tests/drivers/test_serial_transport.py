"""The serial transport over a real pseudo-terminal and over pyserial's socket URL."""

import socket
from collections.abc import Callable
from typing import Any, BinaryIO

import pytest

from drivers.clock import SystemClock
from drivers.errors import LinkLost, LinkTimeout
from drivers.place import Place
from drivers.serial_transport import SerialTransport


def test_lines_and_blocks_over_a_pseudo_terminal(pty: Any, place: Place) -> None:
    """Bytes go out as they are and come back in lines."""
    wire = place.transport(pty.name, 1.0)
    wire.write(b"*IDN?\n")
    assert pty.receive(100) == b"*IDN?\n"
    pty.send(b"one\ntwo\nthr")
    assert wire.read_line(1.0) == b"one"
    assert wire.read_line(1.0) == b"two"
    with pytest.raises(LinkTimeout, match="thr"):
        wire.read_line(0.02)
    pty.send(b"ee\n")
    assert wire.read_line(1.0) == b"three"


def test_a_terminator_of_two_bytes_is_found_across_reads(pty: Any, place: Place) -> None:
    """A suffix that is cut in two by the wire still ends its line."""
    wire = place.transport(pty.name, 1.0, terminator=b"\r\n")
    pty.send(b"x\r")
    with pytest.raises(LinkTimeout):
        wire.read_line(0.02)
    pty.send(b"\ny\r\n")
    assert wire.read_line(1.0) == b"x"
    assert wire.read_line(1.0) == b"y"


def test_what_came_unasked_is_taken_without_waiting(pty: Any, place: Place) -> None:
    """Stray bytes are found at once, and none is no wait."""
    wire = place.transport(pty.name, 1.0)
    assert wire.take_stray() == b""
    pty.send(b"stray\n")
    wire.read_exactly(1, 1.0)
    assert wire.take_stray() == b"tray\n"


def test_an_unplugged_line_is_lost(pty: Any, place: Place) -> None:
    """A port that goes away is LinkLost, not silence."""
    wire = place.transport(pty.name, 1.0)
    pty.unplug()
    with pytest.raises(LinkLost, match="check the cable"):
        wire.read_line(1.0)


def test_a_port_is_locked_against_a_second_program(pty: Any, place: Place) -> None:
    """Two owners of one port would take each other's answers."""
    place.transport(pty.name, 1.0)
    with Place() as other, pytest.raises(LinkLost, match="cannot open"):
        other.transport(pty.name, 1.0)


def test_a_port_that_does_not_exist_is_lost(place: Place) -> None:
    """The message names the port."""
    with pytest.raises(LinkLost, match="/dev/ttyNOWHERE"):
        place.transport("/dev/ttyNOWHERE", 1.0)


def test_a_scheme_that_nobody_handles_is_lost(place: Place) -> None:
    """An unknown URL is a message, not a ValueError."""
    with pytest.raises(LinkLost, match="nowhere"):
        place.transport("nowhere://bench/scanner", 1.0)


def test_a_closed_port_says_so(pty: Any) -> None:
    """Closing twice is allowed; speaking after it is LinkLost."""
    wire = SerialTransport(pty.name, SystemClock(), timeout_s=0.1)
    wire.close()
    wire.close()
    with pytest.raises(LinkLost, match="closed"):
        wire.write(b"x")


def test_a_socket_url_has_nagle_switched_off(tcp_instrument: Callable[..., Any]) -> None:
    """pyserial leaves Nagle's algorithm on, forgets its socket when the peer closes first, and its last byte too."""

    def once(wire: BinaryIO, _: int) -> None:
        wire.readline()
        wire.write(b"goodbye!\n")
        wire.flush()

    wire = SerialTransport(f"socket://127.0.0.1:{tcp_instrument(once).port}", SystemClock(), timeout_s=1.0)
    assert wire._wire is not None
    assert wire._wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    wire.write(b"hello\n")
    assert wire.read_line(1.0) == b"goodbye!"
    with pytest.raises(LinkLost):
        wire.read_line(1.0)
    wire.close()


def test_a_socket_url_that_was_reset_is_closed_to_the_end(tcp_instrument: Callable[..., Any]) -> None:
    """After a reset pyserial's close gives up half way; the socket must not stay open behind it."""

    def reset(wire: BinaryIO, _: int) -> None:
        wire.readline()
        instrument.reset_instead_of_close()

    instrument = tcp_instrument(reset)
    wire = SerialTransport(f"socket://127.0.0.1:{instrument.port}", SystemClock(), timeout_s=5.0)
    inner = wire._wire
    assert inner is not None
    wire.write(b"hello\n")
    with pytest.raises(LinkLost):
        wire.read_line(5.0)
    wire.close()
    assert inner.fileno() == -1
