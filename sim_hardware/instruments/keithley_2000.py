"""Keithley 2000 multimeter. Switched on it triggers continuously, and READ? is refused until CONF or INIT:CONT OFF."""

from collections.abc import Mapping
from typing import ClassVar

from sim_hardware.clock import BenchClock
from sim_hardware.power.bench_meter import BenchMeter, MeterSpan
from sim_hardware.power.grid import PowerGrid
from sim_hardware.scpi_grammar import ScpiError, boolean, scpi

_OHM = tuple(MeterSpan(10.0**power, 1e-4, 1e-5) for power in range(2, 9))


class Keithley2000(BenchMeter):
    """READ? answers with the number alone, as `*RST` has it; FORM:ELEM may add unit, time and count."""

    spans: ClassVar[Mapping[str, tuple[MeterSpan, ...]]] = {
        "VOLT:DC": (
            MeterSpan(0.1, 5e-5, 3.5e-5),
            MeterSpan(1.0, 3e-5, 7e-6),
            MeterSpan(10.0, 3e-5, 5e-6),
            MeterSpan(100.0, 4.5e-5, 6e-6),
            MeterSpan(1000.0, 4.5e-5, 6e-6),
        ),
        "CURR:DC": (*(MeterSpan(top, 5e-4, 8e-5) for top in (0.01, 0.1, 1.0)), MeterSpan(3.0, 1.2e-3, 1.5e-5)),
        "RES": _OHM,
        "FRES": _OHM,
    }

    def __init__(self, power: PowerGrid, clock: BenchClock, role: str, serial: str) -> None:
        super().__init__(power, clock, role, serial)
        self.idn = f"KEITHLEY INSTRUMENTS INC.,MODEL 2000,{serial},A20 /A02"
        self._continuous = True
        self._bare = True
        self._count = 0

    @scpi("CONFigure:VOLTage[:DC]")
    def _configure_voltage(self) -> None:
        self._configure("VOLT:DC")

    @scpi("CONFigure:CURRent[:DC]")
    def _configure_current(self) -> None:
        self._configure("CURR:DC")

    @scpi("CONFigure:RESistance")
    def _configure_resistance(self) -> None:
        self._configure("RES")

    @scpi("CONFigure:FRESistance")
    def _configure_four_wire(self) -> None:
        self._configure("FRES")

    def _configure(self, function: str) -> None:
        self.reset()
        self.select(function)
        self._continuous = False

    @scpi("CONFigure?", "[SENSe#:]FUNCtion?")
    def _configured(self, sense: int = 1) -> str:
        return f'"{self.function}"'

    @scpi("[SENSe#:]FUNCtion")
    def _set_function(self, sense: int, function: str) -> None:
        self.select(function)

    @scpi("[SENSe#:]DATA:FRESh?")
    def _fresh(self, sense: int = 1) -> str:
        # Triggered continuously there is always a new reading, an integration later.
        return self._answer()

    @scpi("INITiate:CONTinuous?")
    def _is_continuous(self) -> str:
        return str(int(self._continuous))

    @scpi("INITiate[:IMMediate]")
    def _initiate(self) -> None:
        if self._continuous:
            raise ScpiError(-213, "Init ignored")

    @scpi("INITiate:CONTinuous")
    def _set_continuous(self, state: str) -> None:
        self._continuous = boolean(state)

    @scpi("FORMat:ELEMents")
    def _set_elements(self, *elements: str) -> None:
        if not {element.upper()[:4] for element in elements} <= {"READ", "CHAN", "RNUM", "UNIT", "TST", "TSTA"}:
            raise ScpiError(-224, "Illegal parameter value")
        self._bare = [element.upper()[:4] for element in elements] == ["READ"]

    def _read(self) -> str:
        if self._continuous:
            raise ScpiError(-213, "Init ignored")
        return self._answer()

    def _answer(self) -> str:
        self._count += 1
        unit = {"VOLT:DC": "VDC", "CURR:DC": "ADC"}.get(self.function, "OHM")
        answer = super()._read()
        return answer if self._bare else f"{answer}{unit},{self.clock.now():+.6E}SECS,{self._count:+06d}RDNG#"
