"""The oscilloscope of a supply's bench: what its channels see, and the windows that a supply is looked at through."""

from collections.abc import Mapping
from typing import Literal, cast

from drivers.capabilities import Instrument, Oscilloscope, Waveform
from drivers.errors import Clipped, DeviceError
from stations.fixture import Fixture
from stations.product import Product

OUTPUT, LINE_CURRENT, OUTPUT_CURRENT, AC_LOSS = 1, 2, 3, 4
"""Channels of the oscilloscope."""


class SupplyScope(Fixture):
    """A fixture with an oscilloscope on the output, both currents and the warning of a supply."""

    def __init__(self, instruments: Mapping[str, Instrument], product: Product, options: Mapping[str, object]) -> None:
        super().__init__(instruments, product, options)
        self.scope = cast(Oscilloscope, instruments["scope"])
        self.rated_a = float(product.parameters["rated_current_a"])

    def waveform(self, channel: int) -> Waveform | None:
        """What was captured of a channel; None when it left the oscilloscope's window."""
        try:
            return self.scope.read_waveform(channel)
        except Clipped:
            return None

    def set_clamp(self, channel: int, sensor: str, full_scale_a: float) -> None:
        """Set a channel to a clamp, in ampere, by the sensor's name among the product's."""
        transfer = float(self.parameters["sensors"][sensor])
        self.scope.configure_channel(channel, full_scale=full_scale_a, unit="A", unit_per_volt=transfer)

    def watch_output(self, *, centre_v: float, full_scale_v: float, span_s: float, before_s: float) -> None:
        """Set the oscilloscope to the output and what goes with it: window, span, and how much before the trigger."""
        self.scope.configure_channel(OUTPUT, full_scale=full_scale_v, offset=centre_v, bandwidth_limited=True)
        self.scope.configure_channel(AC_LOSS, full_scale=8.0, offset=1.65)
        self.set_clamp(OUTPUT_CURRENT, "output_clamp_a_per_v", 4.0 * self.rated_a)
        self.set_clamp(LINE_CURRENT, "line_clamp_a_per_v", 3.0 * float(self.parameters["inrush_peak_max_a"]))
        self.scope.configure_timebase(span_s, before_s)

    def watch_ripple(self, *, full_scale_v: float, span_s: float) -> None:
        """Set the oscilloscope to what moves on the output, through its 20 MHz limit."""
        self.scope.configure_channel(OUTPUT, full_scale=full_scale_v, bandwidth_limited=True, coupling="AC")
        self.scope.configure_timebase(span_s, 0.5 * span_s)

    def capture(self, channel: int, level: float, slope: Literal["RISE", "FALL"], what: str) -> None:
        """Wait for the edge that was armed; raise `DeviceError` naming what never came."""
        if not self.scope.wait_for_trigger(5.0):
            raise DeviceError(f"{what}: channel {channel} never went through {level:g} ({slope.lower()})")
