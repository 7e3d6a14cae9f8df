"""How many rows each region of the screen gets, for any size of terminal."""

from dataclasses import dataclass

from stations.tui.glyphs import LETTER_ROWS, has_sign, sign_box
from stations.tui.state import Phase


@dataclass(frozen=True, slots=True)
class Regions:
    """Rows of each region from top to bottom; their sum is the height of the terminal."""

    header: int
    band: int
    facts: int
    now: int
    steps: int
    body: int
    notice: int
    footer: int


def regions(phase: Phase, steps: int, width: int, height: int) -> Regions:
    """Share out the rows: the band keeps its size, the body gives way first."""
    verdict = has_sign(phase)
    header = 2 if height >= 16 else 1
    footer = 1 if height >= 12 else 0
    notice = 1 if height >= 8 else 0
    if verdict:
        band = min(sign_box(width, height)[1] + (1 if height >= 24 else 0), height)
    else:
        band = LETTER_ROWS + 2 if height >= 20 else 2
    rest = max(0, height - header - band - footer - notice)
    facts = min(1, rest) if verdict else 0
    now = min(3, rest - facts) if verdict else 0
    rest -= facts + now
    shown_steps = 0 if verdict else min(steps, max(0, rest // 3))
    return Regions(header, band, facts, now, shown_steps, rest - shown_steps, notice, footer)
