"""Barcode scanners."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class BarcodeScanner(Protocol):
    """A serial scanner that sends what it reads, each scan ended by its suffix."""

    def read_scan(self, timeout_s: float) -> str:
        """Get the next whole scan without its suffix; raise `LinkTimeout` when none comes."""
        ...
