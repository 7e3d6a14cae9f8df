"""The report of a switch's frame test: how many frames were sent through its ports, and how many came back.

There is no public standard for such a program; the form is inferred and is that of `diag-traffic`. One test counts at
both ends of a snake through all ports, the other at every port.
"""

from dataclasses import dataclass
from typing import Final

from drivers.device_documents._json_tree import JsonNode, json_tree

_DOCUMENT: Final = "frame test"


@dataclass(frozen=True, slots=True)
class FrameCount:
    """Frames that were sent, and of these, frames that came back."""

    sent: int
    received: int

    @property
    def lost(self) -> int:
        """Frames that did not come back."""
        return self.sent - self.received


@dataclass(frozen=True, slots=True)
class SnakeReport:
    """A snake through `ports` ports of so many seconds."""

    ports: int
    seconds: float
    count: FrameCount


def parse_snake(content: str | bytes) -> SnakeReport:
    """The report of a snake. Raises `DocumentError` for another report, none sent, or more received than sent."""
    root = _report(content, "snake")
    return SnakeReport(root.member("ports").integer(1), root.member("seconds").number(), _count(root))


def parse_loopback(content: str | bytes) -> dict[str, FrameCount]:
    """The counts of each port. Raises `DocumentError` as `parse_snake`."""
    ports = _report(content, "loopback").member("ports").members()
    return {name: _count(node) for name, node in ports.items()}


def _report(content: str | bytes, test: str) -> JsonNode:
    root = json_tree(_DOCUMENT, content)
    told = root.member("test")
    if told.text() != test:
        raise told.wrong(f"is {told.text()!r}, not {test!r}")
    return root


def _count(node: JsonNode) -> FrameCount:
    sent, received = node.member("frames_sent").integer(), node.member("frames_received").integer()
    if sent == 0 or received > sent:
        raise node.wrong(f"{received} frames came back of {sent}")
    return FrameCount(sent, received)
