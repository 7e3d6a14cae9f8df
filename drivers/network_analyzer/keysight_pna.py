"""Keysight PNA network analyser, N5245B: 10 MHz to 50 GHz, four ports."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Final

import numpy as np

from drivers.capabilities import ScatteringMatrix
from drivers.clock import Clock
from drivers.errors import DeviceError, InstrumentError, OutOfRange
from drivers.reading import InstrumentIdentity
from drivers.scpi import Identity, ScpiDriver
from drivers.session import Session

_FREQUENCY_HZ: Final = (10e6, 50e9)
_POINTS: Final = (1, 100_001)
_BANDWIDTH_HZ: Final = (1.0, 15e6)
_PORTS: Final = 4

_SWEEPS: Final = 4.0
"""How many times points/bandwidth a sweep may take: one per driven port when the correction is for all of them."""


class KeysightPna(ScpiDriver):
    """N5245B through its SCPI dialect (FORM REAL,64; CALC1:DATA:SNP:PORT?), the PNA family's programming guide.

    The calibration of the ports is made and stored on the analyser; a measurement without active correction is
    refused.
    """

    __slots__ = ("_bandwidth_hz", "_points")

    capability: ClassVar[str] = "NetworkAnalyzer"
    expected: ClassVar[Identity] = Identity(r"(Keysight|Agilent) Technologies,N5245B", (9,), (17,))

    def __init__(
        self, session: Session, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None = None
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._points: int | None = None
        self._bandwidth_hz = 0.0

    def configure_sweep(self, start_hz: float, stop_hz: float, points: int, bandwidth_hz: float) -> None:
        """Set a linear sweep: 10 MHz to 50 GHz, 1 to 100001 points, IF bandwidth 1 Hz to 15 MHz.

        Raises `OutOfRange` outside of that, `DeviceError` when the analyser refuses.
        """
        low, high = _FREQUENCY_HZ
        if not low <= start_hz <= stop_hz <= high:
            raise OutOfRange(f"{self.resource}: sweep {start_hz:g} to {stop_hz:g} Hz is outside {low:g} to {high:g} Hz")
        if not _POINTS[0] <= points <= _POINTS[1]:
            raise OutOfRange(f"{self.resource}: {points} points are outside {_POINTS[0]} to {_POINTS[1]}")
        if not _BANDWIDTH_HZ[0] <= bandwidth_hz <= _BANDWIDTH_HZ[1]:
            raise OutOfRange(f"{self.resource}: bandwidth {bandwidth_hz:g} Hz is outside 1 Hz to 15 MHz")
        self._points = None
        with self.exclusive():
            self._command("FORM REAL,64")
            self._command("FORM:BORD SWAP")
            self._command("MMEM:STOR:TRAC:FORM:SNP RI")
            self._command(f"SENS1:FREQ:STAR {start_hz:.12g}")
            self._command(f"SENS1:FREQ:STOP {stop_hz:.12g}")
            self._command(f"SENS1:SWE:POIN {points}")
            self._command(f"SENS1:BAND {bandwidth_hz:.12g}")
        self._points = points
        self._bandwidth_hz = bandwidth_hz

    def measure_scattering(self, ports: Sequence[int]) -> ScatteringMatrix:
        """Measure one sweep of these ports (1 to 4, in the order of the result); frequencies in hertz as measured at.

        Raises `OutOfRange` for ports that do not exist, `InstrumentError` before `configure_sweep`, `DeviceError`
        without an active correction, `Garbled` when the block does not hold the sweep.
        """
        if not ports or len(set(ports)) != len(ports) or not set(ports) <= set(range(1, _PORTS + 1)):
            raise OutOfRange(f"{self.resource}: ports {list(ports)} are not distinct ports of 1 to {_PORTS}")
        if self._points is None:
            raise InstrumentError(f"{self.resource}: cannot measure before a sweep is configured; configure one first")
        sweep_s = self._points / self._bandwidth_hz * _SWEEPS
        with self.exclusive():
            if self._look("SENS1:CORR:STAT?") != "1":
                raise DeviceError(f"{self.resource}: the correction is off; recall or repeat the calibration")
            self._command("SENS1:SWE:MODE SING")
            # One *OPC? that is answered when the sweep is done: no polling, and its answer cannot be mistaken.
            done = self._ask("*OPC?", sweep_s + self._session.timeout_s)
            if done != "1":
                raise self._garbled("*OPC?", f"expected 1, got {done[:60]!r}")
            names = ",".join(map(str, ports))
            question = f'CALC1:DATA:SNP:PORT? "{names}"'
            block = self._session.query_block(question)
            self._check_errors(question)
        return self._scattering(question, block, self._points, len(ports))

    def _scattering(self, question: str, block: bytes, points: int, ports: int) -> ScatteringMatrix:
        columns = 1 + 2 * ports * ports
        if len(block) != columns * points * 8:
            raise self._garbled(question, f"{len(block)} bytes are not {columns} columns of {points} points of 8 bytes")
        table = np.frombuffer(block, dtype="<f8").reshape(columns, points)
        frequency_hz = table[0].astype(np.float64)
        if not np.isfinite(table).all() or not (np.diff(frequency_hz) > 0).all():
            raise self._garbled(question, "the block holds values that are not finite, or frequencies out of order")
        # Columns run S11, S12, … row by row, each as real then imaginary part.
        pairs = table[1:].reshape(ports * ports, 2, points)
        s = (pairs[:, 0] + 1j * pairs[:, 1]).T.reshape(points, ports, ports)
        return ScatteringMatrix(frequency_hz, s)

    def safe_state(self) -> None:
        """Set nothing: a test port gives a milliwatt, and only during a sweep. A poisoned session is brought back."""
        if self._session.broken is not None:
            self.resync()

    def _switch_off(self) -> None:
        """Nothing to switch off."""
