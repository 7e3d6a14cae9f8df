"""The two-wire bus of a simulated bench that another process serves: `sim-i2c+tcp://host:port/bus`.

One line of ASCII a transfer and one for its answer. ``R 50 00 32`` reads 32 bytes from register 00h of the device at
50h and is answered by ``OK`` and the bytes in hexadecimal; ``W 50 7f 10`` writes and is answered by ``OK``. ``NACK``
and a reason say that nobody acknowledged. The protocol is ours (`sim_hardware/serving/two_wire_port.py`).
"""

import errno
import socket
from typing import Final
from urllib.parse import urlsplit

from drivers.errors import InstrumentError, LinkLost, LinkTimeout

SCHEME: Final = "sim-i2c+tcp://"
_PATIENCE_S: Final = 10.0
_LONGEST: Final = 4096


class SmbusOverTcp:
    """An open bus. Raises `InstrumentError` for a name that is none, `LinkLost` when nobody serves it."""

    __slots__ = ("_lines", "_wire", "resource")

    def __init__(self, resource: str) -> None:
        self.resource = resource
        parts = urlsplit(resource)
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if host is None or port is None:
            raise InstrumentError(f"{resource}: is no served two-wire bus; one is named {SCHEME}host:port/bus")
        try:
            self._wire = socket.create_connection((host, port), _PATIENCE_S)
        except OSError as error:
            raise LinkLost(f"{resource}: cannot open: {error}; is the bench still served?") from error
        self._wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = self._wire.makefile("rb")

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Get `length` bytes from this register on; raises OSError (ENXIO) when nobody acknowledges."""
        answer = self._transfer(f"R {address:02x} {register:02x} {length}")
        try:
            content = bytes.fromhex(answer)
        except ValueError as error:
            raise LinkLost(
                f"{self.resource}: answered {answer[:60]!r}, which is no block; serve the bench anew"
            ) from error
        if len(content) != length:
            raise LinkLost(f"{self.resource}: asked for {length} bytes, got {len(content)}; serve the bench anew")
        return content

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Set bytes from this register on; raises OSError (ENXIO) when nobody acknowledges."""
        self._transfer(f"W {address:02x} {register:02x} {content.hex()}")

    def close(self) -> None:
        """Let go of the bus; closing twice is allowed."""
        self._lines.close()
        self._wire.close()

    def _transfer(self, line: str) -> str:
        try:
            self._wire.sendall(line.encode("ascii") + b"\n")
            answer = self._lines.readline(_LONGEST)
        except TimeoutError as error:
            raise LinkTimeout(f"{self.resource}: {line!r}: no answer within {_PATIENCE_S:g} s") from error
        except (OSError, ValueError) as error:
            raise LinkLost(f"{self.resource}: {line!r}: the bench is gone ({error}); serve it again") from error
        word, _, rest = answer.decode("ascii", "replace").strip().partition(" ")
        match word:
            case "OK":
                return rest
            case "NACK":
                raise OSError(errno.ENXIO, rest)
        raise LinkLost(f"{self.resource}: {line!r} is answered {answer[:60]!r}; serve the bench again")
