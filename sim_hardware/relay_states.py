"""The relays of a world: what their coils are told, where their armatures are, and which contacts conduct.

Three things that are one only in a relay that is well. A welded contact holds the armature in whatever the coil does;
a burnt one does not conduct although the armature has moved. A mirror contact (IEC 60947-4-1 Annex F), or the break
contact of a relay with forcibly guided contacts (IEC 61810-3), tells the armature: it cannot close while a main contact
is welded.
"""

from collections.abc import Callable, Iterable

from sim_hardware.physics.conductors import Element


class RelayStates:
    """Relays by name. `changed` is called when what conducts has changed."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._contacts: dict[str, tuple[Element, ...]] = {}
        self._told: set[str] = set()
        self._welded: set[str] = set()
        self._burnt: set[str] = set()
        self.closed: dict[str, tuple[Element, ...]] = {}
        """What conducts, by relay."""

    def add(self, name: str, contacts: Iterable[Element]) -> None:
        """Declare a relay, open, with its contacts (resistances when closed); a second one of that name is refused."""
        if name in self._contacts:
            raise ValueError(f"relay {name!r} exists already")
        self._contacts[name] = tuple(contacts)
        self._move(name)

    def hold(self, name: str, contacts: Iterable[Element]) -> None:
        """Let this conduct for good, in place of what was held by this name before."""
        self._contacts[name] = tuple(contacts)
        self._welded.add(name)
        self.closed.pop(name, None)
        self._move(name)

    def tell(self, name: str, closed: bool) -> None:
        """Tell a coil to close or to open its contacts."""
        (self._told.add if closed else self._told.discard)(name)
        self._move(name)

    def weld(self, name: str) -> None:
        """Let the contacts of a relay stick closed from now on. Raises ValueError for a relay that is not there."""
        self._require(name)
        self._welded.add(name)
        self._move(name)

    def burn(self, name: str) -> None:
        """Let the contacts of a relay no longer conduct. Raises ValueError for a relay that is not there."""
        self._require(name)
        self._burnt.add(name)
        self._move(name)

    def replace(self, name: str) -> None:
        """Put a relay that is well in place of this one."""
        self._require(name)
        self._welded.discard(name)
        self._burnt.discard(name)
        self._move(name)

    def is_told(self, name: str) -> bool:
        """Whether the coil is told to close: all that a relay card knows."""
        return name in self._told

    def is_pulled_in(self, name: str) -> bool:
        """Whether the armature is where the contacts close: what a mirror contact tells."""
        return name in self._told or name in self._welded

    def is_closed(self, name: str) -> bool:
        """Whether the contacts conduct."""
        return name in self.closed

    def _require(self, name: str) -> None:
        if name not in self._contacts:
            raise ValueError(f"relay {name!r} is not there")

    def _move(self, name: str) -> None:
        conducts = self.is_pulled_in(name) and name not in self._burnt
        if conducts is (name in self.closed):
            return
        if conducts:
            self.closed[name] = self._contacts[name]
        else:
            del self.closed[name]
        self._changed()
