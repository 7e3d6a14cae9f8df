"""A serial scanner in a thread of its own: what it reads becomes frames for the scan router.

A scanner that is unplugged is waited for, for ever: its cable is pulled more often than a station is restarted.
"""

from collections.abc import Callable
from threading import Event as Flag
from typing import Final

from drivers.barcode_scanner.serial_scanner import SerialScanner
from drivers.errors import Garbled, InstrumentError, LinkTimeout
from drivers.place import Place
from stations.config import ScanConfig

_WAIT_S: Final = 0.2
"""How long one read waits, so that the thread hears soon that it may go."""
_REOPEN_S: Final = 1.0


class SerialWatch:
    """Reads the scanner that a station's [scan] names.

    `scanned` takes whole scans without prefix and suffix, `dropped` why one cannot be used, `changed` why the
    scanner cannot be read (empty when it can again). All three are called from the watch's thread.
    """

    def __init__(
        self,
        resource: str,
        config: ScanConfig,
        place: Place,
        *,
        scanned: Callable[[str], None],
        dropped: Callable[[str], None],
        changed: Callable[[str], None],
    ) -> None:
        self._resource = resource
        self._config = config
        self._place = place
        self._scanned = scanned
        self._dropped = dropped
        self._changed = changed
        self._closed = Flag()

    def close(self) -> None:
        """Let `run` return."""
        self._closed.set()

    def run(self) -> None:
        """The watch's thread: read until closed, open again whatever was lost."""
        while not self._closed.is_set():
            try:
                self._read()
            except InstrumentError as error:
                self._changed(str(error))
                self._closed.wait(_REOPEN_S)

    def _read(self) -> None:
        with SerialScanner.open(
            self._resource,
            self._place,
            prefix=self._config.prefix.encode(),
            suffix=self._config.suffix.encode(),
            separators=True,
        ) as scanner:
            self._changed("")
            while not self._closed.is_set():
                try:
                    self._scanned(scanner.read_scan(_WAIT_S))
                except LinkTimeout:
                    continue
                except Garbled as error:
                    self._dropped(str(error))
