"""What Keysight's optical instruments share (8163/8164 mainframes, N77xx): their headers, and settings read back."""

from typing import Final

from drivers.errors import DeviceError, OutOfRange
from drivers.scpi import ScpiDriver

_SAME: Final = 1e-6
"""Relative difference up to which a setting that reads back is the one that was set."""

BEYOND: Final = ("OVER", "UNDER")


class LightwaveDriver(ScpiDriver):
    """Settings in SI units that are proven by read-back."""

    __slots__ = ()

    def _set_proven(self, header: str, value: float, unit: str) -> None:
        with self.exclusive():
            self._command(f"{header} {value:.9g}")
            held = self._number(f"{header}?", self._look(f"{header}?"), "NR3")
            if isinstance(held, str) or abs(held - value) > _SAME * max(abs(value), 1e-12):
                raise DeviceError(f"{self.resource}: {header} was set to {value:.9g} {unit} and reads {held}")

    def _switch_proven(self, header: str, on: bool) -> None:
        with self.exclusive():
            self._command(f"{header} {int(on)}")
            if self._flags(f"{header}?", 1)[0] is not on:
                raise DeviceError(
                    f"{self.resource}: {header} was switched {'on' if on else 'off'} and reads otherwise;"
                    " look at its key switch and remote interlock"
                )

    def _within(self, what: str, value: float, bounds: tuple[float, float], unit: str) -> None:
        low, high = bounds
        if not low <= value <= high:
            raise OutOfRange(f"{self.resource}: {what} {value:g} {unit} is outside {low:g} to {high:g} {unit}")
