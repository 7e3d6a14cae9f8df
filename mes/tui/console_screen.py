"""What every page of the console shares: the line that says how the database is, and how a page asks it things."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from sqlalchemy import Engine
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer

from mes.command_line import CommandError
from mes.tui.lines_view import LinesView
from mes.tui.messages import Failed, Opened
from mes.tui.turn import Turn
from mes.tui.view_text import Target

if TYPE_CHECKING:
    from mes.tui.app import ConsoleApp

T = TypeVar("T")

BACK = Binding("escape,backspace", "app.pop_screen", "Back", key_display="esc")
EVERYWHERE: list[BindingType] = [Binding("c", "copy_command", "Copy"), Binding("q", "app.quit", "Quit")]
"""Keys of every page; each page lists them last, so that its own come first in the footer."""


_RETRY_TICKS = 10


class ConsoleScreen(Screen[None]):
    """A page of the console. It loads when it is shown and whenever the database has something new."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-normal"), (36, "-tall")]

    def __init__(self) -> None:
        super().__init__()
        self.turn = Turn()
        self.trouble: str | None = None
        self._ticks_to_retry = 0
        self._was_answered = False

    @property
    def console(self) -> "ConsoleApp":
        """The application, by its own type."""
        return cast("ConsoleApp", self.app)

    def compose(self) -> ComposeResult:
        """The status line, the page, the keys."""
        yield LinesView(id="status")
        yield from self.compose_page()
        yield Footer(show_command_palette=True)

    def compose_page(self) -> ComposeResult:
        """What is between the status line and the keys."""
        raise NotImplementedError

    def load(self) -> None:
        """Ask the database again, in a worker."""
        if self.turn.begin():
            self.ask_page()

    def ask_page(self) -> None:
        """Ask for what this page shows; its message, or `Failed`, ends the turn by `answered`."""
        raise NotImplementedError

    def answered(self) -> None:
        """The question of this page has its answer, and the page shows it."""
        self.trouble, self._was_answered = None, True
        if self.turn.end():
            self.load()

    @property
    def busy(self) -> bool:
        """Whether an answer is still awaited."""
        return self.turn.under_way or not self._was_answered

    def tick(self) -> None:
        """A beat of the console has gone by."""
        if self.trouble is not None:
            self._ticks_to_retry -= 1
            if not self._ticks_to_retry:
                self.load()

    def command(self) -> str | None:
        """The command that prints what this page shows; None while there is nothing to show."""
        raise NotImplementedError

    def on_screen_resume(self) -> None:
        """A page that comes to the front asks at once, unless nobody knows yet whose figures it would show."""
        self.show_status()
        if self.console.site_kind is not None:
            self.load()

    def on_failed(self, message: Failed) -> None:
        """No answer this time: say why, and ask again in a while even if nothing new comes in."""
        self.trouble, self._ticks_to_retry, self._was_answered = message.text, _RETRY_TICKS, True
        if message.question == "page":
            self.turn.end()
        self.show_status()

    def show_status(self) -> None:
        """Show how the database is now."""
        self.query_one("#status", LinesView).show(lambda width: self.console.status_lines(width, self.trouble))

    def asked(self, question: str, answer: Callable[[Engine], T]) -> T | None:
        """The answer to a question, in the thread of a worker; None once the trouble has been told."""
        try:
            return self.console.link.ask(answer)
        except CommandError as error:
            self.post_message(Failed(question, str(error)))
        except Exception as error:  # noqa: BLE001 - a page that shows what went wrong outlives a console that died of it
            self.post_message(Failed(question, f"cannot be shown: {type(error).__name__}: {error}"))
        return None

    def open(self, target: Target) -> None:
        """Open the page of a unit or a lot."""
        self.app.post_message(Opened(target))

    def action_copy_command(self) -> None:
        """Put the command that prints this page on the clipboard, and show it."""
        command = self.command()
        if command is not None:
            self.app.copy_to_clipboard(command)
            # No markup: the command may hold a serial number with brackets in it.
            self.app.notify(command, title="copied", markup=False)
