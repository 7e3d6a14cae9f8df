"""The codes by which a simulated supply's black box names what happened, the same over both buses.

Inferred: makers keep theirs to themselves. The standard names in alphabetical order, counted from 1.
"""

from typing import get_args

from sim_hardware.duts.supply_controller import Alarm

_NAMES: tuple[Alarm, ...] = tuple(sorted(get_args(Alarm)))


def event_code(name: Alarm) -> int:
    """The code of an alarm, from 1."""
    return _NAMES.index(name) + 1


def hundredth_hours(hours: float) -> int:
    """Operating hours as the black box counts them."""
    return round(hours * 100)
