"""What an electronic load draws at a voltage: monotone in every mode, because a real one is, too, for an instant.

Constant power has no monotone characteristic. A real load measures and sets its current again, and between two looks
it is a current sink; so is this one. Below a few hundred millivolt every mode ends in the resistance of the load's
transistors fully on, and a reversed voltage finds their body diodes.
"""

from dataclasses import dataclass

_DIODE_V = 0.7
_DIODE_OHM = 0.01
_OFF_OHM = 500e3


@dataclass(slots=True, kw_only=True)
class LoadBranch:
    """The input of a load between two world terminals; `lowest_ohm` is what it has when fully on.

    On, it draws `level_a`, or what `ohm` lets through where that is set, never more than `limit_a`; `is_short` puts
    its transistors fully on. `lead_ohm` is what the fixture's probes have on the way; voltages are those before them.
    """

    plus: str
    minus: str
    lowest_ohm: float
    limit_a: float
    is_on: bool = False
    is_short: bool = False
    level_a: float = 0.0
    ohm: float | None = None
    slew_a_s: float = 1e6
    lead_ohm: float = 0.0

    def current(self, volt: float) -> float:
        """Ampere into its plus terminal at this voltage across it."""
        leakage = volt / _OFF_OHM
        if volt < 0.0:
            return leakage + min(0.0, (volt + _DIODE_V) / _DIODE_OHM)
        if not self.is_on:
            return leakage
        fully_on = volt / (self.lowest_ohm + self.lead_ohm)
        if self.is_short:
            return leakage + min(fully_on, self.limit_a)
        wanted = self.level_a if self.ohm is None else volt / (self.ohm + self.lead_ohm)
        return leakage + min(wanted, fully_on, self.limit_a)
