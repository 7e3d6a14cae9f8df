"""Keithley DMM6500 multimeter, front terminals, no scanner card: commands for its channels are unknown (-113).

It speaks one of several languages. `*LANG` chooses the next one, which holds only from the next reboot on; in another
language than SCPI everything but common commands is a syntax error and is not answered.
"""

from collections.abc import Mapping
from typing import ClassVar

from sim_hardware.clock import BenchClock
from sim_hardware.power.bench_meter import BenchMeter, MeterSpan
from sim_hardware.power.grid import PowerGrid
from sim_hardware.scpi_grammar import ScpiError, scpi

LANGUAGES = ("SCPI", "TSP", "SCPI2000", "SCPI34401")

_OHM = tuple(MeterSpan(10.0**power, 8e-5, 1e-4 if power < 2 else 1e-5) for power in range(9))


class KeithleyDmm6500(BenchMeter):
    """`language` is the one it was switched on with."""

    spans: ClassVar[Mapping[str, tuple[MeterSpan, ...]]] = {
        "VOLT:DC": (
            MeterSpan(0.1, 3e-5, 3.5e-5),
            MeterSpan(1.0, 2.5e-5, 6e-6),
            MeterSpan(10.0, 2.5e-5, 5e-6),
            MeterSpan(100.0, 4e-5, 6e-6),
            MeterSpan(1000.0, 4e-5, 6e-6),
        ),
        "CURR:DC": (*(MeterSpan(10.0**power, 3e-4, 2e-5) for power in range(-5, 1)), MeterSpan(3.0, 1e-3, 1e-4)),
        "RES": _OHM[1:],
        "FRES": _OHM,
    }

    def __init__(self, power: PowerGrid, clock: BenchClock, role: str, serial: str, *, language: str = "SCPI") -> None:
        super().__init__(power, clock, role, serial)
        if language not in LANGUAGES:
            raise ValueError(f"{role}: language {language!r} is none of {', '.join(LANGUAGES)}")
        self.idn = f"KEITHLEY INSTRUMENTS,MODEL DMM6500,{serial},1.7.12b"
        self._language = self._next_language = language

    def reboot(self) -> None:
        """Switch it off and on: now the language chosen last holds."""
        self._language = self._next_language
        self.reset()

    def execute(self, message: str) -> tuple[bytes | None, float]:
        """Run one program message; in another language SCPI is noise."""
        if self._language != "SCPI" and not message.lstrip().startswith("*"):
            self.push_error(-285, "TSP Syntax error")
            return None, self.busy_until
        return super().execute(message)

    @scpi("*LANG")
    def _set_language(self, language: str) -> None:
        if language.upper() not in LANGUAGES:
            raise ScpiError(-224, "Illegal parameter value")
        self._next_language = language.upper()

    @scpi("*LANG?")
    def _get_language(self) -> str:
        return self._language

    @scpi("[SENSe#:]FUNCtion[:ON]")
    def _set_function(self, sense: int, function: str) -> None:
        self.select(function)

    @scpi("[SENSe#:]FUNCtion[:ON]?")
    def _get_function(self, sense: int) -> str:
        return f'"{self.function}"'
