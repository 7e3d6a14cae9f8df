"""Chroma 63200A: high-power electronic loads of one channel, 2 to 24 kW."""

import re
from datetime import date
from typing import ClassVar, Final

from drivers.capabilities import LoadRating
from drivers.clock import Clock
from drivers.electronic_load._chroma_load import ChromaLoad
from drivers.errors import WrongInstrument
from drivers.reading import InstrumentIdentity
from drivers.scpi import Identity
from drivers.session import Session

_MODEL: Final = re.compile(r"632(\d\d)A-(\d+)-(\d+)")


class Chroma63200a(ChromaLoad):
    """63200A through its SCPI dialect (MODE CCH, CURR:STAT:L1, LOAD ON), as public drivers show it.

    A model's name gives its rating: 63206A-150-600 takes 6 kW, 150 V and 600 A. Slew rates up to 0.02 A/us for each
    rated ampere (unverified).
    """

    __slots__ = ()

    capability: ClassVar[str] = "ElectronicLoad"
    expected: ClassVar[Identity] = Identity(r"(?i:chroma),632\d\dA-\d+-\d+", (1,), (3,))
    fastest_per_rating: ClassVar[float] = 2e4
    voltage_accuracy: ClassVar[tuple[float, float]] = (2.5e-4, 2.5e-4)
    current_accuracy: ClassVar[tuple[float, float]] = (5e-4, 5e-4)
    power_accuracy: ClassVar[tuple[float, float]] = (1e-3, 1e-3)

    def __init__(
        self, session: Session, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None = None
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self.rating = self.rating_of(identity.model)

    @classmethod
    def rating_of(cls, model: str) -> LoadRating:
        """Get what a model takes, such as "63212A-150-1200", by its name. Raises `WrongInstrument` for another one."""
        match = _MODEL.fullmatch(model)
        if match is None:
            raise WrongInstrument(f"{model!r} is no 63200A; their names are such as 63206A-150-600")
        kilowatt, volt, ampere = (float(number) for number in match.groups())
        return LoadRating(voltage_v=volt, current_a=ampere, power_w=kilowatt * 1e3)

    def _addressed(self, message: str) -> str:
        return message
