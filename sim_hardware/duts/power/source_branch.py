"""The output of a supply as a branch: what current it takes at any voltage across it, monotone, with one droop line.

V = e - R I up to the limit, where e rises with the share bus: when another supply carries more, the share bus lies
above this one's own part and lifts e by `share_gain` per volt of difference, up to `share_trim_v`. An OR-ing FET lets
no current back in; a shorted one does, running or not.
"""

import math

from sim_hardware.duts.power.parameters import SupplyParameters

_OFF_INSIDE_OHM = 0.5


class SourceBranch:
    """The supply's own side of its output node; put several in one `node_voltage` and they share by droop.

    `ceiling_v` is how far a soft start has come; `limit_a` the limit in force; `share_v` what other supplies or an
    instrument hold the share bus at (0: nobody).
    """

    slew_a_s = math.inf

    def __init__(self, parameters: SupplyParameters, plus: str = "OUT.+", minus: str = "OUT.-") -> None:
        self.plus = plus
        self.minus = minus
        self.feeding = False
        self.ceiling_v = math.inf
        self.limit_a = parameters.design.pulse_limit_a
        self.share_v = 0.0
        self.line_v = 0.0
        """What the line voltage adds to the set point, in V."""
        self._p = parameters
        self._share_scale = parameters.share_ratio * parameters.design.share_v / parameters.design.rated_a

    def current(self, volt: float) -> float:
        """Ampere into the plus terminal: negative while it feeds."""
        p = self._p
        leak = volt / p.output_leak_ohm
        if not self.feeding:
            if p.fet_short_ohm == math.inf or volt <= 0.0:
                return leak
            return leak + volt / (p.fet_short_ohm + _OFF_INSIDE_OHM)
        given = self._given(volt)
        if given > 0.0:
            return leak - min(given, self.limit_a)
        if p.fet_short_ohm == math.inf:
            return leak
        return leak - given * p.droop_ohm / (p.droop_ohm + p.fet_short_ohm)

    def given_share_v(self, ampere: float) -> float:
        """What it puts on the share bus while it gives this current, in V; nothing behind an open contact."""
        return 0.0 if math.isinf(self._p.share_ohm) else max(ampere, 0.0) * self._share_scale

    def _given(self, volt: float) -> float:
        p = self._p
        e = min(p.set_point_v + self.line_v, self.ceiling_v)
        least = (e - volt) / p.droop_ohm
        if self.share_v <= 0.0 or self.ceiling_v < math.inf:
            return least
        gain, trim, scale = p.design.share_gain, p.design.share_trim_v, self._share_scale
        most = (e + trim - volt) / p.droop_ohm
        between = (e + gain * self.share_v - volt) / (p.droop_ohm + gain * scale)
        return max(least, min(between, most))
