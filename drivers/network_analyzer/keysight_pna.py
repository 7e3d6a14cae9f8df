"""Keysight PNA network analyser, N5245B: 10 MHz to 50 GHz, four ports."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from drivers.capabilities import ScatteringMatrix
from drivers.network_analyzer._sweeping_analyzer import SweepingAnalyzer
from drivers.scpi import Identity


class KeysightPna(SweepingAnalyzer):
    """N5245B through its SCPI dialect (FORM REAL,64; CALC1:DATA:SNP:PORT?), the PNA family's programming guide.

    The calibration of the ports is made and stored on the analyser; a measurement without active correction is
    refused.
    """

    __slots__ = ()

    capability: ClassVar[str] = "NetworkAnalyzer"
    frequency_hz: ClassVar[tuple[float, float]] = (10e6, 50e9)
    bandwidth_hz: ClassVar[tuple[float, float]] = (1.0, 15e6)
    expected: ClassVar[Identity] = Identity(r"(Keysight|Agilent) Technologies,N5245B", (9,), (17,))

    def _prepare_sweep(self) -> None:
        super()._prepare_sweep()
        self._command("MMEM:STOR:TRAC:FORM:SNP RI")

    def measure_scattering(self, ports: Sequence[int]) -> ScatteringMatrix:
        """Measure one sweep of these ports (1 to 4, in the order of the result); frequencies in hertz as measured at.

        Raises `OutOfRange` for ports that do not exist, `InstrumentError` before `configure_sweep`, `DeviceError`
        without an active correction, `Garbled` when the block does not hold the sweep.
        """
        points = self._require_measurable(ports)
        with self.exclusive():
            self._require_correction()
            self._command("SENS1:SWE:MODE SING")
            # One *OPC? that is answered when the sweep is done: no polling, and its answer cannot be mistaken.
            self._sweep("*OPC?", points)
            names = ",".join(map(str, ports))
            question = f'CALC1:DATA:SNP:PORT? "{names}"'
            block = self._session.query_block(question)
            self._check_errors(question)
        return self._scattering(question, block, points, len(ports))

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
