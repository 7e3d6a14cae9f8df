"""Keysight 81610A return loss module. Terminals IN (from the laser) and OUT (to the fibre).

What it reads is the power that comes back over the power sent, by continuous light: every reflection at once, its own
included until a termination was calibrated.
"""

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.signal_instrument import SignalInstrument
from sim_hardware.physics.optical_link import dbm, milliwatts
from sim_hardware.scpi_grammar import ScpiError, boolean, number, scpi
from sim_hardware.signals.paths import Passage, SignalPaths

_INSERTION_DB = 3.8
_OWN_DB = -61.0
_NOISE = 1.5e-8
"""Standard deviation of the reflectance that is shown: -78 dB."""
_BEST_DB = 80.0


class Keysight81610a(SignalInstrument):
    """Its port's own reflections and its reading error belong to its serial number."""

    def __init__(self, signals: SignalPaths, clock: BenchClock, role: str, serial: str) -> None:
        super().__init__(signals, clock, role, serial)
        self.idn = f"Keysight Technologies,8163B,{serial},V5.25"
        draw = self.calibration_error("return loss")
        self._own = milliwatts(_OWN_DB + draw.gauss(0.0, 1.0))
        self._gain_db = draw.gauss(0.0, 0.15)
        self._insertion_db = _INSERTION_DB + draw.gauss(0.0, 0.1)
        signals.add_passage(Passage(self.terminal("IN"), self.terminal("OUT"), lambda: self._insertion_db))
        self.reset()

    def reset(self) -> None:
        """1550 nm, a second, no termination known."""
        self._wavelength_m, self._averaging_s = 1550e-9, 1.0
        self._termination = 0.0

    @scpi("SLOT#:IDN?")
    def _slot(self, slot: int) -> str:
        if slot != 1:
            raise ScpiError(-114, "Header suffix out of range")
        return f"Keysight Technologies,81610A,{self.serial}-1,V2.00"

    @scpi("INITiate#[:CHANnel#]:CONTinuous")
    def _set_continuous(self, slot: int, channel: int, state: str) -> None:
        boolean(state)

    @scpi("SENSe#[:CHANnel#]:POWer:WAVelength")
    def _set_wavelength(self, slot: int, channel: int, metre: str) -> None:
        self._wavelength_m = number(metre, 1250e-9, 1640e-9, "M")

    @scpi("SENSe#[:CHANnel#]:POWer:WAVelength?")
    def _wavelength(self, slot: int, channel: int) -> str:
        return f"{self._wavelength_m:+.8E}"

    @scpi("SENSe#[:CHANnel#]:POWer:ATIMe")
    def _set_averaging(self, slot: int, channel: int, second: str) -> None:
        self._averaging_s = number(second, 0.1, 10.0, "S")

    @scpi("SENSe#[:CHANnel#]:POWer:ATIMe?")
    def _averaging(self, slot: int, channel: int) -> str:
        return f"{self._averaging_s:+.8E}"

    @scpi("SENSe#[:CHANnel#]:RETurnloss:CALibration:COLLect:TERMination")
    def _calibrate(self, slot: int, channel: int) -> None:
        self._termination = self._seen()
        self.busy(self._averaging_s)

    @scpi("READ#[:CHANnel#][:SCALar]:RETurnloss?")
    def _read(self, slot: int, channel: int) -> str:
        seen = self._seen() - self._termination
        self.busy(self._averaging_s)
        shown = -dbm(seen) if seen > milliwatts(-_BEST_DB) else _BEST_DB
        return f"{shown + self._gain_db:+.8E}"

    def _seen(self) -> float:
        if not any(True for _ in self.signals.arriving(self.terminal("IN"))):
            raise ScpiError(-231, "Data questionable; no light comes from the source")
        back = self.signals.reflected(self.terminal("OUT"), self._wavelength_m)
        return back + self._own + self.rng.gauss(0.0, _NOISE)
