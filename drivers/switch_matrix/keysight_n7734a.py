"""Keysight N7734A: a single-mode optical switch, one fibre to one of thirteen."""

from typing import ClassVar, Final

from drivers.errors import DeviceError, OutOfRange
from drivers.scpi import Identity, ScpiDriver

_PORTS: Final = 13
PARKED: Final = 13
"""Where the switch rests: its light must always go somewhere, and here nobody's fibre is."""


class KeysightN7734a(ScpiDriver):
    """N7734A in the dialect of the N77xx programming guide, as public programs use it: ROUT1:CHAN1 A,3.

    A channel is a port, 1 to 13; connecting one lets go of the one before. An optical switch is never open: what is
    disconnected is parked on port 13.
    """

    __slots__ = ()

    capability: ClassVar[str] = "SwitchMatrix"
    expected: ClassVar[Identity] = Identity(r"(Agilent|Keysight) Technologies,N7734A", (1,), (2,))

    def connect(self, *channels: int) -> None:
        """Set the common fibre to this one port and prove it by read-back.

        Raises `OutOfRange` for no port, for several and for one that is not there, `DeviceError` when it does not go.
        """
        if len(channels) != 1 or not 1 <= channels[0] <= _PORTS:
            raise OutOfRange(f"{self.resource}: ports {channels} are refused: one of 1 to {_PORTS} at a time")
        (port,) = channels
        with self.exclusive():
            self._command(f"ROUT1:CHAN1 A,{port}")
            if (held := self._look("ROUT1:CHAN1?").replace(" ", "")) != f"A,{port}":
                raise DeviceError(f"{self.resource}: was led to port {port} and reads {held[:20]!r}")

    def disconnect(self, *channels: int) -> None:
        """Set the common fibre to the parking port if it is on one of these."""
        with self.exclusive():
            held = self._look("ROUT1:CHAN1?").replace(" ", "")
            if held in {f"A,{channel}" for channel in channels}:
                self.connect(PARKED)

    def disconnect_all(self) -> None:
        """Set the common fibre to the parking port, proven by read-back."""
        self.connect(PARKED)

    def _switch_off(self) -> None:
        self.connect(PARKED)
