"""What a bench asks of an instrument beside its wire: to play a capture, to be shown a label, to hand one out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from sim_hardware.instruments.zebra_zpl import PrintedLabel


@runtime_checkable
class Player(Protocol):
    """An instrument that can answer from a captured file."""

    def play(self, path: Path) -> None:
        """Answer from this file from now on."""
        ...


@runtime_checkable
class NeighbourPlayer(Protocol):
    """A console to a machine whose LLDP agent can answer from captured files."""

    def play_neighbours(self, folder: Path) -> None:
        """Answer from the files of this folder from the next machine on."""
        ...


@runtime_checkable
class Printer(Protocol):
    """An instrument that prints labels, and keeps them."""

    @property
    def printed(self) -> Sequence[PrintedLabel]:
        """Every label that came out, oldest first."""
        ...


@runtime_checkable
class Scanner(Protocol):
    """An instrument that reads labels."""

    def scan(self, text: str) -> None:
        """Read this label now."""
        ...
