"""Keysight N7734A optical switch. Terminals A, and B1 to B13.

Each way has a loss of its own, that of this serial number, and comes back to it within a hundredth of a decibel after
every change. Light may pass in both directions.
"""

from collections.abc import Callable
from functools import partial

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.signal_instrument import SignalInstrument
from sim_hardware.scpi_grammar import ScpiError, integer, scpi
from sim_hardware.signals.paths import Passage, SignalPaths

PORTS = 13
_LOSS_DB, _SPREAD_DB, _REPEATABILITY_DB = 1.0, 0.15, 0.003
_SWITCHING_S = 0.03


class KeysightN7734a(SignalInstrument):
    """It rests on port 13."""

    def __init__(self, signals: SignalPaths, clock: BenchClock, role: str, serial: str) -> None:
        super().__init__(signals, clock, role, serial)
        self.idn = f"Keysight Technologies,N7734A,{serial},V1.170"
        draw = self.calibration_error("ways")
        self.loss_db = {port: _LOSS_DB + abs(draw.gauss(0.0, _SPREAD_DB)) for port in range(1, PORTS + 1)}
        self._port, self._off_db = PORTS, 0.0
        for port in self.loss_db:
            there: Callable[[], float | None] = partial(self._through, port)
            signals.add_passage(Passage(self.terminal("A"), self.terminal(f"B{port}"), there))
            signals.add_passage(Passage(self.terminal(f"B{port}"), self.terminal("A"), there))
        self.reset()

    def reset(self) -> None:
        """Back to where it rests."""
        self._port = PORTS

    def _through(self, port: int) -> float | None:
        return self.loss_db[port] + self._off_db if port == self._port else None

    @scpi("ROUTe#[:CHANnel#]")
    def _lead(self, slot: int, channel: int, common: str, port: str) -> None:
        if common.upper() != "A":
            raise ScpiError(-224, "Illegal parameter value")
        self._port = integer(port, 1, PORTS)
        self._off_db = self.rng.gauss(0.0, _REPEATABILITY_DB)
        self.busy(_SWITCHING_S)

    @scpi("ROUTe#[:CHANnel#]?")
    def _led(self, slot: int, channel: int) -> str:
        return f"A,{self._port}"
