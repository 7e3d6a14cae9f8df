"""Thermocouples between a scanner and the unit: what they see, and what an open one looks like.

An open thermocouple is a wire that ends nowhere: a scanner that does not check for it reads whatever its input drifts
to. One that hangs beside a unit, or at a place of which the unit tells nothing, has the room's temperature.
"""

import math
import random
from collections.abc import Callable, Collection
from typing import Protocol, runtime_checkable

from sim_hardware.power.grid import PowerGrid
from sim_hardware.scpi_grammar import ScpiError

ROOM_C = 23.0

_PLACE = "T."
_SIGMA_C = 0.3
"""Spread of wire and reference junction: well inside the 1 K that the scanner is specified for with type K."""
_NOISE_C = 0.02


@runtime_checkable
class HasTemperatures(Protocol):
    """A unit that knows how warm it is where a thermocouple can sit ("INLET", "CASE")."""

    def temperature_c(self, place: str) -> float:
        """The temperature at a place in degC."""
        ...


class Thermocouples:
    """The channels T{channel} of one scanner; `broken` ones are open."""

    def __init__(
        self,
        power: PowerGrid,
        rng: random.Random,
        calibration: Callable[[str], random.Random],
        terminal: Callable[[str], str],
        broken: Collection[int],
    ) -> None:
        self._power = power
        self._rng = rng
        self._calibration = calibration
        self._terminal = terminal
        self._broken = frozenset(broken)
        self._configured: frozenset[int] = frozenset()
        self._checked: frozenset[int] = frozenset()

    def forget(self) -> None:
        """Configure no channel."""
        self._configured = self._checked = frozenset()

    def configure(self, channels: Collection[int]) -> None:
        """Make these channels measure thermocouples, without looking whether they are open."""
        self._configured |= frozenset(channels)
        self._checked -= frozenset(channels)

    def check(self, channels: Collection[int], *, on: bool) -> None:
        """Look from now on, or no longer, whether these are open."""
        self._checked = self._checked | frozenset(channels) if on else self._checked - frozenset(channels)

    def indication(self, channel: int) -> float:
        """What a channel shows, in degC; infinite for an open thermocouple that is checked for."""
        if channel not in self._configured:
            raise ScpiError(-221, f"Settings conflict; channel {channel} is not configured")
        reached = [end for end in self._power.world.reach(self._terminal(f"T{channel}")) if end.startswith(_PLACE)]
        if channel in self._broken or not reached:
            return math.inf if channel in self._checked else self._rng.uniform(-100.0, 300.0)
        error = self._calibration(f"thermocouple {channel}").gauss(0.0, _SIGMA_C)
        return self._temperature(reached[0].removeprefix(_PLACE)) + error + self._rng.gauss(0.0, _NOISE_C)

    def _temperature(self, place: str) -> float:
        self._power.advance()
        unit = self._power.world.dut
        return unit.temperature_c(place) if isinstance(unit, HasTemperatures) else ROOM_C
