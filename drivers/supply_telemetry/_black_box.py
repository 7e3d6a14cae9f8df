"""The codes of a supply's black box, the same over both buses.

Inferred: no public document gives a supply's codes; ours count the standard names in alphabetical order from 1.
"""

from typing import Final

from drivers.capabilities import SupplyEvent
from drivers.errors import DeviceError

_NAMES: Final = (
    "AC_LOSS",
    "FAN_FAULT",
    "OVER_CURRENT",
    "OVER_TEMPERATURE",
    "OVER_TEMPERATURE_WARNING",
    "OVER_VOLTAGE",
    "SHORT_CIRCUIT",
    "UNDER_VOLTAGE",
)
_HUNDREDTHS: Final = 100


def supply_event(resource: str, asked: int, index: int, code: int, hundredth_hours: int) -> SupplyEvent:
    """One entry of a black box. Raises `DeviceError` for another entry than asked, or a code that is none."""
    if index != asked:
        raise DeviceError(f"{resource}: black box: asked for entry {asked} and got entry {index}; read it again")
    if not 1 <= code <= len(_NAMES):
        raise DeviceError(f"{resource}: black box: entry {index} has the code {code}; known are 1 to {len(_NAMES)}")
    return SupplyEvent(_NAMES[code - 1], hundredth_hours / _HUNDREDTHS)
