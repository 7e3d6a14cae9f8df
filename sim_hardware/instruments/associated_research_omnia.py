"""Associated Research OMNIA II 8204: the physics of any safety tester behind a dialect of ACK and NAK lines.

Terminals HV and LOW, BOND.+ and BOND.-. What is known of the dialect is said in the driver; fields that the
simulation has no use for (arc sense, offsets, ramp down) are taken and shown again.
"""

import math
from collections.abc import Callable

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.serial_instrument import SerialInstrument
from sim_hardware.power.grid import PowerGrid
from sim_hardware.power.safety_steps import (
    ABOVE_RANGE,
    NOT_MEASURED,
    SafetyGains,
    SafetyOutput,
    SafetyRating,
    SafetyStep,
    Verdict,
)

_ACK, _NAK = "\x06", "\x15"
_CHARACTER_S = 10 / 9600
_RATING = SafetyRating(ac_a=0.1, dc_a=0.05, bond_v=8.0)
_WORDS: dict[Verdict, str] = {
    "PASS": "PASS",
    "HIGH": "HI-LIMIT",
    "LOW": "LO-LIMIT",
    "ARC": "ARC-FAIL",
    "CANNOT_TEST": "INTERLOCK",
    "STOPPED": "ABORT",
}
_MODES = {"AC": "ACW", "DC": "DCW", "IR": "IR", "GB": "GND"}
_SCALES = {"AC": 1e3, "DC": 1e6, "IR": 1e-6, "GB": 1e3}
_FIELDS = {"GND": 10, "ACW": 12, "DCW": 14, "IR": 7}


class Refused(Exception):
    """The tester answers NAK."""


class AssociatedResearchOmnia(SerialInstrument):
    """One step in memory. `set_interlock` is the door switch; TEST with an open one is answered by NAK."""

    def __init__(self, power: PowerGrid, clock: BenchClock, role: str, serial: str) -> None:
        super().__init__(power, clock, role, serial)
        error = self.calibration_error("insulation and current")
        gains = SafetyGains.drawn(error, self.calibration)
        self.output = SafetyOutput(self.world, clock, self.rng, self.terminal, _RATING, gains)
        self._text = ""
        self._step: SafetyStep | None = None
        self._selected = False
        self._line = bytearray()

    def set_interlock(self, closed: bool) -> None:
        """Close or open the interlock at the back of the tester, as a door switch does."""
        self.output.interlock_closed = closed

    def received(self, content: bytes) -> None:
        """Answer every whole line by ACK and what there is to say, or by NAK."""
        self._line += content
        while b"\n" in self._line:
            line, _, rest = bytes(self._line).partition(b"\n")
            self._line[:] = rest
            self.power.advance()
            try:
                answer = _ACK + self._obey(line.decode("latin-1").strip())
            except Refused:
                answer = _NAK
            if self.port is not None:
                self.port.send(f"{answer}\n".encode("latin-1"), (len(answer) + 1) * _CHARACTER_S)

    def _obey(self, line: str) -> str:
        command, _, argument = line.partition(" ")
        questions: dict[str, Callable[[], str]] = {
            "*IDN?": lambda: f"ASSOCIATED RESEARCH,8204,{self.serial},6.50",
            "RI?": lambda: str(int(self.output.interlock_closed)),
            "TD?": self._data,
            "RD 1?": self._data,
            "LS?": self._listed,
        }
        if line in questions:
            return questions[line]()
        if command == "RESET" and not argument:
            self.output.stop()
            return ""
        if self.output.running:
            raise Refused
        match (command, argument):
            case ("FL", "1"):
                self._selected = False
            case ("SS", "1"):
                self._selected = True
            case ("SD", "") if self._selected:
                self._step, self._text = None, ""
            case ("ADD2", fields) if self._step is None:
                self._step, self._text = _parsed(fields), fields
            case ("SF", "0" | "1"):
                pass
            case ("TEST", "") if self._step is not None and self.output.interlock_closed:
                self.output.start(self._step)
            case _:
                raise Refused
        return ""

    def _listed(self) -> str:
        if not self._text:
            raise Refused
        return f"01,{self._text}"

    def _data(self) -> str:
        step, phase, verdict = self.output.step, self.output.phase, self.output.verdict
        if step is None:
            return "01,,,,"
        word = phase if verdict is None else _WORDS[verdict]
        shown = self.output.shown if verdict is None else self.output.reading
        if shown == NOT_MEASURED:
            value = ""
        else:
            value = ">50000" if shown == ABOVE_RANGE else f"{shown * _SCALES[step.mode]:.4f}"
        level = f"{step.level:.2f}" if step.mode == "GB" else f"{step.level / 1e3:.3f}"
        return f"01,{_MODES[step.mode]},{word},{level},{value},"


def _parsed(text: str) -> SafetyStep:
    """The step that these fields of ADD2 set up. Raises `Refused`."""
    mode, *fields = text.split(",")
    if len(fields) != _FIELDS.get(mode):
        raise Refused
    try:
        if mode == "GND":
            return SafetyStep("GB", float(fields[0]), float(fields[2]) / 1e3, float(fields[3]) / 1e3, float(fields[6]))
        volt, high, low, dwell, ramp = (float(fields[place]) for place in (0, 1, 2, 4, 3))
        if mode == "ACW":
            return SafetyStep("AC", volt, high / 1e3, low / 1e3, dwell, ramp, float(fields[9]), fields[10] == "ON")
        if mode == "DCW":
            return SafetyStep("DC", volt, high / 1e6, low / 1e6, dwell, ramp, arc=fields[10] == "ON")
        # A high limit of zero is none.
        return SafetyStep("IR", volt, high * 1e6 or math.inf, low * 1e6, dwell, ramp)
    except ValueError as error:
        raise Refused from error
