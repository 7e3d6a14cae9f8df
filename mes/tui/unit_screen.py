"""The page of a unit: who it is, all that happened, every measurement against its limits, genealogy both ways."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import Engine
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from mes.queries.components import direct_components
from mes.queries.history import unit_history
from mes.tui.built_from import BuiltFrom
from mes.tui.console_screen import BACK, EVERYWHERE, ConsoleScreen
from mes.tui.lines_view import LinesView
from mes.tui.listing_view import ListingView
from mes.tui.messages import HistoryLoaded
from mes.tui.view_commands import tree_command, unit_command
from mes.tui.view_measurements import measurement_listing
from mes.tui.view_text import Tone, line_of
from mes.tui.view_unit import timeline_listing, unit_head, used_listing
from mes.vocabulary import SiteKind


class UnitScreen(ConsoleScreen):
    """Timeline, measurements, genealogy: one at a time on a narrow terminal, all three on a wide one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        BACK,
        Binding("1", "pane('measurements')", "Runs"),
        Binding("2", "pane('timeline')", "Timeline"),
        Binding("3", "pane('genealogy')", "Genealogy"),
        *EVERYWHERE,
    ]

    def __init__(self, unit_id: UUID) -> None:
        super().__init__()
        self._unit_id = unit_id
        self._loaded: HistoryLoaded | None = None
        self._pane = "measurements"

    def compose_page(self) -> ComposeResult:
        """The head, then the panes."""
        yield LinesView(id="head")
        with Container(id="panes"):
            yield ListingView(id="measurements", classes="pane -current")
            yield ListingView(id="timeline", classes="pane")
            with Vertical(id="genealogy", classes="pane"):
                yield ListingView(id="built-into")
                yield LinesView(id="built-from-title")
                yield BuiltFrom(id="built-from")

    def on_mount(self) -> None:
        """The keys go to the measurements."""
        self.query_one("#head", LinesView).show(lambda width: [line_of("loading …", Tone.MUTED)])
        self.query_one("#built-from-title", LinesView).show(lambda width: [line_of("built from", Tone.HEADING)])
        self.query_one("#measurements").focus()

    def command(self) -> str | None:
        """The unit's history, or its tree where that is what is looked at."""
        if self._loaded is None:
            return None
        give = tree_command if self._pane == "genealogy" else unit_command
        return give(self._loaded.history.unit, self.console.link.name)

    def ask_page(self) -> None:
        """Ask in a worker."""
        self._ask()

    @work(thread=True, exclusive=True, group="unit")
    def _ask(self) -> None:
        unit_id = self._unit_id

        def question(engine: Engine) -> HistoryLoaded:
            return HistoryLoaded(unit_history(engine, unit_id), direct_components(engine, unit_id))

        answer = self.asked("page", question)
        if answer is not None:
            self.post_message(answer)

    def on_history_loaded(self, message: HistoryLoaded) -> None:
        """Show the history."""
        self._loaded, history = message, message.history
        real = self.console.site_kind is SiteKind.REAL
        self.query_one("#head", LinesView).show(lambda width: unit_head(history, width, real_site=real))
        self.query_one("#measurements", ListingView).show(lambda width: measurement_listing(history, width))
        self.query_one("#timeline", ListingView).show(lambda width: timeline_listing(history, width, real_site=real))
        self.query_one("#built-into", ListingView).show(lambda width: used_listing(history.built_into, width))
        self.query_one(BuiltFrom).show_level(message.level)
        self.answered()

    @on(ListingView.Chosen)
    def _open_row(self, message: ListingView.Chosen) -> None:
        if message.row.target is not None:
            self.open(message.row.target)

    def action_pane(self, name: str) -> None:
        """Look at one pane: the keys go to it, and on a narrow terminal it comes to the front."""
        self._pane = name
        for pane in self.query(".pane"):
            pane.set_class(pane.id == name, "-current")
        self.query_one("#built-from" if name == "genealogy" else f"#{name}").focus()
