"""Associated Research OMNIA II 8204: AC and DC withstand, insulation resistance and ground bond, by ACK and NAK.

Every message is answered by one line that begins with ACK (06h) or NAK (15h); after ACK stands the answer, if any.
Upper case, LF. RESET, FL, SS, SD, ADD2 for GND, ACW and DCW, LS?, SF, TEST, TD?, RI? and the order of their fields are
after public drivers of this tester; ADD2 for IR, RD 1?, the units of the results and the words of a running test are
unverified. DC withstand is in microampere both ways, the other currents in milliampere, ground bond in milliohm,
insulation in megohm.
"""

import math
import re
from typing import ClassVar, Final, Literal

from drivers.capabilities import WithstandResult
from drivers.errors import DeviceError, Garbled, NotSafe, OutOfRange, WrongInstrument
from drivers.line_driver import LineDriver
from drivers.numeric_response import is_no_value
from drivers.reading import InstrumentIdentity

Judgement = Literal["PASS", "HIGH", "LOW", "ARC", "CANNOT_TEST", "STOPPED"]

_ACK: Final = b"\x06"
_NAK: Final = b"\x15"

_FIELD: Final = r"[^,]*"
_RESULT: Final = re.compile(rf"\d\d,(?:GND|ACW|DCW|IR)?,{_FIELD}(?:,{_FIELD}){{2,3}}")
_SHAPES: Final = {
    "*IDN?": re.compile(rf"{_FIELD},{_FIELD},{_FIELD},{_FIELD}"),
    "RI?": re.compile(r"[01]"),
    "TD?": _RESULT,
    "RD 1?": _RESULT,
    "LS?": re.compile(r"\d\d,(?:GND|ACW|DCW|IR),.+"),
}
"""What whole answers look like; every other command is answered by ACK alone."""

_RUNNING: Final = frozenset({"RAMP", "DWELL", "DISCHARGE"})
_JUDGEMENTS: Final[dict[str, Judgement]] = {
    "PASS": "PASS",
    "HI-LIMIT": "HIGH",
    "HI-LMT": "HIGH",
    "LO-LIMIT": "LOW",
    "LO-LMT": "LOW",
    "ARC-FAIL": "ARC",
    "BREAKDOWN": "HIGH",
    "ABORT": "STOPPED",
    "INTERLOCK": "STOPPED",
}
_UNITS: Final = {"ACW": ("A", 1e-3), "DCW": ("A", 1e-6), "IR": ("ohm", 1e6), "GND": ("ohm", 1e-3)}

_TIME_S: Final = (0.1, 999.9)
_AC_V: Final = (50.0, 5000.0)
_AC_A: Final = (1e-6, 0.1)
_LOW_A: Final = (0.0, 0.1)
_FREQUENCIES_HZ: Final = (50.0, 60.0)
_DC_V: Final = (50.0, 6000.0)
_DC_A: Final = (1e-7, 0.05)
_INSULATION_V: Final = (30.0, 1000.0)
_INSULATION_OHM: Final = (1e5, 5e10)
_BOND_A: Final = (1.0, 40.0)
_BOND_OHM: Final = (1e-3, 0.6)
_BOND_V: Final = 8.0

_WHOLE: Final = 0.9
"""What part of its length a test must have taken to pass, for the tester's clock and ours differ a little."""
_POLL_S: Final = 0.02
_WATCH_S: Final = 0.25
_GRACE_S: Final = 5.0
"""How long beyond ramp and dwell a test may go on: charging, judging and discharging the unit."""


class AssociatedResearchOmnia(LineDriver):
    """8204 through Associated Research's own dialect (TEST, RESET, TD?), no SCPI; see the module for what is known.

    Setup file 1 belongs to this driver and has one step, which is replaced before every test, read back, and not
    saved. Every test ends by itself; if anything goes wrong on the way, it is reset.
    """

    __slots__ = ()

    capability: ClassVar[str] = "ComplianceTester"
    ending: ClassVar[bytes] = b"\n"
    terminator: ClassVar[bytes] = b"\n"
    probes: ClassVar[tuple[str, ...]] = ("*IDN?", "RI?")

    def _identify(self, serial: str | None) -> InstrumentIdentity:
        maker, model, found, firmware = (field.strip() for field in self._look("*IDN?").split(","))
        if (maker.upper(), model) != ("ASSOCIATED RESEARCH", "8204"):
            raise WrongInstrument(f"{self.resource}: expected ASSOCIATED RESEARCH 8204, found {maker} {model}")
        self._check_serial(found, serial)
        return InstrumentIdentity(maker=maker, model=model, serial=found, firmware=firmware)

    @classmethod
    def _take(cls, command: str, frame: bytes) -> str:
        mark, body = frame[:1], frame[1:].strip()
        if mark == _NAK and not body:
            raise DeviceError(f"{command!r} refused by NAK; press RESET at the tester or correct the setting")
        text = body.decode("latin-1")
        shape = _SHAPES.get(command)
        if mark != _ACK or (text if shape is None else shape.fullmatch(text) is None):
            raise Garbled(f"expected ACK and an answer to {command!r}, got {frame[:60]!r}")
        return text

    def measure_insulation_resistance(self, voltage_v: float, dwell_s: float, low_limit_ohm: float) -> WithstandResult:
        """Measure insulation in ohms at 30 to 1000 V DC against a low limit of 0.1 Mohm to 50 Gohm.

        OVER is better than the range. Raises `OutOfRange`; `DeviceError` when the interlock is open, the tester
        refuses, holds another step than it was told, or does not end in time; `NotSafe` when it could not be stopped.
        """
        volt = self._figure("voltage", voltage_v, _INSULATION_V, "V", 0)
        dwell = self._figure("dwell", dwell_s, _TIME_S, "s", 1)
        low = self._figure("low limit", low_limit_ohm, _INSULATION_OHM, "ohm", 3, 1e-6)
        step = f"IR,{volt},0.0,{low},0.1,{dwell},0.0,0.0"
        return self._run(step, dwell_s + 0.1)

    def measure_dc_withstand(
        self, voltage_v: float, ramp_s: float, dwell_s: float, high_limit_a: float
    ) -> WithstandResult:
        """Apply 50 to 6000 V DC and measure the leakage current in amperes against a high limit up to 50 mA.

        Raises as `measure_insulation_resistance`.
        """
        volt = self._figure("voltage", voltage_v, _DC_V, "V", 0)
        ramp = self._figure("ramp", ramp_s, _TIME_S, "s", 1)
        dwell = self._figure("dwell", dwell_s, _TIME_S, "s", 1)
        high = self._figure("high limit", high_limit_a, _DC_A, "A", 1, 1e6)
        step = f"DCW,{volt},{high},0.0,{ramp},{dwell},0.0,0.0,9,0.0,ON,OFF,OFF,AUTO,OFF"
        return self._run(step, ramp_s + dwell_s)

    def measure_ac_withstand(
        self,
        voltage_v: float,
        frequency_hz: float,
        ramp_s: float,
        dwell_s: float,
        high_limit_a: float,
        low_limit_a: float,
    ) -> WithstandResult:
        """Apply 50 to 5000 V AC (V rms) at 50 or 60 Hz and measure the total leakage current in amperes.

        More than `high_limit_a` (to 100 mA) is HIGH; less than `low_limit_a` is LOW: nothing was connected, for every
        unit has a capacitance. Raises as `measure_insulation_resistance`.
        """
        volt = self._figure("voltage", voltage_v, _AC_V, "V", 0)
        ramp = self._figure("ramp", ramp_s, _TIME_S, "s", 1)
        dwell = self._figure("dwell", dwell_s, _TIME_S, "s", 1)
        high = self._figure("high limit", high_limit_a, _AC_A, "A", 3, 1e3)
        low = self._figure("low limit", low_limit_a, _LOW_A, "A", 3, 1e3)
        if frequency_hz not in _FREQUENCIES_HZ:
            raise OutOfRange(f"{self.resource}: frequency {frequency_hz:g} Hz: this tester has 50 and 60 Hz")
        if low_limit_a >= high_limit_a:
            raise OutOfRange(f"{self.resource}: low limit {low_limit_a:g} A is not below high limit {high_limit_a:g} A")
        top = f"{_AC_A[1] * 1e3:.3f}"
        step = f"ACW,{volt},{high},{low},{ramp},{dwell},9,0.0,{top},0.000,{frequency_hz:.0f},OFF,OFF"
        return self._run(step, ramp_s + dwell_s)

    def measure_ground_bond(self, current_a: float, dwell_s: float, high_limit_ohm: float) -> WithstandResult:
        """Apply 1 to 40 A AC through the protective earth and measure its resistance in ohms, by four wires.

        HIGH and OVER is a current that the tester could not bring about: the earth is open. Raises as
        `measure_insulation_resistance`, and `OutOfRange` for a limit at which the current needs more than 8 V.
        """
        ampere = self._figure("current", current_a, _BOND_A, "A", 2)
        dwell = self._figure("dwell", dwell_s, _TIME_S, "s", 1)
        high = self._figure("high limit", high_limit_ohm, _BOND_OHM, "ohm", 1, 1e3)
        if current_a * high_limit_ohm > _BOND_V:
            raise OutOfRange(
                f"{self.resource}: {current_a:g} A through {high_limit_ohm:g} ohm needs over {_BOND_V:g} V"
            )
        step = f"GND,{ampere},{_BOND_V:.2f},{high},0.0,{_BOND_V:.2f},0.00,{dwell},0.0,0.00,50"
        return self._run(step, dwell_s)

    def _figure(
        self, what: str, value: float, span: tuple[float, float], unit: str, decimals: int, scale: float = 1.0
    ) -> str:
        """A setting as the tester takes it. Raises `OutOfRange` outside its range and between its steps."""
        if not span[0] <= value <= span[1]:
            raise OutOfRange(f"{self.resource}: {what} {value:g} {unit} is outside {span[0]:g} to {span[1]:g} {unit}")
        text = f"{value * scale:.{decimals}f}"
        if not math.isclose(float(text), value * scale, rel_tol=1e-9, abs_tol=1e-9):
            step = 10.0**-decimals / scale
            raise OutOfRange(f"{self.resource}: {what} {value!r} {unit} lies between the steps of {step:g} {unit}")
        return text

    def _run(self, step: str, length_s: float) -> WithstandResult:
        # Not held over the wait: another thread must be able to stop the test at any moment.
        with self.exclusive():
            for command in ("RESET", "FL 1", "SS 1", "SD", f"ADD2 {step}", "SF 1"):
                self._ask(command)
            if (held := self._look("LS?")) != f"01,{step}":
                raise DeviceError(f"{self.resource}: told {step!r}, the tester's step 1 is {held!r}; nothing started")
            if self._look("RI?") == "0":
                raise DeviceError(f"{self.resource}: the interlock is open; close it before testing")
        started = self.clock.now()
        with self._safe_unless_ended():
            self._ask("TEST")
            self._wait_until_ended(length_s)
        result = self._result(step.partition(",")[0])
        took_s = self.clock.now() - started
        # TEST has no proof of its own: what the tester shows may still be the end of the test before.
        if result.judgement == "PASS" and took_s < _WHOLE * length_s:
            raise DeviceError(
                f"{self.resource}: PASS {took_s:.3g} s after TEST, of {length_s:g} s: no test of this step"
            )
        return result

    def _result(self, mode: str) -> WithstandResult:
        question = "RD 1?"
        number, found, status, _, value, *_ = self._look(question).split(",")
        if (number, found) != ("01", mode):
            raise self._garbled(question, f"expected step 01 of {mode}, got step {number} of {found!r}")
        judgement = _JUDGEMENTS.get(_word(status))
        if judgement is None:
            raise self._garbled(question, f"{status!r} is no end of a test")
        if not value or is_no_value(value):
            check = "the interlock" if judgement == "STOPPED" else "the leads"
            raise DeviceError(f"{self.resource}: the test ended {judgement} and nothing was measured; check {check}")
        unit, scale = _UNITS[mode]
        # A meter beyond its range shows its top with a sign before it.
        amount = "OVER" if value.startswith(">") else self._number(question, value)
        return WithstandResult(judgement, self._reading(amount * scale if isinstance(amount, float) else amount, unit))

    def _wait_until_ended(self, length_s: float) -> None:
        due = self.clock.now() + length_s
        while self._is_running():
            left = due - self.clock.now()
            if left <= -_GRACE_S:
                limit_s = length_s + _GRACE_S
                raise DeviceError(f"{self.resource}: the test still runs after {limit_s:g} s; it is being stopped")
            self.clock.sleep(min(max(left, _POLL_S), _WATCH_S))

    def _is_running(self) -> bool:
        question = "TD?"
        status = self._look(question).split(",")[2]
        word = _word(status)
        if word and word not in _RUNNING and word not in _JUDGEMENTS:
            raise self._garbled(question, f"{status!r} is no state of a test")
        return word in _RUNNING

    def _switch_off(self) -> None:
        self._ask("RESET")
        due = self.clock.now() + _GRACE_S
        # The voltage is off at once; what the unit has stored is not.
        while self._is_running():
            if self.clock.now() >= due:
                raise NotSafe(
                    f"{self.resource}: RESET was sent and after {_GRACE_S:g} s the test still runs: the unit may be"
                    " charged; remove the tester's mains by hand and wait"
                )
            self.clock.sleep(_POLL_S)


def _word(status: str) -> str:
    """A status in upper case, without the T or R that says whether the total or the real current was over."""
    return re.sub(r" [TR]$", "", status.strip().upper())
