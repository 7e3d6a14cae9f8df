"""Rohde & Schwarz ZNB network analyser, ZNB40 with four ports: 10 MHz to 40 GHz."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from drivers.capabilities import ScatteringMatrix
from drivers.errors import DeviceError
from drivers.network_analyzer._sweeping_analyzer import PORTS, SweepingAnalyzer
from drivers.scpi import Identity


class RohdeSchwarzZnb(SweepingAnalyzer):
    """ZNB40-4Port in the ZNB family's dialect (user manual 1173.9163; public drivers show the same commands).

    CALC1:PAR:SDEF makes a trace, CALC1:PAR:SEL selects it, INIT1:IMM;*OPC? sweeps, CALC1:DATA? SDAT reads complex
    values. Texts come back in quotes. The calibration is made and stored on the analyser; a measurement without active
    correction is refused. The limits of the model are from its data sheet (unverified).
    """

    __slots__ = ()

    capability: ClassVar[str] = "NetworkAnalyzer"
    frequency_hz: ClassVar[tuple[float, float]] = (10e6, 40e9)
    bandwidth_hz: ClassVar[tuple[float, float]] = (1.0, 10e6)
    expected: ClassVar[Identity] = Identity(r"Rohde(&|-)Schwarz,ZNB40-4Port", (2,), (4,))

    def _prepare_sweep(self) -> None:
        super()._prepare_sweep()
        self._command("INIT1:CONT OFF")

    def _finish_sweep(self) -> None:
        """Make a trace for each of the sixteen parameters and prove that they are there."""
        self._make_traces()

    def measure_scattering(self, ports: Sequence[int]) -> ScatteringMatrix:
        """Measure one sweep of these ports (1 to 4, in the order of the result); frequencies in hertz as measured at.

        Raises `OutOfRange` for ports that do not exist, `InstrumentError` before `configure_sweep`, `DeviceError`
        without an active correction, `Garbled` when a block does not hold the sweep.
        """
        points = self._require_measurable(ports)
        with self.exclusive():
            self._require_correction()
            self._sweep("INIT1:IMM;*OPC?", points)
            frequency_hz = self._block("CALC1:DATA:STIM?", points)
            if not (np.diff(frequency_hz) > 0).all():
                raise self._garbled("CALC1:DATA:STIM?", "the frequencies are out of order")
            s = np.empty((points, len(ports), len(ports)), dtype=np.complex128)
            for i, out in enumerate(ports):
                for j, into in enumerate(ports):
                    self._command(f"CALC1:PAR:SEL '{_trace(out, into)}'")
                    # Real and imaginary part of a point stand side by side.
                    parts = self._block("CALC1:DATA? SDAT", 2 * points)
                    s[:, i, j] = parts[0::2] + 1j * parts[1::2]
        return ScatteringMatrix(frequency_hz, s)

    def _make_traces(self) -> None:
        wanted = {_trace(out, into): f"S{out}{into}" for out in _ports() for into in _ports()}
        if self._traces() == wanted:
            return
        self._command("CALC1:PAR:DEL:CALL")
        for name, parameter in wanted.items():
            self._command(f"CALC1:PAR:SDEF '{name}','{parameter}'")
        if (found := self._traces()) != wanted:
            raise DeviceError(f"{self.resource}: sixteen traces were made, and it holds {found}; preset the analyser")

    def _traces(self) -> dict[str, str]:
        answer = self._look("CALC1:PAR:CAT?")
        words = answer.strip("'\"").split(",")
        if answer[:1] not in ("'", '"') or answer[-1:] != answer[:1] or (len(words) % 2 and words != [""]):
            raise self._garbled("CALC1:PAR:CAT?", f"expected names and parameters in quotes, got {answer[:60]!r}")
        return dict(zip(words[0::2], words[1::2], strict=False))

    def _block(self, question: str, count: int) -> NDArray[np.float64]:
        content = self._session.query_block(question)
        self._check_errors(question)
        if len(content) != 8 * count:
            raise self._garbled(question, f"{len(content)} bytes are not {count} numbers of 8 bytes")
        numbers = np.frombuffer(content, dtype="<f8").astype(np.float64)
        if not np.isfinite(numbers).all():
            raise self._garbled(question, "the block holds values that are not finite")
        return numbers


def _ports() -> range:
    return range(1, PORTS + 1)


def _trace(out: int, into: int) -> str:
    return f"Trc{out}{into}"
