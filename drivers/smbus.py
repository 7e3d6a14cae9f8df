"""The two-wire bus to the memory of a pluggable module.

One protocol, so that a driver for modules does not care whether a Linux adapter, a vendor's dongle or a
simulation carries the bytes. Linux adapters go through smbus2, the extra `i2c`.
"""

import re
from importlib import import_module
from typing import Any, Final, Protocol

from drivers.errors import InstrumentError, LinkError, LinkLost
from drivers.smbus_over_tcp import SCHEME, SmbusOverTcp

_BLOCK: Final = 32
"""Bytes per transfer: the most that every SMBus adapter carries (SMBus 2.0, 5.5.7)."""


class SmbusBus(Protocol):
    """Blocks of bytes to and from a device. A device that does not acknowledge raises `LinkError`."""

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Get `length` bytes from this register on; `address` has seven bits."""
        ...

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Set bytes from this register on."""
        ...

    def close(self) -> None:
        """Let go of the bus."""
        ...


class LinuxSmbus:
    """An adapter of the kernel, /dev/i2c-N, through smbus2."""

    __slots__ = ("_bus", "_message", "resource")

    def __init__(self, resource: str, bus: Any, message: Any) -> None:
        self.resource = resource
        self._bus = bus
        self._message = message

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Get `length` bytes from this register on; `address` has seven bits."""
        content = bytearray()
        while len(content) < length:
            start = register + len(content)
            select = self._message.write(address, [start])
            answer = self._message.read(address, min(_BLOCK, length - len(content)))
            try:
                self._bus.i2c_rdwr(select, answer)
            except OSError as error:
                raise LinkError(f"{self.resource}: device {address:#04x}: read at byte {start}: {error}") from error
            content += bytes(answer)
        return bytes(content)

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Set bytes from this register on."""
        try:
            self._bus.i2c_rdwr(self._message.write(address, [register, *content]))
        except OSError as error:
            raise LinkError(f"{self.resource}: device {address:#04x}: write at byte {register}: {error}") from error

    def close(self) -> None:
        """Let go of the bus."""
        self._bus.close()


class AdaptedSmbus:
    """Somebody else's adapter, whose missing acknowledge is an OSError, in the tree of `drivers.errors`."""

    __slots__ = ("_bus", "resource")

    def __init__(self, resource: str, bus: SmbusBus) -> None:
        self.resource = resource
        self._bus = bus

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Get `length` bytes from this register on; `address` has seven bits."""
        try:
            return self._bus.read_block(address, register, length)
        except OSError as error:
            raise LinkError(f"{self.resource}: device {address:#04x}: read at byte {register}: {error}") from error

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Set bytes from this register on."""
        try:
            self._bus.write_block(address, register, content)
        except OSError as error:
            raise LinkError(f"{self.resource}: device {address:#04x}: write at byte {register}: {error}") from error

    def close(self) -> None:
        """Let go of the bus."""
        self._bus.close()


def open_smbus(resource: str) -> SmbusBus:
    """Open /dev/i2c-N, or the two-wire bus of a served simulated bench (`drivers.smbus_over_tcp`).

    Raises `InstrumentError` for another name or when smbus2 is not installed, `LinkLost` when the kernel refuses or
    nobody serves.
    """
    if resource.startswith(SCHEME):
        return SmbusOverTcp(resource)
    if not re.fullmatch(r"/dev/i2c-\d+", resource):
        raise InstrumentError(f"{resource}: not a two-wire bus of this machine; a bus is named /dev/i2c-N")
    try:
        smbus2 = import_module("smbus2")
    except ImportError as error:
        raise InstrumentError(f"{resource}: opening it needs smbus2; install the extra: rackline[i2c]") from error
    try:
        return LinuxSmbus(resource, smbus2.SMBus(resource), smbus2.i2c_msg)
    except OSError as error:
        raise LinkLost(f"{resource}: cannot open: {error}; check the adapter and the user's group") from error
