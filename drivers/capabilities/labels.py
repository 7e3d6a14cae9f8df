"""Label printers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

LabelFieldKind = Literal["text", "code_128", "data_matrix"]


@dataclass(frozen=True, slots=True)
class LabelField:
    """One thing on a label: what it says, and where its upper left corner is, in m from that of the label.

    `size_m` is the height of a text's letters and of a Code 128's bars, and the side of a Data Matrix's module.
    """

    kind: LabelFieldKind
    content: str
    x_m: float
    y_m: float
    size_m: float


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What a printer says of itself. `complaints` are the reasons why it would not print now, in plain words."""

    complaints: tuple[str, ...]
    formats_waiting: int
    labels_remaining: int

    @property
    def ready(self) -> bool:
        """Whether it would print a label at once: nothing to complain about, and nobody else's labels before it."""
        return not self.complaints and not self.formats_waiting and not self.labels_remaining


@runtime_checkable
class LabelPrinter(Protocol):
    """A printer of labels. That a label can be read is proven by scanning it, and by nothing else."""

    def read_status(self) -> PrinterStatus:
        """Get what keeps it from printing, and what it still has to print."""
        ...

    def print_label(self, fields: Sequence[LabelField], copies: int = 1) -> None:
        """Set a label printing and wait until the printer has no more to print.

        Raises `OutOfRange` for a label that cannot be meant, `DeviceError` when the printer is not ready (nothing is
        printed then) or stops on the way (what is left is cancelled).
        """
        ...
