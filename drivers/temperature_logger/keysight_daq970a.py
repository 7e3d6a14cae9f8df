"""Keysight DAQ970A as a thermometer: type K thermocouples on DAQM901A multiplexers, scanned by its own meter."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import ClassVar, Final

from drivers.channel_list import channel_list
from drivers.clock import Clock
from drivers.errors import WrongInstrument
from drivers.reading import InstrumentIdentity, Reading
from drivers.scpi import Identity, ScpiDriver
from drivers.session import Session

_SLOTS: Final = (1, 2, 3)
_CARD: Final = "DAQM901A"
_PLACES: Final = 20
_UNCERTAINTY_C: Final = 1.0
"""Type K with the card's own reference junction, one year (the class of the maker's data sheet; the probe is extra)."""
_OF_READING: Final = 1.0e-4
"""Part of reading, one year, 18 to 28 degC: the class of the maker's data sheet."""
_LEADS_OHM: Final = 0.2
"""What two-wire measurement adds when the leads are not nulled (same data sheet, note to the resistance ranges)."""
_PER_CHANNEL_S: Final = 0.5
"""How long a channel may take beyond the session's timeout: switching, open check, integrating."""


class KeysightDaq970aThermometer(ScpiDriver):
    """DAQ970A through its SCPI dialect (CONF:TEMP TC,K, ROUT:SCAN, READ?), the DAQ970A programming guide.

    A channel is slot*100 + 1 to 20. Open thermocouples are checked for, because without the check an open one reads
    whatever its input drifts to.
    """

    __slots__ = ("_channels",)

    capability: ClassVar[str] = "TemperatureLogger"
    expected: ClassVar[Identity] = Identity(r"Keysight Technologies,DAQ970A", (1,), (3,))

    def __init__(
        self,
        session: Session,
        identity: InstrumentIdentity,
        clock: Clock,
        calibration_due: date | None = None,
        *,
        slots: Collection[int] = (),
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._fit(slots)

    def _fit(self, slots: Collection[int]) -> None:
        self._channels = tuple(slot * 100 + place for slot in slots for place in range(1, _PLACES + 1))

    def _prepare(self) -> None:
        slots = []
        for slot in _SLOTS:
            question = f"SYST:CTYP? {slot}"
            answer = self._look(question)
            fields = answer.split(",")
            if len(fields) != 4:
                raise self._garbled(question, f"expected maker, card, serial and revision, got {answer[:60]!r}")
            if fields[1] == _CARD:
                slots.append(slot)
        self._fit(slots)
        if not slots:
            raise WrongInstrument(f"{self.resource}: no {_CARD} in any slot; thermocouples need one")

    def measure_temperatures(self, channels: Sequence[int]) -> tuple[Reading, ...]:
        """Measure these channels in degC, in their order; an open thermocouple is OVER.

        Raises `OutOfRange` for no channel, one named twice or one that no multiplexer has.
        """
        names = channel_list(self.resource, channels, self._channels)
        question = "READ?"
        with self.exclusive():
            self._command(f"CONF:TEMP TC,K,{names}")
            self._command(f"TEMP:TRAN:TC:CHEC ON,{names}")
            self._command(f"ROUT:SCAN {names}")
            answer = self._ask(question, self._session.timeout_s + _PER_CHANNEL_S * len(channels))
        numbers = answer.split(",")
        if len(numbers) != len(channels):
            raise self._garbled(question, f"expected {len(channels)} readings, got {answer[:60]!r}")
        return tuple(
            self._reading(self._number(question, number, "NR3"), "degC", expanded_uncertainty=_UNCERTAINTY_C)
            for number in numbers
        )

    def measure_resistance(self, channel: int) -> Reading:
        """Measure two-wire resistance on a channel in ohms, leads included; OVER is an open. Drops the scan list.

        Raises `OutOfRange` for a channel that no multiplexer has. The uncertainty is that of the range 100 ohm.
        """
        question = f"MEAS:RES? AUTO,DEF,{channel_list(self.resource, (channel,), self._channels)}"
        with self.exclusive():
            number = self._number(question, self._ask(question), "NR3")
        uncertainty = None if isinstance(number, str) else abs(number) * _OF_READING + _LEADS_OHM
        return self._reading(number, "ohm", expanded_uncertainty=uncertainty)

    def _switch_off(self) -> None:
        # A thermometer is no source of energy, and its multiplexers may carry another meter's path.
        return
