"""The commands of Chroma's electronic loads, 63200A and 63600 alike, in front of the channel that is selected.

Ranges L, M and H of a mode are 1 %, 10 % and all of the rated current; *RST leaves the low one. Slew rates are A/us.
"""

from sim_hardware.instruments.power_instrument import PowerInstrument
from sim_hardware.power.load_channel import LoadChannel, Mode
from sim_hardware.scpi_grammar import ScpiError, boolean, number, scpi

_MODES: dict[str, Mode] = {"CC": "CC", "CR": "CR", "CP": "CP", "CCD": "CCD"}
_RANGES = {"L": 0.01, "M": 0.1, "H": 1.0}
_MEASUREMENT_S = 0.02
_MICRO = 1e-6


class ChromaLoadCommands(PowerInstrument):
    """A Chroma load; a subclass says which channels it has and which is selected."""

    fastest_a_us: float
    """Fastest slew rate of the selected channel in A/us."""

    _range: str = "L"

    @property
    def selected(self) -> LoadChannel:
        """The channel that commands go to."""
        raise NotImplementedError

    def execute(self, message: str) -> tuple[bytes | None, float]:
        """Run one program message, after everything that was due before it has happened."""
        self.power.advance()
        return super().execute(message)

    @scpi("LOAD[:STATe]")
    def _switch(self, state: str) -> None:
        self.selected.switch(boolean(state))
        self.busy(_MEASUREMENT_S)

    @scpi("LOAD[:STATe]?")
    def _state(self) -> str:
        self.selected.look()
        return _word(self.selected.is_on)

    @scpi("LOAD:SHORt[:STATe]")
    def _short(self, state: str) -> None:
        self.selected.set_short(boolean(state))

    @scpi("LOAD:SHORt[:STATe]?")
    def _shorted(self) -> str:
        return _word(self.selected.is_short)

    @scpi("LOAD:PROTection:CLEar")
    def _clear(self) -> None:
        self.selected.clear_trips()

    @scpi("LOAD:PROTection?", "STATus:CHANnel:CONDition?")
    def _trips(self) -> str:
        return str(self.selected.trips())

    @scpi("MODE")
    def _set_mode(self, mode: str) -> None:
        word = mode.upper()
        if word[:-1] not in _MODES or word[-1:] not in _RANGES:
            raise ScpiError(-224, "Illegal parameter value")
        self._range = word[-1]
        self.selected.set_mode(_MODES[word[:-1]])

    @scpi("MODE?")
    def _mode(self) -> str:
        return f"{self.selected.mode}{self._range}"

    @scpi("CURRent:STATic:L#")
    def _set_current(self, which: int, ampere: str) -> None:
        self.selected.levels.current_a[_level(which)] = self._amperes(ampere)
        self._follow("CC")

    @scpi("CURRent:STATic:L#?")
    def _current(self, which: int) -> str:
        return f"{self.selected.levels.current_a[_level(which)]:.6f}"

    @scpi("CURRent:STATic:RISE")
    def _set_rise(self, slew: str) -> None:
        self.selected.levels.rise_a_s = self._slew(slew)

    @scpi("CURRent:STATic:FALL")
    def _set_fall(self, slew: str) -> None:
        self.selected.levels.fall_a_s = self._slew(slew)

    @scpi("CURRent:DYNamic:L#")
    def _set_dynamic(self, which: int, ampere: str) -> None:
        self.selected.levels.dynamic_a[_level(which)] = self._amperes(ampere)
        self._follow("CCD")

    @scpi("CURRent:DYNamic:T#")
    def _set_time(self, which: int, seconds: str) -> None:
        self.selected.levels.dynamic_s[_level(which)] = number(seconds, 1e-5, 100.0, "S")
        self._follow("CCD")

    @scpi("CURRent:DYNamic:RISE")
    def _set_dynamic_rise(self, slew: str) -> None:
        self.selected.levels.dynamic_rise_a_s = self._slew(slew)

    @scpi("CURRent:DYNamic:FALL")
    def _set_dynamic_fall(self, slew: str) -> None:
        self.selected.levels.dynamic_fall_a_s = self._slew(slew)

    @scpi("CURRent:DYNamic:REPeat")
    def _set_repeat(self, count: str) -> None:
        if number(count, 0, 65535) != 0:
            raise ScpiError(-224, "Illegal parameter value; only endless repetition is simulated")

    @scpi("RESistance[:STATic]:L#")
    def _set_resistance(self, which: int, ohm: str) -> None:
        lowest = self.selected.volt / self.selected.ampere / 100.0
        self.selected.levels.resistance_ohm = number(ohm, lowest, 2.0e5 * lowest * 1.001, "OHM")
        self._follow("CR")

    @scpi("POWer[:STATic]:L#")
    def _set_power(self, which: int, watt: str) -> None:
        self.selected.levels.power_w = number(watt, 0.0, self.selected.watt, "W")
        self._follow("CP")

    @scpi("MEASure[:SCALar]:VOLTage[:DC]?", "FETCh[:SCALar]:VOLTage[:DC]?", delay=_MEASUREMENT_S)
    def _volt(self) -> str:
        return f"{self.selected.measured()[0]:.5f}"

    @scpi("MEASure[:SCALar]:CURRent[:DC]?", "FETCh[:SCALar]:CURRent[:DC]?", delay=_MEASUREMENT_S)
    def _ampere(self) -> str:
        return f"{self.selected.measured()[1]:.5f}"

    @scpi("MEASure[:SCALar]:POWer[:DC]?", "FETCh[:SCALar]:POWer[:DC]?", delay=_MEASUREMENT_S)
    def _watt(self) -> str:
        volt, ampere = self.selected.measured()
        return f"{volt * ampere:.4f}"

    def _amperes(self, text: str) -> float:
        return number(text, 0.0, _RANGES[self._range] * self.selected.ampere, "A")

    def _slew(self, text: str) -> float:
        return number(text, self.fastest_a_us * 0.999e-3, self.fastest_a_us * 1.001) / _MICRO

    def _follow(self, mode: Mode) -> None:
        """An input that is on follows a level of its present mode at once."""
        channel = self.selected
        if channel.mode == mode:
            channel.apply()


def _word(state: bool) -> str:
    return "ON" if state else "OFF"


def _level(which: int) -> int:
    if which not in (1, 2):
        raise ScpiError(-114, "Header suffix out of range")
    return which - 1
