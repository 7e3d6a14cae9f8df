"""Keysight 8163B mainframe with a laser in slot 1: a tunable 81960A, or a Fabry-Perot 81654A for 1310 and 1550 nm."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import ClassVar, Final

from drivers.clock import Clock
from drivers.errors import DeviceError, NotSafe, OutOfRange, WrongInstrument
from drivers.lightwave import LightwaveDriver
from drivers.reading import InstrumentIdentity
from drivers.scpi import Identity
from drivers.session import Session

_TUNABLE_M: Final[Mapping[str, tuple[float, float]]] = MappingProxyType({"81960A": (1505e-9, 1630e-9)})
_FIXED_M: Final[Mapping[str, tuple[float, float]]] = MappingProxyType({"81654A": (1310e-9, 1550e-9)})
"""Wavelengths by module, from the maker's data sheets (unverified)."""
_BAND: Final = ("LOW", "UPP")
_NEAR_M: Final = 20e-9
"""How far a Fabry-Perot laser may lie from its nominal wavelength."""


class Keysight8163bSource(LightwaveDriver):
    """A source module in the dialect of the 8163/8164 programming guide (unverified on an instrument).

    SOUR1:POW:STAT switches the laser; SOUR1:WAV tunes an 81960A, SOUR1:POW:WAV LOW or UPP chooses the laser of an
    81654A. Which module it is, the mainframe says at open (SLOT1:IDN?).
    """

    __slots__ = ("_module",)

    capability: ClassVar[str] = "OpticalSource"
    expected: ClassVar[Identity] = Identity(r"(Agilent|Keysight) Technologies,816[34][AB]", (4,), (6,))

    def __init__(
        self,
        session: Session,
        identity: InstrumentIdentity,
        clock: Clock,
        calibration_due: date | None = None,
        *,
        module: str = "81654A",
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._module = module

    def _prepare(self) -> None:
        fields = [field.strip() for field in self._look("SLOT1:IDN?").split(",")]
        module = fields[1] if len(fields) > 1 else ""
        if module not in (*_TUNABLE_M, *_FIXED_M):
            raise WrongInstrument(
                f"{self.resource}: slot 1 holds {module or 'nothing'}; known are {', '.join((*_TUNABLE_M, *_FIXED_M))}"
            )
        self._module = module

    def set_wavelength(self, wavelength_m: float) -> None:
        """Set the wavelength in metres: anywhere in the range of a tunable laser, or one of the two lasers.

        Raises `OutOfRange`, `DeviceError` when it does not read back.
        """
        if self._module in _TUNABLE_M:
            self._within("wavelength", wavelength_m, _TUNABLE_M[self._module], "m")
            self._set_proven("SOUR1:WAV", wavelength_m, "m")
            return
        lasers = _FIXED_M[self._module]
        band = [word for word, laser in zip(_BAND, lasers, strict=True) if abs(laser - wavelength_m) <= _NEAR_M]
        if not band:
            raise OutOfRange(f"{self.resource}: an {self._module} has {lasers} m and not {wavelength_m:g} m")
        with self.exclusive():
            self._command(f"SOUR1:POW:WAV {band[0]}")
            if not (held := self._look("SOUR1:POW:WAV?")).upper().startswith(band[0]):
                raise DeviceError(f"{self.resource}: laser {band[0]} was chosen and reads {held[:20]}")

    def set_output(self, on: bool) -> None:
        """Set the laser on or off, proven by read-back.

        Raises `DeviceError` when it stays off, `NotSafe` when it stays on.
        """
        if on:
            self._switch_proven("SOUR1:POW:STAT", True)
        else:
            self._switch_off()

    def _switch_off(self) -> None:
        try:
            self._switch_proven("SOUR1:POW:STAT", False)
        except DeviceError as error:
            raise NotSafe(f"{self.resource}: the laser is not proven off: {error}; turn its key") from error
