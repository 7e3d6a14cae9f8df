"""A fixed scanner that reads what is in front of it when it is told to."""

from typing import ClassVar, Final

from drivers.barcode_scanner.serial_scanner import SerialScanner
from drivers.capabilities import Scan
from drivers.errors import LinkTimeout

_ACTIVATE: Final = b"\x16T\r"
_DEACTIVATE: Final = b"\x16U\r"


class Honeywell3320g(SerialScanner):
    """Honeywell Vuquest 3320g in manual trigger mode: dialect of its serial trigger commands SYN T CR and SYN U CR
    (user's guide, "Serial Trigger Mode"; unverified on hardware).

    What it read before it was told to is dropped, so that the label of an earlier unit is never taken for this one's.
    """

    __slots__ = ()

    capability: ClassVar[str] = "BarcodeScanner"

    def read_symbol(self, timeout_s: float) -> Scan:
        """Get what is in front of it, with its symbology.

        Raises `LinkTimeout` when it finds nothing within `timeout_s` seconds, and as a hand scanner's does.
        """
        self._transport.take_stray()
        self._transport.write(_ACTIVATE)
        try:
            return super().read_symbol(timeout_s)
        except LinkTimeout:
            self._transport.write(_DEACTIVATE)
            raise
