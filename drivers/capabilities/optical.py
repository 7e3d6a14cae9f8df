"""Light in fibres (no IVI class): what sends it, weakens it, measures it, and measures what comes back."""

from typing import Protocol, runtime_checkable

from drivers.reading import Reading


@runtime_checkable
class OpticalPowerMeter(Protocol):
    """An optical power meter; `channel` counts from 1."""

    def configure(self, wavelength_m: float, averaging_s: float, channel: int = 1) -> None:
        """Set the wavelength that is measured, for the detector's response to it, and the averaging time."""
        ...

    def zero(self, channel: int = 1) -> None:
        """Set what the dark detector shows as zero; no light may fall on it."""
        ...

    def measure_power(self, channel: int = 1) -> Reading:
        """Measure the power in dBm; UNDER where there is less light than the meter can tell from none."""
        ...

    def take_reference(self, channel: int = 1) -> Reading:
        """Measure the power in dBm and keep it as the reference of every later loss."""
        ...

    def measure_loss(self, channel: int = 1) -> Reading:
        """Measure by how many dB the power lies below the reference; OVER where there is no light to be told."""
        ...


@runtime_checkable
class OpticalSource(Protocol):
    """A laser source, dark until it is switched on."""

    def set_wavelength(self, wavelength_m: float) -> None:
        """Set the wavelength in metres, proven by read-back."""
        ...

    def set_output(self, on: bool) -> None:
        """Set the laser on or off, proven by read-back."""
        ...


@runtime_checkable
class OpticalAttenuator(Protocol):
    """Attenuators with shutters; `channel` counts from 1."""

    def configure(self, wavelength_m: float, channel: int = 1) -> None:
        """Set the wavelength that is attenuated."""
        ...

    def set_attenuation(self, attenuation_db: float, channel: int = 1) -> None:
        """Set the attenuation in dB beyond the instrument's own insertion loss, proven by read-back."""
        ...

    def set_output(self, on: bool, channel: int = 1) -> None:
        """Set the shutter open or shut, proven by read-back."""
        ...


@runtime_checkable
class ReturnLossMeter(Protocol):
    """A meter of what a fibre throws back, by continuous light: every reflection behind its port in one figure."""

    def configure(self, wavelength_m: float, averaging_s: float) -> None:
        """Set the wavelength and the averaging time."""
        ...

    def calibrate_termination(self) -> None:
        """Set what comes back from a fibre that ends without reflection as nothing: the meter's own reflections."""
        ...

    def measure_return_loss(self) -> Reading:
        """Measure the return loss in dB; OVER is less than the meter can tell from nothing."""
        ...
