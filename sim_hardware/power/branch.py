"""What an instrument hangs on a power port: an AC feed, or a DC branch whose current is a monotone function.

Monotone, because only then has every node exactly one voltage: an ideal current source into an ideal current sink
has none, and a solver that does not insist will invent one.
"""

import math
from dataclasses import dataclass
from typing import Protocol


@dataclass(slots=True, kw_only=True)
class AcFeed:
    """An AC outlet: u(t) = sqrt(2) volt_rms sin(2 pi hertz (t - origin_s)) while on, behind a small impedance.

    `live` and `neutral` are world terminals ("ac:L"). Change it only within `PowerGrid.change()`.
    """

    live: str
    neutral: str
    impedance_ohm: float = 0.05
    volt_rms: float = 0.0
    hertz: float = 50.0
    is_on: bool = False
    origin_s: float = 0.0

    def switch_on(self, now: float, phase_deg: float = 0.0) -> None:
        """Be on from now, at this phase angle."""
        self.is_on = True
        self.origin_s = now - phase_deg / 360.0 / self.hertz

    def next_phase(self, now: float, phase_deg: float) -> float:
        """The time, not before now, at which the voltage is at this phase angle."""
        period = 1.0 / self.hertz
        first = self.origin_s + phase_deg / 360.0 * period
        return first + math.ceil((now - first) / period - 1e-9) * period


class DcBranch(Protocol):
    """A load or source at a DC port; `plus` and `minus` are world terminals."""

    plus: str
    minus: str

    def current(self, volt: float) -> float:
        """Ampere into its plus terminal at this voltage across it; never falls as the voltage rises.

        Positive: it draws; negative: it feeds.
        """
        ...

    @property
    def slew_a_s(self) -> float:
        """How fast its current follows when it is told another one, in A/s; infinite for a switch."""
        ...


@dataclass(slots=True, kw_only=True)
class LinearBranch:
    """A Thevenin source or a resistor: (volt - emf_v) / ohm. With a limit its current stays within +-limit_a."""

    plus: str
    minus: str
    ohm: float
    emf_v: float = 0.0
    limit_a: float = math.inf
    slew_a_s: float = math.inf

    def current(self, volt: float) -> float:
        """Ampere into its plus terminal at this voltage across it."""
        return max(-self.limit_a, min(self.limit_a, (volt - self.emf_v) / self.ohm))
