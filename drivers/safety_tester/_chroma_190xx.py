"""What the drivers of Chroma's 190xx safety testers share: one step is set, started, waited for and judged."""

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from drivers.capabilities import WithstandResult
from drivers.errors import DeviceError, NotSafe, OutOfRange
from drivers.numeric_response import is_no_value
from drivers.reading import Reading
from drivers.scpi import ScpiDriver

Judgement = Literal["PASS", "HIGH", "LOW", "ARC", "CANNOT_TEST", "STOPPED"]
Mode = Literal["AC", "DC", "IR", "GB"]

TIME_S: Final = (0.0, 999.9)
_CHARGED_RAMP_S: Final = (0.1, 999.9)

_ENDED: Final[dict[str, Judgement]] = {
    "116": "PASS",
    "112": "STOPPED",
    "113": "STOPPED",
    "114": "CANNOT_TEST",
}
_FAILED: Final[dict[Mode, dict[str, Judgement]]] = {
    "AC": {"33": "HIGH", "34": "LOW", "35": "ARC"},
    "DC": {"49": "HIGH", "50": "LOW", "51": "ARC"},
    "IR": {"65": "HIGH", "66": "LOW"},
    "GB": {"17": "HIGH", "18": "LOW"},
}
"""SAFE:RES:ALL? by the 19050 series user's manual: 116 pass, 112 stopped, 113 by the user, 114 cannot test, then by
mode; ground bond by the same scheme (unverified). A code of another mode is no answer to this test."""

_UNITS: Final[Mapping[Mode, str]] = {"AC": "A", "DC": "A", "IR": "ohm", "GB": "ohm"}

_POLL_S: Final = 0.02
_WATCH_S: Final = 0.25
"""How often the tester is looked at while its test must still run; only a trip, which it sees itself, ends it then."""
_GRACE_S: Final = 5.0
"""How long beyond ramp and dwell a test may go on: charging, judging and discharging the unit."""


class Chroma190xx(ScpiDriver):
    """Insulation and DC withstand, as every tester of the family has them; a subclass gives its ranges.

    Every test ends by itself; if anything goes wrong on the way, it is stopped. The tester says STOPPED only when the
    unit is discharged.
    """

    __slots__ = ()

    insulation_v: ClassVar[tuple[float, float]]
    insulation_ohm: ClassVar[tuple[float, float]]
    dc_v: ClassVar[tuple[float, float]]
    dc_a: ClassVar[tuple[float, float]]

    def measure_insulation_resistance(self, voltage_v: float, dwell_s: float, low_limit_ohm: float) -> WithstandResult:
        """Measure insulation in ohms at a DC voltage against a low limit, within the tester's ranges.

        OVER is better than the range. Raises `OutOfRange`, `DeviceError` when the tester refuses, does not end in
        time or has nothing measured, `NotSafe` when it could not be stopped then.
        """
        self._check("voltage", voltage_v, self.insulation_v, "V")
        self._check("dwell", dwell_s, TIME_S, "s")
        self._check("low limit", low_limit_ohm, self.insulation_ohm, "ohm")
        step = (
            f"SAFE:STEP1:IR {voltage_v:.6g}",
            f"SAFE:STEP1:IR:LIM {low_limit_ohm:.6g}",
            f"SAFE:STEP1:IR:TIME {dwell_s:.6g}",
        )
        return self._run(step, "IR", dwell_s)

    def measure_dc_withstand(
        self, voltage_v: float, ramp_s: float, dwell_s: float, high_limit_a: float
    ) -> WithstandResult:
        """Apply a DC voltage and measure the leakage current in amperes against a high limit.

        Raises as `measure_insulation_resistance`.
        """
        return self._run(self._dc_step(voltage_v, ramp_s, dwell_s, high_limit_a), "DC", ramp_s + dwell_s)

    def measure_charged_dc_withstand(
        self, voltage_v: float, ramp_s: float, dwell_s: float, high_limit_a: float
    ) -> WithstandResult:
        """Apply a DC voltage and look at the charging current (SAFE:FETC? MMET), in amperes, halfway up the ramp.

        Raises as `measure_insulation_resistance`, and `OutOfRange` for a ramp too short to look at.
        """
        self._check("ramp", ramp_s, _CHARGED_RAMP_S, "s")
        return self._run(self._dc_step(voltage_v, ramp_s, dwell_s, high_limit_a), "DC", ramp_s + dwell_s, 0.5 * ramp_s)

    def _dc_step(self, voltage_v: float, ramp_s: float, dwell_s: float, high_limit_a: float) -> tuple[str, ...]:
        self._check("voltage", voltage_v, self.dc_v, "V")
        self._check("ramp", ramp_s, TIME_S, "s")
        self._check("dwell", dwell_s, TIME_S, "s")
        self._check("high limit", high_limit_a, self.dc_a, "A")
        return (
            f"SAFE:STEP1:DC {voltage_v:.6g}",
            f"SAFE:STEP1:DC:LIM {high_limit_a:.6g}",
            f"SAFE:STEP1:DC:TIME:RAMP {ramp_s:.6g}",
            f"SAFE:STEP1:DC:TIME {dwell_s:.6g}",
        )

    def _check(self, what: str, value: float, span: tuple[float, float], unit: str) -> None:
        if not span[0] <= value <= span[1]:
            raise OutOfRange(f"{self.resource}: {what} {value:g} {unit} is outside {span[0]:g} to {span[1]:g} {unit}")

    def _run(
        self, step: tuple[str, ...], mode: Mode, length_s: float, charging_after_s: float | None = None
    ) -> WithstandResult:
        # Not held over the wait: another thread must be able to stop the test at any moment.
        with self.exclusive():
            for command in step:
                self._command(command)
        with self._safe_unless_ended():
            self._command("SAFE:STAR")
            charging = None
            if charging_after_s is not None:
                self.clock.sleep(charging_after_s)
                charging = self._charging()
                length_s -= charging_after_s
            self._wait_until_stopped(length_s)
        code = self._look("SAFE:RES:ALL?")
        judgement = (_ENDED | _FAILED[mode]).get(code.lstrip("+"))
        if judgement is None:
            raise self._garbled("SAFE:RES:ALL?", f"{code!r} is no code of an ended {mode} test")
        question = "SAFE:RES:ALL:MMET?"
        answer = self._look(question)
        if is_no_value(answer):
            check = "the interlock" if judgement in ("CANNOT_TEST", "STOPPED") else "the leads"
            raise DeviceError(f"{self.resource}: the test ended {judgement} and nothing was measured; check {check}")
        return WithstandResult(judgement, self._reading(self._number(question, answer, "NR3"), _UNITS[mode]), charging)

    def _charging(self) -> Reading | None:
        question = "SAFE:FETC? MMET"
        answer = self._look(question)
        return None if is_no_value(answer) else self._reading(self._number(question, answer, "NR3"), "A")

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
        due = self.clock.now() + _GRACE_S
        # The voltage is off at once; what the unit has stored is not.
        while not self._is_stopped():
            if self.clock.now() >= due:
                raise NotSafe(
                    f"{self.resource}: SAFE:STOP was sent and after {_GRACE_S:g} s the tester says RUNNING: the unit"
                    " may be charged; remove the tester's mains by hand and wait"
                )
            self.clock.sleep(_POLL_S)
