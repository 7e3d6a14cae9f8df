"""Chroma 19053 hipot analyser: DC withstand to 6 kV, insulation resistance at 50 to 1000 V."""

from typing import ClassVar, Final, Literal

from drivers.capabilities import WithstandResult
from drivers.errors import DeviceError, InstrumentError, NotSafe, OutOfRange
from drivers.numeric_response import is_no_value
from drivers.scpi import Identity, ScpiDriver

Judgement = Literal["PASS", "HIGH", "LOW", "ARC", "CANNOT_TEST", "STOPPED"]

_INSULATION_V: Final = (50.0, 1000.0)
_INSULATION_OHM: Final = (1e5, 5e10)
_DC_V: Final = (50.0, 6000.0)
_DC_A: Final = (1e-7, 1e-2)
_TIME_S: Final = (0.0, 999.9)

_JUDGEMENTS: Final[dict[str, Judgement]] = {
    "116": "PASS",
    "112": "STOPPED",
    "113": "STOPPED",
    "114": "CANNOT_TEST",
    "49": "HIGH",
    "50": "LOW",
    "51": "ARC",
    "65": "HIGH",
    "66": "LOW",
}
"""SAFE:RES:ALL? by the user's manual: 116 pass, 112 stopped, 113 by the user, 114 cannot test, then by mode."""

_POLL_S: Final = 0.02
_WATCH_S: Final = 0.25
"""How often the tester is looked at while its test must still run; only a trip, which it sees itself, ends it then."""
_GRACE_S: Final = 5.0
"""How long beyond ramp and dwell a test may go on: charging, judging and discharging the lead."""


class Chroma19053(ScpiDriver):
    """19053 through its SCPI dialect (SAFE:STEP1, SAFE:STAR, SAFE:STAT?), the 19050 series user's manual.

    Every test ends by itself; if anything goes wrong on the way, it is stopped.
    """

    __slots__ = ()

    capability: ClassVar[str] = "SafetyTester"
    expected: ClassVar[Identity] = Identity(r"Chroma,19053", (4,), (5,))

    def measure_insulation_resistance(self, voltage_v: float, dwell_s: float, low_limit_ohm: float) -> WithstandResult:
        """Measure insulation in ohms at 50 to 1000 V DC against a low limit of 0.1 Mohm to 50 Gohm.

        OVER is better than the range. Raises `OutOfRange`, `DeviceError` when the tester refuses, does not end in
        time or has nothing measured, `NotSafe` when it could not be stopped then.
        """
        self._check("voltage", voltage_v, _INSULATION_V, "V")
        self._check("dwell", dwell_s, _TIME_S, "s")
        self._check("low limit", low_limit_ohm, _INSULATION_OHM, "ohm")
        step = (
            f"SAFE:STEP1:IR {voltage_v:.6g}",
            f"SAFE:STEP1:IR:LIM {low_limit_ohm:.6g}",
            f"SAFE:STEP1:IR:TIME {dwell_s:.6g}",
        )
        return self._run(step, "ohm", dwell_s)

    def measure_dc_withstand(
        self, voltage_v: float, ramp_s: float, dwell_s: float, high_limit_a: float
    ) -> WithstandResult:
        """Apply 50 to 6000 V DC and measure the leakage current in amperes against a high limit up to 10 mA.

        Raises as `measure_insulation_resistance`.
        """
        self._check("voltage", voltage_v, _DC_V, "V")
        self._check("ramp", ramp_s, _TIME_S, "s")
        self._check("dwell", dwell_s, _TIME_S, "s")
        self._check("high limit", high_limit_a, _DC_A, "A")
        step = (
            f"SAFE:STEP1:DC {voltage_v:.6g}",
            f"SAFE:STEP1:DC:LIM {high_limit_a:.6g}",
            f"SAFE:STEP1:DC:TIME:RAMP {ramp_s:.6g}",
            f"SAFE:STEP1:DC:TIME {dwell_s:.6g}",
        )
        return self._run(step, "A", ramp_s + dwell_s)

    def _check(self, what: str, value: float, span: tuple[float, float], unit: str) -> None:
        if not span[0] <= value <= span[1]:
            raise OutOfRange(f"{self.resource}: {what} {value:g} {unit} is outside {span[0]:g} to {span[1]:g} {unit}")

    def _run(self, step: tuple[str, ...], unit: str, length_s: float) -> WithstandResult:
        # Not held over the wait: another thread must be able to stop the test at any moment.
        with self.exclusive():
            for command in step:
                self._command(command)
        try:
            self._command("SAFE:STAR")
            self._wait_until_stopped(length_s)
        # Whatever ends the wait, Ctrl-C included, must not leave the high voltage on.
        except BaseException as error:
            try:
                self.safe_state()
            except InstrumentError as unsafe:
                error.add_note(f"and it could not be stopped: {unsafe}")
            raise
        code = self._look("SAFE:RES:ALL?")
        judgement = _JUDGEMENTS.get(code.lstrip("+"))
        if judgement is None:
            raise self._garbled("SAFE:RES:ALL?", f"{code!r} is no code of an ended test")
        question = "SAFE:RES:ALL:MMET?"
        answer = self._look(question)
        if is_no_value(answer):
            raise DeviceError(f"{self.resource}: the test ended {judgement} and nothing was measured; check the leads")
        return WithstandResult(judgement, self._reading(self._number(question, answer, "NR3"), unit))

    def _wait_until_stopped(self, length_s: float) -> None:
        due = self.clock.now() + length_s
        while not self._is_stopped():
            left = due - self.clock.now()
            if left <= -_GRACE_S:
                limit_s = length_s + _GRACE_S
                raise DeviceError(f"{self.resource}: the test still runs after {limit_s:g} s; it is being stopped")
            self.clock.sleep(min(max(left, _POLL_S), _WATCH_S))

    def _is_stopped(self) -> bool:
        state = self._look("SAFE:STAT?")
        if state not in ("STOPPED", "RUNNING"):
            raise self._garbled("SAFE:STAT?", f"expected RUNNING or STOPPED, got {state[:60]!r}")
        return state == "STOPPED"

    def _switch_off(self) -> None:
        self._command("SAFE:STOP")
        if not self._is_stopped():
            raise NotSafe(f"{self.resource}: SAFE:STOP was sent and the tester says RUNNING; remove its mains by hand")
