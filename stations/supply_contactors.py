"""The contactors of a supply's bench: which relay drives which, and on which input line it tells that it is open."""

from typing import Final

from stations.coding_plug import CodingPlug
from stations.contactors import MirrorLoop

MAINS: Final = (0, 1)
HIPOT: Final = (2, 3, 4)
BACKFEED: Final = (5,)
PROBES: Final = (9, 10)
"""They lead a meter to line and neutral, to look through both poles of the high voltage before it is on."""

_NAMES: Final = {
    "mains line": 0,
    "mains neutral": 1,
    "high voltage line": 2,
    "high voltage neutral": 3,
    "high voltage return": 4,
    "back-feed": 5,
    "line probe": 9,
    "neutral probe": 10,
}
MIRRORS: Final = tuple(
    MirrorLoop(name, "relays", (contactor,), line) for line, (name, contactor) in enumerate(_NAMES.items(), start=2)
)
"""Input lines 2 to 9."""

APART: Final = ("high voltage line", "high voltage neutral", "high voltage return", "line probe", "neutral probe")
"""What must be open before the mains are on."""

CODE: Final = CodingPlug("io", tuple(range(10, 16)))
