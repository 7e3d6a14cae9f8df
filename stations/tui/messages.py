"""What other threads post to the operator's app."""

from textual.message import Message

from stations.tui.happenings import Happening


class Happened(Message):
    """A happening on its way to the screen, from any thread."""

    def __init__(self, happening: Happening) -> None:
        super().__init__()
        self.happening = happening


class Scanned(Message):
    """A whole scan of the serial scanner, or why it cannot be used."""

    def __init__(self, text: str, dropped: str = "") -> None:
        super().__init__()
        self.text = text
        self.dropped = dropped
