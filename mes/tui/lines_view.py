"""A few lines that are read and not chosen from: the head of a page, the counts, the state of the database."""

from collections.abc import Callable, Sequence

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from mes.tui.tones import TONE_CLASSES, strip_of
from mes.tui.view_text import Line

Layout = Callable[[int], Sequence[Line]]
"""The lines for a width in cells."""


class LinesView(Widget):
    """Lines laid out anew for every width; as high as there are lines."""

    COMPONENT_CLASSES = TONE_CLASSES
    DEFAULT_CSS = "LinesView { height: auto; }"
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._layout_lines: Layout = lambda width: ()
        self._lines: Sequence[Line] = ()

    @property
    def lines(self) -> Sequence[Line]:
        """The lines as shown."""
        return self._lines

    def show(self, layout: Layout) -> None:
        """Show other lines."""
        self._layout_lines = layout
        self._lay_out()

    def on_resize(self) -> None:
        """Lay the lines out for the new width."""
        self._lay_out()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as there are lines at this width."""
        return len(self._layout_lines(width))

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        line = self._lines[y] if y < len(self._lines) else ()
        return strip_of(self, line, self.size.width, self.rich_style)

    def _lay_out(self) -> None:
        before = self._lines
        self._lines = self._layout_lines(self.size.width) if self.size.width else ()
        if before != self._lines:
            self.refresh(layout=len(before) != len(self._lines))
