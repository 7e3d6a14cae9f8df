"""Barcode scanners."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Scan:
    """What was read, and out of which symbology (AIM identifier of ISO/IEC 15424, such as "]d2"), if it is told."""

    text: str
    symbology: str | None


@runtime_checkable
class BarcodeScanner(Protocol):
    """A serial scanner that sends what it reads, each scan ended by its suffix."""

    def read_scan(self, timeout_s: float) -> str:
        """Get the next whole scan without its suffix; raise `LinkTimeout` when none comes."""
        ...

    def read_symbol(self, timeout_s: float) -> Scan:
        """Get the next whole scan together with its symbology; raise as `read_scan` does."""
        ...

    def confirm_scan(self, text: str, timeout_s: float) -> None:
        """Get the next whole scan and hold it against `text`, as a printed label is verified before it is bound.

        Raises `DeviceError` when it says something else, and as `read_scan` does.
        """
        ...
