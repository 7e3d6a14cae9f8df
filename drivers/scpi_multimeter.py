"""What SCPI multimeters share: a function and a range are chosen once, then READ? triggers and fetches one reading."""

from abc import abstractmethod
from datetime import date
from typing import ClassVar, Final

from drivers.clock import Clock
from drivers.errors import InstrumentError
from drivers.meter_range import MeterRange, range_for
from drivers.reading import InstrumentIdentity, Reading
from drivers.scpi import ScpiDriver
from drivers.session import Session

_LEADS_OHM: Final = 0.2
"""What two-wire measurement adds when the leads are not nulled."""


class ScpiMultimeter(ScpiDriver):
    """Base of the multimeters. What was set last is remembered, and forgotten at the first error.

    Ranges rise; each is used up to 120 % of its name. The expanded uncertainty of a reading is the one-year accuracy
    of its range.
    """

    __slots__ = ("_configured",)

    voltage_ranges: ClassVar[tuple[MeterRange, ...]]
    current_ranges: ClassVar[tuple[MeterRange, ...]]
    two_wire_ranges: ClassVar[tuple[MeterRange, ...]]
    four_wire_ranges: ClassVar[tuple[MeterRange, ...]]

    def __init__(
        self, session: Session, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None = None
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._configured: tuple[str, MeterRange | None] | None = None

    def measure_dc_voltage(self, range_v: float | None = None) -> Reading:
        """Measure DC voltage in V; without a range the meter chooses. OVER or UNDER beyond the range, by its sign.

        Raises `OutOfRange` above the highest range, `DeviceError` when the meter refuses.
        """
        return self._measure("VOLT:DC", "V", self.voltage_ranges, range_v)

    def measure_dc_current(self, range_a: float | None = None) -> Reading:
        """Measure DC current in A; otherwise as `measure_dc_voltage`."""
        return self._measure("CURR:DC", "A", self.current_ranges, range_a)

    def measure_resistance(self, range_ohm: float | None = None) -> Reading:
        """Measure two-wire resistance in ohms, leads included. OVER is an open. Raises as `measure_dc_voltage`."""
        return self._measure("RES", "ohm", self.two_wire_ranges, range_ohm, _LEADS_OHM)

    def measure_four_wire_resistance(self, range_ohm: float | None = None) -> Reading:
        """Measure four-wire resistance in ohms. OVER is an open, of a sense lead too. Otherwise as two-wire."""
        return self._measure("FRES", "ohm", self.four_wire_ranges, range_ohm)

    def _measure(
        self, function: str, unit: str, ranges: tuple[MeterRange, ...], top: float | None, added: float = 0.0
    ) -> Reading:
        chosen = None if top is None else range_for(ranges, top, f"{self.resource}: range", unit)
        with self.exclusive():
            try:
                self._configure(function, chosen)
                number = self._number("READ?", self._ask("READ?"), "NR3")
                used = chosen or self._range_in_use(function, ranges)
            except InstrumentError:
                self._configured = None
                raise
        uncertainty = None if isinstance(number, str) else used.limit(number) + added
        return self._reading(number, unit, expanded_uncertainty=uncertainty, range=f"{used.top:g} {unit}")

    def _configure(self, function: str, chosen: MeterRange | None) -> None:
        if self._configured == (function, chosen):
            return
        self._configured = None
        self._command(self._selection(function))
        self._command(f"SENS:{function}:NPLC 1")
        self._command(f"SENS:{function}:RANG:AUTO ON" if chosen is None else f"SENS:{function}:RANG {chosen.top:g}")
        self._configured = (function, chosen)

    @abstractmethod
    def _selection(self, function: str) -> str:
        """The command that chooses a function (VOLT:DC, CURR:DC, RES, FRES) in this dialect."""

    def _range_in_use(self, function: str, ranges: tuple[MeterRange, ...]) -> MeterRange:
        question = f"SENS:{function}:RANG?"
        answer = self._look(question)
        number = self._number(question, answer)
        for candidate in ranges:
            if not isinstance(number, str) and abs(number / candidate.top - 1.0) < 1e-6:
                return candidate
        raise self._garbled(question, f"{answer!r} is no range of this meter")

    def safe_state(self) -> None:
        """Set nothing: a meter gives no energy worth the name. A poisoned session is brought back."""
        self._configured = None
        if self._session.broken is not None:
            self.resync()

    def _switch_off(self) -> None:
        """Nothing to switch off."""
