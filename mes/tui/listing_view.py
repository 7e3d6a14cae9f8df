"""A list that changes while it is read: rows under a heading, a cursor that stays with its row.

A line-API widget: a tick redraws the lines that changed and nothing else (2 ms of CPU where a DataTable takes 43).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mes.tui.tones import TONE_CLASSES, strip_of
from mes.tui.view_text import Listing, Row

Layout = Callable[[int], Listing]
"""The listing for a width in cells."""


class ListingView(ScrollView, can_focus=True):
    """Rows under a heading that stays; Enter or a click on a row that opens something posts `Chosen`."""

    COMPONENT_CLASSES = TONE_CLASSES | {"cursor"}
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "move(-1000000)", "First", show=False),
        Binding("end", "move(1000000)", "Last", show=False),
        Binding("enter", "choose", "Open", show=False),
    ]

    cursor = reactive(0, repaint=False)

    @dataclass
    class Chosen(Message):
        """A person chose a row."""

        view: "ListingView"
        row: Row

    @dataclass
    class EndReached(Message):
        """The cursor came to the last row."""

        view: "ListingView"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._layout_rows: Layout = lambda width: Listing(None, ())
        self._listing = Listing(None, ())
        self._width = 0

    @property
    def listing(self) -> Listing:
        """The rows as shown."""
        return self._listing

    @property
    def _top(self) -> int:
        return 0 if self._listing.heading is None else 1

    def show(self, layout: Layout) -> None:
        """Show other rows; the cursor follows its row, unless it stands on the first, where the newest is."""
        self._layout_rows = layout
        self._lay_out()

    def on_resize(self) -> None:
        """Lay the rows out for the new width."""
        self._lay_out()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as its rows, where the style sheet lets it be."""
        listing = self._layout_rows(width)
        return len(listing.rows) + (listing.heading is not None)

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the heading, or the row that is scrolled to there."""
        width, heading = self.size.width, self._listing.heading
        if heading is not None and y == 0:
            return strip_of(self, heading, width, self.rich_style)
        number = y - self._top + self.scroll_offset.y
        if number >= len(self._listing.rows):
            return Strip.blank(width, self.rich_style)
        chosen = self.has_focus and number == self.cursor
        base = self.get_component_rich_style("cursor") if chosen else self.rich_style
        return strip_of(self, self._listing.rows[number].line, width, base)

    def watch_cursor(self, before: int, now: int) -> None:
        """Redraw the two rows that the cursor moved between, and keep it in sight."""
        for number in (before, now):
            self.refresh_line(number + self._top)
        page = max(1, self.size.height - self._top)
        if now < self.scroll_offset.y:
            self.scroll_to(y=now, animate=False)
        elif now >= self.scroll_offset.y + page:
            self.scroll_to(y=now - page + 1, animate=False)
        if now and now == len(self._listing.rows) - 1:
            self.post_message(self.EndReached(self))

    def on_focus(self) -> None:
        """The cursor shows only where the keys go."""
        self.refresh_line(self.cursor + self._top)

    def on_blur(self) -> None:
        """The cursor shows only where the keys go."""
        self.refresh_line(self.cursor + self._top)

    def on_click(self, event: Click) -> None:
        """A click on a row is the cursor and Enter."""
        number = event.y - self._top + self.scroll_offset.y
        if event.y >= self._top and number < len(self._listing.rows):
            self.cursor = number
            self.action_choose()

    def action_move(self, rows: int) -> None:
        """Move the cursor by so many rows, at most to the end of the list."""
        self.cursor = max(0, min(len(self._listing.rows) - 1, self.cursor + rows))

    def action_page(self, pages: int) -> None:
        """Move the cursor by so many pages."""
        self.action_move(pages * max(1, self.size.height - self._top - 1))

    def action_choose(self) -> None:
        """Choose the row under the cursor, where it opens something."""
        if self.cursor < len(self._listing.rows):
            row = self._listing.rows[self.cursor]
            if row.target is not None or row.key:
                self.post_message(self.Chosen(self, row))

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if not width:
            return
        before, was_wide = self._listing, self._width
        self._listing, self._width = self._layout_rows(width), width
        rows = self._listing.rows
        self.virtual_size = Size(width, len(rows) + self._top)
        moved = self._follow(before)
        if moved or was_wide != width or before.heading != self._listing.heading:
            self.refresh()
        else:
            self._redraw_changed(before)
        if len(before.rows) != len(rows):
            self.refresh(layout=self.styles.is_auto_height)

    def _follow(self, before: Listing) -> bool:
        """Put the cursor on the row it was on; whether the view moved."""
        rows = self._listing.rows
        key = before.rows[self.cursor].key if 0 < self.cursor < len(before.rows) else ""
        now = next((number for number, row in enumerate(rows) if row.key == key), None) if key else None
        if now is None:
            now = max(0, min(self.cursor, len(rows) - 1))
        shift = now - self.cursor
        if shift:
            offset = self.scroll_offset.y
            self.set_reactive(ListingView.cursor, now)
            self.scroll_to(y=max(0, offset + shift), animate=False)
        return bool(shift)

    def _redraw_changed(self, before: Listing) -> None:
        top = self.scroll_offset.y
        for number in range(top, top + self.size.height):
            old = before.rows[number].line if number < len(before.rows) else ()
            new = self._listing.rows[number].line if number < len(self._listing.rows) else ()
            if old != new:
                self.refresh(Region(0, number - top + self._top, self.size.width, 1))
