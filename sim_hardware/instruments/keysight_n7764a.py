"""Keysight N7764A: four optical attenuators with shutters. Terminals IN1 and OUT1 to IN4 and OUT4."""

from dataclasses import dataclass
from functools import partial

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.signal_instrument import SignalInstrument
from sim_hardware.scpi_grammar import ScpiError, boolean, number, scpi
from sim_hardware.signals.paths import Passage, SignalPaths

_SLOTS = {1: 1, 3: 2, 5: 3, 7: 4}
_SETTLING_S = 0.2


@dataclass(slots=True)
class _Attenuator:
    insertion_db: float
    gain: float
    attenuation_db: float = 0.0
    wavelength_m: float = 1550e-9
    is_open: bool = False


class KeysightN7764a(SignalInstrument):
    """`insertion_db` is the loss of the whole way through at no attenuation, connectors and splitter included."""

    def __init__(
        self, signals: SignalPaths, clock: BenchClock, role: str, serial: str, *, insertion_db: float = 1.2
    ) -> None:
        super().__init__(signals, clock, role, serial)
        self.idn = f"Keysight Technologies,N7764A,{serial},V1.170"
        if not insertion_db > 0.0:
            raise ValueError(f"{role}: insertion loss {insertion_db!r} dB must be positive")
        draw = self.calibration_error("attenuators")
        self._made = [(insertion_db, 1.0 + draw.gauss(0.0, 0.004)) for _ in _SLOTS]
        self.reset()
        for slot, channel in _SLOTS.items():
            into, out = self.terminal(f"IN{channel}"), self.terminal(f"OUT{channel}")
            signals.add_passage(Passage(into, out, partial(self._loss_db, slot)))

    def reset(self) -> None:
        """Every shutter shut, nothing attenuated."""
        self._attenuators = dict(zip(_SLOTS, (_Attenuator(*made) for made in self._made), strict=True))

    def _loss_db(self, slot: int) -> float | None:
        one = self._attenuators[slot]
        return one.insertion_db + one.gain * one.attenuation_db if one.is_open else None

    @scpi("INPut#[:CHANnel#]:ATTenuation")
    def _set_attenuation(self, slot: int, channel: int, decibel: str) -> None:
        self._at(slot).attenuation_db = number(decibel, 0.0, 40.0, "DB")
        self.busy(_SETTLING_S)

    @scpi("INPut#[:CHANnel#]:ATTenuation?")
    def _attenuation(self, slot: int, channel: int) -> str:
        return f"{self._at(slot).attenuation_db:+.8E}"

    @scpi("INPut#[:CHANnel#]:WAVelength")
    def _set_wavelength(self, slot: int, channel: int, metre: str) -> None:
        self._at(slot).wavelength_m = number(metre, 1260e-9, 1640e-9, "M")

    @scpi("INPut#[:CHANnel#]:WAVelength?")
    def _wavelength(self, slot: int, channel: int) -> str:
        return f"{self._at(slot).wavelength_m:+.8E}"

    @scpi("OUTPut#[:CHANnel#][:STATe]")
    def _switch(self, slot: int, channel: int, state: str) -> None:
        self._at(slot).is_open = boolean(state)

    @scpi("OUTPut#[:CHANnel#][:STATe]?")
    def _state(self, slot: int, channel: int) -> str:
        return str(int(self._at(slot).is_open))

    def _at(self, slot: int) -> _Attenuator:
        if slot not in self._attenuators:
            raise ScpiError(-114, "Header suffix out of range")
        return self._attenuators[slot]
