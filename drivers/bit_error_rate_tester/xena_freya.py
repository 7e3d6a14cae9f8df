"""Teledyne LeCroy Xena Freya: an Ethernet tester whose 800G port is eight PAM4 lanes with generators and detectors."""

import re
from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Final

from drivers.capabilities import CodewordErrors, LaneErrors
from drivers.clock import Clock
from drivers.errors import DeviceError, Garbled, InstrumentError, NotSafe, OutOfRange, WrongInstrument
from drivers.line_driver import LineDriver
from drivers.line_session import LineSession
from drivers.reading import InstrumentIdentity

_PORT: Final = "0/0"
_LANES: Final = range(1, 9)
_PATTERNS: Final = ("PRBS31Q", "KP4")
_BINS: Final = 16
_GATE_S: Final = (1e-3, 86_400.0)
_SHAPE: Final = re.compile(r"(?:\d+/\d+ +)?([A-Z_]+)(?: +\[(\d+)\])?(?: +(.*))?")


class XenaFreya(LineDriver):
    """One port (0/0) in Xena's text dialect (CLI on TCP 22611): a parameter and a question mark, or its values.

    PP_TXPRBSCONFIG and PP_RXPRBSSTATUS are by lane, counted from 0 on the wire; PP_RXFECSTATS is by port and counts
    codewords with 0 to 15 and with more wrong symbols. Commands as the maker's open API shows them; the answers'
    spacing, C_MODEL's words and that Gray coding is on at 112 Gb/s are unverified. PRBS31Q is PRBS31 on PAM4 lanes,
    KP4 are idle Ethernet blocks in codewords of RS(544,514).
    """

    __slots__ = ("_pattern",)

    capability: ClassVar[str] = "BitErrorRateTester"
    ending: ClassVar[bytes] = b"\r\n"
    terminator: ClassVar[bytes] = b"\n"
    probes: ClassVar[tuple[str, ...]] = ("C_MODEL ?", "C_SERIALNO ?")

    def __init__(
        self, session: LineSession, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None = None
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._pattern: str | None = None

    def _wake(self) -> None:
        self._set('C_LOGON "xena"')
        self._set('C_OWNER "rackline"')

    def _identify(self, serial: str | None) -> InstrumentIdentity:
        model = self._look("C_MODEL ?").strip('"')
        if "Freya" not in model:
            raise WrongInstrument(f"{self.resource}: expected a Freya, found {model[:60]!r}")
        found = self._look("C_SERIALNO ?")
        self._check_serial(found, serial)
        return InstrumentIdentity(maker="Xena", model=model, serial=found, firmware=self._look("C_VERSIONNO ?"))

    def _prepare(self) -> None:
        self._pattern = None
        # Somebody else's reservation is refused, not taken away: their measurement would end in ours.
        if (state := self._look(f"{_PORT} P_RESERVATION ?")) != "RESERVED_BY_YOU":
            if state != "RELEASED":
                raise DeviceError(f"{self.resource}: port {_PORT} is {state}; let its user release it")
            self._set(f"{_PORT} P_RESERVATION RESERVE")

    def set_pattern(self, pattern: str) -> None:
        """Set what every lane sends and expects: PRBS31Q or KP4, proven by read-back.

        Raises `OutOfRange` for another one, `DeviceError` when a lane does not follow.
        """
        if pattern not in _PATTERNS:
            raise OutOfRange(f"{self.resource}: pattern {pattern!r} is none of {', '.join(_PATTERNS)}")
        prbs = int(pattern == "PRBS31Q")
        self._pattern = None
        with self.exclusive():
            if prbs:
                self._set(f"{_PORT} PP_PRBSTYPE PHY_LINE PRBS31 NON_INVERTED ACCUMULATIVE")
            for lane in _LANES:
                self._set(f"{_PORT} PP_TXPRBSCONFIG [{lane - 1}] 0 {prbs} 0")
                held = self._numbers(f"{_PORT} PP_TXPRBSCONFIG [{lane - 1}] ?", 3)
                if held[1] != prbs:
                    raise DeviceError(f"{self.resource}: lane {lane} was set to {pattern} and its PRBS reads {held[1]}")
        self._pattern = pattern

    def set_outputs(self, on: bool) -> None:
        """Set every generator on or off, proven by read-back. Raises `DeviceError` when they do not follow."""
        word = "ON" if on else "OFF"
        with self.exclusive():
            self._set(f"{_PORT} P_TXENABLE {word}")
            if (held := self._look(f"{_PORT} P_TXENABLE ?")) != word:
                raise DeviceError(f"{self.resource}: the generators were switched {word} and read {held}")

    def count_bit_errors(self, gate_s: float) -> Mapping[int, LaneErrors]:
        """Measure bits and bit errors of every lane from now on for 1 ms to a day.

        Raises `OutOfRange`, `InstrumentError` unless the pattern is PRBS31Q.
        """
        self._check("PRBS31Q", gate_s)
        with self.exclusive():
            self._gate(gate_s)
            found = {}
            for lane in _LANES:
                counted, errors, lock = self._numbers(f"{_PORT} PP_RXPRBSSTATUS [{lane - 1}] ?", 3)
                found[lane] = LaneErrors(bits=8 * counted, errors=errors, locked=lock == 1, gated_s=gate_s)
        return found

    def count_codewords(self, gate_s: float) -> CodewordErrors:
        """Measure how many symbols of each codeword are wrong, from now on for 1 ms to a day.

        Raises `OutOfRange`, `InstrumentError` unless the pattern is KP4, `Garbled` when the counts do not add up.
        """
        self._check("KP4", gate_s)
        question = f"{_PORT} PP_RXFECSTATS ?"
        with self.exclusive():
            self._gate(gate_s)
            kind, count, *values = self._numbers(question, 2 + _BINS + 2)
            if kind != 0 or count != _BINS + 2 or values[-1] != values[-2]:
                raise self._garbled(question, f"expected 16 bins, those beyond and those lost alike, got {values}")
        return CodewordErrors(corrected=tuple(values[:_BINS]), lost=values[_BINS])

    def _check(self, pattern: str, gate_s: float) -> None:
        low, high = _GATE_S
        if not low <= gate_s <= high:
            raise OutOfRange(f"{self.resource}: a gate of {gate_s:g} s is outside {low:g} to {high:g} s")
        if self._pattern != pattern:
            raise InstrumentError(f"{self.resource}: cannot count with pattern {self._pattern}; set {pattern} first")

    def _gate(self, gate_s: float) -> None:
        self._set(f"{_PORT} PP_RXCLEAR")
        self.clock.sleep(gate_s)

    def _set(self, command: str) -> None:
        answer = self._ask(command)
        if answer != "<OK>":
            raise DeviceError(f"{self.resource}: {command!r} refused: {answer}")

    def _numbers(self, question: str, count: int) -> list[int]:
        # Asked once: asked again, a counter would have gone on.
        answer = self._ask(question).split()
        if len(answer) != count or not all(word.isascii() and word.isdecimal() for word in answer):
            raise self._garbled(question, f"expected {count} whole numbers, got {' '.join(answer)[:60]!r}")
        return [int(word) for word in answer]

    @classmethod
    def _take(cls, command: str, frame: bytes) -> str:
        text = frame.decode("latin-1").strip()
        if re.fullmatch(r"<[A-Z]+>", text):
            if text != "<OK>":
                raise DeviceError(f"{command!r} refused: {text.strip('<>')}")
            if command.endswith("?"):
                raise Garbled(f"expected an answer to {command!r}, got {text}")
            return text
        if not command.endswith("?"):
            raise Garbled(f"expected <OK> for {command!r}, got {text[:60]!r}")
        asked, answered = _SHAPE.fullmatch(command.removesuffix("?").strip()), _SHAPE.fullmatch(text)
        # An answer repeats what was asked for, so that one of another question cannot pass for it.
        if asked is None or answered is None or asked.group(1, 2) != answered.group(1, 2) or not answered.group(3):
            raise Garbled(f"expected an answer to {command!r}, got {text[:60]!r}")
        return str(answered.group(3)).strip()

    def _switch_off(self) -> None:
        try:
            self.set_outputs(False)
        except DeviceError as error:
            raise NotSafe(f"{self.resource}: the generators are not proven off: {error}") from error
