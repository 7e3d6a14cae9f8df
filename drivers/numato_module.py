"""What the drivers of Numato's USB modules share: echo, prompt, channel letters and the register of all channels.

A module echoes what it is sent, answers on the next line if there is anything to say, and shows a prompt:
`relay read 0` CR is followed by `relay read 0`, `on`, `>`. The frame is what stands before the prompt.
"""

import re
from collections.abc import Collection
from datetime import date
from typing import ClassVar, Final

from drivers.clock import Clock
from drivers.errors import DeviceError, Garbled, OutOfRange, WrongInstrument
from drivers.line_driver import LineDriver
from drivers.line_session import LineSession
from drivers.reading import InstrumentIdentity

_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
"""Channels from 10 on are written as letters."""
_LINES_PER_DIGIT: Final = 4


class NumatoModule(LineDriver):
    """Base of the drivers; `noun` begins a module's commands.

    `channels` is how many the module has, found out at open by the length of its register.
    """

    __slots__ = ("_channels",)

    ending: ClassVar[bytes] = b"\r"
    terminator: ClassVar[bytes] = b">"
    probes: ClassVar[tuple[str, ...]] = ("ver", "id get")
    noun: ClassVar[str]

    def __init__(
        self,
        session: LineSession,
        identity: InstrumentIdentity,
        clock: Clock,
        calibration_due: date | None = None,
        *,
        channels: int = 0,
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._channels = channels

    def _wake(self) -> None:
        # Ends half a command that somebody left in the module's line buffer; what it says to that is dropped.
        self._session.exchange(self.ending)

    def _identify(self, serial: str | None) -> InstrumentIdentity:
        firmware, found = self._look("ver"), self._look("id get")
        self._check_serial(found, serial)
        return InstrumentIdentity(maker="Numato Lab", model=f"{self.noun} module", serial=found, firmware=firmware)

    def _prepare(self) -> None:
        answer = self._look(f"{self.noun} readall")
        if re.fullmatch(r"[0-9A-Fa-f]{1,8}", answer) is None:
            raise WrongInstrument(
                f"{self.resource}: '{self.noun} readall' is answered {answer[:60]!r}; this is no {self.noun} module"
            )
        self._channels = _LINES_PER_DIGIT * len(answer)

    @classmethod
    def _take(cls, command: str, frame: bytes) -> str:
        lines = [line for line in re.split(rb"[\r\n]+", frame) if line]
        if not lines or lines[0] != command.encode("ascii"):
            raise Garbled(f"expected the echo of the command before the prompt, got {frame[:60]!r}")
        if len(lines) > 2 or not frame.isascii():
            raise Garbled(f"expected one line of answer, got {frame[:60]!r}")
        return lines[1].decode("ascii").strip() if len(lines) == 2 else ""

    def _tell(self, command: str) -> None:
        """Send a command that has no answer; anything the module says to it is a refusal."""
        if answer := self._ask(command):
            raise DeviceError(f"{self.resource}: {command!r} refused: {answer[:60]}")

    def _letter(self, channel: int) -> str:
        if not 0 <= channel < self._channels:
            raise OutOfRange(
                f"{self.resource}: there is no channel {channel}; this module has 0 to {self._channels - 1}"
            )
        return _LETTERS[channel]

    def _word(self, value: str) -> str:
        """A register with the same digit throughout: `0` for nothing, `f` for every channel."""
        return value * (self._channels // _LINES_PER_DIGIT)

    def _register(self) -> int:
        """The states of all channels, channel 0 in the lowest bit."""
        question = f"{self.noun} readall"
        answer = self._look(question)
        if re.fullmatch(rf"[0-9A-Fa-f]{{{self._channels // _LINES_PER_DIGIT}}}", answer) is None:
            raise self._garbled(question, f"expected {self._channels} bits in hexadecimal, got {answer[:60]!r}")
        return int(answer, 16)

    def _prove(self, channels: Collection[int], *, high: bool) -> None:
        """Read the register; raise `DeviceError` naming the channels that are not in this state."""
        register = self._register()
        wrong = [channel for channel in channels if bool(register >> channel & 1) is not high]
        if wrong:
            state = "on" if high else "off"
            raise DeviceError(f"{self.resource}: channels {wrong} did not go {state}; check the module and its supply")
