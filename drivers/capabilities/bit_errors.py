"""Bit errors on the lanes of a link (no IVI class)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class LaneErrors:
    """What one lane's error detector counted: bits compared while locked, wrong ones, and whether it is locked now.

    A lane that never locked has compared nothing: its zero errors mean nothing.
    """

    bits: int
    errors: int
    locked: bool
    gated_s: float


@dataclass(frozen=True, slots=True)
class CodewordErrors:
    """Codewords of RS(544,514) by wrong symbols: `corrected[k]` had k of them (k = 0 to 15), `lost` had more."""

    corrected: tuple[int, ...]
    lost: int

    @property
    def codewords(self) -> int:
        """All that were looked at."""
        return sum(self.corrected) + self.lost

    @property
    def tail(self) -> int:
        """The most wrong symbols that any codeword had; 16 stands for all that were lost."""
        return 16 if self.lost else max((k for k, count in enumerate(self.corrected) if count), default=0)


@runtime_checkable
class BitErrorRateTester(Protocol):
    """Generators and error detectors for every lane of a port; lanes count from 1."""

    def set_pattern(self, pattern: str) -> None:
        """Set what every lane sends and expects: PRBS31Q is PRBS31 in Gray-coded PAM4 symbols."""
        ...

    def set_outputs(self, on: bool) -> None:
        """Set every generator on or off, proven by read-back."""
        ...

    def count_bit_errors(self, gate_s: float) -> Mapping[int, LaneErrors]:
        """Measure from now on for this long, lane by lane."""
        ...

    def count_codewords(self, gate_s: float) -> CodewordErrors:
        """Measure from now on for this long how many symbols of each codeword are wrong, over all lanes together."""
        ...
