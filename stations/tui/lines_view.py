"""Two widgets that draw lines of spans: one of a fixed height, one that scrolls. Neither knows what they mean.

Both use Textual's line interface: a line that did not change is not drawn again.
"""

from collections.abc import Sequence

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from stations.tui.palette import STYLES
from stations.tui.spans import Ink, Line, Span, fitted


def strip_of(line: Line, width: int) -> Strip:
    """A line as Textual draws it, in exactly `width` columns."""
    return Strip([Segment(span.text, STYLES[span.ink]) for span in fitted(line, width)], width)


def _changed(old: Sequence[Line], new: Sequence[Line]) -> list[int]:
    both = min(len(old), len(new))
    return [y for y in range(both) if old[y] != new[y]] + list(range(both, max(len(old), len(new))))


class LinesView(Widget):
    """Draws as many lines as it has rows."""

    DEFAULT_CSS = "LinesView { height: 1; width: 1fr; }"
    ALLOW_SELECT = False

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._lines: tuple[Line, ...] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines from now on; `refresh` happens only for those that changed."""
        new = tuple(lines)
        for y in _changed(self._lines, new):
            self.refresh(Region(0, y, self.size.width, 1))
        self._lines = new

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        return strip_of(self._lines[y] if y < len(self._lines) else (Span("", Ink.PLAIN),), self.size.width)

    def action_at(self, x: int, y: int) -> str:
        """What a click on this cell does; empty for nothing."""
        column = 0
        for span in self._lines[y] if 0 <= y < len(self._lines) else ():
            column += len(span.text)
            if x < column:
                return span.action
        return ""

    async def on_click(self, event: events.Click) -> None:
        """Do what the clicked span says."""
        action = self.action_at(event.x, event.y)
        if action:
            await self.app.run_action(action)


class LinesScroll(ScrollView):
    """Draws any number of lines and scrolls through them."""

    DEFAULT_CSS = "LinesScroll { width: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; }"
    ALLOW_SELECT = False
    can_focus = False

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._lines: tuple[Line, ...] = ()
        self._in_sight: int | None = None

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines from now on."""
        new = tuple(lines)
        old, self._lines = self._lines, new
        if len(old) != len(new):
            self.virtual_size = Size(self.size.width, len(new))
            self.refresh()
            return
        for y in _changed(old, new):
            self.refresh_line(y)

    def keep_in_sight(self, y: int | None) -> None:
        """Scroll as little as needed to have this line in sight, now and at every size to come; None lets go."""
        self._in_sight = y
        self._reveal()

    def on_resize(self, event: events.Resize) -> None:
        """Find the kept line again: when it was chosen, the rows of this size were not shared out yet."""
        self._reveal()

    def _reveal(self) -> None:
        y = self._in_sight
        if y is None:
            return
        top, rows = self.scroll_offset.y, self.size.height
        if y < top:
            self.scroll_to(y=y, animate=False)
        elif y >= top + rows:
            self.scroll_to(y=y - rows + 1, animate=False)

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        at = y + self.scroll_offset.y
        return strip_of(self._lines[at] if at < len(self._lines) else (Span("", Ink.PLAIN),), self.size.width)
