"""PMBus over a two-wire bus: its two number formats, its check byte, and one device (PMBus 1.2 part II; SMBus 2.0).

Every answer's packet error code is checked and every write carries one. A block of a PMBus device is one command, so
unlike a memory's bytes it is read whole in one transfer.
"""

import math
from contextlib import AbstractContextManager
from threading import RLock
from typing import Final

from drivers.errors import DeviceError, Garbled, LinkError, OutOfRange
from drivers.smbus import SmbusBus

VOUT_MODE: Final = 0x20
STATUS_CML: Final = 0x7E

_LONGEST: Final = 30
"""Bytes of a block that fit one transfer of 32 with their count and check byte (`drivers.smbus`)."""
_MODES: Final = {0: "linear", 1: "VID", 2: "direct", 3: "IEEE half precision"}
_COMMUNICATION_FAULTS: Final = {7: "invalid command", 6: "invalid content", 5: "wrong packet error code"}


def packet_error_code(content: bytes) -> int:
    """CRC-8 with the polynomial x^8 + x^2 + x + 1, start 0, over addresses, command and content (SMBus 2.0, 5.4)."""
    crc = 0
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1) ^ 0x07 if crc & 0x80 else crc << 1
        crc &= 0xFF
    return crc


def decode_linear11(word: int) -> float:
    """The value of a LINEAR11 word: Y * 2^N, N in bits 15 to 11, Y in 10 to 0, both two's complement (7.3)."""
    return math.ldexp(_signed(word & 0x7FF, 11), _signed(word >> 11 & 0x1F, 5))


def encode_linear11(value: float) -> int:
    """The LINEAR11 word nearest to a value, with as many digits as fit. Raises `OutOfRange` for one that does not."""
    if math.isfinite(value):
        for exponent in range(-16, 16):
            mantissa = round(math.ldexp(value, -exponent))
            if -1024 <= mantissa <= 1023:
                return (exponent & 0x1F) << 11 | (mantissa & 0x7FF)
    raise OutOfRange(f"{value!r} has no LINEAR11 word: it ends at ±33.5 million")


def linear16_exponent(vout_mode: int) -> int:
    """The exponent of output voltages by VOUT_MODE (8.1). Raises `DeviceError` when they are not in LINEAR16."""
    if vout_mode >> 5:
        mode = _MODES[vout_mode >> 5 & 3]
        raise DeviceError(f"VOUT_MODE {vout_mode:02X}h: output voltages are not absolute LINEAR16 (mode {mode})")
    return _signed(vout_mode & 0x1F, 5)


def decode_linear16(word: int, vout_mode: int) -> float:
    """The voltage of a LINEAR16 word under this VOUT_MODE. Raises `DeviceError` for another mode than linear."""
    return math.ldexp(word, linear16_exponent(vout_mode))


def encode_linear16(value: float, vout_mode: int) -> int:
    """The LINEAR16 word nearest to a voltage. Raises `OutOfRange` for one that does not fit, `DeviceError` as above."""
    exponent = linear16_exponent(vout_mode)
    word = round(math.ldexp(value, -exponent)) if math.isfinite(value) else -1
    if not 0 <= word <= 0xFFFF:
        raise OutOfRange(f"{value!r} V has no LINEAR16 word with the exponent {exponent}")
    return word


class PmbusPort:
    """One device (seven-bit address) of a two-wire bus. Command codes are those of PMBus part II.

    Methods raise `LinkError` when the device does not acknowledge, which harms nothing: a transfer leaves nothing under
    way. `Garbled`, for a wrong check byte or a cut answer, poisons the port until `resync()`: a bus that changes
    bits may have changed a command, too.
    """

    __slots__ = ("_bus", "_lock", "_name", "address", "broken")

    def __init__(
        self, resource: str, bus: SmbusBus, address: int, lock: AbstractContextManager[object] | None = None
    ) -> None:
        if not 0x08 <= address <= 0x77:
            raise OutOfRange(f"{resource}: address {address:#04x} is reserved; devices have 0x08 to 0x77")
        self.address = address
        self.broken: str | None = None
        """What poisoned the port, or None."""
        self._bus = bus
        self._lock: AbstractContextManager[object] = RLock() if lock is None else lock
        self._name = f"{resource}: device {address:02X}h"

    def read_byte(self, command: int) -> int:
        """Get one byte."""
        return self._read(command, 1)[0]

    def read_word(self, command: int) -> int:
        """Get one word; on the wire its low byte comes first."""
        return int.from_bytes(self._read(command, 2), "little")

    def read_block(self, command: int) -> bytes:
        """Get a block of at most 30 bytes. Raises `DeviceError` for a longer one."""
        with self._lock:
            self._require_whole(command)
            length = self._transfer(command, 1)[0]
            if length > _LONGEST:
                raise DeviceError(
                    f"{self._name}: command {command:02X}h: a block of {length} bytes; this bus carries {_LONGEST}"
                )
            block = self._checked(command, length + 1)
            if block[0] != length:
                raise self._poisoned(command, f"the block has {block[0]} bytes and had {length} just before")
            return block[1:]

    def read_text(self, command: int) -> str:
        """Get a block of printable ASCII, without padding. Raises `DeviceError` for anything else."""
        block = self.read_block(command)
        text = block.rstrip(b"\0 ").decode("latin-1")
        if not (text.isascii() and text.isprintable()):
            raise DeviceError(f"{self._name}: command {command:02X}h holds no text: {block!r}")
        return text

    def read_linear11(self, command: int) -> float:
        """Get a number in LINEAR11."""
        return decode_linear11(self.read_word(command))

    def read_linear16(self, command: int, exponent: int | None = None) -> float:
        """Get an output voltage in V, with VOUT_MODE asked every time: the unit in the fixture changes.

        Raises `DeviceError` when VOUT_MODE is not LINEAR16, or not with the `exponent` that the product promises.
        """
        mode = self.read_byte(VOUT_MODE)
        try:
            found = linear16_exponent(mode)
        except DeviceError as error:
            raise DeviceError(f"{self._name}: command {command:02X}h not read: {error}") from error
        if exponent is not None and found != exponent:
            raise DeviceError(
                f"{self._name}: command {command:02X}h not read: VOUT_MODE {mode:02X}h says exponent {found}, "
                f"the product has {exponent}: every voltage would be wrong by 2^{found - exponent}"
            )
        return decode_linear16(self.read_word(command), mode)

    def send(self, command: int) -> None:
        """Send a command without content."""
        self._write(command, b"")

    def write_byte(self, command: int, value: int) -> None:
        """Set one byte."""
        self._write(command, value.to_bytes(1, "little"))

    def write_word(self, command: int, value: int) -> None:
        """Set one word."""
        self._write(command, value.to_bytes(2, "little"))

    def resync(self) -> None:
        """Prove that the bus carries bytes as they are again: VOUT_MODE twice, with its check byte.

        Raises `LinkError` when it does not; the port stays poisoned.
        """
        with self._lock:
            if self._checked(VOUT_MODE, 1) != self._checked(VOUT_MODE, 1):
                raise self._poisoned(VOUT_MODE, "two readings differ")
            self.broken = None

    def close(self) -> None:
        """Let go of the bus."""
        self._bus.close()

    def _read(self, command: int, length: int) -> bytes:
        with self._lock:
            self._require_whole(command)
            return self._checked(command, length)

    def _checked(self, command: int, length: int) -> bytes:
        answer = self._transfer(command, length + 1)
        content, check = answer[:-1], answer[-1]
        head = bytes((self.address << 1, command, self.address << 1 | 1))
        if (expected := packet_error_code(head + content)) != check:
            raise self._poisoned(command, f"{answer.hex(' ')}: check byte {check:02X}h, expected {expected:02X}h")
        return content

    def _transfer(self, command: int, length: int) -> bytes:
        answer = self._bus.read_block(self.address, command, length)
        if len(answer) != length:
            raise self._poisoned(command, f"{len(answer)} bytes instead of {length}: {answer.hex(' ')}")
        return answer

    def _write(self, command: int, content: bytes) -> None:
        """Write with a check byte, then ask whether the device took it (STATUS_CML)."""
        check = packet_error_code(bytes((self.address << 1, command)) + content)
        with self._lock:
            self._require_whole(command)
            self._bus.write_block(self.address, command, content + bytes((check,)))
            faults = self._checked(STATUS_CML, 1)[0]
        if said := [text for bit, text in _COMMUNICATION_FAULTS.items() if faults >> bit & 1]:
            raise DeviceError(
                f"{self._name}: command {command:02X}h with {content.hex(' ') or 'no content'}: STATUS_CML "
                f"{faults:02X}h ({', '.join(said)}) is set, by this command or an earlier one"
            )

    def _require_whole(self, command: int) -> None:
        if self.broken is not None:
            raise LinkError(
                f"{self._name}: command {command:02X}h not sent: the port lost its step ({self.broken}); call resync()"
            )

    def _poisoned(self, command: int, what: str) -> Garbled:
        error = Garbled(f"{self._name}: command {command:02X}h: {what}")
        if self.broken is None:
            self.broken = str(error)
        return error


def _signed(bits: int, width: int) -> int:
    return bits - (1 << width) if bits >> (width - 1) else bits
