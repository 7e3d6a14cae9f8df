"""Command barcodes: printable labels that work a station without a keyboard.

``%CMD:`` begins no serial number of ours and is within Code 39 full ASCII and Code 128, so that any label printer
makes them. A sheet of the four beside the fixture is all that an operator in gloves needs.
"""

from enum import StrEnum
from typing import Final

PREFIX: Final = "%CMD:"


class Command(StrEnum):
    """What a command barcode says after its prefix."""

    START = "START"
    """Work the unit shown once more; the gate decides."""
    STOP = "STOP"
    """Stop the run, at any moment, without a login."""
    YES = "YES"
    NO = "NO"


def label(command: Command) -> str:
    """The text to print as a barcode."""
    return f"{PREFIX}{command}"


def is_command(text: str) -> bool:
    """Whether a scan claims to be a command barcode, a known one or not."""
    return text.startswith(PREFIX)


def command_of(text: str) -> Command | None:
    """The command of a scan that is one; None for any other scan, and for a command nobody knows."""
    name = text.removeprefix(PREFIX)
    return Command(name) if is_command(text) and name in Command.__members__ else None
