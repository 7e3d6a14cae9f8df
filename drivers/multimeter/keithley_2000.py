"""Keithley 2000: 6.5-digit multimeter of the generation before, with a dialect of its own."""

from typing import ClassVar, Final

from drivers.meter_range import MeterRange
from drivers.scpi import Identity
from drivers.scpi_multimeter import ScpiMultimeter

_VOLT: Final = (
    MeterRange(0.1, 5.0e-5, 3.5e-5),
    MeterRange(1.0, 3.0e-5, 7.0e-6),
    MeterRange(10.0, 3.0e-5, 5.0e-6),
    MeterRange(100.0, 4.5e-5, 6.0e-6),
    MeterRange(1000.0, 4.5e-5, 6.0e-6),
)
_AMPERE: Final = (
    MeterRange(0.01, 5.0e-4, 8.0e-5),
    MeterRange(0.1, 5.0e-4, 8.0e-5),
    MeterRange(1.0, 8.0e-4, 8.0e-5),
    MeterRange(3.0, 1.2e-3, 1.5e-5),
)
_OHM: Final = (
    MeterRange(100.0, 1.0e-4, 4.0e-5),
    MeterRange(1e3, 1.0e-4, 1.0e-5),
    MeterRange(1e4, 1.0e-4, 1.0e-5),
    MeterRange(1e5, 1.0e-4, 1.0e-5),
    MeterRange(1e6, 1.0e-4, 1.0e-5),
    MeterRange(1e7, 4.0e-4, 1.0e-5),
    MeterRange(1e8, 1.5e-3, 1.0e-4),
)
"""One year, 18 to 28 degC: the class of the maker's data sheet."""


class Keithley2000(ScpiMultimeter):
    """Model 2000 through its SCPI dialect (CONF:FRES, then READ?), as public drivers show it.

    Ranges 0.1 to 1000 V, 10 mA to 3 A, 100 ohm to 100 Mohm.
    """

    __slots__ = ()

    capability: ClassVar[str] = "Multimeter"
    expected: ClassVar[Identity] = Identity(r"KEITHLEY INSTRUMENTS INC\.,MODEL 2000", (1,), (30,))
    voltage_ranges: ClassVar[tuple[MeterRange, ...]] = _VOLT
    current_ranges: ClassVar[tuple[MeterRange, ...]] = _AMPERE
    two_wire_ranges: ClassVar[tuple[MeterRange, ...]] = _OHM
    four_wire_ranges: ClassVar[tuple[MeterRange, ...]] = _OHM

    def _prepare(self) -> None:
        # Otherwise unit, time stamp and reading number may follow the number in the answer.
        self._command("FORM:ELEM READ")

    def _selection(self, function: str) -> str:
        # CONF also ends continuous triggering, under which READ? is refused (-213).
        return f"CONF:{function}"
