"""Numato USB relay modules: four to 32 changeover relays on a serial line that echoes and shows a prompt."""

from typing import ClassVar

from drivers.errors import OutOfRange
from drivers.numato_module import NumatoModule


class NumatoRelay(NumatoModule):
    """Numato's relay dialect (relay on 0, relay readall, relay writeall), after public drivers of these modules.

    Channels count from 0. The module has no contact feedback: reading back proves that its register holds the state,
    so that the coil is driven, and not that the contact followed. A welded contact is found by measuring what it
    switches.
    """

    __slots__ = ()

    capability: ClassVar[str] = "SwitchMatrix"
    noun: ClassVar[str] = "relay"

    def connect(self, *channels: int) -> None:
        """Set these relays on, and prove by read-back that their coils are driven.

        Raises `OutOfRange` for relays that are not fitted, `DeviceError` when the register does not hold them.
        """
        self._switch(channels, on=True)

    def disconnect(self, *channels: int) -> None:
        """Set these relays off, and prove by read-back that their coils are not driven. Raises as `connect`."""
        self._switch(channels, on=False)

    def disconnect_all(self) -> None:
        """Set every relay off, and prove by read-back that no coil is driven; raise `DeviceError` when one is."""
        with self.exclusive():
            self._tell(f"relay writeall {self._word('0')}")
            self._prove(range(self._channels), high=False)

    def _switch(self, channels: tuple[int, ...], *, on: bool) -> None:
        if not channels:
            raise OutOfRange(f"{self.resource}: no channel given; name at least one")
        letters = [self._letter(channel) for channel in channels]
        with self.exclusive():
            for letter in letters:
                self._tell(f"relay {'on' if on else 'off'} {letter}")
            self._prove(channels, high=on)

    def _switch_off(self) -> None:
        self.disconnect_all()
