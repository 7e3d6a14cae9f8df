"""Chroma 61500 AC source: 0 to 150 or 300 V, 15 to 1000 Hz, with pulses from a phase angle. Terminals L and N.

Booleans are ON and OFF only. *RST takes seven seconds, in which nothing is answered. MEAS measures and FETC gives what
was measured last. Sine alone is simulated.
"""

from functools import partial
from typing import Literal

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.power_instrument import PowerInstrument
from sim_hardware.power.branch import AcFeed
from sim_hardware.power.grid import PowerGrid
from sim_hardware.power.indication import Indication
from sim_hardware.power.mains_meter import MainsMeter, MainsReading
from sim_hardware.scpi_grammar import ScpiError, integer, number, scpi

_RATINGS = {"61501": 2.0, "61502": 4.0, "61503": 6.0, "61504": 8.0, "61505": 16.0, "61511": 48.0, "61512": 72.0}
"""A rms in the 300 V range."""
_RANGES = {"LOW": 150.0, "HIGH": 300.0}
_RESET_S = 7.0
_RELAY_S = 0.05
_MEASUREMENT_S = 0.1
_INRUSH_LOOKS_S = (0.2, 1.2, 2.2)
_OVER_CURRENT = 2


class Chroma61500(PowerInstrument):
    """`variant` is the maker's model and gives the rating.

    With `stuck_on` the output relay stays closed and reads ON, with `stuck_silent` it reads OFF.
    """

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        variant: str = "61505",
        stuck_on: bool = False,
        stuck_silent: bool = False,
    ) -> None:
        super().__init__(power, clock, role, serial)
        if variant not in _RATINGS:
            raise ValueError(f"{role}: no variant {variant!r}; there are {', '.join(_RATINGS)}")
        self.idn = f"Chroma ATE {variant},{serial},1.00,1.01,1.02"
        self.stuck_on = stuck_on
        self.stuck_silent = stuck_silent
        self.feed = AcFeed(live=self.terminal("L"), neutral=self.terminal("N"))
        power.add_feed(self.feed)
        self._meter = MainsMeter(power, self.feed)
        self._rated_a = _RATINGS[variant]
        error = partial(Indication, self)
        self._set = error("set voltage", of_reading=2e-3, offset=0.3)
        self._volt_meter = error("voltage", of_reading=1e-3, offset=0.3, noise=0.02, step=0.01)
        self._ampere_meter = error("current", of_reading=2e-3, offset=1e-3 * self._rated_a, noise=1e-4, step=1e-3)
        self._watt_meter = error("power", of_reading=3e-3, offset=0.3 * self._rated_a, noise=0.05, step=0.1)
        self._peak_meter = error("peak", of_reading=4e-3, offset=0.01 * self._rated_a, noise=0.01, step=0.01)
        self._generation = 0
        self._on = False
        self._tripped = 0
        self._pulse_ends = 0.0
        self._last = MainsReading()
        self._default()

    def _default(self) -> None:
        self._volt, self._hertz, self._range = 0.0, 60.0, "LOW"
        self._limit_a = self._rated_a
        self._mode: Literal["FIXED", "PULSE"] = "FIXED"
        self._phase_on = 0.0
        self._pulse = {"VOLT": 0.0, "FREQ": 60.0, "SPH": 0.0, "COUN": 1.0, "DCYC": 50.0, "PER": 1000.0}

    def execute(self, message: str) -> tuple[bytes | None, float]:
        """Run one program message, after everything that was due before it has happened."""
        self.power.advance()
        return super().execute(message)

    def reset(self) -> None:
        """Output off, everything set back; seven seconds."""
        self._default()
        self._switch_feed(on=False)
        self.busy(_RESET_S)

    @scpi("[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]:AC")
    def _set_voltage(self, volt: str) -> None:
        self._volt = number(volt, 0.0, _RANGES[self._range], "V")
        self._give()

    @scpi("[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]:AC?")
    def _voltage(self) -> str:
        return f"{self._volt:.1f}"

    @scpi("[SOURce:]VOLTage:RANGe")
    def _set_range(self, name: str) -> None:
        if name.upper() not in _RANGES:
            raise ScpiError(-224, "Illegal parameter value")
        if self._on and name.upper() != self._range:
            raise ScpiError(-221, "Settings conflict; output is on")
        self._range = name.upper()

    @scpi("[SOURce:]FREQuency[:CW][:IMMediate]")
    def _set_frequency(self, hertz: str) -> None:
        self._hertz = number(hertz, 15.0, 1000.0, "HZ")
        self._give()

    @scpi("[SOURce:]FREQuency[:CW][:IMMediate]?")
    def _frequency(self) -> str:
        return f"{self._hertz:.2f}"

    @scpi("[SOURce:]CURRent:LIMit")
    def _set_limit(self, ampere: str) -> None:
        self._limit_a = number(ampere, 0.0, self._rated_a * (2.0 if self._range == "LOW" else 1.0), "A")

    @scpi("[SOURce:]PHASe:ON")
    def _set_phase(self, degrees: str) -> None:
        self._phase_on = number(degrees, 0.0, 360.0)

    @scpi("[SOURce:]FUNCtion:SHAPe", "[SOURce:]PULSe:SHAPe")
    def _set_shape(self, name: str) -> None:
        _one_of(name, "A", "B")

    @scpi("[SOURce:]FUNCtion:SHAPe:A", "[SOURce:]FUNCtion:SHAPe:B")
    def _set_wave(self, name: str) -> None:
        _one_of(name, "SINE", "SIN")

    @scpi("OUTPut:COUPling")
    def _set_coupling(self, name: str) -> None:
        _one_of(name, "AC")

    @scpi("OUTPut:MODE")
    def _set_mode(self, name: str) -> None:
        self._mode = "PULSE" if _one_of(name, "FIXED", "FIX", "PULSE", "PULS").startswith("PULS") else "FIXED"
        self._end_pulse()

    @scpi("OUTPut[:STATe]")
    def _switch(self, state: str) -> None:
        on = _one_of(state, "ON", "OFF") == "ON"
        if on and self._tripped:
            return
        if on != self._on:
            self._switch_feed(on=on)
        self.busy(_RELAY_S)

    @scpi("OUTPut[:STATe]?")
    def _state(self) -> str:
        self._protect()
        return "ON" if self._on else "OFF"

    @scpi("OUTPut:PROTection:CLEar")
    def _clear(self) -> None:
        self._tripped = 0

    @scpi("STATus:QUEStionable:CONDition?")
    def _condition(self) -> str:
        self._protect()
        return str(self._tripped)

    @scpi("[SOURce:]PULSe:VOLTage:AC")
    def _set_pulse_voltage(self, volt: str) -> None:
        self._pulse["VOLT"] = number(volt, 0.0, _RANGES[self._range], "V")

    @scpi("[SOURce:]PULSe:FREQuency")
    def _set_pulse_frequency(self, hertz: str) -> None:
        if number(hertz, 15.0, 1000.0, "HZ") != round(self._hertz, 2):
            raise ScpiError(-224, "Illegal parameter value; a pulse of another frequency is not simulated")

    @scpi("[SOURce:]PULSe:SPHase")
    def _set_pulse_phase(self, degrees: str) -> None:
        self._pulse["SPH"] = number(degrees, 0.0, 360.0)

    @scpi("[SOURce:]PULSe:COUNt")
    def _set_pulse_count(self, count: str) -> None:
        self._pulse["COUN"] = integer(count, 1, 1000)

    @scpi("[SOURce:]PULSe:DCYCle")
    def _set_pulse_duty(self, percent: str) -> None:
        self._pulse["DCYC"] = number(percent, 0.0, 100.0)

    @scpi("[SOURce:]PULSe:PERiod")
    def _set_pulse_period(self, milliseconds: str) -> None:
        self._pulse["PER"] = number(milliseconds, 0.1, 99999999.9)

    @scpi("TRIGger")
    def _set_trigger(self, state: str) -> None:
        if _one_of(state, "ON", "OFF") == "OFF":
            self._end_pulse()
        elif self._mode != "PULSE" or not self._on:
            raise ScpiError(-221, "Settings conflict; needs OUTP:MODE PULSE and the output on")
        else:
            self._start_pulses()

    @scpi("TRIGger:STATe?")
    def _trigger_state(self) -> str:
        return "RUNNING" if self.clock.now() < self._pulse_ends else "OFF"

    @scpi("MEASure[:SCALar]:VOLTage:AC?", delay=_MEASUREMENT_S)
    def _measure_voltage(self) -> str:
        self._protect()
        return self._fetch_voltage()

    @scpi("FETCh[:SCALar]:VOLTage:AC?")
    def _fetch_voltage(self) -> str:
        return f"{max(0.0, self._volt_meter.of(self._last.volt)):.2f}"

    @scpi("MEASure[:SCALar]:CURRent:AC?", delay=_MEASUREMENT_S)
    def _measure_current(self) -> str:
        self._protect()
        return self._fetch_current()

    @scpi("FETCh[:SCALar]:CURRent:AC?")
    def _fetch_current(self) -> str:
        return f"{max(0.0, self._ampere_meter.of(self._last.ampere)):.3f}"

    @scpi("MEASure[:SCALar]:POWer:AC[:REAL]?", delay=_MEASUREMENT_S)
    def _measure_power(self) -> str:
        self._protect()
        return f"{max(0.0, self._watt_meter.of(self._last.watt)):.1f}"

    @scpi("MEASure[:SCALar]:POWer:AC:PFACtor?", delay=_MEASUREMENT_S)
    def _measure_power_factor(self) -> str:
        self._protect()
        apparent = self._last.volt * self._last.ampere
        return f"{min(1.0, self._last.watt / apparent) if apparent > 1.0 else 0.0:.3f}"

    @scpi("MEASure[:SCALar]:CURRent:INRush?", "FETCh[:SCALar]:CURRent:INRush?")
    def _inrush(self) -> str:
        return f"{max(0.0, self._peak_meter.of(self._meter.peak(self.clock.now()))):.2f}"

    def _protect(self) -> None:
        """Read the meters; trip on a current that stays above the limit for five cycles."""
        self._last = self._meter.read(self.clock.now())
        if self._on and self._last.is_steady and self._last.ampere > self._limit_a:
            self._tripped |= _OVER_CURRENT
            self._switch_feed(on=False)

    def _give(self) -> None:
        """Put voltage and frequency on the feed; its phase goes on without a jump."""
        now, feed = self.clock.now(), self.feed
        with self.power.change():
            feed.volt_rms = max(0.0, self._set.given(self._volt))
            turns = (now - feed.origin_s) * feed.hertz
            feed.hertz = self._hertz
            feed.origin_s = now - (turns % 1.0) / feed.hertz
        self._meter.since = now

    def _switch_feed(self, *, on: bool) -> None:
        self._end_pulse()
        self._on = on or (self.stuck_on and self._on)
        self._give()
        now = self.clock.now()
        with self.power.change():
            if on:
                self.feed.switch_on(now, self._phase_on)
            elif not self.stuck_on and not self.stuck_silent:
                self.feed.is_on = False
        if on:
            self._meter.watch_inrush(now, *_INRUSH_LOOKS_S)

    def _start_pulses(self) -> None:
        self._generation += 1
        start = self.feed.next_phase(self.clock.now(), self._pulse["SPH"])
        period = self._pulse["PER"] * 1e-3
        for number_of_pulse in range(int(self._pulse["COUN"])):
            begin = start + number_of_pulse * period
            end = begin + period * self._pulse["DCYC"] / 100.0
            self.power.at(begin, partial(self._dip, self._generation, begin, True))
            self.power.at(end, partial(self._dip, self._generation, end, False))
            self._pulse_ends = begin + period
        self._meter.also_watch(self._pulse_ends, *_INRUSH_LOOKS_S[:1])

    def _dip(self, generation: int, when: float, begins: bool) -> None:
        """Begin or end a pulse; runs while the grid brings the bench up to its time."""
        if generation != self._generation:
            return
        volt = self._pulse["VOLT"] if begins else self._volt
        self.feed.is_on = volt > 0.0
        self.feed.volt_rms = max(0.0, self._set.given(volt))
        self._meter.since = when

    def _end_pulse(self) -> None:
        """Forget the pulses that are still to come; the output gives what is set."""
        self._generation += 1
        if self.clock.now() < self._pulse_ends:
            self._pulse_ends = self.clock.now()
            with self.power.change():
                self.feed.is_on = self._on
                self.feed.volt_rms = max(0.0, self._set.given(self._volt))


def _one_of(text: str, *words: str) -> str:
    word = text.strip().upper()
    if word not in words:
        raise ScpiError(-224, f"Illegal parameter value; {', '.join(words)} only")
    return word
