"""The contactors of a supply's bench: which relay drives which, and on which input line it tells that it is open."""

from typing import Final

from stations.coding_plug import CodingPlug
from stations.contactors import MirrorLoop

MAINS: Final = (0, 1)
HIPOT: Final = (2, 3, 4)
BACKFEED: Final = (5,)
PROBES: Final = (9, 10)
"""They lead a meter to line and neutral, to look through both poles of the high voltage before it is on."""

MIRRORS: Final = (
    MirrorLoop("mains line", "relays", (0,), 2),
    MirrorLoop("mains neutral", "relays", (1,), 3),
    MirrorLoop("high voltage line", "relays", (2,), 4),
    MirrorLoop("high voltage neutral", "relays", (3,), 5),
    MirrorLoop("high voltage return", "relays", HIPOT[2:], 6),
    MirrorLoop("back-feed", "relays", BACKFEED, 7),
    MirrorLoop("probes", "relays", PROBES, 8),
)
"""Input lines 2 to 8; 9 is for what a bench has besides."""

APART: Final = ("high voltage line", "high voltage neutral", "high voltage return", "probes")
"""What must be open before the mains are on."""

CODE: Final = CodingPlug("io", tuple(range(10, 16)))
