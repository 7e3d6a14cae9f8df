"""Keithley DMM6500: 6.5-digit multimeter, front terminals."""

from typing import ClassVar, Final

from drivers.errors import WrongInstrument
from drivers.meter_range import MeterRange
from drivers.scpi import Identity
from drivers.scpi_multimeter import ScpiMultimeter

_VOLT: Final = (
    MeterRange(0.1, 3.0e-5, 3.5e-5),
    MeterRange(1.0, 2.5e-5, 6.0e-6),
    MeterRange(10.0, 2.5e-5, 5.0e-6),
    MeterRange(100.0, 4.0e-5, 6.0e-6),
    MeterRange(1000.0, 4.0e-5, 6.0e-6),
)
_AMPERE: Final = (
    MeterRange(1e-5, 4.0e-4, 5.0e-5),
    MeterRange(1e-4, 3.0e-4, 5.0e-5),
    MeterRange(1e-3, 3.0e-4, 5.0e-5),
    MeterRange(1e-2, 3.0e-4, 2.0e-5),
    MeterRange(0.1, 3.0e-4, 5.0e-5),
    MeterRange(1.0, 4.0e-4, 8.0e-5),
    MeterRange(3.0, 1.0e-3, 1.0e-4),
)
_FOUR_WIRE: Final = (
    MeterRange(1.0, 8.5e-5, 2.0e-4),
    MeterRange(10.0, 8.5e-5, 1.0e-4),
    MeterRange(100.0, 8.0e-5, 3.0e-5),
    MeterRange(1e3, 7.5e-5, 6.0e-6),
    MeterRange(1e4, 7.5e-5, 6.0e-6),
    MeterRange(1e5, 8.5e-5, 1.0e-5),
    MeterRange(1e6, 1.2e-4, 1.0e-5),
    MeterRange(1e7, 4.0e-4, 1.0e-5),
    MeterRange(1e8, 2.0e-3, 3.0e-5),
)
"""One year, 18 to 28 degC: the class of the maker's data sheet."""

_TWO_WIRE: Final = _FOUR_WIRE[1:]


class KeithleyDmm6500(ScpiMultimeter):
    """DMM6500 through its SCPI dialect (*LANG SCPI; SENS:FUNC, READ?), as public drivers show it.

    Ranges 0.1 to 1000 V, 10 uA to 3 A, 10 ohm (four-wire 1 ohm) to 100 Mohm. The meter can also be set to TSP, or to
    imitate other meters; then it is refused.
    """

    __slots__ = ()

    capability: ClassVar[str] = "Multimeter"
    expected: ClassVar[Identity] = Identity(r"KEITHLEY INSTRUMENTS,MODEL DMM6500", (1,), (1,))
    voltage_ranges: ClassVar[tuple[MeterRange, ...]] = _VOLT
    current_ranges: ClassVar[tuple[MeterRange, ...]] = _AMPERE
    two_wire_ranges: ClassVar[tuple[MeterRange, ...]] = _TWO_WIRE
    four_wire_ranges: ClassVar[tuple[MeterRange, ...]] = _FOUR_WIRE

    def _greet(self) -> None:
        language = self._session.query("*LANG?")
        if language != "SCPI":
            raise WrongInstrument(
                f"{self.resource}: the DMM6500 speaks {language}, not SCPI; send *LANG SCPI and switch it off and on:"
                " another language takes effect only after a reboot"
            )

    def _selection(self, function: str) -> str:
        return f'SENS:FUNC "{function}"'
