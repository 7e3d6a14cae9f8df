"""One output of a DC supply behind its commands: voltage, current limit, overvoltage protection, meters."""

from dataclasses import dataclass
from functools import partial

from sim_hardware.instruments.power_instrument import PowerInstrument
from sim_hardware.power.indication import Indication

OV, OC, OT, PROT = 1, 2, 16, 2048
"""Bits of the questionable condition register."""

_OFF_OHM = 1e5
_SINK_PART = 0.1


@dataclass(slots=True, kw_only=True)
class SupplyBranch:
    """A regulated voltage behind a small resistance, within its current limit; it sinks a little, off next to none."""

    plus: str
    minus: str
    ohm: float
    is_on: bool = False
    volt: float = 0.0
    limit_a: float = 0.0
    sink_a: float = 0.0
    slew_a_s: float = 1e6

    def current(self, volt: float) -> float:
        """Ampere into its plus terminal at this voltage across it."""
        bleeder = volt / _OFF_OHM
        if not self.is_on:
            return bleeder
        return bleeder + max(-self.limit_a, min(self.sink_a, (volt - self.volt) / self.ohm))


class SupplyOutput:
    """An output of so many V and A between two terminals of an instrument.

    `stuck_on` is an output relay that does not open and reads so; `stuck_silent` one that reads off and is not.
    """

    def __init__(
        self,
        instrument: PowerInstrument,
        name: str,
        rating: tuple[float, float],
        *,
        stuck_on: bool = False,
        stuck_silent: bool = False,
    ) -> None:
        self.rated_v, self.rated_a = rating
        self.stuck_on = stuck_on
        self.stuck_silent = stuck_silent
        self.is_on = False
        self.volt = 0.0
        self.limit_a = 0.1 * self.rated_a
        self.overvoltage_v = 1.1 * self.rated_v
        self._tripped = 0
        self._power = instrument.power
        self.branch = SupplyBranch(
            plus=instrument.terminal(f"{name}.+"),
            minus=instrument.terminal(f"{name}.-"),
            ohm=1e-3 * self.rated_v / self.rated_a,
            sink_a=_SINK_PART * self.rated_a,
        )
        self._power.add_branch(self.branch)
        error = partial(Indication, instrument)
        self._set_v = error(f"{name} set V", of_reading=5e-4, offset=5e-4 * self.rated_v)
        self._set_a = error(f"{name} set A", of_reading=1e-3, offset=1e-3 * self.rated_a)
        self._volt_meter = error(
            f"{name} V", of_reading=5e-4, offset=5e-4 * self.rated_v, noise=2e-5 * self.rated_v, step=1e-5
        )
        self._ampere_meter = error(
            f"{name} A", of_reading=1e-3, offset=1e-3 * self.rated_a, noise=2e-5 * self.rated_a, step=1e-5
        )

    def switch(self, on: bool) -> None:
        """Switch the output; a tripped one stays off until its trip is cleared."""
        if on and self._tripped:
            return
        self.is_on = on or (self.stuck_on and self.is_on)
        self.apply()
        self.look()

    def apply(self) -> None:
        """Give what is set from now on."""
        with self._power.change():
            self._give()

    def _give(self) -> None:
        branch = self.branch
        branch.is_on = self.is_on or (self.stuck_silent and branch.is_on)
        branch.volt = max(0.0, self._set_v.given(self.volt))
        branch.limit_a = max(0.0, self._set_a.given(self.limit_a))

    def reset(self) -> None:
        """Off, nothing set; trips stay."""
        self.is_on = self.stuck_on and self.is_on
        self.volt, self.limit_a, self.overvoltage_v = 0.0, 0.1 * self.rated_a, 1.1 * self.rated_v
        self.apply()

    def trip(self, cause: int) -> None:
        """Switch off and stay off; may run while the grid brings the bench up to its time, so it asks nothing."""
        self._tripped |= cause
        self.is_on = self.stuck_on and self.is_on
        self._give()

    def look(self) -> tuple[float, float]:
        """Voltage at the terminals in V and current out of the plus terminal in A, after protection."""
        volt, ampere = self._seen()
        if self.is_on and volt > self.overvoltage_v:
            with self._power.change():
                self.trip(OV)
            volt, ampere = self._seen()
        return volt, ampere

    def _seen(self) -> tuple[float, float]:
        volt = self._power.voltage(self.branch.plus, self.branch.minus)
        return volt, -self.branch.current(volt)

    def questionable(self) -> int:
        """The questionable condition: what has tripped."""
        self.look()
        return self._tripped

    def clear_trips(self) -> None:
        """Forget trips; the output stays off."""
        self._tripped = 0

    def measured(self) -> tuple[float, float]:
        """Voltage and current as its meters show them."""
        volt, ampere = self.look()
        return self._volt_meter.of(volt), self._ampere_meter.of(ampere)
