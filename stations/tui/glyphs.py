"""Shapes that are read from five metres away: the sign of a verdict and its word in block letters.

A sign is drawn into whatever box the screen has; shape alone tells the verdicts apart, so that a screen without
colours says the same.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from stations.tui.state import Phase

Point = tuple[float, float]
Stroke = tuple[Point, Point]

_SQUARE: Final = ((0.08, 0.08), (0.92, 0.08), (0.92, 0.92), (0.08, 0.92), (0.08, 0.08))
_TRIANGLE: Final = ((0.5, 0.05), (0.96, 0.95), (0.04, 0.95), (0.5, 0.05))
_QUESTION: Final = ((0.2, 0.3), (0.35, 0.08), (0.65, 0.08), (0.8, 0.3), (0.5, 0.5), (0.5, 0.68))


def _path(points: Sequence[Point]) -> tuple[Stroke, ...]:
    return tuple(pairwise(points))


_SIGNS: Final[dict[Phase, tuple[Stroke, ...]]] = {
    Phase.PASSED: _path(((0.05, 0.55), (0.36, 0.9), (0.95, 0.1))),
    Phase.FAILED: (((0.1, 0.08), (0.9, 0.92)), ((0.9, 0.08), (0.1, 0.92))),
    Phase.ERROR: (*_path(_TRIANGLE), ((0.5, 0.36), (0.5, 0.62)), ((0.5, 0.8), (0.5, 0.8))),
    Phase.ABORTED: tuple(((0.08, y / 10), (0.92, y / 10)) for y in range(1, 10)),
    Phase.REFUSED: (*_path(_SQUARE), ((0.3, 0.5), (0.7, 0.5))),
    Phase.OFFLINE: (*_path(_QUESTION), ((0.5, 0.93), (0.5, 0.94))),
    Phase.UNREADABLE: (*_path(_QUESTION), ((0.5, 0.93), (0.5, 0.94))),
}
_SIGNS[Phase.UNRECORDED] = _SIGNS[Phase.ERROR]

_THICKNESS = 0.15
"""Of a stroke, as a share of the box's height."""

LETTER_ROWS: Final = 5
_LETTERS: Final = {
    "A": " ███ |█   █|█████|█   █|█   █",
    "B": "████ |█   █|████ |█   █|████ ",
    "C": " ████|█    |█    |█    | ████",
    "D": "████ |█   █|█   █|█   █|████ ",
    "E": "█████|█    |████ |█    |█████",
    "F": "█████|█    |████ |█    |█    ",
    "G": " ████|█    |█  ██|█   █| ████",
    "I": "███| █ | █ | █ |███",
    "K": "█   █|█  █ |███  |█  █ |█   █",
    "L": "█    |█    |█    |█    |█████",
    "N": "█   █|██  █|█ █ █|█  ██|█   █",
    "O": " ███ |█   █|█   █|█   █| ███ ",
    "P": "████ |█   █|████ |█    |█    ",
    "R": "████ |█   █|████ |█  █ |█   █",
    "S": " ████|█    | ███ |    █|████ ",
    "T": "█████|  █  |  █  |  █  |  █  ",
    "U": "█   █|█   █|█   █|█   █| ███ ",
    " ": "   |   |   |   |   ",
}


def has_sign(phase: Phase) -> bool:
    """Whether this phase has a sign; the others have only a word."""
    return phase in _SIGNS


def sign_box(width: int, height: int) -> tuple[int, int]:
    """Columns and rows of a verdict's sign on a screen of this size.

    At least 5 rows and 15 % of the screen (design page 6, 6.1.2); a cell is twice as high as wide, so the box is
    twice as wide as high to the eye: rows are scarcer than columns.
    """
    rows = LETTER_ROWS
    while (columns := min(4 * rows, round(width * 0.45))) * rows < 0.15 * width * height and rows < height:
        rows += 1
    return columns, rows


@lru_cache(maxsize=32)
def sign(phase: Phase, columns: int, rows: int) -> tuple[str, ...]:
    """The sign of a phase in this many columns and rows, drawn with half blocks."""
    # A half block is about square, so distances are counted in its units.
    height = rows * 2
    thick = max(_THICKNESS * height, 2.0) / 2
    points = [point for stroke in _SIGNS[phase] for point in stroke]
    (left, right), (top, bottom) = ((min(p[i] for p in points), max(p[i] for p in points)) for i in (0, 1))

    def placed(point: Point) -> Point:
        # Strokes reach the edges of the box: its size is the sign's size.
        return (
            thick + (point[0] - left) / (right - left) * (columns - 2 * thick),
            thick + (point[1] - top) / (bottom - top) * (height - 2 * thick),
        )

    strokes = [(placed(a), placed(b)) for a, b in _SIGNS[phase]]

    def inked(x: int, y: int) -> bool:
        return any(_distance((x + 0.5, y + 0.5), stroke) <= thick for stroke in strokes)

    return tuple(
        "".join(" ▀▄█"[inked(x, 2 * row) + 2 * inked(x, 2 * row + 1)] for x in range(columns)) for row in range(rows)
    )


def _distance(point: Point, stroke: Stroke) -> float:
    (ax, ay), (bx, by) = stroke
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    along = 0.0 if not length else min(max(((point[0] - ax) * dx + (point[1] - ay) * dy) / length, 0.0), 1.0)
    return float(((point[0] - ax - along * dx) ** 2 + (point[1] - ay - along * dy) ** 2) ** 0.5)


@lru_cache(maxsize=64)
def block_word(word: str, columns: int, rows: int) -> tuple[str, ...]:
    """A word in block letters as large as fits; one plain line where they do not fit or a letter is not drawn here."""
    if any(c not in _LETTERS for c in word) or rows < LETTER_ROWS:
        return (word,)
    letters = [_LETTERS[c].split("|") for c in word]
    lines = [" ".join(letter[row] for letter in letters) for row in range(LETTER_ROWS)]
    for across, down in ((4, 3), (4, 2), (3, 2), (2, 2), (2, 1), (1, 1)):
        if len(lines[0]) * across <= columns and LETTER_ROWS * down <= rows:
            return tuple("".join(c * across for c in line) for line in lines for _ in range(down))
    return (word,)
