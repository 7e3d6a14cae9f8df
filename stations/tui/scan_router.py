"""All scans come through here: keyboard wedge, paste, serial port and typing become one kind of message.

A wedge types like a person, only faster. Keys that carry a character are held for `HOLD_S`: what follows within
`GAP_S` belongs to the same burst, so that no character of a label ever reaches a focused field or a key binding,
and a key that stays alone is handed back as a person's. Facts measured on Textual 8.2.8 (design page 6): GS, RS and
EOT arrive as ctrl+ keys with the raw character, LF as ctrl+j, a whole scan sometimes as one paste.

STOP is not scanned for: Esc and F12 pass at once, whatever is half received.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from stations.scan import quoted
from stations.tui import texts
from stations.tui.commands import Command, command_of, is_command

HOLD_S: Final = 0.04
GAP_S: Final = 0.05
REPEAT_S: Final = 2.0
"""The same scan within this time of the last time it was seen is the same pull of the trigger."""
SHORTEST: Final = 4
"""Characters; fewer in a burst are a quick hand on the keyboard, not a label."""
LONGEST: Final = 1024
"""Characters of a scan that are kept; no label is this long."""

STOP_KEYS: Final = frozenset({"escape", "f12"})
_ENDS: Final = "\r\n\t"
_EDITING: Final = frozenset({"backspace", "delete"})


class Origin(StrEnum):
    """Where a scan came from."""

    WEDGE = "WEDGE"
    PASTE = "PASTE"
    SERIAL = "SERIAL"
    TYPED = "TYPED"


@dataclass(frozen=True, slots=True)
class KeyStroke:
    """A key as the terminal told it; `payload` is handed back untouched."""

    key: str
    character: str | None
    at_s: float
    payload: object = None


@dataclass(frozen=True, slots=True)
class UnitScanned:
    """A whole scan that is no command: most likely a serial number."""

    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class CommandScanned:
    """A command barcode."""

    command: Command
    origin: Origin


@dataclass(frozen=True, slots=True)
class ScanDropped:
    """Something was scanned and cannot be used; `reason` says why and what to do."""

    reason: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key that a person pressed."""

    stroke: KeyStroke


@dataclass(frozen=True, slots=True)
class StopKeyPressed:
    """A STOP key."""


Routed = UnitScanned | CommandScanned | ScanDropped | KeyPressed | StopKeyPressed


class ScanRouter:
    """Cuts streams of keys into scans and a person's keys. Time (s) comes with every call.

    `prefix` and `suffix` are what this station's wedge is set to send; CR, LF and TAB end a scan in any case, and
    the rest of a suffix of several characters is passed over.
    """

    def __init__(self, *, prefix: str = "", suffix: str = "\r") -> None:
        self._prefix = prefix
        self._suffix = suffix
        self._held: list[KeyStroke] = []
        self._length = 0
        self._last_s = float("-inf")
        self._ended_s = float("-inf")
        self._seen: dict[str, float] = {}

    def key(self, stroke: KeyStroke) -> tuple[Routed, ...]:
        """Take one key."""
        if stroke.key in STOP_KEYS:
            self._clear()
            return (StopKeyPressed(),)
        routed = self._settled(stroke.at_s, GAP_S)
        character = stroke.character
        if character is None or stroke.key in _EDITING:
            # An arrow or a function key is nobody's scan: what is held came before it.
            return (*routed, *self._released(), KeyPressed(stroke))
        if character in _ENDS:
            return (*routed, *self._end(stroke))
        self._last_s = stroke.at_s
        self._length += 1
        if self._length <= LONGEST:
            self._held.append(stroke)
        if self._suffix and self._suffix not in _ENDS and self._text().endswith(self._suffix):
            return (*routed, *self._taken(self._text().removesuffix(self._suffix), stroke.at_s, Origin.WEDGE))
        return routed

    def settle(self, now_s: float) -> tuple[Routed, ...]:
        """Decide on what is held when no key follows; call when `due` says so."""
        return self._settled(now_s, HOLD_S if self._length == 1 else GAP_S)

    def due(self) -> float | None:
        """When `settle` has something to decide; None while nothing is held."""
        return None if not self._length else self._last_s + (HOLD_S if self._length == 1 else GAP_S)

    def paste(self, text: str, at_s: float) -> tuple[Routed, ...]:
        """Take a paste: each line of it is a scan, the last one needs no end."""
        routed: list[Routed] = list(self._released())
        for line in self._lines(text):
            routed += self._frame(line.removeprefix(self._prefix), at_s, Origin.PASTE)
        return tuple(routed)

    def frame(self, text: str, at_s: float, origin: Origin) -> tuple[Routed, ...]:
        """Take a whole scan, already without prefix and suffix."""
        return self._frame(text, at_s, origin)

    def _lines(self, text: str) -> list[str]:
        for end in (self._suffix, *_ENDS):
            text = text.replace(end, "\n") if end else text
        return [line for line in text.split("\n") if line]

    def _text(self) -> str:
        return "".join(stroke.character or "" for stroke in self._held)

    def _clear(self) -> None:
        self._held.clear()
        self._length = 0

    def _end(self, stroke: KeyStroke) -> tuple[Routed, ...]:
        if not self._length:
            if stroke.at_s - self._ended_s <= GAP_S:
                # The rest of a suffix, such as the LF of CR LF.
                self._ended_s = stroke.at_s
                return ()
            return (KeyPressed(stroke),)
        if self._length < SHORTEST:
            return (*self._released(), KeyPressed(stroke))
        self._ended_s = stroke.at_s
        return self._taken(self._text(), stroke.at_s, Origin.WEDGE)

    def _taken(self, text: str, at_s: float, origin: Origin) -> tuple[Routed, ...]:
        length = self._length
        self._clear()
        if length > LONGEST:
            return (ScanDropped(texts.LONG_SCAN.format(length=length), origin),)
        if not text.startswith(self._prefix):
            reason = texts.NO_PREFIX.format(scan=quoted(text), prefix=quoted(self._prefix))
            return (ScanDropped(reason, origin),)
        return self._frame(text.removeprefix(self._prefix), at_s, origin)

    def _settled(self, now_s: float, patience_s: float) -> tuple[Routed, ...]:
        if not self._length or now_s - self._last_s < patience_s:
            return ()
        if self._length < SHORTEST:
            return self._released()
        text, length = self._text(), self._length
        self._clear()
        if length > LONGEST:
            return (ScanDropped(texts.LONG_SCAN.format(length=length), Origin.WEDGE),)
        return (ScanDropped(texts.UNFINISHED_SCAN.format(scan=quoted(text)), Origin.WEDGE),)

    def _released(self) -> tuple[Routed, ...]:
        held = tuple(KeyPressed(stroke) for stroke in self._held)
        self._clear()
        return held

    def _frame(self, text: str, at_s: float, origin: Origin) -> tuple[Routed, ...]:
        if len(text) > LONGEST:
            return (ScanDropped(texts.LONG_SCAN.format(length=len(text)), origin),)
        command = command_of(text)
        if command is Command.STOP:
            # A second STOP is counted, never taken for a repetition.
            return (CommandScanned(command, origin),)
        self._seen = {seen: when for seen, when in self._seen.items() if at_s - when < REPEAT_S}
        repeated = text in self._seen
        self._seen[text] = at_s
        if repeated and origin is not Origin.TYPED:
            return ()
        if command is not None:
            return (CommandScanned(command, origin),)
        if is_command(text):
            known = ", ".join(Command.__members__)
            return (ScanDropped(texts.UNKNOWN_COMMAND.format(scan=quoted(text), known=known), origin),)
        return (UnitScanned(text, origin),)
