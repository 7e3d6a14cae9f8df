"""The page of a lot: what it is, and every unit that holds it."""

from typing import ClassVar
from uuid import UUID

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from mes.queries.lot_use import lot_use
from mes.tui.console_screen import BACK, EVERYWHERE, ConsoleScreen
from mes.tui.lines_view import LinesView
from mes.tui.listing_view import ListingView
from mes.tui.messages import LotLoaded
from mes.tui.view_commands import where_used_command
from mes.tui.view_unit import lot_head, used_listing


class LotScreen(ConsoleScreen):
    """Where a lot went; Enter opens a unit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        BACK,
        *EVERYWHERE,
    ]

    def __init__(self, lot_id: UUID) -> None:
        super().__init__()
        self._lot_id = lot_id
        self._loaded: LotLoaded | None = None

    def compose_page(self) -> ComposeResult:
        """The head, then the units."""
        yield LinesView(id="head")
        yield ListingView(id="uses")

    def on_mount(self) -> None:
        """The keys go to the units."""
        self.query_one("#uses").focus()

    def command(self) -> str | None:
        """Where the lot went."""
        return None if self._loaded is None else where_used_command(self._loaded.use.lot, self.console.link.name)

    def ask_page(self) -> None:
        """Ask in a worker."""
        self._ask()

    @work(thread=True, exclusive=True, group="lot")
    def _ask(self) -> None:
        lot_id = self._lot_id
        answer = self.asked("page", lambda engine: lot_use(engine, lot_id))
        if answer is not None:
            self.post_message(LotLoaded(answer))

    def on_lot_loaded(self, message: LotLoaded) -> None:
        """Show where it went."""
        self._loaded, use = message, message.use
        self.query_one("#head", LinesView).show(lambda width: lot_head(use.lot, width))
        self.query_one("#uses", ListingView).show(lambda width: used_listing(use.uses, width, title="held by"))
        self.answered()

    @on(ListingView.Chosen)
    def _open_row(self, message: ListingView.Chosen) -> None:
        if message.row.target is not None:
            self.open(message.row.target)
