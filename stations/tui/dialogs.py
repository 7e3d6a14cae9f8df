"""The few dialogs of the operator's screen. None of them takes scans: the app sees every key first."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from stations.tui import texts
from stations.tui.commands import Command, label


class StationDialog(ModalScreen[str]):
    """A dialog over the screen; its answer is a text, empty for none."""

    AUTO_FOCUS = "*"
    DEFAULT_CSS = """
    StationDialog { align: center middle; background: #000000 40%; }
    StationDialog > Vertical {
        width: 64; max-width: 100%; height: auto; max-height: 100%;
        background: #303030; color: #FFFFFF; padding: 0 1; border: heavy #A0A0A0;
    }
    StationDialog Static { width: 100%; height: auto; }
    StationDialog Button { width: 1fr; min-width: 8; }
    StationDialog Input { width: 100%; }
    """

    def answer_yes(self) -> None:
        """YES, by key, click or barcode."""
        self.dismiss("")

    def answer_no(self) -> None:
        """NO, STOP, or a scan of the next unit."""
        self.dismiss("")


class LeaveDialog(StationDialog):
    """Leave the screen?"""

    BINDINGS = [("y", "yes"), ("n", "no")]

    def compose(self) -> ComposeResult:
        """The question and both answers."""
        with Vertical():
            yield Static(texts.LEAVE_QUESTION, markup=False)
            yield Static(texts.LEAVE_HINT, markup=False)
            yield Button(f"{texts.NO} (N)", id="no", compact=True)
            yield Button(f"{texts.YES} (Y)", id="yes", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer by a click or by Enter."""
        self.dismiss("yes" if event.button.id == "yes" else "")

    def action_yes(self) -> None:
        """Leave."""
        self.answer_yes()

    def action_no(self) -> None:
        """Stay."""
        self.answer_no()

    def answer_yes(self) -> None:
        """Leave."""
        self.dismiss("yes")


class TypeDialog(StationDialog):
    """A serial number by hand, for a label that no scanner reads. `first` is what was typed before it opened."""

    def __init__(self, first: str = "") -> None:
        super().__init__()
        self._first = first

    def compose(self) -> ComposeResult:
        """One line to type into."""
        with Vertical():
            yield Static(texts.TYPE_TITLE, markup=False)
            yield Input(self._first, max_length=200, select_on_focus=False, compact=True)
            yield Static(texts.TYPE_HINT, markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter takes what was typed."""
        self.dismiss(event.value)


class HelpDialog(StationDialog):
    """The keys and the command barcodes."""

    def compose(self) -> ComposeResult:
        """One line each."""
        labels = {str(command).lower(): label(command) for command in Command}
        with Vertical():
            yield Static(texts.HELP_TITLE, markup=False)
            for keys, what in texts.HELP:
                yield Static(f"{keys.format(**labels):<22}{what}", markup=False)

    def on_key(self) -> None:
        """Any key closes it."""
        self.dismiss("")
