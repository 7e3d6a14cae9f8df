"""A ZPL II label printer: it keeps the labels that it printed, each field as a reader would find it.

It prints on the bench's clock. Without paper, with the head open or paused it goes on taking labels and prints none
until that is mended; `silent_faults` makes it leave ~HS unanswered meanwhile, as some firmwares do.
"""

import re
from collections import deque
from dataclasses import dataclass
from typing import Literal

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.serial_instrument import SerialInstrument
from sim_hardware.power.grid import PowerGrid

_KINDS: dict[str, Literal["text", "code_128", "data_matrix"]] = {
    "A0": "text",
    "BC": "code_128",
    "BX": "data_matrix",
}
_COMMAND = re.compile(r"[\^~]([A-Z0-9]{2})([^\^~]*)")
_HEX = re.compile(r"_([0-9A-Fa-f]{2})")
_ANSWER_S = 0.002


@dataclass(frozen=True)
class PrintedField:
    """One thing on a label: what a reader makes of it, and where it is, in dots."""

    kind: Literal["text", "code_128", "data_matrix"]
    content: str
    x: int
    y: int


@dataclass(frozen=True)
class PrintedLabel:
    """One label that came out."""

    fields: tuple[PrintedField, ...]

    def content(self, kind: str) -> str:
        """What the only field of this kind says. Raises ValueError when there are none or several."""
        (found,) = (field.content for field in self.fields if field.kind == kind)
        return found


class ZebraZpl(SerialInstrument):
    """`labels` are on the roll; `seconds_per_label` is how long one takes; `dots_per_mm` is that of its head."""

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        labels: int = 1000,
        seconds_per_label: float = 0.5,
        dots_per_mm: int = 12,
        silent_faults: bool = False,
    ) -> None:
        super().__init__(power, clock, role, serial)
        if labels < 0 or not seconds_per_label > 0.0 or dots_per_mm not in (6, 8, 12, 24):
            raise ValueError(
                f"{role}: {labels} labels of {seconds_per_label!r} s at {dots_per_mm} dots/mm; no such printer"
            )
        self.printed: list[PrintedLabel] = []
        self.labels_left = labels
        self.head_open = self.paused = self.ribbon_out = False
        self._seconds_per_label = seconds_per_label
        self._dots_per_mm = dots_per_mm
        self._silent_faults = silent_faults
        self._waiting: deque[tuple[PrintedLabel, int]] = deque()
        self._next_at = 0.0
        self._received = ""

    @property
    def paper_out(self) -> bool:
        """Whether the roll has come to its end."""
        return self.labels_left == 0

    def load(self, labels: int) -> None:
        """Put a roll of this many labels in."""
        self._advance()
        self.labels_left = labels
        self._next_at = self.clock.now() + self._seconds_per_label

    def set_fault(
        self, *, head_open: bool | None = None, paused: bool | None = None, ribbon_out: bool | None = None
    ) -> None:
        """Open its head, pause it or take its ribbon out, or mend that; None leaves a thing as it is."""
        self._advance()
        stood = self._stands
        self.head_open = self.head_open if head_open is None else head_open
        self.paused = self.paused if paused is None else paused
        self.ribbon_out = self.ribbon_out if ribbon_out is None else ribbon_out
        if stood and not self._stands:
            self._next_at = self.clock.now() + self._seconds_per_label

    def received(self, content: bytes) -> None:
        """Obey every whole command, in order."""
        self._received += content.decode("latin-1")
        while True:
            text = self._received.lstrip("\r\n ")
            start = min((at for at in (text.find("^XA"), text.find("~")) if at >= 0), default=-1)
            if start < 0:
                self._received = text
                return
            if text[start] == "~":
                if len(text) < start + 3:
                    self._received = text[start:]
                    return
                self._received = text[start + 3 :]
                self._advance()
                self._immediate(text[start + 1 : start + 3])
                continue
            end = text.find("^XZ", start)
            if end < 0:
                self._received = text[start:]
                return
            self._received = text[end + 3 :]
            self._advance()
            self._take(text[start + 3 : end])

    @property
    def _stands(self) -> bool:
        return self.paper_out or self.head_open or self.paused or self.ribbon_out

    def _immediate(self, command: str) -> None:
        match command:
            case "HI":
                self._answer(
                    f"ZT411-{'300' if self._dots_per_mm == 12 else '203'}dpi,V92.21.16Z,{self._dots_per_mm},8176KB"
                )
            case "HM":
                self._answer("8176,8000,7900")
            case "HS":
                if not (self._silent_faults and (self.paper_out or self.head_open or self.ribbon_out)):
                    self._answer(*self._status())
            case "JA":
                self._waiting.clear()
            case "PP":
                self.set_fault(paused=True)
            case "PS":
                self.set_fault(paused=False)

    def _status(self) -> tuple[str, str, str]:
        partial = "^XA" in self._received and "^XZ" not in self._received
        remaining = self._waiting[0][1] if self._waiting else 0
        formats = max(0, len(self._waiting) - 1)
        return (
            f"030,{self.paper_out:d},{self.paused:d},1245,{formats:03d},0,0,{partial:d},000,0,0,0",
            f"000,0,{self.head_open:d},{self.ribbon_out:d},0,2,4,0,{remaining:08d},1,000",
            "1234,0",
        )

    def _answer(self, *lines: str) -> None:
        if self.port is not None:
            for line in lines:
                self.port.send(b"\x02" + line.encode("ascii") + b"\x03\r\n", _ANSWER_S)

    def _take(self, commands: str) -> None:
        copies, fields = 1, list[PrintedField]()
        x = y = 0
        kind: Literal["text", "code_128", "data_matrix"] = "text"
        hexadecimal = False
        for name, rest in _COMMAND.findall(commands):
            if name == "FO":
                x, y = (int(part) for part in rest.split(",")[:2])
                kind, hexadecimal = "text", False
            elif name in _KINDS:
                kind = _KINDS[name]
            elif name == "FH":
                hexadecimal = True
            elif name == "FD":
                fields.append(PrintedField(kind, _content(kind, rest, hexadecimal=hexadecimal), x, y))
            elif name == "PQ":
                copies = int(rest.split(",")[0])
        if not fields:
            return
        if not self._waiting:
            self._next_at = self.clock.now() + self._seconds_per_label
        self._waiting.append((PrintedLabel(tuple(fields)), copies))

    def _advance(self) -> None:
        """Print what the time since the last look was enough for."""
        while self._waiting and not self._stands and self._next_at <= self.clock.now():
            label, copies = self._waiting.popleft()
            self.printed.append(label)
            self.labels_left -= 1
            self._next_at += self._seconds_per_label
            if copies > 1:
                self._waiting.appendleft((label, copies - 1))


def _content(kind: str, text: str, *, hexadecimal: bool) -> str:
    raw = text
    if hexadecimal:
        raw = _HEX.sub(lambda found: chr(int(found[1], 16)), text)
    content = raw.encode("latin-1").decode("utf-8", "replace")
    return content.replace(">0", ">") if kind == "code_128" else content
