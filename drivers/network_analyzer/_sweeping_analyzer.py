"""What drivers of network analysers share: one linear sweep, four ports, and a correction that must be active."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Final

from drivers.clock import Clock
from drivers.errors import DeviceError, InstrumentError, OutOfRange
from drivers.reading import InstrumentIdentity
from drivers.scpi import ScpiDriver
from drivers.session import Session

PORTS: Final = 4
_SWEEPS: Final = 4.0
"""How many times points/bandwidth a sweep may take: one per driven port when the correction is for all of them."""


class SweepingAnalyzer(ScpiDriver):
    """Base of the drivers; what a model can is said in its class: lowest and highest of each."""

    __slots__ = ("_bandwidth_hz", "_points")

    capability: ClassVar[str] = "NetworkAnalyzer"
    frequency_hz: ClassVar[tuple[float, float]]
    points: ClassVar[tuple[int, int]] = (1, 100_001)
    bandwidth_hz: ClassVar[tuple[float, float]]

    def __init__(
        self, session: Session, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None = None
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._points: int | None = None
        self._bandwidth_hz = 0.0

    def configure_sweep(self, start_hz: float, stop_hz: float, points: int, bandwidth_hz: float) -> None:
        """Set a linear sweep of `points`, from and to in hertz, by this IF bandwidth in hertz.

        Raises `OutOfRange` outside of what the model can, `DeviceError` when the analyser refuses.
        """
        low, high = self.frequency_hz
        if not low <= start_hz <= stop_hz <= high:
            raise OutOfRange(f"{self.resource}: sweep {start_hz:g} to {stop_hz:g} Hz is outside {low:g} to {high:g} Hz")
        if not self.points[0] <= points <= self.points[1]:
            raise OutOfRange(f"{self.resource}: {points} points are outside {self.points[0]} to {self.points[1]}")
        low, high = self.bandwidth_hz
        if not low <= bandwidth_hz <= high:
            raise OutOfRange(
                f"{self.resource}: bandwidth {bandwidth_hz:g} Hz is outside {low:g} Hz to {high / 1e6:g} MHz"
            )
        self._points = None
        with self.exclusive():
            self._prepare_sweep()
            self._command(f"SENS1:FREQ:STAR {start_hz:.12g}")
            self._command(f"SENS1:FREQ:STOP {stop_hz:.12g}")
            self._command(f"SENS1:SWE:POIN {points}")
            self._command(f"SENS1:BAND {bandwidth_hz:.12g}")
            self._finish_sweep()
        self._points = points
        self._bandwidth_hz = bandwidth_hz

    def _prepare_sweep(self) -> None:
        """Settle in which form values are answered."""
        self._command("FORM REAL,64")
        self._command("FORM:BORD SWAP")

    def _finish_sweep(self) -> None:
        """Do what must follow the sweep's settings."""

    def _require_measurable(self, ports: Sequence[int]) -> int:
        """The points of the sweep. Raises `OutOfRange` for other ports, `InstrumentError` before one is configured."""
        if not ports or len(set(ports)) != len(ports) or not set(ports) <= set(range(1, PORTS + 1)):
            raise OutOfRange(f"{self.resource}: ports {list(ports)} are not distinct ports of 1 to {PORTS}")
        if self._points is None:
            raise InstrumentError(f"{self.resource}: cannot measure before a sweep is configured; configure one first")
        return self._points

    def _sweep(self, question: str, points: int) -> None:
        """Ask the question that is answered with 1 when the sweep is done. Raises `DeviceError`, `Garbled`."""
        done = self._ask(question, points / self._bandwidth_hz * _SWEEPS + self._session.timeout_s)
        if done != "1":
            raise self._garbled(question, f"expected 1, got {done[:60]!r}")

    def _require_correction(self) -> None:
        if self._look("SENS1:CORR:STAT?") != "1":
            raise DeviceError(f"{self.resource}: the correction is off; recall or repeat the calibration")

    def safe_state(self) -> None:
        """Set nothing: a test port gives a milliwatt, and only during a sweep. A poisoned session is brought back."""
        if self._session.broken is not None:
            self.resync()

    def _switch_off(self) -> None:
        """Nothing to switch off."""
