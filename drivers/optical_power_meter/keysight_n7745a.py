"""Keysight N7744A and N7745A: optical power meters with four and eight detectors behind one trigger."""

from datetime import date
from typing import ClassVar, Final

from drivers.clock import Clock
from drivers.errors import DeviceError, InstrumentError, OutOfRange
from drivers.lightwave import LightwaveDriver
from drivers.reading import InstrumentIdentity, Reading
from drivers.scpi import Identity
from drivers.session import Session

_WAVELENGTH_M: Final = (1250e-9, 1650e-9)
_AVERAGING_S: Final = (1e-6, 10.0)
_DARKEST_DBM: Final = -80.0
"""Below this the detector's noise is all that is shown: the data sheet's lowest power (unverified)."""
_UNCERTAINTY_DB: Final = 0.11
"""2.5 % of the power, the data sheet's class at reference conditions (unverified)."""
_RELATIVE_DB: Final = 0.02
"""Linearity and polarisation, for two readings of the same detector (unverified)."""


class KeysightN7745a(LightwaveDriver):
    """N7744A/N7745A in the dialect of the 816x and N77xx families' programming guides (unverified on an instrument).

    INIT1:CHAN1:CONT 0, SENS1:CHAN1:POW:UNIT 0 (dBm), READ1:CHAN1:POW?; the first number is the detector, the channel
    is always 1. A reading in dBm beyond the detector comes as SCPI's infinity.
    """

    __slots__ = ("_references",)

    capability: ClassVar[str] = "OpticalPowerMeter"
    expected: ClassVar[Identity] = Identity(r"(Agilent|Keysight) Technologies,N774[45]A", (1,), (2,))

    def __init__(
        self, session: Session, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None = None
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._references: dict[int, float] = {}

    def configure(self, wavelength_m: float, averaging_s: float, channel: int = 1) -> None:
        """Set wavelength (1250 to 1650 nm) and averaging time (1 us to 10 s) of a detector; it reads dBm.

        Raises `OutOfRange`, `DeviceError` when a setting does not read back.
        """
        self._detector(channel)
        self._within("wavelength", wavelength_m, _WAVELENGTH_M, "m")
        self._within("averaging time", averaging_s, _AVERAGING_S, "s")
        with self.exclusive():
            self._command(f"INIT{channel}:CHAN1:CONT 0")
            self._command(f"SENS{channel}:CHAN1:POW:UNIT 0")
            self._command(f"SENS{channel}:CHAN1:POW:RANG:AUTO 1")
            self._command(f"SENS{channel}:CHAN1:POW:REF:STAT 0")
            self._set_proven(f"SENS{channel}:CHAN1:POW:WAV", wavelength_m, "m")
            self._set_proven(f"SENS{channel}:CHAN1:POW:ATIM", averaging_s, "s")

    def zero(self, channel: int = 1) -> None:
        """Set what the dark detector shows as zero; raise `DeviceError` when light falls on it."""
        self._detector(channel)
        with self.exclusive():
            self._command(f"SENS{channel}:CHAN1:CORR:COLL:ZERO")
            code = self._look(f"SENS{channel}:CHAN1:CORR:COLL:ZERO?")
            if code != "0":
                raise DeviceError(
                    f"{self.resource}: detector {channel} could not be zeroed (code {code[:20]}); darken it and repeat"
                )

    def measure_power(self, channel: int = 1) -> Reading:
        """Measure the power in dBm; UNDER below -80 dBm, OVER where the detector is saturated."""
        self._detector(channel)
        question = f"READ{channel}:CHAN1:POW?"
        number = self._number(question, self._ask(question), "NR3")
        if not isinstance(number, str) and number < _DARKEST_DBM:
            number = "UNDER"
        return self._reading(number, "dBm", expanded_uncertainty=_UNCERTAINTY_DB)

    def take_reference(self, channel: int = 1) -> Reading:
        """Measure the power in dBm and keep it, in the instrument, as the reference of every later loss.

        Raises `DeviceError` when there is no light, or when the instrument holds another reference.
        """
        with self.exclusive():
            self._references.pop(channel, None)
            power = self.measure_power(channel)
            if power.value is None:
                raise DeviceError(
                    f"{self.resource}: no reference on detector {channel}: there is"
                    f" {'no light' if power.over_range == 'UNDER' else 'too much light'}; look at source and cord"
                )
            header = f"SENS{channel}:CHAN1:POW:REF"
            self._command(f"{header} TOREF,{power.value:.6f}DBM")
            held = self._number(header, self._look(f"{header}? TOREF"), "NR3")
            if isinstance(held, str) or abs(held - power.value) > 1e-4:
                raise DeviceError(f"{self.resource}: detector {channel}: reference {power.value:.4f} dBm reads {held}")
            self._references[channel] = power.value
        return power

    def measure_loss(self, channel: int = 1) -> Reading:
        """Measure by how many dB the power lies below the reference; OVER without light.

        Raises `InstrumentError` before `take_reference`.
        """
        if channel not in self._references:
            raise InstrumentError(f"{self.resource}: detector {channel} has no reference; take one first")
        with self.exclusive():
            self._command(f"SENS{channel}:CHAN1:POW:REF:STAT:RAT TOREF,0")
            self._command(f"SENS{channel}:CHAN1:POW:REF:STAT 1")
            question = f"READ{channel}:CHAN1:POW?"
            number = self._number(question, self._ask(question), "NR3")
            self._command(f"SENS{channel}:CHAN1:POW:REF:STAT 0")
        if number == "UNDER" or (not isinstance(number, str) and number + self._references[channel] < _DARKEST_DBM):
            return self._reading("OVER", "dB")
        if isinstance(number, str):
            return self._reading("UNDER", "dB")
        return self._reading(-number, "dB", expanded_uncertainty=_RELATIVE_DB)

    def _detector(self, channel: int) -> None:
        count = 4 if "N7744" in self.identity.model else 8
        if not 1 <= channel <= count:
            raise OutOfRange(f"{self.resource}: there is no detector {channel}; it has 1 to {count}")

    def safe_state(self) -> None:
        """Set nothing: a detector sends no light. A poisoned session is brought back."""
        if self._session.broken is not None:
            self.resync()

    def _switch_off(self) -> None:
        """Nothing to switch off."""
