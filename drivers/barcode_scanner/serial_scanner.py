"""A barcode scanner on a serial port: it speaks when it has read something, and ends every scan with a suffix."""

import re
from collections.abc import Collection
from datetime import date
from typing import Any, ClassVar, Final, Self

from drivers.capabilities import Scan
from drivers.clock import Clock
from drivers.driver import Driver
from drivers.errors import DeviceError, Garbled, LinkTimeout
from drivers.place import Place
from drivers.reading import InstrumentIdentity
from drivers.transport import Transport

_TAIL_S: Final = 0.25
"""How long a scan may pause between two characters; a scanner sends without a break, 1 ms each at 9600 baud."""

_AIM: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""A symbology identifier: bracket, code character, modifier (ISO/IEC 15424)."""
_SEPARATORS: Final = frozenset("\x1d\x1e\x1f\x04")
"""GS, RS, US and EOT: what ISO/IEC 15434 puts between and behind its fields."""


class SerialScanner(Driver):
    """Any scanner that sends ASCII text with a prefix and a suffix; the dialect is theirs: none, and CR, by default.

    `aim_identifier` says that the scanner was set up to send one before the text; `symbologies` are then the only ones
    that are taken, none given being all. `separators` keeps the control characters of ISO/IEC 15434 in the text, which
    are noise otherwise. A scanner does not identify itself: the identity is what the configuration says.
    """

    __slots__ = ("_aim_identifier", "_closed", "_prefix", "_separators", "_symbologies", "_transport", "resource")

    capability: ClassVar[str] = "BarcodeScanner"

    def __init__(
        self,
        transport: Transport,
        identity: InstrumentIdentity,
        clock: Clock,
        calibration_due: date | None = None,
        *,
        prefix: bytes = b"",
        aim_identifier: bool = False,
        symbologies: Collection[str] = (),
        separators: bool = False,
    ) -> None:
        super().__init__(identity, clock, calibration_due)
        self.resource = transport.resource
        self._transport = transport
        self._prefix = prefix
        if symbologies and not aim_identifier:
            raise ValueError(f"{self.resource}: symbologies are told by their AIM identifiers; switch those on too")
        self._aim_identifier = aim_identifier
        self._symbologies = frozenset(symbologies)
        self._separators = separators
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
        aim_identifier: bool = False,
        symbologies: Collection[str] = (),
        separators: bool = False,
    ) -> Self:
        """Open the port and drop what was scanned before anybody asked."""
        identity = InstrumentIdentity(maker="", model="serial scanner", serial=serial or "", firmware="")
        transport = place.transport(resource, timeout_s, baud_rate=baud_rate, terminator=suffix)
        try:
            transport.clear()
            return cls(
                transport,
                identity,
                place.clock,
                calibration_due,
                prefix=prefix,
                aim_identifier=aim_identifier,
                symbologies=symbologies,
                separators=separators,
            )
        except BaseException:
            transport.close()
            raise

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
        """Get the next whole scan without prefix, AIM identifier and suffix.

        Raises `LinkTimeout` when none comes within `timeout_s` seconds, `Garbled` for half a scan, a missing prefix or
        identifier, another symbology than those given, or bytes that are not printable ASCII.
        """
        return self.read_symbol(timeout_s).text

    def read_symbol(self, timeout_s: float) -> Scan:
        """Get the next whole scan with its symbology, None when the scanner tells none. Raises as `read_scan` does."""
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
        symbology = None
        if self._aim_identifier:
            if _AIM.match(text) is None:
                raise Garbled(f"{self.resource}: scan {scan[:60]!r} lacks its AIM identifier; switch it on")
            symbology, text = text[:3], text[3:]
            if self._symbologies and symbology not in self._symbologies:
                wanted = ", ".join(sorted(self._symbologies))
                raise Garbled(f"{self.resource}: scan {scan[:60]!r} is a {symbology} symbol; expected {wanted}")
        kept = _SEPARATORS if self._separators else frozenset[str]()
        if not text.strip("\x04\x1d\x1e\x1f") or not all(c.isprintable() or c in kept for c in text):
            raise Garbled(f"{self.resource}: scan {scan[:60]!r} is empty or not printable; check the suffix")
        return Scan(text, symbology)

    def confirm_scan(self, text: str, timeout_s: float) -> None:
        """Get the next whole scan and hold it against `text`, as a printed label is verified before it is bound.

        Raises `DeviceError` when it says something else, and as `read_scan` does.
        """
        found = self.read_scan(timeout_s)
        if found != text:
            raise DeviceError(
                f"{self.resource}: the label says {found[:60]!r} instead of {text[:60]!r}; print it again"
            )

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
