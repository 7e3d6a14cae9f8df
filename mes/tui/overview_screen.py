"""The first page: the line as it moves, and the search over it."""

from typing import ClassVar

from sqlalchemy import Engine
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import Input

from mes.queries.overview import line_overview, line_totals
from mes.tui.console_screen import EVERYWHERE, ConsoleScreen
from mes.tui.lines_view import LinesView
from mes.tui.listing_view import ListingView
from mes.tui.messages import Failed, OverviewLoaded, TotalsLoaded
from mes.tui.search_results import SearchResults
from mes.tui.turn import Turn
from mes.tui.view_commands import yield_command
from mes.tui.view_overview import pareto_listing, recent_listing, run_lines, station_listing, unit_line

_LONGEST = 1000
"""Longer than any number; a book that is pasted by mistake is not searched for."""


class OverviewScreen(ConsoleScreen):
    """Counts, stations, newest runs and what fails most, or what a search found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search"),
        Binding("escape", "leave_search", "Back", show=False),
        *EVERYWHERE,
    ]

    def __init__(self) -> None:
        super().__init__()
        self._overview: OverviewLoaded | None = None
        self._totals: TotalsLoaded | None = None
        self._totals_due = 0.0
        self._totals_wanted = False
        self._totals_turn = Turn()

    def compose_page(self) -> ComposeResult:
        """Search, counts, lists."""
        hint = "/ search: a serial or lot number, or how it begins"
        yield Input(id="search", compact=True, select_on_focus=False, max_length=_LONGEST, placeholder=hint)
        yield LinesView(id="counts")
        with Container(id="line"):
            with Vertical(id="left"):
                yield ListingView(id="stations")
                yield ListingView(id="recent")
            yield ListingView(id="pareto")
        yield SearchResults(id="results")

    def on_mount(self) -> None:
        """The keys go to the newest runs: what is typed does not fall into a field unasked."""
        self.query_one("#recent").focus()

    def command(self) -> str:
        """The yields of the line."""
        return yield_command(self.console.link.name)

    def load(self) -> None:
        """Ask for the line's state; for the totals only as often as they are cheap."""
        super().load()
        self._totals_wanted = True
        self._ask_totals_when_due()
        self.query_one(SearchResults).ask()

    def ask_page(self) -> None:
        """Ask in a worker."""
        self._ask_overview()

    def tick(self) -> None:
        """Ask for totals that were not due when something changed."""
        super().tick()
        self._ask_totals_when_due()

    @property
    def busy(self) -> bool:
        """Whether an answer is still awaited."""
        return super().busy or self._totals_turn.under_way or self.query_one(SearchResults).busy

    def _ask_totals_when_due(self) -> None:
        if self._totals_wanted and self.console.clock() >= self._totals_due and self._totals_turn.begin():
            self._totals_wanted = False
            self._ask_totals()

    @work(thread=True, exclusive=True, group="overview")
    def _ask_overview(self) -> None:
        day, simulated = self.console.today(), self.console.counts_simulated

        def question(engine: Engine) -> OverviewLoaded:
            return OverviewLoaded(line_overview(engine, day=day, simulated=simulated))

        answer = self.asked("page", question)
        if answer is not None:
            self.post_message(answer)

    @work(thread=True, exclusive=True, group="totals")
    def _ask_totals(self) -> None:
        simulated, clock = self.console.counts_simulated, self.console.clock

        def question(engine: Engine) -> TotalsLoaded:
            began = clock()
            totals = line_totals(engine, simulated=simulated)
            return TotalsLoaded(totals, clock() - began)

        answer = self.asked("totals", question)
        if answer is not None:
            self.post_message(answer)

    def on_overview_loaded(self, message: OverviewLoaded) -> None:
        """Show the line's state."""
        overview = message.overview
        self._overview = message
        self._show_counts()
        self.query_one("#stations", ListingView).show(lambda width: station_listing(overview, width))
        self.query_one("#recent", ListingView).show(lambda width: recent_listing(overview, width))
        self.answered()

    def on_totals_loaded(self, message: TotalsLoaded) -> None:
        """Show the totals; the next ones when these have cost at most a tenth of the time."""
        self._totals = message
        self._totals_due = self.console.clock() + 9 * message.took_s
        self._show_counts()
        self.query_one("#pareto", ListingView).show(lambda width: pareto_listing(message.totals, width))
        self._totals_turn.end()

    def on_failed(self, message: Failed) -> None:
        """No answer this time."""
        super().on_failed(message)
        if message.question == "totals":
            self._totals_turn.end()

    def _show_counts(self) -> None:
        overview, totals = self._overview, self._totals
        lines = (() if totals is None else (unit_line(totals.totals),)) + (
            () if overview is None else run_lines(overview.overview)
        )
        self.query_one("#counts", LinesView).show(lambda width: lines)

    @on(ListingView.Chosen)
    def _open_row(self, message: ListingView.Chosen) -> None:
        if message.row.target is not None:
            self.open(message.row.target)

    @on(Input.Changed, "#search")
    def _search(self, message: Input.Changed) -> None:
        self.set_class(bool(message.value), "-searching")
        self.query_one(SearchResults).search(message.value)

    @on(Input.Submitted, "#search")
    def _open_first(self) -> None:
        field = self.query_one(Input)
        # What is scanned or typed next is another question.
        field.action_select_all()
        self.query_one(SearchResults).open_first()

    def begin_search(self, text: str, *, enter: bool = False) -> None:
        """Search for this text instead of another; the keys go on to the field."""
        field = self.query_one(Input)
        field.value = text
        field.cursor_position = len(text)
        self.set_focus(field)
        if enter:
            self.query_one(SearchResults).search(text)
            self._open_first()

    def action_search(self) -> None:
        """Go to the search field; what is typed replaces what was searched for."""
        field = self.query_one(Input)
        field.focus()
        field.action_select_all()

    def action_leave_search(self) -> None:
        """Back to the line: the search field is emptied."""
        self.query_one(Input).value = ""
        self.query_one("#recent").focus()
