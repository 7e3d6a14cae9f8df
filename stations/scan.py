"""Barcodes in: what a scanner sends becomes scans, and a scan becomes a serial number or is refused with a reason.

A keyboard wedge and a serial scanner say the same: characters between a prefix and a suffix. Nothing is repaired
on the way except the blanks and line ends that scanners append: a serial that was guessed is a wrong history.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

from drivers.clock import Clock
from mes.labels.check_characters import CheckCharacter as CheckCharacter
from mes.labels.check_characters import check_character as check_character
from stations.errors import ScanRefused

LONGEST_SERIAL = 60
"""Characters; a longer scan is no serial number, whatever a pattern would allow."""

_LONGEST_FRAME = 1024
_LOOK_ALIKES = {"O": "0", "0": "O", "I": "1", "1": "I", "l": "1", "S": "5", "5": "S", "B": "8", "8": "B"}


@dataclass(frozen=True, slots=True)
class SerialRule:
    """What a serial number of one part looks like: a pattern for the whole of it, and perhaps a check character."""

    part: str
    pattern: re.Pattern[str]
    check: CheckCharacter | None = None

    def serial(self, scan: str) -> str:
        """The serial number in a scan, without the one run of CR, LF and blanks that scanners append.

        Raises `ScanRefused` saying why it is none and what to do.
        """
        text = scan.rstrip("\r\n ")
        if reason := self._foreign(text) or self._misshapen(text) or self._miscounted(text):
            raise ScanRefused(f"scan {quoted(text)} refused: {reason}")
        return text

    def _foreign(self, text: str) -> str | None:
        if not text:
            return "it is empty; scan the label again"
        if len(text) > LONGEST_SERIAL:
            return f"{len(text)} characters, a serial has at most {LONGEST_SERIAL}; scan the serial label alone"
        for position, c in enumerate(text, start=1):
            name = unicodedata.name(c, f"control character {ord(c)}")
            if not c.isascii():
                return f"character {position} is {name} (U+{ord(c):04X}), not ASCII; scan the label, do not type it"
            if not c.isprintable():
                return f"character {position} is {name}; check the scanner's prefix and suffix in [scan]"
        return None

    def _misshapen(self, text: str) -> str | None:
        if self.pattern.fullmatch(text):
            return None
        for cut in range(1, len(text)):
            first, second = text[:cut], text[cut:]
            if self.pattern.fullmatch(first) and self.pattern.fullmatch(second):
                return f"two scans run together ({first} and {second}); scan one label at a time"
        if swap := self._look_alike(text):
            return f"{swap}; scan the label, do not type it"
        return f"no serial of {self.part}, which all match {self.pattern.pattern}; scan the label of this part"

    def _look_alike(self, text: str) -> str | None:
        """Which look-alike characters, exchanged, would make this a serial; only named, never exchanged."""
        places = [i for i, c in enumerate(text) if c in _LOOK_ALIKES]
        for count in (1, 2):
            for chosen in combinations(places, count):
                swapped = "".join(_LOOK_ALIKES[c] if i in chosen else c for i, c in enumerate(text))
                if self.pattern.fullmatch(swapped):
                    return " and ".join(
                        f"character {i + 1} is {_spoken(text[i])}, not {_spoken(swapped[i])}" for i in chosen
                    )
        return None

    def _miscounted(self, text: str) -> str | None:
        if self.check is None:
            return None
        due = check_character(self.check, text[:-1])
        if due == text[-1]:
            return None
        wanted = f"the {self.check} check asks for {due!r}" if due else f"not every character counts in {self.check}"
        return f"check character {text[-1]!r} is wrong ({wanted}); scan the label again"


def _spoken(c: str) -> str:
    return f"the digit {c}" if c.isdigit() else f"the letter {c}"


def quoted(text: str) -> str:
    """A text from outside, harmless and readable in one line: escapes for what is not ASCII, an end when it is long."""
    shown = ascii(text[:LONGEST_SERIAL])
    return shown if len(text) <= LONGEST_SERIAL else f"{shown}... ({len(text)} characters)"


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan as it came, and either the serial number it carries or why it was refused."""

    text: str
    at_s: float
    """When it was complete, on the station's clock."""
    serial: str | None
    refusal: str | None

    def accepted(self) -> str:
        """The serial number. Raises `ScanRefused` when there is none."""
        if self.serial is None:
            raise ScanRefused(self.refusal)
        return self.serial


class ScanReader:
    """Cuts what a scanner sends into scans and checks each.

    `check` is `Product.check_serial`, `prefix` and `suffix` are what this station's scanner is set to send. The
    same scan again within `repeat_s` seconds of the last time it was seen is the same trigger pull, and is passed
    over. A frame without any character says nothing and is passed over too.
    """

    def __init__(
        self, check: Callable[[str], str], clock: Clock, *, prefix: str = "", suffix: str = "\r", repeat_s: float = 2.0
    ) -> None:
        if not suffix:
            raise ValueError("a scanner without a suffix gives no end of scan; set it to send one")
        self._check = check
        self._clock = clock
        self._prefix = prefix
        self._suffix = suffix.encode()
        self._repeat_s = repeat_s
        self._received = b""
        self._lost = 0
        self._last: tuple[str, float] | None = None

    def feed(self, received: bytes | str) -> tuple[Scan, ...]:
        """The scans that these bytes or characters complete, in order; what is not complete waits for its suffix."""
        self._received += received.encode("utf-8", "surrogatepass") if isinstance(received, str) else received
        *frames, rest = self._received.split(self._suffix)
        scans = []
        for frame in frames:
            lost, self._lost = self._lost, 0
            if (scan := self._scan(frame, lost)) is not None:
                scans.append(scan)
        if len(rest) > _LONGEST_FRAME:
            # No label is this long: keep counting to its end, but not the bytes.
            kept = len(self._suffix) - 1
            self._lost += len(rest) - kept
            rest = rest[len(rest) - kept :]
        self._received = rest
        return tuple(scans)

    def _scan(self, frame: bytes, lost: int) -> Scan | None:
        now = self._clock.now()
        if self._suffix == b"\r":
            # A scanner set to CR LF: the LF of the scan before is no part of this one.
            frame = frame.removeprefix(b"\n")
        if not frame and not lost:
            return None
        if lost or len(frame) > _LONGEST_FRAME:
            return Scan("", now, None, f"scan refused: {lost + len(frame)} bytes without an end; check the scanner")
        try:
            text = frame.decode()
        except UnicodeDecodeError:
            return Scan(ascii(frame), now, None, f"scan {frame!r} refused: no text; check the scanner's line settings")
        last, self._last = self._last, (text, now)
        if last is not None and last[0] == text and now - last[1] < self._repeat_s:
            return None
        try:
            if not text.startswith(self._prefix):
                reason = f"it lacks the prefix {self._prefix!a}; set the scanner or prefix in [scan]"
                raise ScanRefused(f"scan {quoted(text)} refused: {reason}")
            return Scan(text, now, self._check(text.removeprefix(self._prefix)), None)
        except ScanRefused as refused:
            return Scan(text, now, None, str(refused))
