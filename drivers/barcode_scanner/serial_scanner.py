"""A barcode scanner on a serial port: it speaks when it has read something, and ends every scan with a suffix."""

from datetime import date
from typing import Any, ClassVar, Final, Self

from drivers.clock import Clock
from drivers.driver import Driver
from drivers.errors import Garbled, LinkTimeout
from drivers.place import Place
from drivers.reading import InstrumentIdentity
from drivers.transport import Transport

_TAIL_S: Final = 0.25
"""How long a scan may pause between two characters; a scanner sends without a break, 1 ms each at 9600 baud."""


class SerialScanner(Driver):
    """Any scanner that sends ASCII text with a prefix and a suffix; the dialect is theirs: none, and CR, by default.

    A scanner does not identify itself: the identity is what the configuration says.
    """

    __slots__ = ("_closed", "_prefix", "_transport", "resource")

    capability: ClassVar[str] = "BarcodeScanner"

    def __init__(
        self,
        transport: Transport,
        identity: InstrumentIdentity,
        clock: Clock,
        calibration_due: date | None = None,
        *,
        prefix: bytes = b"",
    ) -> None:
        super().__init__(identity, clock, calibration_due)
        self.resource = transport.resource
        self._transport = transport
        self._prefix = prefix
        self._closed = False

    @classmethod
    def open(
        cls,
        resource: str,
        place: Place,
        *,
        serial: str | None = None,
        calibration_due: date | None = None,
        timeout_s: float = 5.0,
        prefix: bytes = b"",
        suffix: bytes = b"\r",
        baud_rate: int = 9600,
    ) -> Self:
        """Open the port and drop what was scanned before anybody asked."""
        identity = InstrumentIdentity(maker="", model="serial scanner", serial=serial or "", firmware="")
        transport = place.transport(resource, timeout_s, baud_rate=baud_rate, terminator=suffix)
        try:
            transport.clear()
        except BaseException:
            transport.close()
            raise
        return cls(transport, identity, place.clock, calibration_due, prefix=prefix)

    @classmethod
    def attach(
        cls,
        resource: str,
        place: Place,
        identity: InstrumentIdentity,
        *,
        calibration_due: date | None = None,
        timeout_s: float = 5.0,
        suffix: bytes = b"\r",
        baud_rate: int = 9600,
        **options: Any,
    ) -> Self:
        """Open the port, keeping what was scanned before; `options` are the driver's."""
        transport = place.transport(resource, timeout_s, baud_rate=baud_rate, terminator=suffix)
        return cls(transport, identity, place.clock, calibration_due, **options)

    def read_scan(self, timeout_s: float) -> str:
        """Get the next whole scan without prefix and suffix.

        Raises `LinkTimeout` when none comes within `timeout_s` seconds, `Garbled` for half a scan, a missing prefix or
        bytes that are not printable ASCII.
        """
        try:
            scan = self._transport.read_line(timeout_s)
        except LinkTimeout as silence:
            scan = self._finish(silence)
        if not scan.startswith(self._prefix):
            raise Garbled(f"{self.resource}: scan {scan[:60]!r} lacks the prefix {self._prefix!r}")
        try:
            text = scan[len(self._prefix) :].decode("ascii")
        except UnicodeDecodeError as error:
            raise Garbled(f"{self.resource}: scan {scan[:60]!r} is not ASCII; check the baud rate") from error
        if not text or not text.isprintable():
            raise Garbled(f"{self.resource}: scan {scan[:60]!r} is empty or not printable; check the suffix")
        return text

    def _finish(self, silence: LinkTimeout) -> bytes:
        """The rest of a scan that was being sent when the time ran out."""
        try:
            return self._transport.read_line(_TAIL_S)
        except LinkTimeout:
            # Half a scan must not become the beginning of the next one.
            if half := self._transport.take_stray():
                raise Garbled(
                    f"{self.resource}: a scan ended without its suffix: {half[:60]!r}; scan again"
                ) from silence
        raise silence

    def safe_state(self) -> None:
        """Set nothing: a scanner is no source of energy."""

    def close(self) -> None:
        """Close the port. Closing twice is allowed."""
        if not self._closed:
            self._closed = True
            self._transport.close()
