"""Who talks to what: one row a client of a served bench, for somebody who watches."""

from dataclasses import dataclass

_SHOWN = 60


@dataclass(slots=True)
class Activity:
    """One client at one instrument. `messages` counts what it has sent, `last` is its last message, `at` when (s).

    `at` is on the machine's monotonic clock, as `began` is.
    """

    role: str
    peer: str
    wire: str
    began: float
    messages: int = 0
    last: str = ""
    at: float = 0.0
    ended: bool = False

    def note(self, content: bytes, at: float) -> None:
        """Take in what the client has sent."""
        lines = [line for line in content.splitlines() if line]
        self.messages += max(1, len(lines)) if content.endswith((b"\n", b"\r")) else 1
        self.last = shown(lines[-1] if lines else content)
        self.at = at


def shown(content: bytes) -> str:
    """A message for a person: text where it is text, else hexadecimal, and never too long for a line."""
    text = content.decode("ascii") if content.isascii() and content.decode("ascii").isprintable() else content.hex(" ")
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
