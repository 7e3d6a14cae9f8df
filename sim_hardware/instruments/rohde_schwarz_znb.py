"""Rohde & Schwarz ZNB40 network analyser, four ports, calibrated: its dialect over `SweptAnalyzer`.

A trace must be made before it can be read, texts come back in single quotes, and a sweep is started by INIT, which an
*OPC? behind it in the same message waits for.
"""

from typing import ClassVar

import numpy as np

from sim_hardware.clock import BenchClock
from sim_hardware.scpi_grammar import ScpiError, boolean, scpi
from sim_hardware.swept_analyzer import PORTS, SweptAnalyzer
from sim_hardware.world import World

_PARAMETERS = {f"S{out}{into}": (out - 1, into - 1) for out in range(1, PORTS + 1) for into in range(1, PORTS + 1)}


class RohdeSchwarzZnb(SweptAnalyzer):
    """Terminals PORT1 to PORT4, by the port map also NEAR.P, NEAR.N, FAR.P, FAR.N. Channel 1 alone is simulated."""

    frequency_hz: ClassVar[tuple[float, float]] = (10e6, 40e9)
    widest_hz: ClassVar[float] = 10e6

    def __init__(
        self,
        world: World,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        port_map: tuple[int, int, int, int] = (1, 3, 2, 4),
    ) -> None:
        super().__init__(world, clock, role, serial, port_map=port_map)
        self.idn = f"Rohde&Schwarz,ZNB40-4Port,{serial},3.45"

    def reset(self) -> None:
        """The preset state: one trace, Trc1 of S21."""
        super().reset()
        self._traces = {"Trc1": "S21"}
        self._active = "Trc1"
        self._corrected = True

    @scpi("CALCulate#:PARameter:SDEFine")
    def _define(self, channel: int, name: str, parameter: str) -> None:
        if parameter.upper() not in _PARAMETERS:
            raise ScpiError(-224, "Illegal parameter value; only S11 to S44 are simulated")
        self._traces[name] = parameter.upper()
        self._active = name

    @scpi("CALCulate#:PARameter:DELete:CALL")
    def _delete_all(self, channel: int) -> None:
        self._traces.clear()
        self._active = ""

    @scpi("CALCulate#:PARameter:CATalog?")
    def _catalogue(self, channel: int) -> str:
        return "'" + ",".join(f"{name},{parameter}" for name, parameter in self._traces.items()) + "'"

    @scpi("CALCulate#:PARameter:SELect")
    def _select(self, channel: int, name: str) -> None:
        if name not in self._traces:
            raise ScpiError(-224, f"Illegal parameter value; there is no trace {name}")
        self._active = name

    @scpi("CALCulate#:PARameter:SELect?")
    def _selected(self, channel: int) -> str:
        return f"'{self._active}'"

    @scpi("CALCulate#:DATA:STIMulus?")
    def _stimulus(self, channel: int) -> str | bytes:
        return self.sent(self.swept()[0])

    @scpi("CALCulate#:DATA?")
    def _trace(self, channel: int, form: str) -> str | bytes:
        if form.upper() not in ("SDAT", "SDATA"):
            raise ScpiError(-224, "Illegal parameter value; only SDATa is simulated")
        if not self._active:
            raise ScpiError(-221, "Settings conflict; no trace is selected")
        out, into = _PARAMETERS[self._traces[self._active]]
        waves = self.swept()[1][out, into]
        # Real and imaginary part of a point stand side by side.
        return self.sent(np.column_stack((waves.real, waves.imag)))

    @scpi("SENSe#:CORRection[:STATe]")
    def _set_correction(self, channel: int, state: str) -> None:
        if not boolean(state):
            raise ScpiError(-221, "Settings conflict; uncorrected sweeps are not simulated")

    @scpi("SENSe#:CORRection[:STATe]?")
    def _correction(self, channel: int) -> str:
        return str(int(self._corrected))

    @scpi("INITiate#:CONTinuous")
    def _set_continuous(self, channel: int, state: str) -> None:
        if boolean(state):
            raise ScpiError(-221, "Settings conflict; only single sweeps are simulated")

    @scpi("INITiate#:CONTinuous?")
    def _continuous(self, channel: int) -> str:
        return "0"

    @scpi("INITiate#[:IMMediate]")
    def _initiate(self, channel: int) -> None:
        self.sweep()
