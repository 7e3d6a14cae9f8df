"""Keysight 8163B mainframe with a laser module in slot 1. Terminal OUT1.

An 81654A has two Fabry-Perot lasers at 1310 and 1550 nm, an 81960A one that tunes. Their power drifts slowly, by some
thousandths of a decibel in minutes, which is why a loss is told against a reference taken just before.
"""

import math

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.signal_instrument import SignalInstrument
from sim_hardware.physics.optical_link import milliwatts
from sim_hardware.scpi_grammar import ScpiError, boolean, number, scpi
from sim_hardware.signals.paths import Light, SignalPaths

_LASERS_M = (1310e-9, 1550e-9)
_TUNES_M = (1505e-9, 1630e-9)
_BANDS = ("LOW", "UPP")
_DRIFT_DB, _DRIFT_S = 0.004, 900.0


class Keysight8163b(SignalInstrument):
    """`module` is 81654A or 81960A, `level_dbm` its power; `stuck_on` is a laser that does not go off and reads so."""

    def __init__(
        self,
        signals: SignalPaths,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        module: str = "81654A",
        level_dbm: float = 0.0,
        stuck_on: bool = False,
    ) -> None:
        super().__init__(signals, clock, role, serial)
        if module not in ("81654A", "81960A"):
            raise ValueError(f"{role}: module {module!r}; there are 81654A and 81960A")
        self.idn = f"Keysight Technologies,8163B,{serial},V5.25"
        self._module = module
        self._stuck_on = stuck_on
        draw = self.calibration_error("lasers")
        self._level_dbm = [level_dbm + draw.gauss(0.0, 0.3) for _ in _LASERS_M]
        self._nominal_m = [wavelength + draw.gauss(0.0, 1e-9) for wavelength in _LASERS_M]
        self._phase = self.rng.uniform(0.0, 2.0 * math.pi)
        self._is_on = False
        signals.add_source(self.terminal("OUT1"), self._light)
        self.reset()

    def reset(self) -> None:
        """Dark, the first laser, the middle of the tuning range."""
        self._is_on = self._stuck_on and self._is_on
        self._band = 0
        self._wavelength_m = 1550e-9

    def _light(self) -> Light | None:
        if not self._is_on:
            return None
        drift_db = _DRIFT_DB * math.sin(2.0 * math.pi * self.clock.now() / _DRIFT_S + self._phase)
        wavelength_m = self._nominal_m[self._band] if self._module == "81654A" else self._wavelength_m
        return Light(milliwatts(self._level_dbm[self._band] + drift_db), wavelength_m)

    @scpi("SLOT#:IDN?")
    def _slot(self, slot: int) -> str:
        if slot != 1:
            raise ScpiError(-114, "Header suffix out of range")
        return f"Keysight Technologies,{self._module},{self.serial}-1,V1.02"

    @scpi("SOURce#[:CHANnel#]:POWer:STATe")
    def _switch(self, slot: int, channel: int, state: str) -> None:
        self._is_on = boolean(state) or (self._stuck_on and self._is_on)

    @scpi("SOURce#[:CHANnel#]:POWer:STATe?")
    def _state(self, slot: int, channel: int) -> str:
        return str(int(self._is_on))

    @scpi("SOURce#[:CHANnel#]:POWer:WAVelength")
    def _set_band(self, slot: int, channel: int, band: str) -> None:
        word = band.upper()[:3]
        if self._module != "81654A" or word not in _BANDS:
            raise ScpiError(-224, "Illegal parameter value")
        self._band = _BANDS.index(word)

    @scpi("SOURce#[:CHANnel#]:POWer:WAVelength?")
    def _get_band(self, slot: int, channel: int) -> str:
        return _BANDS[self._band]

    @scpi("SOURce#[:CHANnel#]:WAVelength[:CW]")
    def _tune(self, slot: int, channel: int, metre: str) -> None:
        if self._module != "81960A":
            raise ScpiError(-221, "Settings conflict; this laser does not tune")
        self._wavelength_m = number(metre, *_TUNES_M, "M")

    @scpi("SOURce#[:CHANnel#]:WAVelength[:CW]?")
    def _tuned(self, slot: int, channel: int) -> str:
        wavelength_m = self._nominal_m[self._band] if self._module == "81654A" else self._wavelength_m
        return f"{wavelength_m:+.8E}"
