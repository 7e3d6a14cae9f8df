"""Relays that SCPI channels open and close: what a switch platform and a matrix card have in common.

They answer what their coils were told: a contact that sticks or is burnt they cannot know.
"""

from collections.abc import Mapping

from sim_hardware.scpi_grammar import ScpiError, channel_list
from sim_hardware.world import World


class RelayBank:
    """The channels of an instrument that may be closed by command, each a relay of the world."""

    def __init__(self, world: World, relays: Mapping[int, str]) -> None:
        self._world = world
        self._relays = dict(relays)

    def named(self, text: str) -> list[str]:
        """The relays of a channel list; refuse -222 when one channel is not there."""
        try:
            return [self._relays[channel] for channel in channel_list(text)]
        except KeyError as error:
            raise ScpiError(-222, f"Data out of range; channel {error.args[0]} is not installed") from error

    def close(self, text: str) -> int:
        """Close the channels of a list; give how many there are."""
        names = self.named(text)
        for name in names:
            self._world.relays.tell(name, True)
        return len(names)

    def open(self, text: str) -> int:
        """Open the channels of a list; give how many there are."""
        names = self.named(text)
        for name in names:
            self._world.relays.tell(name, False)
        return len(names)

    def open_all(self) -> None:
        """Open every channel."""
        for name in self._relays.values():
            self._world.relays.tell(name, False)

    def closed(self, text: str) -> str:
        """Whether each channel of a list is closed, as `1,0`."""
        return ",".join("1" if self._world.relays.is_told(name) else "0" for name in self.named(text))
