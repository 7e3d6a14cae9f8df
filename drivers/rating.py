"""What a model can carry and measure, as far as its driver says: the bounds that a bench is held against.

A driver may define `rated_for(model, options)`, a class method that returns its ratings by quantity. A quantity that an
instrument must carry has a name of its own ("input current"); what it can read is "measured " and the unit, such as
"measured ohm". A driver that says nothing is not checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.capabilities import LoadRating
from drivers.driver import Driver


@dataclass(frozen=True, slots=True)
class Rating:
    """The least and the most of a quantity, in `unit` (SI without prefix)."""

    low: float
    high: float
    unit: str


def ratings_of(instrument: Driver, options: Mapping[str, Any]) -> dict[str, Rating]:
    """The ratings of this instrument's model, with the options of its table in the station's file.

    An electronic load's own `rating` counts as "load voltage", "load current" and "load power".
    """
    found: dict[str, Rating] = {}
    load = getattr(instrument, "rating", None)
    if isinstance(load, LoadRating):
        found["load voltage"] = Rating(0.0, load.voltage_v, "V")
        found["load current"] = Rating(0.0, load.current_a, "A")
        found["load power"] = Rating(0.0, load.power_w, "W")
    rated_for = getattr(type(instrument), "rated_for", None)
    if rated_for is not None:
        found |= rated_for(instrument.identity.model, options)
    return found
