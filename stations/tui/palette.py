"""Inks as colours. Only a verdict and the abnormal are coloured (ISA-101): everything else is grey.

PASS and FAIL are those of design page 6: at least 82 apart (CIE ΔE) under three colour-blindness simulations and
3.2:1 in luminance, which a test computes. The other bands differ from FAIL in lightness and have no hue.
"""

from typing import Final

from rich.style import Style

from stations.tui.spans import Ink

BACKGROUND: Final = "#202020"

COLOURS: Final[dict[Ink, tuple[str, str, bool]]] = {
    Ink.PLAIN: ("#D8D8D8", BACKGROUND, False),
    Ink.DIM: ("#A0A0A0", BACKGROUND, False),
    Ink.STRONG: ("#FFFFFF", BACKGROUND, True),
    Ink.KEY: ("#FFFFFF", "#404040", False),
    Ink.ABNORMAL: ("#202020", "#E9D8A6", False),
    Ink.OUT: ("#000000", "#EE9B00", True),
    Ink.CALM: ("#E8E8E8", "#383838", True),
    Ink.PASSED: ("#FFFFFF", "#005F73", True),
    Ink.FAILED: ("#000000", "#EE9B00", True),
    Ink.ERROR: ("#000000", "#F2F2F2", True),
    Ink.ABORTED: ("#000000", "#BDBDBD", True),
    Ink.REFUSED: ("#FFFFFF", "#000000", True),
}
"""Text colour, background, bold."""

STYLES: Final = {ink: Style(color=text, bgcolor=behind, bold=bold) for ink, (text, behind, bold) in COLOURS.items()}
