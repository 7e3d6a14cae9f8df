"""Keysight PNA-X N5245B network analyser, four ports, calibrated: its dialect over `SweptAnalyzer`."""

from typing import ClassVar

import numpy as np

from sim_hardware.clock import BenchClock
from sim_hardware.pna_traces import PnaTraces
from sim_hardware.scpi_grammar import ScpiError, boolean, integer, scpi
from sim_hardware.swept_analyzer import PORTS
from sim_hardware.world import World


class KeysightPna(PnaTraces):
    """Terminals PORT1 to PORT4, by the port map also NEAR.P, NEAR.N, FAR.P, FAR.N."""

    frequency_hz: ClassVar[tuple[float, float]] = (10e6, 50e9)
    widest_hz: ClassVar[float] = 15e6

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
        self.idn = f"Keysight Technologies,N5245B,{serial},A.16.20.07"

    @scpi("MMEMory:STORe:TRACe:FORMat:SNP")
    def _set_snp_format(self, form: str) -> None:
        if form.upper() != "RI":
            raise ScpiError(-224, "Illegal parameter value; only RI is simulated")

    @scpi("SENSe#:CORRection[:STATe]")
    def _set_correction(self, channel: int, state: str) -> None:
        if not boolean(state):
            raise ScpiError(-221, "Settings conflict; uncorrected sweeps are not simulated")

    @scpi("SENSe#:CORRection[:STATe]?")
    def _correction(self, channel: int) -> str:
        return "1"

    @scpi("CALCulate#:DATA:SNP:PORTs?")
    def _snp(self, channel: int, ports: str) -> str | bytes:
        frequency, s = self.swept()
        chosen = [integer(port, 1, PORTS) - 1 for port in ports.split(",")]
        if len(set(chosen)) != len(chosen):
            raise ScpiError(-224, "Illegal parameter value; a port is named twice")
        columns = np.empty((1 + 2 * len(chosen) ** 2, frequency.shape[0]))
        columns[0] = frequency
        part = s if chosen == list(range(PORTS)) else s[np.ix_(chosen, chosen)]
        waves = part.reshape(len(chosen) ** 2, -1)
        columns[1::2], columns[2::2] = waves.real, waves.imag
        return self.sent(columns)
