"""What was found for the text in the search field, page behind page."""

from typing import cast

from sqlalchemy import Engine
from textual import work

from mes.queries.identity import similar_serials
from mes.queries.search import Found, search
from mes.tui.console_screen import ConsoleScreen
from mes.tui.listing_view import ListingView
from mes.tui.messages import Opened, PageFound
from mes.tui.view_search import MORE_KEY, result_listing
from mes.tui.view_text import Target


class SearchResults(ListingView):
    """Units and lots that begin with a text.

    One question at a time: what is typed while one is under way is asked when that one is answered, so that fast
    fingers on a slow database leave one thread waiting and not twenty.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._wanted = ""
        self._shown = ""
        self._asking = False
        self._opens_first = False
        self._found: tuple[Found, ...] = ()
        self._more = False

    @property
    def busy(self) -> bool:
        """Whether an answer is still awaited."""
        return self._asking

    def search(self, text: str) -> None:
        """Show what begins with this text, as soon as it is known."""
        # The field tells of a text that was put into it as well, after the Enter that came with it.
        if text.strip() != self._wanted:
            self._wanted, self._opens_first = text.strip(), False
        if not self._wanted:
            # The same text typed again later is asked again: there may be more by then.
            self._shown = ""
        self.ask()

    def ask(self) -> None:
        """Ask for what is wanted and not shown, unless a question is under way."""
        if not self._asking and self._wanted and self._wanted != self._shown:
            self._ask_page(self._wanted, None)
            self._asking = True

    def open_first(self) -> None:
        """Open what was meant, when the answer is there: a scanner has sent its Enter before the database knows."""
        self._opens_first = True
        if self._shown == self._wanted:
            self._open_now()

    def on_listing_view_end_reached(self) -> None:
        """The last row is the end of a page, not of what there is."""
        self._ask_next_page()

    def action_choose(self) -> None:
        """Open a row, or load the next page on the row that says so."""
        rows = self.listing.rows
        if self.cursor < len(rows) and rows[self.cursor].key == MORE_KEY:
            self._ask_next_page()
        else:
            super().action_choose()

    def on_page_found(self, message: PageFound) -> None:
        """Show a page, then ask for what was typed meanwhile."""
        self._asking = False
        page = message.page
        if page is None:
            return
        fresh = message.after is None
        self._found = page.rows if fresh else self._found + page.rows
        self._shown, self._more = message.text, page.more
        if fresh:
            self.cursor = 0
        text, found, more, nearest = message.text, self._found, page.more, message.nearest
        self.show(lambda width: result_listing(text, found, more=more, nearest=nearest, width=width))
        if self._opens_first and self._shown == self._wanted:
            self._open_now()
        self.ask()

    def _ask_next_page(self) -> None:
        if self._more and not self._asking and self._shown == self._wanted:
            self._ask_page(self._shown, self._found[-1])
            self._asking = True

    @work(thread=True, exclusive=True, group="search")
    def _ask_page(self, text: str, after: Found | None) -> None:
        def question(engine: Engine) -> PageFound:
            page = search(engine, text, after=after)
            nothing = after is None and not page.rows
            return PageFound(text, after, page, similar_serials(engine, text) if nothing else ())

        answer = cast(ConsoleScreen, self.screen).asked("search", question)
        self.post_message(answer or PageFound(text, after, None, ()))

    def _open_now(self) -> None:
        self._opens_first = False
        exact = [number for number, found in enumerate(self._found) if found.number.upper() == self._wanted.upper()]
        if len(exact) == 1 or len(self._found) == 1:
            found = self._found[exact[0] if exact else 0]
            # Not by way of the rows: they may not have been laid out yet.
            self.app.post_message(Opened(Target(found.kind, found.id)))
        elif self._found:
            # Several could be meant: the person chooses.
            self.focus()
