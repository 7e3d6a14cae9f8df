"""Keysight N5700: system DC supplies with one output, 750 and 1500 W."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import ClassVar, Final

from drivers.clock import Clock
from drivers.errors import OutOfRange, WrongInstrument
from drivers.power_supply._keysight_supply import KeysightSupply, OutputRating
from drivers.reading import InstrumentIdentity
from drivers.scpi import Identity
from drivers.session import Session

_MODELS: Final[Mapping[str, OutputRating]] = MappingProxyType(
    {
        model: OutputRating(volt, ampere, volt * 1.1)
        for model, volt, ampere in (
            ("N5743A", 12.5, 60.0),
            ("N5744A", 20.0, 38.0),
            ("N5746A", 40.0, 19.0),
            ("N5747A", 60.0, 12.5),
            ("N5748A", 80.0, 9.5),
            ("N5763A", 12.5, 120.0),
            ("N5764A", 20.0, 76.0),
            ("N5766A", 40.0, 38.0),
            ("N5767A", 60.0, 25.0),
            ("N5768A", 80.0, 19.0),
        )
    }
)
"""V and A by model, from the maker's data sheet (unverified); their overvoltage protection goes to 110 %."""


class KeysightN5700(KeysightSupply):
    """N5700 through its SCPI dialect (VOLT 48, OUTP ON, MEAS:VOLT?, no channel list), as public drivers show it.

    The supply refuses a voltage above 95 % of its overvoltage protection.
    """

    __slots__ = ("_rating",)

    capability: ClassVar[str] = "PowerSupply"
    expected: ClassVar[Identity] = Identity(r"(?i:agilent|keysight) (?i:technologies),N57[46]\dA", (1,), (4,))
    programming_headroom: ClassVar[float] = 1.05
    least_overvoltage: ClassVar[float] = 1.0 / 0.95
    voltage_accuracy: ClassVar[tuple[float, float]] = (5e-4, 5e-4)
    current_accuracy: ClassVar[tuple[float, float]] = (1e-3, 2e-3)

    def __init__(
        self, session: Session, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None = None
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        if identity.model not in _MODELS:
            raise WrongInstrument(
                f"{session.resource}: the rating of {identity.model} is not known; known: {', '.join(_MODELS)}"
            )
        self._rating = _MODELS[identity.model]

    def _output(self, channel: int) -> OutputRating:
        if channel != 1:
            raise OutOfRange(f"{self.resource}: there is no channel {channel}; a {self.identity.model} has 1 alone")
        return self._rating

    def _channels(self) -> tuple[int, ...]:
        return (1,)

    def _set(self, header: str, channel: int, value: str = "") -> str:
        return f"{header} {value}" if value else header

    def _query(self, header: str, channel: int) -> str:
        return f"{header}?"
