"""The label that an assembly station prints for what it builds: its serial number, and what was scanned into it.

A Data Matrix holds the serial number and those of the serialised components in the order of the bill of material,
between blanks, so that whoever tests the unit later has every label at one scan. A Code 128 and a line of text hold the
serial number alone. That a label can be read is proven by scanning it again, before anything is bound.
"""

from collections.abc import Sequence
from typing import Final

from drivers.capabilities import LabelField, LabelPrinter

_MARGIN_M: Final = 0.003
_MATRIX_M: Final = 0.0005
"""Side of a module of the Data Matrix; 13 mil is what a hand scanner reads from 0.2 m (inferred)."""
_BARS_M: Final = 0.008
_TEXT_M: Final = 0.004
_SECOND_COLUMN_M: Final = 0.032


class AssemblyLabel:
    """Prints labels on one printer."""

    def __init__(self, printer: LabelPrinter) -> None:
        self._printer = printer

    def print(self, serial: str, components: Sequence[str]) -> str:
        """Print the label of a unit; what a scan of its Data Matrix must say.

        Raises what the printer raises: `DeviceError` when it cannot print now, `LinkError` when nobody knows.
        """
        content = " ".join((serial, *components))
        self._printer.print_label(
            (
                LabelField("data_matrix", content, _MARGIN_M, _MARGIN_M, _MATRIX_M),
                LabelField("code_128", serial, _SECOND_COLUMN_M, _MARGIN_M, _BARS_M),
                LabelField("text", serial, _SECOND_COLUMN_M, 2 * _MARGIN_M + _BARS_M + _TEXT_M, _TEXT_M),
            )
        )
        return content
