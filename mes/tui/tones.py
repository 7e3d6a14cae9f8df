"""From lines in tones to strips of a terminal: the one place where a tone meets its style."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from mes.tui.view_text import Line, Tone

TONE_CLASSES = {f"tone--{tone.value}" for tone in Tone}
"""Component classes of every widget that shows lines; the style sheet says how they look."""


def strip_of(widget: Widget, line: Line, width: int, base: Style) -> Strip:
    """The line in exactly `width` cells on the base style, each span in the style of its tone."""
    segments = [
        Segment(span.text, base + widget.get_component_rich_style(f"tone--{span.tone.value}", partial=True))
        for span in line
    ]
    strip = Strip(segments)
    if strip.cell_length > width > 0:
        # Nothing is cut off in silence.
        return Strip.join([strip.crop(0, width - 1), Strip([Segment("…", base)])])
    return strip.adjust_cell_length(width, base)
