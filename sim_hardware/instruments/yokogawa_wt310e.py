"""Yokogawa WT310E, WT310EH, WT332E and WT333E power analysers with sensor input (/EX2) and harmonics (/G5).

Terminals U{k}.+ and U{k}.- for the voltage of element k; I{k} is the place of its current in the circuit, whether it
flows through the element itself or through the sensor on its sensor input. Values are renewed every update period; an
update in which a range was changed gives no data (NAN). All elements share ranges and mode.
"""

import math
from collections.abc import Mapping

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.power_instrument import PowerInstrument
from sim_hardware.power.analyzer_range import AnalyzerRange, engineering, stepped
from sim_hardware.power.grid import PowerGrid
from sim_hardware.power.power_element import PowerSample, sample_element, voltage_extent
from sim_hardware.scpi_grammar import ScpiError, boolean, integer, number, scpi

ELEMENTS = {"WT310E": (1,), "WT310EH": (1,), "WT332E": (1, 3), "WT333E": (1, 2, 3)}

_SMALL_A = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_LARGE_A = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
_AMPERE = {
    "WT310E": (*_SMALL_A, *_LARGE_A),
    "WT310EH": (*_LARGE_A[1:], 40.0),
    "WT332E": _LARGE_A,
    "WT333E": _LARGE_A,
}
_VOLT = (15.0, 30.0, 60.0, 150.0, 300.0, 600.0)
_SENSOR_V = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
_PERIODS = {"100MS": 0.1, "250MS": 0.25, "500MS": 0.5, "1S": 1.0, "2S": 2.0, "5S": 5.0}
_FUNCTIONS = ("U", "I", "P", "LAMB", "LAMBDA", "ITHD")
_MOST_ITEMS = 255
_ZERO = 0.005
"""What part of a range is shown as nothing."""
_GAIN_SIGMA, _SENSOR_SIGMA, _AC_ZERO, _DC_ZERO, _NOISE = 2e-4, 2e-4, 5e-5, 1e-4, 2e-5


class YokogawaWt310e(PowerInstrument):
    """`model` as on the name plate; `options` as *OPT? says.

    `sensor_v_per_a` is what the sensors truly are for by element (default: what the analyser is told), and
    `sensor_gain_error` how far off they truly are (relative; default drawn from the serial number).
    """

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        model: str = "WT310E",
        options: str = "C7,EX2,G5",
        sensor_v_per_a: Mapping[str, float] | None = None,
        sensor_gain_error: float | None = None,
    ) -> None:
        super().__init__(power, clock, role, serial)
        if model not in ELEMENTS:
            raise ValueError(f"{role}: model {model!r} is none of {', '.join(ELEMENTS)}")
        self.idn = f"YOKOGAWA,{model},{serial},F1.04"
        self._model = model
        self._options = options
        self._sensor_v_per_a = {int(element): ratio for element, ratio in (sensor_v_per_a or {}).items()}
        self._sensor_error = {
            element: self.gain_error(f"sensor {element}", _SENSOR_SIGMA)
            if sensor_gain_error is None
            else 1.0 + sensor_gain_error
            for element in ELEMENTS[model]
        }
        self.reset()

    def reset(self) -> None:
        """Headers on, automatic ranges, rms."""
        self._headers = True
        self._mode = "RMS"
        self._external = False
        self._period = _PERIODS["250MS"]
        self._volt, self._ampere = AnalyzerRange(_VOLT[-1]), AnalyzerRange(_AMPERE[self._model][-1])
        self._ratio_mv_a = dict.fromkeys(ELEMENTS[self._model], 10.0)
        self._items: dict[int, tuple[str, int]] = {}
        self._count = 0
        self._renewed()

    def _renewed(self) -> None:
        """A range was changed: the update under way gives nothing."""
        self._since = self.clock.now()
        self._shown: tuple[float, dict[int, dict[str, str]]] | None = None

    @scpi("*OPT?")
    def _get_options(self) -> str:
        return self._options

    @scpi("STATus:ERRor?")
    def _status_error(self) -> str:
        code, text = self.errors.pop()
        return self._headed("STATUS:ERROR", f'{code},"{text}"')

    def _next_error(self) -> str:
        raise ScpiError(-113, "Undefined header")

    @scpi("SYSTem:COMMunicate:COMMand")
    def _set_command_set(self, name: str) -> None:
        if name.upper() != "WT300":
            raise ScpiError(-224, "Illegal parameter value; only WT300 is simulated")

    @scpi("COMMunicate:HEADer")
    def _set_headers(self, state: str) -> None:
        self._headers = boolean(state)

    @scpi("RATE")
    def _set_rate(self, period: str) -> None:
        if period.upper() not in _PERIODS:
            raise ScpiError(-224, "Illegal parameter value")
        self._period = _PERIODS[period.upper()]
        self._renewed()

    @scpi("[INPut:]CFACtor")
    def _set_crest_factor(self, factor: str) -> None:
        if factor != "3":
            raise ScpiError(-224, "Illegal parameter value; only crest factor 3 is simulated")

    @scpi("[INPut:]FILTer:FREQuency")
    def _set_frequency_filter(self, state: str) -> None:
        boolean(state)

    @scpi("[INPut:]MODE")
    def _set_mode(self, mode: str) -> None:
        if mode.upper() not in ("RMS", "DC"):
            raise ScpiError(-224, "Illegal parameter value; only RMS and DC are simulated")
        self._mode = mode.upper()
        self._renewed()

    @scpi("[INPut:]VOLTage:RANGe")
    def _set_voltage_range(self, volt: str) -> None:
        self._volt.choose(_VOLT, number(volt, unit="V"))
        self._renewed()

    @scpi("[INPut:]VOLTage:RANGe?")
    def _voltage_range(self) -> str:
        return self._headed("INPUT:VOLTAGE:RANGE", engineering(self._volt.top))

    @scpi("[INPut:]VOLTage:AUTO")
    def _set_voltage_auto(self, state: str) -> None:
        self._volt.automatic = boolean(state)
        self._renewed()

    @scpi("[INPut:]CURRent:RANGe")
    def _set_current_range(self, first: str, second: str | None = None) -> None:
        external = first.upper() in ("EXT", "EXTERNAL")
        if external and "EX2" not in self._options.split(","):
            raise ScpiError(-224, "Illegal parameter value; no sensor input")
        if external and second is None:
            raise ScpiError(-109, "Missing parameter")
        if external:
            self._ampere.choose(_SENSOR_V, number(second or "", unit="V"))
        else:
            self._ampere.choose(_AMPERE[self._model], number(first, unit="A"))
        self._external = external
        self._renewed()

    @scpi("[INPut:]CURRent:RANGe?")
    def _current_range(self) -> str:
        prefix = "EXT," if self._external else ""
        return self._headed("INPUT:CURRENT:RANGE", prefix + engineering(self._ampere.top))

    @scpi("[INPut:]CURRent:AUTO")
    def _set_current_auto(self, state: str) -> None:
        self._ampere.automatic = boolean(state)
        self._renewed()

    @scpi("[INPut:]CURRent:SRATio[:ALL]")
    def _set_every_ratio(self, ratio: str) -> None:
        self._ratio_mv_a = dict.fromkeys(self._ratio_mv_a, number(ratio, 0.001, 9999.0))
        self._renewed()

    @scpi("[INPut:]CURRent:SRATio:ELEMent#")
    def _set_ratio(self, element: int, ratio: str) -> None:
        self._ratio_mv_a[self._checked(element)] = number(ratio, 0.001, 9999.0)
        self._renewed()

    @scpi("HARMonics:PLLSource")
    def _set_pll_source(self, source: str) -> None:
        if source.upper() not in {f"{kind}{element}" for kind in "UI" for element in ELEMENTS[self._model]}:
            raise ScpiError(-224, "Illegal parameter value")

    @scpi("HARMonics:THD")
    def _set_distortion(self, formula: str) -> None:
        if formula.upper() != "IEC":
            raise ScpiError(-224, "Illegal parameter value; only IEC is simulated")

    @scpi("NUMeric:FORMat")
    def _set_format(self, name: str) -> None:
        if name.upper() not in ("ASC", "ASCII"):
            raise ScpiError(-224, "Illegal parameter value; only ASCii is simulated")

    @scpi("NUMeric:NORMal:NUMber")
    def _set_count(self, count: str) -> None:
        self._count = integer(count, 1, _MOST_ITEMS)

    @scpi("NUMeric:NORMal:ITEM#")
    def _set_item(self, place: int, function: str, element: str = "1") -> None:
        if function.upper() not in _FUNCTIONS or not 1 <= place <= _MOST_ITEMS:
            raise ScpiError(-224, "Illegal parameter value")
        self._items[place] = (function.upper()[:4], self._checked(integer(element, 1, 3)))

    @scpi("NUMeric:NORMal:VALue?")
    def _values(self) -> str:
        elapsed = math.floor((self.clock.now() - self._since) / self._period + 1e-9)
        if elapsed < 1:
            return ",".join(["NAN"] * self._count)
        boundary = self._since + elapsed * self._period
        if self._shown is None or self._shown[0] != boundary:
            self._shown = (boundary, {})
        shown = self._shown[1]
        answers = []
        for place in range(1, self._count + 1):
            function, element = self._items.get(place, ("U", 0))
            if element not in ELEMENTS[self._model]:
                answers.append("NAN")
                continue
            if element not in shown:
                shown[element] = self._element(element, boundary)
            answers.append(shown[element][function])
        return ",".join(answers)

    def _element(self, element: int, until: float) -> dict[str, str]:
        """What the last whole update period shows of one element."""
        plus, minus = (self.terminal(f"U{element}.{pole}") for pole in "+-")
        voltage = self.power.voltage_signal(plus, minus)
        current = self.power.current_signal(self.terminal(f"I{element}"))
        sample = sample_element(voltage, current, min(until, self.clock.now()))
        volt_gain = self.gain_error(f"voltage {element}", _GAIN_SIGMA)
        ampere_gain = self.gain_error(f"current {element}", _GAIN_SIGMA)
        scale = 1.0  # amperes shown per ampere that flows
        volts_of_range = 1.0  # what the range is in, per ampere that flows
        if self._external:
            told = self._ratio_mv_a[element] * 1e-3
            volts_of_range = self._sensor_v_per_a.get(element, told) * self._sensor_error[element]
            scale = volts_of_range / told
        self._volt.fit(_VOLT, *self._largest_voltage(sample, element, until))
        tops = _SENSOR_V if self._external else _AMPERE[self._model]
        seen, peak = sample.ampere_rms * volts_of_range, sample.ampere_peak * volts_of_range
        self._ampere.fit(tops, seen, peak)
        over = (self._volt.is_over(sample.volt_rms, sample.volt_peak), self._ampere.is_over(seen, peak))
        full_a = self._ampere.top * (scale / volts_of_range)
        return self._indications(element, sample, (volt_gain, ampere_gain * scale), (self._volt.top, full_a), over)

    def _largest_voltage(self, sample: PowerSample, element: int, until: float) -> tuple[float, float]:
        """Rms and peak that the common voltage range must hold: an automatic one goes by whichever element needs it."""
        rms, peak = sample.volt_rms, sample.volt_peak
        for other in ELEMENTS[self._model]:
            if self._volt.automatic and other != element:
                terminals = (self.terminal(f"U{other}.{pole}") for pole in "+-")
                other_rms, other_peak = voltage_extent(self.power.voltage_signal(*terminals), until)
                rms, peak = max(rms, other_rms), max(peak, other_peak)
        return rms, peak

    def _indications(
        self,
        element: int,
        sample: PowerSample,
        gains: tuple[float, float],
        tops: tuple[float, float],
        over: tuple[bool, bool],
    ) -> dict[str, str]:
        dc = self._mode == "DC"
        zero = _DC_ZERO if dc else _AC_ZERO
        volt, ampere = (sample.volt_mean, sample.ampere_mean) if dc else (sample.volt_rms, sample.ampere_rms)
        shown = []
        for quantity, value, gain, top in zip("UI", (volt, ampere), gains, tops, strict=True):
            offset = self.calibration_error(f"zero {self._mode} {quantity}{element}").gauss(0.0, zero * top)
            reading = gain * value + offset + self.rng.gauss(0.0, _NOISE * top)
            shown.append(0.0 if not dc and abs(value) <= _ZERO * top else reading)
        watt_top = tops[0] * tops[1]
        error = self.calibration_error(f"zero {self._mode} P{element}").gauss(0.0, zero * watt_top)
        watt = gains[0] * gains[1] * sample.watt + error + self.rng.gauss(0.0, _NOISE * watt_top)
        apparent = abs(shown[0] * shown[1])
        distortion = "NAN" if sample.distortion is None or not shown[1] else f"{sample.distortion * 100.0:.3f}E+00"
        factor = max(-1.0, min(1.0, watt / apparent)) if apparent else math.nan
        beyond = any(over)
        return {
            "U": "INF" if over[0] else engineering(stepped(shown[0], tops[0])),
            "I": "INF" if over[1] else engineering(stepped(shown[1], tops[1])),
            "P": "INF" if beyond else engineering(stepped(watt if apparent or dc else 0.0, watt_top)),
            "LAMB": "INF" if beyond else "NAN" if math.isnan(factor) else f"{factor:.4f}E+00",
            "ITHD": "INF" if over[1] else distortion,
        }

    def _checked(self, element: int) -> int:
        if element not in ELEMENTS[self._model]:
            raise ScpiError(-222, f"Data out of range; {self._model} has no element {element}")
        return element

    def _headed(self, header: str, answer: str) -> str:
        return f":{header} {answer}" if self._headers else answer
