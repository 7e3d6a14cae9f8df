"""Chroma 19053 hipot tester: insulation resistance and DC withstand, one step.

Terminals HV and LOW. A step ends by itself: ramp, dwell, off. What it finds is what lies between its terminals when
it is started. Result codes are those of the 19050 series manual: 116 pass, 112 stopped, 113 stopped by the user, 115
testing, DC 49 high, IR 66 low.
"""

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.world_instrument import WorldInstrument
from sim_hardware.scpi_grammar import ScpiError, number, scpi
from sim_hardware.world import World

ABOVE_RANGE = 9.9e37
NOT_MEASURED = 9.91e37

_TOP_INSULATION_OHM = 50e9
_LEAST_INSULATION_OHM = 1e4
_TOP_CURRENT_A = 0.012
_DISCHARGE_S = 0.05


class Code(IntEnum):
    """Result of a step."""

    DC_HIGH = 49
    IR_LOW = 66
    STOPPED = 112
    STOPPED_BY_USER = 113
    TESTING = 115
    PASSED = 116


@dataclass(slots=True)
class _Step:
    mode: Literal["IR", "DC"]
    volt: float
    limit: float
    dwell_s: float
    ramp_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Outcome:
    started: float
    ends: float
    code: Code
    reading: float
    charging_a: float


class Chroma19053(WorldInstrument):
    """Setting a mode of STEP1 replaces the step; settings of the other mode are then refused (-221)."""

    def __init__(self, world: World, clock: BenchClock, role: str, serial: str) -> None:
        super().__init__(world, clock, role, serial)
        self.idn = f"Chroma,19053,{serial},4.30"
        self._step: _Step | None = None
        self._outcome: _Outcome | None = None
        error = self.calibration_error("insulation and current")
        self._resistance_gain = 1.0 + error.gauss(0.0, 0.01)
        self._current_gain = 1.0 + error.gauss(0.0, 0.003)

    def reset(self) -> None:
        """Switch off, forget the step and its result."""
        self._step = self._outcome = None

    @scpi("[SOURce:]SAFEty:STEP#:IR[:LEVel]")
    def _set_insulation_voltage(self, step: int, volt: str) -> None:
        self._replace(step, _Step("IR", number(volt, 50.0, 1000.0, "V"), limit=1e5, dwell_s=1.0))

    @scpi("[SOURce:]SAFEty:STEP#:IR:LIMit[:LOW]")
    def _set_insulation_limit(self, step: int, ohm: str) -> None:
        self._settings(step, "IR").limit = number(ohm, 1e5, 5e10, "OHM")

    @scpi("[SOURce:]SAFEty:STEP#:IR:TIME[:TEST]")
    def _set_insulation_time(self, step: int, seconds: str) -> None:
        self._settings(step, "IR").dwell_s = number(seconds, 0.1, 999.0, "S")

    @scpi("[SOURce:]SAFEty:STEP#:DC[:LEVel]")
    def _set_withstand_voltage(self, step: int, volt: str) -> None:
        self._replace(step, _Step("DC", number(volt, 50.0, 6000.0, "V"), limit=1e-3, dwell_s=1.0, ramp_s=0.1))

    @scpi("[SOURce:]SAFEty:STEP#:DC:LIMit[:HIGH]")
    def _set_withstand_limit(self, step: int, ampere: str) -> None:
        self._settings(step, "DC").limit = number(ampere, 1e-7, _TOP_CURRENT_A, "A")

    @scpi("[SOURce:]SAFEty:STEP#:DC:TIME:RAMP")
    def _set_withstand_ramp(self, step: int, seconds: str) -> None:
        self._settings(step, "DC").ramp_s = number(seconds, 0.0, 999.0, "S")

    @scpi("[SOURce:]SAFEty:STEP#:DC:TIME[:TEST]")
    def _set_withstand_time(self, step: int, seconds: str) -> None:
        self._settings(step, "DC").dwell_s = number(seconds, 0.01, 999.0, "S")

    @scpi("[SOURce:]SAFEty:STARt[:ONCE]")
    def _start(self) -> None:
        if self._step is None or self._running:
            raise ScpiError(
                -221, "Settings conflict; already testing" if self._running else "Settings conflict; no step"
            )
        self._outcome = self._insulation(self._step) if self._step.mode == "IR" else self._withstand(self._step)

    @scpi("[SOURce:]SAFEty:STOP")
    def _stop(self) -> None:
        now = self.clock.now()
        if self._running:
            self._outcome = _Outcome(now, now, Code.STOPPED_BY_USER, NOT_MEASURED, 0.0)

    @scpi("[SOURce:]SAFEty:STATus?")
    def _status(self) -> str:
        return "RUNNING" if self._running else "STOPPED"

    @scpi("[SOURce:]SAFEty:RESult:ALL[:JUDGment]?")
    def _result(self) -> str:
        if self._running:
            return str(int(Code.TESTING))
        return str(int(self._outcome.code if self._outcome else Code.STOPPED))

    @scpi("[SOURce:]SAFEty:RESult:ALL:MMETerage?")
    def _measured(self) -> str:
        reading = NOT_MEASURED if self._outcome is None or self._running else self._outcome.reading
        return f"{reading:.6E}"

    @scpi("[SOURce:]SAFEty:FETCh?")
    def _fetch(self, item: str) -> str:
        """What the meter shows now: while a withstand voltage ramps, the current that charges the cable."""
        if item.upper() not in ("MMET", "MMETERAGE"):
            raise ScpiError(-224, "Illegal parameter value")
        outcome = self._outcome
        if outcome is None:
            return f"{NOT_MEASURED:.6E}"
        ramping = self._running and self._step is not None and self.clock.now() < outcome.started + self._step.ramp_s
        return f"{outcome.charging_a if ramping else outcome.reading:.6E}"

    @property
    def _running(self) -> bool:
        return self._outcome is not None and self.clock.now() < self._outcome.ends

    def _replace(self, number_of_step: int, step: _Step) -> None:
        self._check(number_of_step)
        self._step = step
        self._outcome = None

    def _settings(self, number_of_step: int, mode: str) -> _Step:
        self._check(number_of_step)
        if self._step is None or self._step.mode != mode:
            raise ScpiError(-221, f"Settings conflict; the step is not {mode}")
        return self._step

    def _check(self, number_of_step: int) -> None:
        if number_of_step != 1:
            raise ScpiError(-222, "Data out of range; only STEP1 exists")
        if self._running:
            raise ScpiError(-221, "Settings conflict; testing")

    def _insulation(self, step: _Step) -> _Outcome:
        network, (high, low) = self.world.network(), self._nets()
        ohm = math.inf
        if network.connected(high, low) or network.least_insulation_ohm(high) < 2 * _TOP_INSULATION_OHM:
            ohm = max(network.insulation(high, low).ohm, _LEAST_INSULATION_OHM)
        ohm *= self._resistance_gain * (1.0 + self.rng.gauss(0.0, 0.005))
        reading = ABOVE_RANGE if ohm > _TOP_INSULATION_OHM else ohm
        code = Code.PASSED if ohm >= step.limit else Code.IR_LOW
        now = self.clock.now()
        return _Outcome(now, now + step.dwell_s + _DISCHARGE_S, code, reading, 0.0)

    def _withstand(self, step: _Step) -> _Outcome:
        found = self.world.network().insulation(*self._nets())
        ohm, farad = max(found.ohm, 1e-3), found.farad
        ampere = step.volt / ohm * self._current_gain + abs(self.rng.gauss(0.0, 2e-9))
        now = self.clock.now()
        if ampere > step.limit:
            # The voltage is cut where the current passes the limit, on the way up.
            up = step.ramp_s * min(1.0, step.limit / ampere)
            return _Outcome(now, now + up, Code.DC_HIGH, min(ampere, _TOP_CURRENT_A), 0.0)
        charging = farad * step.volt / step.ramp_s if step.ramp_s and math.isfinite(farad) else 0.0
        ends = now + step.ramp_s + step.dwell_s + _DISCHARGE_S
        return _Outcome(now, ends, Code.PASSED, ampere, charging + ampere)

    def _nets(self) -> tuple[int, int]:
        return self.world.net(self.terminal("HV")), self.world.net(self.terminal("LOW"))
