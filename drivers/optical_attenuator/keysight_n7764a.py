"""Keysight N7764A: four variable optical attenuators with shutters, for single-mode fibre."""

from typing import ClassVar, Final

from drivers.errors import DeviceError, NotSafe, OutOfRange
from drivers.lightwave import LightwaveDriver
from drivers.scpi import Identity

_WAVELENGTH_M: Final = (1260e-9, 1640e-9)
_ATTENUATION_DB: Final = (0.0, 40.0)
_SLOTS: Final = {1: 1, 2: 3, 3: 5, 4: 7}
"""Where the attenuators are among the instrument's slots (public drivers; unverified)."""


class KeysightN7764a(LightwaveDriver):
    """N7764A in the dialect of the N77xx programming guide: INP1:ATT, INP1:WAV, OUTP1:STAT (unverified).

    An attenuation is beyond the instrument's own insertion loss. Safe is every shutter shut.
    """

    __slots__ = ()

    capability: ClassVar[str] = "OpticalAttenuator"
    expected: ClassVar[Identity] = Identity(r"(Agilent|Keysight) Technologies,N7764A", (1,), (2,))

    def configure(self, wavelength_m: float, channel: int = 1) -> None:
        """Set the wavelength (1260 to 1640 nm), proven by read-back. Raises `OutOfRange`, `DeviceError`."""
        self._within("wavelength", wavelength_m, _WAVELENGTH_M, "m")
        self._set_proven(f"INP{self._slot(channel)}:WAV", wavelength_m, "m")

    def set_attenuation(self, attenuation_db: float, channel: int = 1) -> None:
        """Set the attenuation, 0 to 40 dB, proven by read-back. Raises `OutOfRange`, `DeviceError`."""
        self._within("attenuation", attenuation_db, _ATTENUATION_DB, "dB")
        self._set_proven(f"INP{self._slot(channel)}:ATT", attenuation_db, "dB")

    def set_output(self, on: bool, channel: int = 1) -> None:
        """Set the shutter open or shut, proven by read-back. Raises `OutOfRange`, `DeviceError`."""
        self._switch_proven(f"OUTP{self._slot(channel)}:STAT", on)

    def _slot(self, channel: int) -> int:
        if channel not in _SLOTS:
            raise OutOfRange(f"{self.resource}: there is no attenuator {channel}; it has {', '.join(map(str, _SLOTS))}")
        return _SLOTS[channel]

    def _switch_off(self) -> None:
        try:
            for channel in _SLOTS:
                self.set_output(False, channel)
        except DeviceError as error:
            raise NotSafe(f"{self.resource}: a shutter is not proven shut: {error}; uncouple its fibre") from error
