"""Keysight L4491A RF switch platform, fitted as three 16-way coaxial multiplexers for the two ends of a cable."""

from typing import ClassVar, Final

from drivers.channel_list import channel_list
from drivers.errors import DeviceError
from drivers.scpi import Identity, ScpiDriver

_CHANNELS: Final = (*range(1101, 1117), *range(1201, 1217), *range(1301, 1317))
"""1101 to 1116 connect near pair 1 to 16, 1201 to 1216 far pair 1 to 16.

1301 to 1316 lead near pair 1 to 16 to where the far pairs go: with one of 1101 to 1116, near to near (crosstalk).
"""


class KeysightL4491a(ScpiDriver):
    """L4491A through its SCPI dialect (ROUT:CLOS, ROUT:OPEN:ALL, ROUT:CLOS?), the L4490A/91A user's guide."""

    __slots__ = ()

    capability: ClassVar[str] = "SwitchMatrix"
    expected: ClassVar[Identity] = Identity(r"(Keysight|Agilent) Technologies,L4491A", (2,), (2,))

    def connect(self, *channels: int) -> None:
        """Set these paths closed, and prove it by read-back. Channels 1101..1116, 1201..1216, 1301..1316.

        Raises `OutOfRange` for other channels, `DeviceError` when one does not read back closed.
        """
        names = channel_list(self.resource, channels, _CHANNELS)
        with self.exclusive():
            self._command(f"ROUT:CLOS {names}")
            closed = self._flags(f"ROUT:CLOS? {names}", len(channels))
        if not all(closed):
            stuck = [channel for channel, is_closed in zip(channels, closed, strict=True) if not is_closed]
            raise DeviceError(f"{self.resource}: channels {stuck} did not close; service the switches")

    def disconnect(self, *channels: int) -> None:
        """Set these paths open. Raises `OutOfRange` for channels that do not exist."""
        self._command(f"ROUT:OPEN {channel_list(self.resource, channels, _CHANNELS)}")

    def disconnect_all(self) -> None:
        """Set every path open, and prove it by read-back; raise `DeviceError` when one stays closed."""
        with self.exclusive():
            self._command("ROUT:OPEN:ALL")
            closed = self._flags(f"ROUT:CLOS? {channel_list(self.resource, _CHANNELS, _CHANNELS)}", len(_CHANNELS))
        if any(closed):
            stuck = [channel for channel, is_closed in zip(_CHANNELS, closed, strict=True) if is_closed]
            raise DeviceError(f"{self.resource}: channels {stuck} did not open; service the switches")

    def _switch_off(self) -> None:
        self.disconnect_all()
