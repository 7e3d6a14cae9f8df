"""Who talks to what: one row a client of a served bench, for somebody who watches."""

from dataclasses import dataclass

_SHOWN = 60


@dataclass(slots=True)
class Activity:
    """One client at one instrument. `messages` counts what it has sent, `at` is when the last came (s).

    Times are on the machine's monotonic clock.
    """

    role: str
    peer: str
    wire: str
    began: float
    messages: int = 0
    at: float = 0.0
    ended: bool = False
    said: bytes = b""
    """The last bytes that came."""

    def note(self, content: bytes, at: float) -> None:
        """Take in what the client has sent; costs nothing that a question would feel."""
        self.messages += (content.count(b"\n") or content.count(b"\r")) or 1
        self.said = content
        self.at = at

    @property
    def last(self) -> str:
        """The last message, for a person."""
        lines = [line for line in self.said.splitlines() if line]
        return shown(lines[-1]) if lines else ""


def shown(content: bytes) -> str:
    """A message for a person: text where it is text, else hexadecimal, and never too long for a line."""
    text = content.decode("ascii") if content.isascii() and content.decode("ascii").isprintable() else content.hex(" ")
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
