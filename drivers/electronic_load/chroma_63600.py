"""Chroma 63600: a mainframe of electronic load modules, 100 to 400 W each."""

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

_MODULE: Final = re.compile(r"636(\d)0-(\d+)-(\d+)[LR]?")
_CHANNELS: Final = range(1, 11)


class Chroma63600(ChromaLoad):
    """One module of a 63600 through its SCPI dialect (CHAN 1, then that of the 63200A), as public drivers show it.

    The driver works the first channel that has a module; a module of one load answers at the odd channel of its slot.
    Every message selects the channel anew, since the front panel can select another. A module's name gives its
    rating: 63640-80-80 takes 400 W, 80 V and 80 A. Slew rates up to 0.1 A/us for each rated ampere (unverified).
    """

    __slots__ = ("channel", "module")

    capability: ClassVar[str] = "ElectronicLoad"
    expected: ClassVar[Identity] = Identity(r"(?i:chroma),63600-[125]", (1,), (3,))
    fastest_per_rating: ClassVar[float] = 1e5
    voltage_accuracy: ClassVar[tuple[float, float]] = (2.5e-4, 2.5e-4)
    current_accuracy: ClassVar[tuple[float, float]] = (1e-3, 1e-3)
    power_accuracy: ClassVar[tuple[float, float]] = (1e-3, 1e-3)

    def __init__(
        self,
        session: Session,
        identity: InstrumentIdentity,
        clock: Clock,
        calibration_due: date | None = None,
        *,
        channel: int = 1,
        module: str = "63640-80-80",
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._fit(channel, module)

    def _fit(self, channel: int, module: str) -> None:
        self.channel = channel
        self.module = module
        self.rating = self.rating_of(module)

    @classmethod
    def rating_of(cls, model: str) -> LoadRating:
        """Get what a module takes, such as "63640-80-80", by its name. Raises `WrongInstrument` for another one."""
        match = _MODULE.fullmatch(model)
        if match is None:
            raise WrongInstrument(f"{model!r} is no 63600 module; their names are such as 63640-80-80")
        hectowatt, volt, ampere = (float(number) for number in match.groups())
        return LoadRating(voltage_v=volt, current_a=ampere, power_w=hectowatt * 1e2)

    def _prepare(self) -> None:
        for channel in _CHANNELS:
            # A channel without a module is refused or passed over; what is selected then says so.
            self._session.write(f"CHAN {channel}")
            self._drain_errors()
            if self._look("CHAN?") != str(channel):
                continue
            question = "CHAN:ID?"
            fields = self._look(question).split(",")
            if len(fields) < 3:
                raise self._garbled(question, f"expected maker, module and serial, got {','.join(fields)[:60]!r}")
            self._fit(channel, fields[1].strip())
            break
        else:
            raise WrongInstrument(f"{self.resource}: no module in the {self.identity.model}; fit one")
        super()._prepare()

    def _addressed(self, message: str) -> str:
        return f"CHAN {self.channel};:{message}"
