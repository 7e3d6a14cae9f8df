"""The contactors of a shelf's bench: which relay drives which, and on which input line it tells that it is open.

Those of one purpose have their mirror contacts in series on one line: line and neutral of an inlet, say. Which of the
two has welded is for whoever goes there.
"""

from typing import Final

from stations.coding_plug import CodingPlug
from stations.contactors import MirrorLoop

SLOTS: Final = 6
LINE, NEUTRAL, HIGH_LINE, HIGH_NEUTRAL, LOW, SHARE = 0, 6, 12, 18, 24, 25
"""Contactors of the module `relays`: the first of six, or the only one."""
HIPOT: Final = tuple(range(HIGH_LINE, LOW + 1))
PROBE_LINE, PROBE_NEUTRAL = 12, 18
"""Relays of the module `taps` that lead its meter to the inlets, behind the twelve of the joints."""

_INLETS: Final = range(SLOTS)
MIRRORS: Final = (
    *(MirrorLoop(f"mains of slot {k + 1}", "relays", (LINE + k, NEUTRAL + k), 2 + k) for k in _INLETS),
    *(
        MirrorLoop(f"high voltage of inlet {k + 1}", "relays", (HIGH_LINE + k, HIGH_NEUTRAL + k), 8 + k)
        for k in _INLETS
    ),
    MirrorLoop("high voltage return", "relays", (LOW,), 14),
    MirrorLoop("share bus", "relays", (SHARE,), 15),
    MirrorLoop("joint taps", "taps", tuple(range(2 * SLOTS)), 17),
    MirrorLoop("probes", "taps", tuple(range(PROBE_LINE, PROBE_NEUTRAL + SLOTS)), 16),
)

CODE: Final = CodingPlug("io", tuple(range(20, 26)))
