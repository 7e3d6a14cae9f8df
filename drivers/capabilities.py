"""What an instrument can do, in small protocols named for the IVI classes where there is one.

Fixtures ask for these, never for a model. Whatever touches the wire is a method with a verb; units are SI
without prefix and end the argument's name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from drivers.reading import InstrumentIdentity, Reading


@runtime_checkable
class Instrument(Protocol):
    """What every driver offers, whatever else it can do."""

    @property
    def identity(self) -> InstrumentIdentity:
        """Who answered at open."""
        ...

    def safe_state(self) -> None:
        """Switch every source of energy off and prove it by read-back; raise `NotSafe` when that fails."""
        ...

    def close(self) -> None:
        """Leave the instrument safe and let go of the wire."""
        ...


@dataclass(frozen=True, slots=True)
class ScatteringMatrix:
    """Complex scattering parameters over frequency.

    `frequency_hz` has shape (n,), `s` shape (n, ports, ports) with s[k, i, j] the wave out of port i+1 for
    a wave into port j+1, reference impedance `z0_ohm`.
    """

    frequency_hz: NDArray[np.float64]
    s: NDArray[np.complex128]
    z0_ohm: float = 50.0


@runtime_checkable
class NetworkAnalyzer(Protocol):
    """A vector network analyser (no IVI class)."""

    def configure_sweep(self, start_hz: float, stop_hz: float, points: int, bandwidth_hz: float) -> None:
        """Set a linear sweep: first and last frequency, number of points, IF bandwidth."""
        ...

    def measure_scattering(self, ports: Sequence[int]) -> ScatteringMatrix:
        """Measure one sweep of these ports; the frequencies are those that the analyser says it measured at."""
        ...


@runtime_checkable
class SwitchMatrix(Protocol):
    """IviSwtch: named paths through relays."""

    def connect(self, *channels: int) -> None:
        """Set these crosspoints closed, and prove it by read-back."""
        ...

    def disconnect(self, *channels: int) -> None:
        """Set these crosspoints open."""
        ...

    def disconnect_all(self) -> None:
        """Set every crosspoint open, and prove it by read-back."""
        ...


@runtime_checkable
class HarnessTester(SwitchMatrix, Protocol):
    """A resistance meter behind a matrix: every point of a harness within reach."""

    def measure_four_wire_resistance(self, channel: int) -> Reading:
        """Measure what this channel's source and sense are wired to, in ohms, without the leads; OVER is an open."""
        ...

    def measure_resistance(self, channel: int) -> Reading:
        """Measure two-wire resistance on this channel's source, in ohms; OVER is an open."""
        ...


@dataclass(frozen=True, slots=True)
class WithstandResult:
    """One step of a safety tester: its own judgement and what it measured.

    `reading` is a current in ampere for AC and DC withstand and a resistance in ohm for insulation.
    """

    judgement: Literal["PASS", "HIGH", "LOW", "ARC", "CANNOT_TEST", "STOPPED"]
    reading: Reading


@runtime_checkable
class SafetyTester(Protocol):
    """Hipot and insulation (no IVI class). Tests end by themselves; nothing runs continuously."""

    def measure_insulation_resistance(self, voltage_v: float, dwell_s: float, low_limit_ohm: float) -> WithstandResult:
        """Measure insulation at a DC voltage; OVER is better than the range."""
        ...

    def measure_dc_withstand(
        self, voltage_v: float, ramp_s: float, dwell_s: float, high_limit_a: float
    ) -> WithstandResult:
        """Apply a DC voltage and measure the leakage current."""
        ...


@runtime_checkable
class ModuleEeprom(Protocol):
    """The memory of a pluggable module (SFF-8636, CMIS) over its two-wire bus."""

    def read_page(self, page: int) -> bytes:
        """Get the 256 bytes seen with this upper page selected: lower memory, then the page."""
        ...

    def write(self, page: int, offset: int, content: bytes) -> None:
        """Set bytes of a page (offset 0..255) and prove it by reading back."""
        ...


@runtime_checkable
class BarcodeScanner(Protocol):
    """A serial scanner that sends what it reads, each scan ended by its suffix."""

    def read_scan(self, timeout_s: float) -> str:
        """Get the next whole scan without its suffix; raise `LinkTimeout` when none comes."""
        ...
