"""What the simulated Chroma 190xx safety testers have in common: one step, its start, its stop and its results.

Setting a mode of STEP1 replaces the step; settings of another mode are then refused (-221). Result codes are those of
the 19050 series manual; those of ground bond follow the same scheme (unverified).
"""

from enum import IntEnum
from typing import ClassVar

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.world_instrument import WorldInstrument
from sim_hardware.power.safety_steps import (
    NOT_MEASURED,
    Mode,
    SafetyGains,
    SafetyOutput,
    SafetyRating,
    SafetyStep,
    Verdict,
)
from sim_hardware.scpi_grammar import ScpiError, number, scpi
from sim_hardware.world import World


class Code(IntEnum):
    """Result of a step."""

    GB_HIGH = 17
    GB_LOW = 18
    AC_HIGH = 33
    AC_LOW = 34
    AC_ARC = 35
    DC_HIGH = 49
    DC_LOW = 50
    DC_ARC = 51
    IR_HIGH = 65
    IR_LOW = 66
    STOPPED = 112
    STOPPED_BY_USER = 113
    CANNOT_TEST = 114
    TESTING = 115
    PASSED = 116


_CODES: dict[tuple[Mode, Verdict], Code] = {
    ("GB", "HIGH"): Code.GB_HIGH,
    ("GB", "LOW"): Code.GB_LOW,
    ("AC", "HIGH"): Code.AC_HIGH,
    ("AC", "LOW"): Code.AC_LOW,
    ("AC", "ARC"): Code.AC_ARC,
    ("DC", "HIGH"): Code.DC_HIGH,
    ("DC", "LOW"): Code.DC_LOW,
    ("DC", "ARC"): Code.DC_ARC,
    ("IR", "HIGH"): Code.IR_HIGH,
    ("IR", "LOW"): Code.IR_LOW,
}


class ChromaSafetyTester(WorldInstrument):
    """Insulation resistance and DC withstand between the terminals HV and LOW; a subclass adds its own modes.

    A step ends by itself: ramp, dwell, off, discharged. What it finds is what lies between its terminals when it is
    started.
    """

    rating: ClassVar[SafetyRating]

    def __init__(self, world: World, clock: BenchClock, role: str, serial: str) -> None:
        super().__init__(world, clock, role, serial)
        error = self.calibration_error("insulation and current")
        gains = SafetyGains.drawn(error, self.calibration)
        self.output = SafetyOutput(world, clock, self.rng, self.terminal, self.rating, gains)
        self._step: SafetyStep | None = None
        self._stopped_by_user = False

    def reset(self) -> None:
        """Switch off, forget the step and its result."""
        self.output.forget()
        self._step = None

    def set_interlock(self, closed: bool) -> None:
        """Close or open the interlock at the back of the tester, as a door switch does."""
        self._stopped_by_user = False
        self.output.interlock_closed = closed

    @scpi("[SOURce:]SAFEty:STEP#:IR[:LEVel]")
    def _set_insulation_voltage(self, step: int, volt: str) -> None:
        self.replace_step(step, SafetyStep("IR", number(volt, 50.0, 1000.0, "V"), low=1e5))

    @scpi("[SOURce:]SAFEty:STEP#:IR:LIMit[:LOW]")
    def _set_insulation_limit(self, step: int, ohm: str) -> None:
        self.settings(step, "IR").low = number(ohm, 1e5, 5e10, "OHM")

    @scpi("[SOURce:]SAFEty:STEP#:IR:TIME[:TEST]")
    def _set_insulation_time(self, step: int, seconds: str) -> None:
        self.settings(step, "IR").dwell_s = number(seconds, 0.1, 999.0, "S")

    @scpi("[SOURce:]SAFEty:STEP#:DC[:LEVel]")
    def _set_withstand_voltage(self, step: int, volt: str) -> None:
        self.replace_step(step, SafetyStep("DC", number(volt, 50.0, 6000.0, "V"), high=1e-3, ramp_s=0.1))

    @scpi("[SOURce:]SAFEty:STEP#:DC:LIMit[:HIGH]")
    def _set_withstand_limit(self, step: int, ampere: str) -> None:
        self.settings(step, "DC").high = number(ampere, 1e-7, self.rating.dc_a, "A")

    @scpi("[SOURce:]SAFEty:STEP#:DC:LIMit:LOW")
    def _set_withstand_low(self, step: int, ampere: str) -> None:
        self.settings(step, "DC").low = number(ampere, 0.0, self.rating.dc_a, "A")

    @scpi("[SOURce:]SAFEty:STEP#:DC:LIMit:ARC")
    def _set_withstand_arc(self, step: int, ampere: str) -> None:
        self.settings(step, "DC").arc = number(ampere, 0.0, self.rating.dc_a, "A") > 0.0

    @scpi("[SOURce:]SAFEty:STEP#:DC:TIME:RAMP")
    def _set_withstand_ramp(self, step: int, seconds: str) -> None:
        self.settings(step, "DC").ramp_s = number(seconds, 0.0, 999.0, "S")

    @scpi("[SOURce:]SAFEty:STEP#:DC:TIME[:TEST]")
    def _set_withstand_time(self, step: int, seconds: str) -> None:
        self.settings(step, "DC").dwell_s = number(seconds, 0.01, 999.0, "S")

    @scpi("[SOURce:]SAFEty:STARt[:ONCE]")
    def _start(self) -> None:
        if self._step is None or self.output.running:
            raise ScpiError(
                -221, "Settings conflict; already testing" if self.output.running else "Settings conflict; no step"
            )
        self._stopped_by_user = False
        self.output.start(self._step)

    @scpi("[SOURce:]SAFEty:STOP")
    def _stop(self) -> None:
        self._stopped_by_user = True
        self.output.stop()

    @scpi("[SOURce:]SAFEty:STATus?")
    def _status(self) -> str:
        return "RUNNING" if self.output.running else "STOPPED"

    @scpi("[SOURce:]SAFEty:RESult:ALL[:JUDGment]?")
    def _result(self) -> str:
        if self.output.running:
            return str(int(Code.TESTING))
        step, verdict = self.output.step, self.output.verdict
        if step is None or verdict is None:
            return str(int(Code.STOPPED))
        if verdict == "STOPPED":
            return str(int(Code.STOPPED_BY_USER if self._stopped_by_user else Code.STOPPED))
        if verdict in ("PASS", "CANNOT_TEST"):
            return str(int(Code.PASSED if verdict == "PASS" else Code.CANNOT_TEST))
        return str(int(_CODES[step.mode, verdict]))

    @scpi("[SOURce:]SAFEty:RESult:ALL:MMETerage?")
    def _measured(self) -> str:
        return f"{self.output.reading:.6E}"

    @scpi("[SOURce:]SAFEty:FETCh?")
    def _fetch(self, item: str) -> str:
        """What the meter shows now: while a withstand voltage ramps, the current that charges the unit."""
        if item.upper() not in ("MMET", "MMETERAGE"):
            raise ScpiError(-224, "Illegal parameter value")
        return f"{self.output.shown if self.output.step else NOT_MEASURED:.6E}"

    def replace_step(self, number_of_step: int, step: SafetyStep) -> None:
        """Set STEP1 to this; refuse another step's number, and any while one runs."""
        self._check(number_of_step)
        self._step = step
        self.output.forget()

    def settings(self, number_of_step: int, mode: Mode) -> SafetyStep:
        """STEP1 to be changed; refuse it when it is of another mode."""
        self._check(number_of_step)
        if self._step is None or self._step.mode != mode:
            raise ScpiError(-221, f"Settings conflict; the step is not {mode}")
        return self._step

    def _check(self, number_of_step: int) -> None:
        if number_of_step != 1:
            raise ScpiError(-222, "Data out of range; only STEP1 exists")
        if self.output.running:
            raise ScpiError(-221, "Settings conflict; testing")
