"""Rohde & Schwarz ZNB network analyser, ZNB40 with four ports: 10 MHz to 40 GHz."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from drivers.capabilities import ScatteringMatrix
from drivers.clock import Clock
from drivers.errors import DeviceError, InstrumentError, OutOfRange
from drivers.reading import InstrumentIdentity
from drivers.scpi import Identity, ScpiDriver
from drivers.session import Session

_FREQUENCY_HZ: Final = (10e6, 40e9)
_POINTS: Final = (1, 100_001)
_BANDWIDTH_HZ: Final = (1.0, 10e6)
_PORTS: Final = 4

_SWEEPS: Final = 4.0
"""How many times points/bandwidth a sweep may take: one per driven port when the correction is for all of them."""


class RohdeSchwarzZnb(ScpiDriver):
    """ZNB40-4Port in the ZNB family's dialect (user manual 1173.9163; public drivers show the same commands).

    CALC1:PAR:SDEF makes a trace, CALC1:PAR:SEL selects it, INIT1:IMM;*OPC? sweeps, CALC1:DATA? SDAT reads complex
    values. Texts come back in quotes. The calibration is made and stored on the analyser; a measurement without active
    correction is refused. The limits of the model are from its data sheet (unverified).
    """

    __slots__ = ("_bandwidth_hz", "_points")

    capability: ClassVar[str] = "NetworkAnalyzer"
    expected: ClassVar[Identity] = Identity(r"Rohde(&|-)Schwarz,ZNB40-4Port", (2,), (4,))

    def __init__(
        self, session: Session, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None = None
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._points: int | None = None
        self._bandwidth_hz = 0.0

    def configure_sweep(self, start_hz: float, stop_hz: float, points: int, bandwidth_hz: float) -> None:
        """Set a linear sweep: 10 MHz to 40 GHz, 1 to 100001 points, IF bandwidth 1 Hz to 10 MHz.

        Makes a trace for each of the sixteen parameters and proves that they are there. Raises `OutOfRange` outside of
        the model, `DeviceError` when the analyser refuses or holds other traces.
        """
        low, high = _FREQUENCY_HZ
        if not low <= start_hz <= stop_hz <= high:
            raise OutOfRange(f"{self.resource}: sweep {start_hz:g} to {stop_hz:g} Hz is outside {low:g} to {high:g} Hz")
        if not _POINTS[0] <= points <= _POINTS[1]:
            raise OutOfRange(f"{self.resource}: {points} points are outside {_POINTS[0]} to {_POINTS[1]}")
        if not _BANDWIDTH_HZ[0] <= bandwidth_hz <= _BANDWIDTH_HZ[1]:
            raise OutOfRange(f"{self.resource}: bandwidth {bandwidth_hz:g} Hz is outside 1 Hz to 10 MHz")
        self._points = None
        with self.exclusive():
            self._command("FORM REAL,64")
            self._command("FORM:BORD SWAP")
            self._command("INIT1:CONT OFF")
            self._command(f"SENS1:FREQ:STAR {start_hz:.12g}")
            self._command(f"SENS1:FREQ:STOP {stop_hz:.12g}")
            self._command(f"SENS1:SWE:POIN {points}")
            self._command(f"SENS1:BAND {bandwidth_hz:.12g}")
            self._make_traces()
        self._points = points
        self._bandwidth_hz = bandwidth_hz

    def measure_scattering(self, ports: Sequence[int]) -> ScatteringMatrix:
        """Measure one sweep of these ports (1 to 4, in the order of the result); frequencies in hertz as measured at.

        Raises `OutOfRange` for ports that do not exist, `InstrumentError` before `configure_sweep`, `DeviceError`
        without an active correction, `Garbled` when a block does not hold the sweep.
        """
        if not ports or len(set(ports)) != len(ports) or not set(ports) <= set(range(1, _PORTS + 1)):
            raise OutOfRange(f"{self.resource}: ports {list(ports)} are not distinct ports of 1 to {_PORTS}")
        if self._points is None:
            raise InstrumentError(f"{self.resource}: cannot measure before a sweep is configured; configure one first")
        sweep_s = self._points / self._bandwidth_hz * _SWEEPS
        with self.exclusive():
            if self._look("SENS1:CORR:STAT?") != "1":
                raise DeviceError(f"{self.resource}: the correction is off; recall or repeat the calibration")
            done = self._ask("INIT1:IMM;*OPC?", sweep_s + self._session.timeout_s)
            if done != "1":
                raise self._garbled("INIT1:IMM;*OPC?", f"expected 1, got {done[:60]!r}")
            frequency_hz = self._block("CALC1:DATA:STIM?", self._points)
            if not (np.diff(frequency_hz) > 0).all():
                raise self._garbled("CALC1:DATA:STIM?", "the frequencies are out of order")
            s = np.empty((self._points, len(ports), len(ports)), dtype=np.complex128)
            for i, out in enumerate(ports):
                for j, into in enumerate(ports):
                    self._command(f"CALC1:PAR:SEL '{_trace(out, into)}'")
                    # Real and imaginary part of a point stand side by side.
                    parts = self._block("CALC1:DATA? SDAT", 2 * self._points)
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

    def safe_state(self) -> None:
        """Set nothing: a test port gives a milliwatt, and only during a sweep. A poisoned session is brought back."""
        if self._session.broken is not None:
            self.resync()

    def _switch_off(self) -> None:
        """Nothing to switch off."""


def _ports() -> range:
    return range(1, _PORTS + 1)


def _trace(out: int, into: int) -> str:
    return f"Trc{out}{into}"
