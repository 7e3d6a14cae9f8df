"""The memory of a pluggable module, as its two-wire interface shows it.

Address 0x50 holds 256 bytes: the lower memory and, above byte 127, one page of many, chosen by byte 127 (and the bank
in 126), as CMIS 5.0 and SFF-8636 have it. A module that does not know the page falls back to page 0, as
CMIS asks of it. Whatever the module will not do it answers as on a real bus: it does not acknowledge, and a Linux
adapter then raises OSError (ENXIO).
"""

import errno
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from sim_hardware.faults import Fault, FaultRules

MODULE_ADDRESS = 0x50
_HALF = 128
_BANK, _PAGE = 126, 127


class MemoryMapError(ValueError):
    """A file that holds no module memory: the message names it and says what is wrong."""


class TwoWireDevice(Protocol):
    """256 bytes at one address of a two-wire bus."""

    def read(self, register: int, length: int) -> bytes:
        """Bytes from this register on; raise OSError (ENXIO) when it does not acknowledge."""
        ...

    def write(self, register: int, content: bytes) -> None:
        """Set bytes from this register on; raise OSError (ENXIO) when it does not acknowledge."""
        ...


class PluggedModule(Protocol):
    """What a bus finds in a plug: a memory that somebody played or programmed, or a module at work."""

    def device(self, address: int) -> TwoWireDevice | None:
        """What answers at this address; None for nothing."""
        ...


class ModuleMemory:
    """Lower memory and pages of one module; a protected one refuses every write but the choice of page."""

    __slots__ = ("_lower", "_pages", "protected")

    def __init__(self, lower: bytes, pages: Mapping[int, bytes], *, protected: bool = False) -> None:
        for name, half in (("lower memory", lower), *((f"page {page:02X}h", half) for page, half in pages.items())):
            if len(half) != _HALF:
                raise MemoryMapError(f"{name} has {len(half)} bytes instead of {_HALF}")
        if 0 not in pages:
            raise MemoryMapError("page 00h is missing: every module has it")
        self._lower = bytearray(lower)
        self._pages = {page: bytearray(half) for page, half in pages.items()}
        self.protected = protected
        # A capture holds the page that was chosen when it was taken; a module that was just plugged in shows page 0.
        self._lower[_PAGE] = 0

    @classmethod
    def from_file(cls, path: Path) -> "ModuleMemory":
        """Read-only memory from captured maps.

        A .json file has "A0_lower_00_7F" and "upper_pages" {"00h": …} in hexadecimal; any other file is 256 bytes,
        lower memory then page 00h. Raises MemoryMapError for anything else, OSError when it cannot be read.
        """
        content = path.read_bytes()
        try:
            if path.suffix == ".json":
                return cls(*_halves_of_json(content), protected=True)
            if len(content) != 2 * _HALF:
                raise MemoryMapError(f"{len(content)} bytes instead of {2 * _HALF} (lower memory, then page 00h)")
            return cls(content[:_HALF], {0: content[_HALF:]}, protected=True)
        except MemoryMapError as error:
            raise MemoryMapError(f"{path}: cannot play this module memory: {error}") from error

    def device(self, address: int) -> "ModuleMemory | None":
        """The memory itself at device 50h; nothing anywhere else."""
        return self if address == MODULE_ADDRESS else None

    def page(self, page: int) -> bytes:
        """The 256 bytes seen with this page selected, whatever is selected now; raise KeyError for a page it lacks."""
        return bytes(self._lower) + bytes(self._pages[page])

    def read(self, register: int, length: int) -> bytes:
        """Bytes from this register on; past byte 255 the address rolls over to byte 128, as CMIS has it."""
        view = bytes(self._lower) + bytes(self._pages[self._lower[_PAGE]])
        return bytes(view[at if (at := register + k) < 2 * _HALF else _HALF + at % _HALF] for k in range(length))

    def write(self, register: int, content: bytes) -> None:
        """Set bytes from this register on; raise OSError (not acknowledged) when protected or past the last byte."""
        if register + len(content) > 2 * _HALF:
            raise _not_acknowledged(f"write of {len(content)} bytes at {register} runs past byte 255")
        if self.protected and not (register >= _BANK and register + len(content) <= _HALF):
            raise _not_acknowledged(f"write at byte {register}: memory is write-protected")
        for at, byte in enumerate(content, start=register):
            if at == _PAGE:
                self._lower[_PAGE] = byte if byte in self._pages else 0
            elif at < _HALF:
                self._lower[at] = byte
            else:
                self._pages[self._lower[_PAGE]][at - _HALF] = byte


class ModuleBus:
    """An SMBus adapter with at most one module behind it: the memory in one plug of whatever is in the fixture.

    Its faults match what it does, such as "read 50h 127" or "write 50h 26": no acknowledge (drop, error), flipped bits
    (garbage), a module that lets go of the bus after `count` bytes (truncate), an old answer (stale).
    """

    __slots__ = ("_plugged", "_previous", "_rules")

    def __init__(self, plugged: Callable[[], PluggedModule | None], rules: FaultRules | None = None) -> None:
        self._plugged = plugged
        self._rules = rules
        self._previous = b""

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Get `length` bytes from this register on; raise OSError (ENXIO) when nothing acknowledges."""
        hits = self._struck(f"read {address:02X}h {register}")
        content = self._at(address).read(register, length)
        answer = bytearray(content)
        for fault in hits:
            if fault.kind == "garbage":
                self._flip(answer, fault.count)
            elif fault.kind == "truncate":
                answer[fault.count :] = b"\xff" * len(answer[fault.count :])
            elif fault.kind == "stale":
                answer = bytearray((self._previous or content)[:length].ljust(length, b"\xff"))
        self._previous = content
        return bytes(answer)

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Set bytes from this register on; raise OSError (ENXIO) when nothing acknowledges."""
        sent = bytearray(content)
        for fault in self._struck(f"write {address:02X}h {register}"):
            if fault.kind == "garbage":
                self._flip(sent, fault.count)
        self._at(address).write(register, bytes(sent))

    def close(self) -> None:
        """Let go of the bus."""

    def _struck(self, transfer: str) -> list[Fault]:
        hits = self._rules.strike(transfer) if self._rules is not None else []
        if any(fault.kind in ("drop", "error") for fault in hits):
            raise _not_acknowledged(transfer)
        return hits

    def _flip(self, content: bytearray, count: int) -> None:
        if self._rules is not None:
            for place in self._rules.rng.sample(range(len(content)), min(count, len(content))):
                content[place] ^= 1 << self._rules.rng.randrange(8)

    def _at(self, address: int) -> TwoWireDevice:
        module = self._plugged()
        device = None if module is None else module.device(address)
        if device is None:
            raise _not_acknowledged(f"no device at address {address:#04x}")
        return device


def _halves_of_json(content: bytes) -> tuple[bytes, dict[int, bytes]]:
    try:
        document = json.loads(content)
        lower = bytes.fromhex(document["A0_lower_00_7F"])
        pages = {int(name.removesuffix("h"), 16): bytes.fromhex(half) for name, half in document["upper_pages"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MemoryMapError(f"expected A0_lower_00_7F and upper_pages in hexadecimal: {error!r}") from error
    return lower, pages


def _not_acknowledged(act: str) -> OSError:
    return OSError(errno.ENXIO, f"not acknowledged: {act}")
