"""Keysight 81610A return loss module in slot 1 of an 8163B: what a fibre throws back of an external laser's light."""

from typing import ClassVar, Final

from drivers.errors import DeviceError, WrongInstrument
from drivers.lightwave import LightwaveDriver
from drivers.reading import Reading
from drivers.scpi import Identity

_WAVELENGTH_M: Final = (1250e-9, 1640e-9)
_AVERAGING_S: Final = (0.1, 10.0)
_BEST_DB: Final = 75.0
"""More than this cannot be told from nothing coming back (data sheet's range, unverified)."""
_UNCERTAINTY_DB: Final = 0.8
"""Up to 65 dB with the module's own reflections calibrated (data sheet's class, unverified)."""


class Keysight81610a(LightwaveDriver):
    """81610A in the dialect of the 8163/8164 programming guide (unverified on an instrument).

    The light of an external source goes in at the module's input and out at its port; READ1:CHAN1:RET? is the return
    loss in dB of all that lies behind the port, continuous light knows no distance. The reflectance reference
    (SENS1:RET:CAL:COLL:REFL) is part of its calibration and stays in the module; SENS1:RET:CAL:COLL:TERM takes the
    module's own reflections away and belongs before every run.
    """

    __slots__ = ()

    capability: ClassVar[str] = "ReturnLossMeter"
    expected: ClassVar[Identity] = Identity(r"(Agilent|Keysight) Technologies,816[34][AB]", (4,), (6,))

    def _prepare(self) -> None:
        fields = [field.strip() for field in self._look("SLOT1:IDN?").split(",")]
        if len(fields) < 2 or fields[1] != "81610A":
            raise WrongInstrument(f"{self.resource}: slot 1 holds {fields[1:2] or 'nothing'}, expected an 81610A")

    def configure(self, wavelength_m: float, averaging_s: float) -> None:
        """Set wavelength (1250 to 1640 nm) and averaging time (0.1 to 10 s), proven by read-back.

        Raises `OutOfRange`, `DeviceError`.
        """
        self._within("wavelength", wavelength_m, _WAVELENGTH_M, "m")
        self._within("averaging time", averaging_s, _AVERAGING_S, "s")
        with self.exclusive():
            self._command("INIT1:CHAN1:CONT 0")
            self._set_proven("SENS1:CHAN1:POW:WAV", wavelength_m, "m")
            self._set_proven("SENS1:CHAN1:POW:ATIM", averaging_s, "s")

    def calibrate_termination(self) -> None:
        """Set what comes back now, from a fibre that ends without reflection, as the module's own.

        Raises `DeviceError` when so much comes back that the fibre cannot be terminated.
        """
        with self.exclusive():
            self._command("SENS1:RET:CAL:COLL:TERM")
            done = self._look("*OPC?")
            if done != "1":
                raise DeviceError(f"{self.resource}: the termination was not measured; terminate the fibre and repeat")

    def measure_return_loss(self) -> Reading:
        """Measure the return loss in dB; OVER beyond 75 dB."""
        question = "READ1:CHAN1:RET?"
        number = self._number(question, self._ask(question), "NR3")
        if not isinstance(number, str) and number > _BEST_DB:
            number = "OVER"
        return self._reading(number, "dB", expanded_uncertainty=_UNCERTAINTY_DB)

    def safe_state(self) -> None:
        """Set nothing: the light is its source's. A poisoned session is brought back."""
        if self._session.broken is not None:
            self.resync()

    def _switch_off(self) -> None:
        """Nothing to switch off."""
