"""What every simulated module is on its two wires: 256 bytes of which the upper half is a page, and a host that waits.

Bytes are computed when they are read. A module without power or in reset does not acknowledge (a Linux adapter then
raises OSError, ENXIO); a write to a byte that is not the host's is taken and ignored, as both standards have it.
"""

import errno
from abc import ABC, abstractmethod
from typing import Self

from sim_hardware.duts.module_memory import MODULE_ADDRESS

HALF = 128
BANK_SELECT, PAGE_SELECT = 126, 127


def not_acknowledged(act: str) -> OSError:
    """What a Linux adapter raises when nobody pulls the data line low."""
    return OSError(errno.ENXIO, f"not acknowledged: {act}")


class PagedModule(ABC):
    """Base of modules at device 50h; `longest_write` is the most bytes of one write."""

    longest_write: int

    def device(self, address: int) -> Self | None:
        """The memory at this address; None when the module has none there."""
        return self if address == MODULE_ADDRESS else None

    def read(self, register: int, length: int) -> bytes:
        """Bytes from this register on; past byte 255 the address rolls over to byte 128. Raises OSError (ENXIO)."""
        self._wake(f"read at byte {register}")
        view = self._lower() + self._upper()
        places = [at if (at := register + k) < 2 * HALF else HALF + at % HALF for k in range(length)]
        content = bytes(view[at] for at in places)
        for at in sorted(set(places)):
            self._was_read(at)
        return content

    def write(self, register: int, content: bytes) -> None:
        """Set bytes from this register on. Raises OSError (ENXIO) for more bytes than one write may have."""
        self._wake(f"write at byte {register}")
        if len(content) > self.longest_write or register + len(content) > 2 * HALF:
            raise not_acknowledged(
                f"write of {len(content)} bytes at {register}: the module takes {self.longest_write} at once"
            )
        for at, byte in enumerate(content, start=register):
            self._set(at, byte)

    @abstractmethod
    def _wake(self, act: str) -> None:
        """Bring state and flags up to now; raise OSError (ENXIO) while the module does not answer."""

    @abstractmethod
    def _lower(self) -> bytes:
        """Bytes 0 to 127 as they are now."""

    @abstractmethod
    def _upper(self) -> bytes:
        """Bytes 128 to 255 as they are now, of the page chosen."""

    @abstractmethod
    def _was_read(self, at: int) -> None:
        """A host has read this byte: a latched flag in it is cleared."""

    @abstractmethod
    def _set(self, at: int, byte: int) -> None:
        """A host writes this byte; one that is not the host's stays as it is."""
