"""Xena Freya: one 800G port of eight PAM4 lanes, in Xena's text dialect. Terminals TX1 to TX8 and RX1 to RX8.

Its detectors count since they were cleared. A lane is locked when the pattern that it expects comes in, not inverted,
and not so badly that no checker could follow; what is not locked counts nothing.
"""

import math
import re
from dataclasses import dataclass
from functools import partial
from typing import Final

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.signal_instrument import SignalInstrument
from sim_hardware.physics.pam4 import (
    CODEWORD_BITS,
    bit_error_ratio,
    drawn_histogram,
    poisson,
    shared_symbol_errors,
)
from sim_hardware.signals.paths import Pattern, Reception, SignalPaths

LANES: Final = 8
BIT_RATE: Final = 106.25e9
_PORT = "0/0"
_WORST_BER = 1e-2
"""Beyond this a checker of PRBS31 does not hold its lock (order of magnitude, inferred)."""
_LINE = re.compile(r"(?:(\d+/\d+) +)?([A-Z_]+)(?: +\[(\d+)\])?(?: +(.*))?")
_ROUND_TRIP_S = 2e-3


@dataclass(slots=True)
class _Detector:
    bytes: int = 0
    errors: int = 0
    since: float = 0.0


class _Refused(Exception):
    """The chassis answers with this word in angle brackets."""


class XenaFreya(SignalInstrument):
    """`reserved_by_other` is a port that somebody else holds; `snr_penalty_db` a detector worse than it should be."""

    def __init__(
        self,
        signals: SignalPaths,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        reserved_by_other: bool = False,
        snr_penalty_db: float = 0.0,
    ) -> None:
        super().__init__(signals, clock, role, serial)
        if not 0.0 <= snr_penalty_db < math.inf:
            raise ValueError(f"{role}: SNR penalty {snr_penalty_db!r} dB must be zero or more")
        self._penalty_db = snr_penalty_db
        self._reserved_by_other = reserved_by_other
        self._is_mine = self._is_on = self._logged_on = False
        self._prbs = [False] * LANES
        self._seen = [_Detector() for _ in range(LANES)]
        self._codewords = [0] * 17
        self._codewords_since = 0.0
        for lane in range(LANES):
            signals.add_generator(self.terminal(f"TX{lane + 1}"), partial(self._sent, lane))

    def execute(self, message: str) -> tuple[bytes | None, float]:
        """Carry out one line; every line is answered by one."""
        self.signals.power.advance()
        self.busy(_ROUND_TRIP_S)
        line = message.strip()
        try:
            answer = self._answer(line)
        except _Refused as refusal:
            answer = f"<{refusal}>"
        return answer.encode("latin-1") + b"\r\n", self.busy_until

    def _sent(self, lane: int) -> Pattern | None:
        return Pattern("PRBS31Q" if self._prbs[lane] else "KP4", BIT_RATE) if self._is_on else None

    def _answer(self, line: str) -> str:
        match = _LINE.fullmatch(line)
        if match is None:
            raise _Refused("SYNTAXERROR")
        port, name, index, rest = match.groups()
        if name == "C_LOGON":
            self._logged_on = rest == '"xena"'
            return "<OK>" if self._logged_on else "<BADVALUE>"
        if not self._logged_on:
            raise _Refused("NOTLOGGEDON")
        if name.startswith("C_"):
            return self._chassis(name, rest)
        if port != _PORT:
            raise _Refused("BADPORT")
        if rest == "?":
            told = self._told(name, self._lane(index))
            return f"{port}  {name}{f' [{index}]' if index is not None else ''}  {told}"
        self._set(name, self._lane(index), (rest or "").split())
        return "<OK>"

    def _chassis(self, name: str, rest: str | None) -> str:
        told = {"C_MODEL": '"Freya-800G-4S-1P"', "C_SERIALNO": self.serial, "C_VERSIONNO": "460 91"}
        if name == "C_OWNER":
            return "<OK>"
        if name not in told or rest != "?":
            raise _Refused("BADCOMMAND")
        return f"{name}  {told[name]}"

    def _lane(self, index: str | None) -> int:
        if index is None:
            return 0
        if int(index) >= LANES:
            raise _Refused("BADINDEX")
        return int(index)

    def _told(self, name: str, lane: int) -> str:
        match name:
            case "P_RESERVATION":
                if self._reserved_by_other:
                    return "RESERVED_BY_OTHER"
                return "RESERVED_BY_YOU" if self._is_mine else "RELEASED"
            case "P_TXENABLE":
                return "ON" if self._is_on else "OFF"
            case "PP_TXPRBSCONFIG":
                return f"0 {int(self._prbs[lane])} 0"
            case "PP_RXPRBSSTATUS":
                locked = self._count_bits(lane)
                return f"{self._seen[lane].bytes} {self._seen[lane].errors} {int(locked)}"
            case "PP_RXFECSTATS":
                self._count_codewords()
                return " ".join(map(str, (0, 18, *self._codewords, self._codewords[16])))
        raise _Refused("BADCOMMAND")

    def _set(self, name: str, lane: int, words: list[str]) -> None:
        match name, words:
            case "P_RESERVATION", ["RESERVE"]:
                if self._reserved_by_other:
                    raise _Refused("NOTVALID")
                self._is_mine = True
                return
            case "P_RESERVATION", ["RELEASE"]:
                self._is_mine = False
                return
        if not self._is_mine:
            raise _Refused("NOTRESERVED")
        match name, words:
            case "P_TXENABLE", ["ON" | "OFF"]:
                self._is_on = words[0] == "ON"
            case "PP_PRBSTYPE", ["PHY_LINE", "PRBS31", "NON_INVERTED", "ACCUMULATIVE"]:
                pass
            case "PP_TXPRBSCONFIG", ["0", "0" | "1", "0"]:
                self._prbs[lane] = words[1] == "1"
            case "PP_RXCLEAR", []:
                self._clear()
            case _:
                raise _Refused("BADVALUE")

    def _clear(self) -> None:
        now = self.clock.now()
        self._seen = [_Detector(since=now) for _ in range(LANES)]
        self._codewords, self._codewords_since = [0] * 17, now

    def _received(self, lane: int, pattern: str) -> Reception | None:
        """What a detector can lock to; None when it is another pattern, inverted, or drowned."""
        found = self.signals.received(self.terminal(f"RX{lane + 1}"))
        if found is None or found.pattern.name != pattern or found.lane.inverted:
            return None
        return found if self._ber(found) <= _WORST_BER else None

    def _ber(self, found: Reception) -> float:
        return bit_error_ratio(found.lane.snr_db - self._penalty_db)

    def _count_bits(self, lane: int) -> bool:
        detector, now = self._seen[lane], self.clock.now()
        elapsed, detector.since = now - detector.since, now
        found = self._received(lane, "PRBS31Q") if self._prbs[lane] else None
        if found is None:
            return False
        whole = int(found.pattern.bit_rate * elapsed) // 8
        detector.bytes += whole
        detector.errors += poisson(self.rng, 8 * whole * self._ber(found))
        return True

    def _count_codewords(self) -> None:
        now = self.clock.now()
        elapsed, self._codewords_since = now - self._codewords_since, now
        found = [self._received(lane, "KP4") for lane in range(LANES)]
        if not all(found):
            # One lane without lock, and no codeword is whole.
            return
        lanes = tuple((self._ber(one), one.lane.run_on) for one in found if one is not None)
        whole = int(LANES * BIT_RATE * elapsed) // CODEWORD_BITS
        drawn = drawn_histogram(self.rng, shared_symbol_errors(lanes), whole)
        self._codewords = [before + more for before, more in zip(self._codewords, drawn, strict=True)]
