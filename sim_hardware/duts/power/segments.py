"""What a supply's signals were over the last ten seconds: pieces that each know their own values in closed form."""

from bisect import bisect_right
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

KEPT_S = 10.0
"""How far back a signal may be asked for, in s."""
_PRUNED_ABOVE = 64

Times = NDArray[np.float64]
Piece = TypeVar("Piece")


class History(Generic[Piece]):
    """Pieces in time, each valid from its start to the next one's; the first reaches back without end."""

    __slots__ = ("_pieces", "_starts")

    def __init__(self, first: Piece) -> None:
        self._starts: list[float] = [-np.inf]
        self._pieces: list[Piece] = [first]

    @property
    def last(self) -> Piece:
        """The piece that holds now."""
        return self._pieces[-1]

    def begin(self, start: float, piece: Piece) -> None:
        """From now on this piece holds; one that began at the same moment never was."""
        if self._starts[-1] >= start:
            self._pieces[-1] = piece
            return
        self._starts.append(start)
        self._pieces.append(piece)
        if len(self._starts) > _PRUNED_ABOVE:
            # Of the pieces that began before the span, the last one still reaches into it.
            gone = bisect_right(self._starts, start - KEPT_S) - 1
            if gone > _PRUNED_ABOVE // 4:
                del self._starts[:gone], self._pieces[:gone]

    def values(self, times: Times, evaluate: Callable[[Piece, Times], Times]) -> Times:
        """The signal at these times, shape (n,), by each piece's own rule."""
        if not times.size:
            return np.zeros(0)
        starts = self._starts
        first = bisect_right(starts, float(times.min())) - 1
        last = bisect_right(starts, float(times.max())) - 1
        first, last = max(first, 0), max(last, 0)
        if first == last:
            return evaluate(self._pieces[first], times)
        index = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, None)
        values = np.empty(times.shape)
        for k in range(first, last + 1):
            within = index == k
            if within.any():
                values[within] = evaluate(self._pieces[k], times[within])
        return values
