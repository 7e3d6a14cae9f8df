"""Chroma 61500 AC sources: 0 to 300 V, 15 to 1000 Hz, one phase, with dropouts from a chosen phase angle."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar, Final

from drivers.ac_source._joined_identity import JoinedIdentity
from drivers.clock import Clock
from drivers.errors import DeviceError, NotSafe, OutOfRange, WrongInstrument
from drivers.rating import Rating
from drivers.reading import InstrumentIdentity, Reading
from drivers.scpi import Identity, ScpiDriver
from drivers.session import Session

_VOLT: Final = (0.0, 300.0)
_HERTZ: Final = (15.0, 1000.0)
_DROP_S: Final = (1e-4, 100.0)
_PHASE_DEG: Final = (0.0, 359.9)

_RESET_S: Final = 7.5
"""After *RST a 61500 hears nothing for seven seconds."""
_OFF_V: Final = 5.0
"""Below this an output that says OFF is believed; what hangs on it may take a moment to discharge."""
_DISCHARGE_S: Final = 2.0
_POLL_S: Final = 0.05
_GRACE_S: Final = 2.0
"""How long beyond its own length a dropout may take: waiting for its phase angle, and the way back."""

_VOLT_ACCURACY: Final = (1e-3, 0.6)
_CURRENT_ACCURACY: Final = (2e-3, 2e-3)
_PEAK_ACCURACY: Final = (4e-3, 2.4e-2)
_POWER_ACCURACY: Final = (3e-3, 3e-3)
"""Part of reading, then V, part of full-scale current (rms for a peak too) or of full-scale power: the class of the
maker's data sheet for the 300 V range."""


class Chroma61500(ScpiDriver):
    """61500 series through its SCPI dialect (VOLT:AC, FREQ, OUTP ON, TRIG ON), as public drivers show it.

    Booleans are ON and OFF only. The 300 V range is always used, since changing it interrupts the output. `ratings`
    maps each model to its amperes rms in that range, from the maker's data sheets (unverified), for three-phase models
    with their phases in parallel. Expanded uncertainties are the data sheet's class.
    """

    __slots__ = ("_full_scale_a",)

    capability: ClassVar[str] = "AcSource"
    expected: ClassVar[Identity] = JoinedIdentity(r"(?i:chroma)( ATE)?,615\d\d", (1,), (3,))
    ratings: ClassVar[Mapping[str, float]] = MappingProxyType(
        {"61501": 2.0, "61502": 4.0, "61503": 6.0, "61504": 8.0, "61505": 16.0, "61511": 48.0, "61512": 72.0}
    )
    voltage_range_v: ClassVar[tuple[float, float]] = _VOLT

    def __init__(
        self, session: Session, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None = None
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        if identity.model not in self.ratings:
            raise WrongInstrument(
                f"{session.resource}: the rating of {identity.model} is not known; known: {', '.join(self.ratings)}"
            )
        self._full_scale_a = self.ratings[identity.model]

    @classmethod
    def rated_for(cls, model: str, options: Mapping[str, Any]) -> dict[str, Rating]:
        """Get what the output carries in the 300 V range."""
        return {"output current": Rating(0.0, cls.ratings[model], "A")}

    def _prepare(self) -> None:
        # Whoever used the source before may have left a distorted wave, a running list or the other range.
        self._switch_off()
        for command in ("OUTP:MODE FIXED", "OUTP:COUP AC", "VOLT:RANG HIGH", "FUNC:SHAP A", "FUNC:SHAP:A SINE"):
            self._command(command)
        self._command(f"CURR:LIM {self._full_scale_a:.6g}")

    def configure(self, voltage_v: float, frequency_hz: float) -> None:
        """Set voltage (0 to 300 V rms) and frequency (15 to 1000 Hz); an output that is on follows at once.

        Raises `OutOfRange`, `DeviceError` when the source refuses.
        """
        self._check("voltage", voltage_v, _VOLT, "V")
        self._check("frequency", frequency_hz, _HERTZ, "Hz")
        with self.exclusive():
            self._command(f"VOLT:AC {voltage_v:.6g}")
            self._command(f"FREQ {frequency_hz:.6g}")

    def set_output(self, on: bool, phase_deg: float = 0.0) -> None:
        """Set the output on at this phase angle (0 to 359.9 degrees), or off, and prove it by read-back.

        Raises `OutOfRange`, `DeviceError` when it stays off, `NotSafe` when it stays on or keeps its voltage.
        """
        self._check("phase", phase_deg, _PHASE_DEG, "degrees")
        with self.exclusive():
            if not on:
                self._switch_off()
                return
            self._command(f"PHAS:ON {phase_deg:.6g}")
            self._command("OUTP ON")
            if not self._is_on():
                raise DeviceError(f"{self.resource}: OUTP ON was sent and it says OFF; {self._protection()}")

    def drop_output(self, duration_s: float, phase_deg: float = 0.0) -> None:
        """Hold the voltage at zero once, from this phase angle on, for 0.1 ms to 100 s; returns when it is back.

        Raises `OutOfRange`, `DeviceError` when the output is off or the dropout does not end.
        """
        self._check("dropout", duration_s, _DROP_S, "s")
        self._check("phase", phase_deg, _PHASE_DEG, "degrees")
        with self.exclusive():
            if not self._is_on():
                raise DeviceError(f"{self.resource}: the output is off; nothing can drop out; switch it on first")
            hertz = self._look("FREQ?")
            self._number("FREQ?", hertz)
            for command in (
                "TRIG OFF",
                "PULS:VOLT:AC 0",
                f"PULS:FREQ {hertz}",
                "PULS:SHAP A",
                f"PULS:SPH {phase_deg:.6g}",
                "PULS:COUN 1",
                "PULS:DCYC 100",
                f"PULS:PER {duration_s * 1e3:.6g}",
                "OUTP:MODE PULSE",
            ):
                self._command(command)
        # Else a dropout is left behind that comes later.
        with self._safe_unless_ended():
            self._command("TRIG ON")
            self._wait_for_pulse(duration_s)
        self._command("OUTP:MODE FIXED")

    def measure_voltage(self) -> Reading:
        """Measure the output voltage in V rms."""
        number = self._measured("MEAS:VOLT:AC?")
        of_reading, volt = _VOLT_ACCURACY
        return self._reading(number, "V", expanded_uncertainty=abs(number) * of_reading + volt, range="300 V")

    def measure_current(self) -> Reading:
        """Measure the output current in A rms."""
        return self._current("MEAS:CURR:AC?", _CURRENT_ACCURACY)

    def measure_power(self) -> Reading:
        """Measure the active power in W."""
        number = self._measured("MEAS:POW:AC?")
        of_reading, of_range = _POWER_ACCURACY
        floor = of_range * _VOLT[1] * self._full_scale_a
        return self._reading(number, "W", expanded_uncertainty=abs(number) * of_reading + floor)

    def measure_power_factor(self) -> Reading:
        """Measure the power factor; the maker gives no accuracy for it."""
        return self._reading(self._measured("MEAS:POW:AC:PFAC?"), "1")

    def measure_inrush_current(self) -> Reading:
        """Measure the highest current in A (peak) since the output was last switched on."""
        return self._current("MEAS:CURR:INR?", _PEAK_ACCURACY)

    def reset(self) -> None:
        """Set everything to what *RST means, output off, and let the 7.5 s go by that this takes.

        Raises `LinkError` when the source does not come back, `NotSafe` when its output is not off then.
        """
        with self.exclusive():
            self._session.write("*RST")
            self.clock.sleep(_RESET_S)
            self._drain_errors()
            self._prepare()

    def clear_protection(self) -> None:
        """Set a tripped protection back; the output stays off."""
        self._command("OUTP:PROT:CLE")

    def _current(self, question: str, accuracy: tuple[float, float]) -> Reading:
        number = self._measured(question)
        of_reading, of_range = accuracy
        doubt = abs(number) * of_reading + of_range * self._full_scale_a
        return self._reading(number, "A", expanded_uncertainty=doubt, range=f"{self._full_scale_a:g} A rms")

    def _measured(self, question: str) -> float:
        number = self._number(question, self._ask(question))
        if isinstance(number, str):
            raise self._garbled(question, f"{number} is nothing that its own meter says")
        return number

    def _check(self, what: str, value: float, span: tuple[float, float], unit: str) -> None:
        if not span[0] <= value <= span[1]:
            raise OutOfRange(
                f"{self.resource}: {what} {value:g} {unit} is outside {span[0]:g} to {span[1]:g} {unit}"
                f" of the {self.identity.model}"
            )

    def _wait_for_pulse(self, length_s: float) -> None:
        due = self.clock.now() + length_s
        while (state := self._look("TRIG:STAT?")) != "OFF":
            if state not in ("ON", "RUNNING"):
                raise self._garbled("TRIG:STAT?", f"expected OFF, ON or RUNNING, got {state[:60]!r}")
            left = due - self.clock.now()
            if left <= -_GRACE_S:
                raise DeviceError(f"{self.resource}: the dropout of {length_s:g} s has not ended; switching off")
            self.clock.sleep(max(left, 0.01))

    def _is_on(self) -> bool:
        state = self._look("OUTP?")
        if state not in ("ON", "OFF"):
            raise self._garbled("OUTP?", f"expected ON or OFF, got {state[:60]!r}")
        return state == "ON"

    def _protection(self) -> str:
        return f"its questionable condition is {self._look('STAT:QUES:COND?')[:20]}"

    def _switch_off(self) -> None:
        self._command("OUTP OFF")
        if self._is_on():
            raise NotSafe(f"{self.resource}: OUTP OFF was sent and it says ON; remove its mains by hand")
        due = self.clock.now() + _DISCHARGE_S
        while (volt := self._measured("MEAS:VOLT:AC?")) >= _OFF_V:
            if self.clock.now() >= due:
                raise NotSafe(
                    f"{self.resource}: the output says OFF and {volt:g} V are measured on it; remove its mains by hand"
                )
            self.clock.sleep(_POLL_S)
