"""Two-wire buses of this machine."""

import sys

import pytest

from drivers.errors import InstrumentError, LinkError
from drivers.smbus import LinuxSmbus, open_smbus


class Message:
    """One message of a transfer, as the kernel's interface describes it."""

    def __init__(self, content: bytes | None, length: int) -> None:
        self.content = content
        self.length = length
        self.received = b""

    @classmethod
    def write(cls, address: int, content: list[int]) -> "Message":
        return cls(bytes(content), len(content))

    @classmethod
    def read(cls, address: int, length: int) -> "Message":
        return cls(None, length)

    def __iter__(self) -> object:
        return iter(self.received)


class Memory:
    """256 bytes at the other end of the kernel's interface; it acknowledges until it is unplugged."""

    def __init__(self) -> None:
        self.content = bytearray(range(256))
        self.longest = 0
        self.plugged = True

    def i2c_rdwr(self, *messages: Message) -> None:
        if not self.plugged:
            raise OSError(121, "Remote I/O error")
        register = 0
        for message in messages:
            if message.content is not None:
                register = message.content[0]
                self.content[register : register + message.length - 1] = message.content[1:]
            else:
                self.longest = max(self.longest, message.length)
                message.received = bytes(self.content[register : register + message.length])

    def close(self) -> None:
        self.plugged = False


def test_a_long_read_is_made_of_pieces_that_every_adapter_carries() -> None:
    """128 bytes come in transfers of at most 32, in order."""
    memory = Memory()
    bus = LinuxSmbus("/dev/i2c-3", memory, Message)
    assert bus.read_block(0x50, 100, 100) == bytes(range(100, 200))
    assert memory.longest == 32


def test_a_write_begins_at_its_register() -> None:
    """The register goes first, then the content."""
    memory = Memory()
    LinuxSmbus("/dev/i2c-3", memory, Message).write_block(0x50, 127, b"\x11")
    assert memory.content[127] == 0x11


def test_a_device_that_does_not_acknowledge_is_a_link_error() -> None:
    """The message names bus, device and byte."""
    memory = Memory()
    bus = LinuxSmbus("/dev/i2c-3", memory, Message)
    bus.close()
    with pytest.raises(LinkError, match=r"/dev/i2c-3: device 0x50: read at byte 0"):
        bus.read_block(0x50, 0, 1)
    with pytest.raises(LinkError, match=r"/dev/i2c-3: device 0x50: write at byte 127"):
        bus.write_block(0x50, 127, b"\x00")


def test_a_bus_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without smbus2 the message says which extra to install."""
    monkeypatch.setitem(sys.modules, "smbus2", None)
    with pytest.raises(InstrumentError, match=r"rackline\[i2c\]"):
        open_smbus("/dev/i2c-3")


@pytest.mark.parametrize("name", ["", "i2c-3", "/dev/ttyS0", "/dev/i2c-x", "sim-i2c://near"])
def test_only_kernel_buses_are_opened(name: str) -> None:
    """Another name is refused before anything is opened."""
    with pytest.raises(InstrumentError, match="not a two-wire bus"):
        open_smbus(name)
