"""Meters, analysers and oscilloscopes: IviDmm, IviScope, and power analysers (no IVI class)."""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from drivers.reading import Reading


@runtime_checkable
class Multimeter(Protocol):
    """IviDmm. Without a range the meter chooses one."""

    def measure_dc_voltage(self, range_v: float | None = None) -> Reading:
        """Measure DC voltage in V."""
        ...

    def measure_dc_current(self, range_a: float | None = None) -> Reading:
        """Measure DC current in A."""
        ...

    def measure_resistance(self, range_ohm: float | None = None) -> Reading:
        """Measure two-wire resistance in ohms."""
        ...

    def measure_four_wire_resistance(self, range_ohm: float | None = None) -> Reading:
        """Measure four-wire resistance in ohms, without the leads."""
        ...


@dataclass(frozen=True, slots=True)
class PowerReading:
    """One element of a power analyser at one moment: V and A (rms, or mean for DC), W, and the power factor."""

    voltage: Reading
    current: Reading
    power: Reading
    power_factor: Reading


@runtime_checkable
class PowerAnalyzer(Protocol):
    """Elements count from 1, each with voltage terminals and either direct current terminals or a sensor input."""

    def configure_element(
        self,
        element: int,
        *,
        voltage_range_v: float | None = None,
        current_range_a: float | None = None,
        sensor_v_per_a: float | None = None,
        dc: bool = False,
    ) -> None:
        """Set ranges (None: the analyser chooses) and what the current comes through.

        With `sensor_v_per_a` an external shunt or DCCT of this transfer is on the sensor input; `dc` takes means
        instead of rms values. `current_range_a` is always the current in the unit's conductor.
        """
        ...

    def measure(self, element: int) -> PowerReading:
        """Measure one element over one whole update period."""
        ...

    def measure_current_distortion(self, element: int) -> Reading:
        """Measure the total harmonic distortion of the current, a ratio ("1") to the fundamental."""
        ...


@dataclass(frozen=True, slots=True)
class Waveform:
    """Samples of one channel: `values` of shape (n,) in `unit`, the first `start_s` seconds after the trigger."""

    start_s: float
    step_s: float
    values: NDArray[np.float64]
    unit: str

    @property
    def times_s(self) -> NDArray[np.float64]:
        """The time of every sample in seconds after the trigger, shape (n,)."""
        return np.asarray(self.start_s + self.step_s * np.arange(self.values.shape[0]), dtype=np.float64)


@runtime_checkable
class Oscilloscope(Protocol):
    """IviScope. Channels count from 1."""

    def configure_channel(
        self,
        channel: int,
        *,
        full_scale: float,
        offset: float = 0.0,
        unit: Literal["V", "A"] = "V",
        unit_per_volt: float = 1.0,
        bandwidth_limited: bool = False,
        coupling: Literal["DC", "AC"] = "DC",
    ) -> None:
        """Set full scale and offset in `unit`, what one volt at the input means, the 20 MHz limit and the coupling."""
        ...

    def configure_timebase(self, span_s: float, before_trigger_s: float) -> None:
        """Set the length of an acquisition and how much of it lies before the trigger."""
        ...

    def arm(self, channel: int, level: float, slope: Literal["RISE", "FALL"]) -> None:
        """Start one acquisition that waits for this edge; `level` in the channel's unit."""
        ...

    def wait_for_trigger(self, timeout_s: float) -> bool:
        """Wait until the acquisition is complete; False when the edge never came, and the acquisition is stopped."""
        ...

    def acquire_now(self) -> None:
        """Make one acquisition without waiting for an edge."""
        ...

    def read_waveform(self, channel: int) -> Waveform:
        """Read what the last acquisition holds of a channel. Raises `Clipped` when samples are beyond the range."""
        ...
