"""Keysight N7745A: eight optical power meters. Terminals IN1 to IN8.

A detector adds all light that falls on it, whatever its wavelength. In the dark it shows its own noise, and until it
was zeroed an offset besides. What lies before a detector (a splitter's arm) may be given as its `pigtail_db`.
"""

import math
from dataclasses import dataclass

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.signal_instrument import SignalInstrument
from sim_hardware.physics.optical_link import dbm, milliwatts
from sim_hardware.scpi_grammar import ScpiError, boolean, integer, number, scpi
from sim_hardware.signals.paths import SignalPaths

CHANNELS = 8
_SATURATION_MW = 10.0
_DARK_MW = 2e-9
"""Noise of a detector in a short averaging time, one standard deviation: some pW (order of the data sheet)."""
_OFFSET_MW = 2e-8
_READING_DB = 0.0007
_GAIN_DB = 0.03
_FLOOR_DBM = -110.0


@dataclass(slots=True)
class _Detector:
    gain_db: float
    offset_mw: float
    wavelength_m: float = 1550e-9
    averaging_s: float = 0.1
    in_watts: bool = False
    is_relative: bool = False
    reference_dbm: float = 0.0
    zero_code: int = 0


class KeysightN7745a(SignalInstrument):
    """`pigtail_db` is the loss of what is spliced before every detector."""

    def __init__(
        self, signals: SignalPaths, clock: BenchClock, role: str, serial: str, *, pigtail_db: float = 0.0
    ) -> None:
        super().__init__(signals, clock, role, serial)
        self.idn = f"Keysight Technologies,N7745A,{serial},V1.170"
        if not 0.0 <= pigtail_db < math.inf:
            raise ValueError(f"{role}: pigtail loss {pigtail_db!r} dB must be zero or more")
        self._pigtail_db = pigtail_db
        draw = self.calibration_error("detectors")
        self._made = [(draw.gauss(0.0, _GAIN_DB), draw.gauss(0.0, _OFFSET_MW)) for _ in range(CHANNELS)]
        self.reset()

    def reset(self) -> None:
        """Preset: dBm, absolute, 100 ms."""
        self._detectors = {number: _Detector(*made) for number, made in enumerate(self._made, 1)}

    @scpi("INITiate#[:CHANnel#]:CONTinuous")
    def _set_continuous(self, slot: int, channel: int, state: str) -> None:
        self._detector(slot)
        boolean(state)

    @scpi("SENSe#[:CHANnel#]:POWer:UNIT")
    def _set_unit(self, slot: int, channel: int, unit: str) -> None:
        words = {"0": False, "DBM": False, "1": True, "W": True, "WATT": True}
        if unit.upper() not in words:
            raise ScpiError(-224, "Illegal parameter value")
        self._detector(slot).in_watts = words[unit.upper()]

    @scpi("SENSe#[:CHANnel#]:POWer:UNIT?")
    def _unit(self, slot: int, channel: int) -> str:
        return f"{int(self._detector(slot).in_watts):+d}"

    @scpi("SENSe#[:CHANnel#]:POWer:RANGe:AUTO")
    def _set_auto_range(self, slot: int, channel: int, state: str) -> None:
        self._detector(slot)
        if not boolean(state):
            raise ScpiError(-221, "Settings conflict; fixed ranges are not simulated")

    @scpi("SENSe#[:CHANnel#]:POWer:WAVelength")
    def _set_wavelength(self, slot: int, channel: int, metre: str) -> None:
        self._detector(slot).wavelength_m = number(metre, 1250e-9, 1650e-9, "M")

    @scpi("SENSe#[:CHANnel#]:POWer:WAVelength?")
    def _wavelength(self, slot: int, channel: int) -> str:
        return f"{self._detector(slot).wavelength_m:+.8E}"

    @scpi("SENSe#[:CHANnel#]:POWer:ATIMe")
    def _set_averaging(self, slot: int, channel: int, second: str) -> None:
        self._detector(slot).averaging_s = number(second, 1e-6, 10.0, "S")

    @scpi("SENSe#[:CHANnel#]:POWer:ATIMe?")
    def _averaging(self, slot: int, channel: int) -> str:
        return f"{self._detector(slot).averaging_s:+.8E}"

    @scpi("SENSe#[:CHANnel#]:POWer:REFerence")
    def _set_reference(self, slot: int, channel: int, kind: str, level: str) -> None:
        if kind.upper() != "TOREF" or not level.upper().endswith("DBM"):
            raise ScpiError(-224, "Illegal parameter value; only TOREF in DBM is simulated")
        self._detector(slot).reference_dbm = number(level[:-3], -100.0, 20.0)

    @scpi("SENSe#[:CHANnel#]:POWer:REFerence?")
    def _reference(self, slot: int, channel: int, kind: str) -> str:
        if kind.upper() != "TOREF":
            raise ScpiError(-224, "Illegal parameter value; only TOREF is simulated")
        return f"{self._detector(slot).reference_dbm:+.8E}"

    @scpi("SENSe#[:CHANnel#]:POWer:REFerence:STATe")
    def _set_relative(self, slot: int, channel: int, state: str) -> None:
        self._detector(slot).is_relative = boolean(state)

    @scpi("SENSe#[:CHANnel#]:POWer:REFerence:STATe:RATio")
    def _set_ratio(self, slot: int, channel: int, kind: str, other: str) -> None:
        self._detector(slot)
        if kind.upper() != "TOREF" or integer(other, 0, CHANNELS):
            raise ScpiError(-224, "Illegal parameter value; only TOREF,0 is simulated")

    @scpi("SENSe#[:CHANnel#]:CORRection:COLLect:ZERO")
    def _zero(self, slot: int, channel: int) -> None:
        detector = self._detector(slot)
        lit = sum(light.milliwatt for light in self.signals.arriving(self.terminal(f"IN{slot}")))
        detector.zero_code = 1 if lit > 1e-6 else 0
        if not detector.zero_code:
            detector.offset_mw = self.rng.gauss(0.0, _DARK_MW / 10.0)
        self.busy(2.0)

    @scpi("SENSe#[:CHANnel#]:CORRection:COLLect:ZERO?")
    def _zeroed(self, slot: int, channel: int) -> str:
        return str(self._detector(slot).zero_code)

    @scpi("READ#[:CHANnel#][:SCALar]:POWer[:DC]?")
    def _read(self, slot: int, channel: int) -> str:
        detector = self._detector(slot)
        self.busy(detector.averaging_s)
        true_mw = sum(light.milliwatt for light in self.signals.arriving(self.terminal(f"IN{slot}")))
        true_mw *= milliwatts(-self._pigtail_db)
        if true_mw > _SATURATION_MW:
            return "+9.90000000E+37"
        noise = milliwatts(detector.gain_db + self.rng.gauss(0.0, _READING_DB))
        dark = self.rng.gauss(detector.offset_mw, _DARK_MW * math.sqrt(0.1 / detector.averaging_s))
        shown_mw = true_mw * noise + dark
        if detector.in_watts:
            return f"{shown_mw * 1e-3:+.8E}"
        level = dbm(shown_mw) if shown_mw > milliwatts(_FLOOR_DBM) else _FLOOR_DBM
        return f"{level - (detector.reference_dbm if detector.is_relative else 0.0):+.8E}"

    def _detector(self, slot: int) -> _Detector:
        if slot not in self._detectors:
            raise ScpiError(-114, "Header suffix out of range")
        return self._detectors[slot]
