"""Keysight DAQ970A as a harness tester: its own multimeter, reached through a mux card, behind matrix cards."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from drivers.errors import OutOfRange, WrongInstrument
from drivers.rating import Rating
from drivers.reading import Reading
from drivers.scpi import Identity
from drivers.switch_matrix.keysight_daq970a import KeysightDaq970aMatrix

_MUX_CARD: Final = "DAQM901A"
_MUX_SLOT: Final = 3
_CHANNELS: Final = range(301, 311)
"""The mux channels that can be a source; four-wire measurement pairs each with the channel ten above it by itself."""

_OVERRANGE: Final = 1.2
"""A range is used up to 120 % of its name."""

_ACCURACY: Final = (
    (100.0, 1.0e-4, 4.0e-3),
    (1e3, 1.0e-4, 1.0e-2),
    (1e4, 1.0e-4, 1.0e-1),
    (1e5, 1.0e-4, 1.0),
    (1e6, 1.0e-4, 1.0e1),
    (1e7, 4.0e-4, 1.0e2),
    (1e8, 8.0e-3, 1.0e4),
)
"""Range in ohm, part of reading, ohm: one year, 18 to 28 degC, four-wire, the class of the maker's data sheet."""

_TWO_WIRE_OHM: Final = 0.2
"""What two-wire measurement adds when the leads are not nulled (same data sheet, note to the resistance ranges)."""


class KeysightDaq970aHarness(KeysightDaq970aMatrix):
    """DAQ970A with its internal meter, through its SCPI dialect (MEAS:FRES?, MEAS:RES?), the DAQ970A programming guide.

    Slots 1 and 2 hold DAQM904A matrix cards, slot 3 a DAQM901A multiplexer, whose channels are
    wired to the matrix rows: a source on 301 to 310, its sense ten above.
    """

    __slots__ = ()

    capability: ClassVar[str] = "HarnessTester"
    expected: ClassVar[Identity] = KeysightDaq970aMatrix.expected

    @classmethod
    def rated_for(cls, model: str, options: Mapping[str, Any]) -> dict[str, Rating]:
        """Get what its meter reads: `drivers.rating` holds limits against it."""
        return {"measured ohm": Rating(0.0, _ACCURACY[-1][0] * _OVERRANGE, "ohm")}

    def _prepare(self) -> None:
        super()._prepare()
        found = self._cards.get(_MUX_SLOT)
        if found != _MUX_CARD:
            raise WrongInstrument(
                f"{self.resource}: slot {_MUX_SLOT} holds {found or 'no card'}, the meter needs a {_MUX_CARD} there"
            )

    def measure_four_wire_resistance(self, channel: int) -> Reading:
        """Measure what a channel (301 to 310) and the one ten above it are wired to, in ohms, up to 100 Mohm.

        OVER is an open. Raises `OutOfRange` for another channel.

        The expanded uncertainty is the one-year accuracy of the range that the meter chose.
        """
        return self._resistance(f"MEAS:FRES? AUTO,DEF,(@{self._source(channel)})", 0.0)

    def measure_resistance(self, channel: int) -> Reading:
        """Measure two-wire resistance on a channel (301 to 310), in ohms, leads included, up to 100 Mohm.

        OVER is an open. Raises `OutOfRange` for another channel.
        """
        return self._resistance(f"MEAS:RES? AUTO,DEF,(@{self._source(channel)})", _TWO_WIRE_OHM)

    def _source(self, channel: int) -> int:
        if channel not in _CHANNELS:
            raise OutOfRange(f"{self.resource}: channel {channel} is no source channel; give one from 301 to 310")
        return channel

    def _resistance(self, question: str, leads_ohm: float) -> Reading:
        number = self._number(question, self._ask(question), "NR3")
        if isinstance(number, str):
            return self._over(number)
        span, of_reading, floor_ohm = next(
            (row for row in _ACCURACY if abs(number) <= row[0] * _OVERRANGE), _ACCURACY[-1]
        )
        return self._reading(
            number, "ohm", expanded_uncertainty=abs(number) * of_reading + floor_ohm + leads_ohm, range=f"{span:g} ohm"
        )

    def _over(self, side: Literal["OVER", "UNDER"]) -> Reading:
        return self._reading(side, "ohm", range=f"{_ACCURACY[-1][0]:g} ohm")
