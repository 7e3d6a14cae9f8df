"""The quality console: the line as it moves, and everything that ever happened to a unit.

One worker feels the database's pulse; the page in front asks again when the pulse has changed. So an idle line costs
one index look-up a tick, and a database that goes away is noticed, told, and found again by the same worker.
"""

import asyncio
import signal
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import ClassVar

from rich.markup import escape
from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.events import Event, Key, Paste
from textual.screen import Screen
from textual.widgets import Input

from mes.command_line import CommandError
from mes.console_output import inert
from mes.tui import themes
from mes.tui.console_screen import ConsoleScreen
from mes.tui.database_link import DatabaseLink, Pulse
from mes.tui.lot_screen import LotScreen
from mes.tui.messages import Failed, Opened, Pulsed
from mes.tui.overview_screen import OverviewScreen
from mes.tui.unit_screen import UnitScreen
from mes.tui.view_status import Status, status_lines
from mes.tui.view_text import Line
from mes.vocabulary import SiteKind

TICK_S = 0.5
"""How often the database is asked whether anything has changed."""

_PATIENCE_TICKS = 3
_DEPTH = 50
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class ConsoleApp(App[None]):
    """The console on one database."""

    TITLE = "Rackline"
    CSS_PATH = "console.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True),
        # Scanners programmed for other programs send it, and a scan must not end the console.
        Binding("ctrl+q", "stay", "Stay", show=False, priority=True),
    ]

    def __init__(
        self, link: DatabaseLink, *, now: Callable[[], datetime], clock: Callable[[], float], tick_s: float = TICK_S
    ) -> None:
        super().__init__()
        self.link = link
        self.clock = clock
        self._now = now
        self._tick_s = tick_s
        self._pulse: Pulse | None = None
        self._trouble: str | None = None
        self._ticks_waiting = 0
        self._feeling = False
        self.register_theme(themes.DARK)
        self.register_theme(themes.LIGHT)
        self.theme = themes.DARK.name

    @property
    def site_kind(self) -> SiteKind | None:
        """Whether the site is simulated; None before the database has answered for the first time."""
        return None if self._pulse is None else self._pulse.site.kind

    @property
    def counts_simulated(self) -> bool:
        """Simulated facts count at a simulated site and nowhere else."""
        return self.site_kind is SiteKind.SIMULATED

    @property
    def busy(self) -> bool:
        """Whether the page in front still waits for an answer: what it shows may change without anything new."""
        page = self.screen
        coming = isinstance(page, ConsoleScreen) and (not page.is_mounted or page.busy)
        return self._trouble is None and (self._pulse is None or coming)

    def today(self) -> date | None:
        """The UTC day that is counted apart; None (the newest day there is) where the clock is simulated too."""
        return None if self.counts_simulated else self._now().date()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours of what is not as it should be, for themes that do not have them."""
        return themes.SIGNAL_DEFAULTS

    def get_default_screen(self) -> Screen[None]:
        """The overview."""
        return OverviewScreen()

    async def on_event(self, event: Event) -> None:
        """A scan begins a search wherever the keys go.

        Here and not in a page: a scanner sends a serial number faster than the focus moves, and its first characters
        would still go to a list, where Enter opens another unit than the one that was scanned.
        """
        if isinstance(event, Key | Paste) and not event.is_forwarded and self._begins_search(event):
            return
        await super().on_event(event)

    def _begins_search(self, event: Key | Paste) -> bool:
        page = self.screen
        typed = (event.character or "") if isinstance(event, Key) else event.text
        enter = typed.endswith(("\n", "\r"))
        if not isinstance(page, ConsoleScreen):
            return False
        if isinstance(page.focused, Input):
            # What is typed belongs to the field; so does what is pasted, unless it brings its own Enter.
            begins = isinstance(event, Paste) and enter
        elif isinstance(event, Paste):
            begins = True
        else:
            begins = typed.isupper() or (typed.isdigit() and isinstance(page, OverviewScreen))
        begins = begins and bool(typed.strip()) and typed.strip().isprintable()
        if begins:
            while len(self.screen_stack) > 1:
                self.pop_screen()
            overview = self.screen
            if isinstance(overview, OverviewScreen):
                overview.begin_search(typed.strip(), enter=enter)
        return begins

    def on_mount(self) -> None:
        """Feel the pulse from now on; end cleanly when told to by a signal."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.exit)
        self._tick()
        self.set_interval(self._tick_s, self._tick)

    def on_unmount(self) -> None:
        """Give the signals back."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)

    def status_lines(self, width: int, page_trouble: str | None) -> list[Line]:
        """How the database is, for the top of every page."""
        site = None if self._pulse is None else self._pulse.site
        waiting = self._ticks_waiting > _PATIENCE_TICKS
        return status_lines(Status(site, self.link.name, self._trouble, page_trouble, waiting), width)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: first the command that prints this page without a screen."""
        if isinstance(screen, ConsoleScreen) and (command := screen.command()) is not None:
            # The palette reads its texts as markup, and a serial number may look like some.
            yield SystemCommand("Copy this page's command", escape(inert(command)), screen.action_copy_command)
        yield from super().get_system_commands(screen)

    def action_stay(self) -> None:
        """Say how to leave."""
        self.notify("press q to leave")

    def on_opened(self, message: Opened) -> None:
        """Open a page on top; the way back is not endless."""
        if len(self.screen_stack) >= _DEPTH:
            self.notify("too many pages are open: go back with Esc first", severity="warning")
            return
        target = message.target
        self.push_screen(UnitScreen(target.id) if target.kind == "unit" else LotScreen(target.id))

    def on_pulsed(self, message: Pulsed) -> None:
        """Ask again when something has changed, or when the database is back."""
        changed = message.pulse != self._pulse or self._trouble is not None
        self._feeling, self._ticks_waiting = False, 0
        self._pulse, self._trouble = message.pulse, None
        self._show_status()
        if changed:
            for screen in self._pages()[-1:]:
                screen.load()

    def on_failed(self, message: Failed) -> None:
        """The pulse is not to be felt: say so and go on. What a page could not be told, it shows itself."""
        if message.question == "pulse":
            self._feeling, self._ticks_waiting = False, 0
            self._trouble = message.text
            self._show_status()

    def _tick(self) -> None:
        for page in self._pages()[-1:]:
            page.tick()
        if self._feeling:
            self._ticks_waiting += 1
            self._show_status()
            return
        self._feeling = True
        self._feel_pulse()

    @work(thread=True, exclusive=True, group="pulse")
    def _feel_pulse(self) -> None:
        try:
            self.post_message(Pulsed(self.link.pulse()))
        except CommandError as error:
            self.post_message(Failed("pulse", str(error)))
        except Exception as error:  # noqa: BLE001 - a console that says what went wrong outlives one that died of it
            self.post_message(Failed("pulse", f"{type(error).__name__}: {error}"))

    def _pages(self) -> list[ConsoleScreen]:
        # A page that was just pushed is on the stack before its widgets are there, and while the console is being shut
        # down its pages still are when their widgets are gone.
        if not self.is_running:
            return []
        return [screen for screen in self.screen_stack if isinstance(screen, ConsoleScreen) and screen.is_mounted]

    def _show_status(self) -> None:
        for page in self._pages()[-1:]:
            page.show_status()
