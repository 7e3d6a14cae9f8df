"""A two-wire bus behind a socket: what is asked, what is acknowledged, and every way in which it is not."""

import errno
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from drivers.errors import InstrumentError, LinkError, LinkLost
from drivers.place import Place
from drivers.smbus import open_smbus


@contextmanager
def bus(*exchange: tuple[bytes, bytes]) -> Iterator[str]:
    """A served bus that expects these lines and answers so; it hangs up after the last."""
    heard: list[bytes] = []

    def serve(listener: socket.socket, lines: Sequence[tuple[bytes, bytes]]) -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as reader:
            for _, answer in lines:
                heard.append(reader.readline())
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener, exchange))
        thread.start()
        yield f"sim-i2c+tcp://127.0.0.1:{listener.getsockname()[1]}/near"
        thread.join()
    assert heard == [asked for asked, _ in exchange]


def test_blocks_are_read_and_written() -> None:
    """Addresses and registers in hexadecimal, lengths decimal, content without blanks."""
    with bus((b"R 50 80 3\n", b"OK 414243\n"), (b"W 50 7f 1000\n", b"OK\n")) as resource:
        opened = open_smbus(resource)
        assert opened.read_block(0x50, 0x80, 3) == b"ABC"
        opened.write_block(0x50, 0x7F, b"\x10\x00")
        opened.close()
        opened.close()


def test_no_acknowledge_is_the_buses_error() -> None:
    """ENXIO below, `LinkError` with address and register in a place, as with every adapter."""
    with bus((b"R 51 00 1\n", b"NACK nobody there\n")) as resource:
        opened = open_smbus(resource)
        with pytest.raises(OSError, match="nobody there") as refused:
            opened.read_block(0x51, 0, 1)
        assert refused.value.errno == errno.ENXIO
        opened.close()
    with bus((b"R 51 00 1\n", b"NACK nobody there\n")) as resource, Place() as place:
        opened = place.smbus(resource)
        with pytest.raises(LinkError, match="device 0x51: read at byte 0"):
            opened.read_block(0x51, 0, 1)
        opened.close()


@pytest.mark.parametrize("answer", [b"", b"OK\n", b"OK 4142\n", b"OK zz4142\n", b"ERR what?\n", b"\xff\xfe\n"])
def test_what_is_no_answer_is_a_lost_link(answer: bytes) -> None:
    """Hung up, too short, no hexadecimal, not understood: never a wrong byte."""
    with bus((b"R 50 00 3\n", answer)) as resource:
        opened = open_smbus(resource)
        with pytest.raises(LinkLost):
            opened.read_block(0x50, 0, 3)
        opened.close()


@pytest.mark.parametrize("name", ["sim-i2c+tcp://", "sim-i2c+tcp://host", "sim-i2c+tcp://host:x/near"])
def test_a_name_without_a_port_is_none(name: str) -> None:
    """A served bus is named by host and port."""
    with pytest.raises(InstrumentError, match="host:port/bus"):
        open_smbus(name)


def test_nobody_serving_is_told() -> None:
    """The bus and what to look at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(LinkLost, match="is the bench still served"):
        open_smbus(f"sim-i2c+tcp://127.0.0.1:{port}/near")
