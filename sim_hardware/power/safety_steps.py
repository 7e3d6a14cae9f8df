"""One step of a safety tester: what a voltage or a heavy current finds between its terminals, and how it ends.

The same physics stands behind every tester, whatever it is asked by. AC leakage is V times the admittance of
resistance and capacitance (I = 2 pi f C V when the insulation is good); DC leakage is V/R, with C dV/dt while the
voltage rises; insulation that breaks down trips the tester on the way up; what capacitance still holds after a DC
step is discharged before the tester says that it has stopped. Ground bond is a four-wire resistance at a source whose
voltage is limited: a current that cannot be reached is the resistance that is too high.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self

from sim_hardware.calibration import Calibration
from sim_hardware.clock import BenchClock
from sim_hardware.world import World

ABOVE_RANGE = 9.9e37
NOT_MEASURED = 9.91e37

Mode = Literal["AC", "DC", "IR", "GB"]
Verdict = Literal["PASS", "HIGH", "LOW", "ARC", "CANNOT_TEST", "STOPPED"]

_TOP_INSULATION_OHM = 50e9
_LEAST_INSULATION_OHM = 1e4
_STRAY_F = 15e-12
"""Capacitance of the high-voltage lead to its surroundings: what AC finds when the lead hangs in the air."""
_DISCHARGE_OHM = 100e3
_DISCHARGED_V = 10.0
_SETTLE_S = 0.05
"""The least time between the end of a step and the word that it has ended: switching, judging."""
_RISE_S = 0.1
"""How long a voltage without a ramp and the current of a ground bond take to come up; then one that cannot is given up.
"""
_GROUND_BOND_FLOOR_OHM = 3e-4


@dataclass(slots=True)
class SafetyStep:
    """Settings of a step: `level` in V, or A for ground bond; limits in A, or ohm for insulation and ground bond.

    With `arc` a breakdown is reported as an arc, otherwise as too much current.
    """

    mode: Mode
    level: float
    high: float = math.inf
    low: float = 0.0
    dwell_s: float = 1.0
    ramp_s: float = 0.0
    hertz: float = 50.0
    arc: bool = False


@dataclass(frozen=True, slots=True)
class SafetyRating:
    """The most that a tester gives: AC and DC current in A, and the voltage behind its ground-bond current in V."""

    ac_a: float = 0.0
    dc_a: float = 0.0
    bond_v: float = 0.0


@dataclass(frozen=True, slots=True)
class SafetyGains:
    """By what factor this very tester is wrong."""

    resistance: float = 1.0
    current: float = 1.0
    bond: float = 1.0

    @classmethod
    def drawn(cls, error: random.Random, calibration: Calibration) -> Self:
        """What this tester was wrong by when it was calibrated, and what has drifted since."""
        sigmas = {"resistance": 0.01, "current": 0.003, "bond": 0.005}
        drawn = {name: 1.0 + error.gauss(0.0, sigma) for name, sigma in sigmas.items()}
        return cls(**{name: gain + calibration.drift(name, sigmas[name]) for name, gain in drawn.items()})


@dataclass(frozen=True, slots=True)
class _Outcome:
    step: SafetyStep
    started: float
    off_at: float
    verdict: Verdict
    reading: float
    charging_a: float = 0.0
    farad: float = 0.0
    peak_v: float = 0.0
    settle_s: float = _SETTLE_S

    @property
    def discharged_at(self) -> float:
        """When what capacitance holds has gone below a voltage that nobody minds."""
        stored = self.peak_v > _DISCHARGED_V and math.isfinite(self.farad)
        decay = _DISCHARGE_OHM * self.farad * math.log(self.peak_v / _DISCHARGED_V) if stored else 0.0
        return self.off_at + self.settle_s + decay


class SafetyOutput:
    """The output of a tester at its terminals HV and LOW, BOND.+ and BOND.-, one step at a time.

    `terminal` gives the world's name of a terminal. `interlock_closed` is the jumper or door switch at the back of the
    tester: while it is open nothing starts, and what runs ends.
    """

    def __init__(
        self,
        world: World,
        clock: BenchClock,
        rng: random.Random,
        terminal: Callable[[str], str],
        rating: SafetyRating,
        gains: SafetyGains,
    ) -> None:
        self._world = world
        self._clock = clock
        self._rng = rng
        self._terminal = terminal
        self._rating = rating
        self._gains = gains
        self._outcome: _Outcome | None = None
        self._interlock_closed = True

    @property
    def interlock_closed(self) -> bool:
        """Whether the interlock lets a step run."""
        return self._interlock_closed

    @interlock_closed.setter
    def interlock_closed(self, closed: bool) -> None:
        self._interlock_closed = closed
        if not closed:
            self.stop()

    @property
    def running(self) -> bool:
        """Whether a step runs or what it has charged is still being discharged."""
        return self._outcome is not None and self._clock.now() < self._outcome.discharged_at

    @property
    def phase(self) -> Literal["IDLE", "RAMP", "DWELL", "DISCHARGE", "ENDED"]:
        """What the tester is doing."""
        outcome, now = self._outcome, self._clock.now()
        if outcome is None:
            return "IDLE"
        if now < min(outcome.off_at, outcome.started + outcome.step.ramp_s):
            return "RAMP"
        if now < outcome.off_at:
            return "DWELL"
        return "DISCHARGE" if now < outcome.discharged_at else "ENDED"

    @property
    def step(self) -> SafetyStep | None:
        """The step that ran last."""
        return None if self._outcome is None else self._outcome.step

    @property
    def verdict(self) -> Verdict | None:
        """How the last step ended; None before it has, or when there was none."""
        return None if self._outcome is None or self.running else self._outcome.verdict

    @property
    def reading(self) -> float:
        """What the last step measured, in A or ohm; 9.9E37 above the range, 9.91E37 when there is nothing."""
        return NOT_MEASURED if self._outcome is None or self.running else self._outcome.reading

    @property
    def shown(self) -> float:
        """What the meter shows now: while a voltage ramps, the current that charges the unit."""
        if self._outcome is None:
            return NOT_MEASURED
        return self._outcome.charging_a if self.phase == "RAMP" else self._outcome.reading

    @property
    def output_v(self) -> float:
        """The voltage (peak, V) at the high-voltage terminal now, discharge included; 0 in a ground bond."""
        outcome, now = self._outcome, self._clock.now()
        if outcome is None or outcome.step.mode == "GB" or now >= outcome.discharged_at:
            return 0.0
        if now < outcome.off_at:
            top = outcome.step.level * (math.sqrt(2.0) if outcome.step.mode == "AC" else 1.0)
            return top * min(1.0, (now - outcome.started) / (outcome.step.ramp_s or _RISE_S))
        if not 0.0 < outcome.farad < math.inf:
            return 0.0
        return outcome.peak_v * math.exp(-(now - outcome.off_at) / (_DISCHARGE_OHM * outcome.farad))

    def forget(self) -> None:
        """Switch off and forget what was measured."""
        self.stop()
        if not self.running:
            self._outcome = None

    def start(self, step: SafetyStep) -> None:
        """Run a step; with an open interlock it ends at once and cannot test."""
        now = self._clock.now()
        if not self._interlock_closed:
            self._outcome = _Outcome(step, now, now, "CANNOT_TEST", NOT_MEASURED, settle_s=0.0)
            return
        runs = {"AC": self._ac_withstand, "DC": self._dc_withstand, "IR": self._insulation, "GB": self._ground_bond}
        self._outcome = runs[step.mode](step, now)

    def stop(self) -> None:
        """Cut the output now; what it has charged is discharged as after any step."""
        outcome, now = self._outcome, self._clock.now()
        if outcome is None or now >= outcome.off_at:
            return
        held_v = 0.0 if outcome.step.mode == "AC" else self.output_v
        self._outcome = _Outcome(
            outcome.step, outcome.started, now, "STOPPED", NOT_MEASURED, 0.0, outcome.farad, held_v, 0.0
        )

    def _nets(self) -> tuple[int, int]:
        return self._world.net(self._terminal("HV")), self._world.net(self._terminal("LOW"))

    def _breakdown_v(self) -> float:
        return self._world.breakdown_v(self._terminal("HV"), self._terminal("LOW"))

    def _insulation(self, step: SafetyStep, now: float) -> _Outcome:
        network, (high, low) = self._world.network(), self._nets()
        ohm, farad = math.inf, 0.0
        if network.connected(high, low) or network.least_insulation_ohm(high) < 2 * _TOP_INSULATION_OHM:
            found = network.insulation(high, low)
            ohm, farad = max(found.ohm, _LEAST_INSULATION_OHM), found.farad
        if self._breakdown_v() <= step.level:
            ohm, farad = _LEAST_INSULATION_OHM, 0.0
        ohm *= self._gains.resistance * (1.0 + self._rng.gauss(0.0, 0.005))
        verdict: Verdict = "LOW" if ohm < step.low else "HIGH" if ohm > step.high else "PASS"
        reading = ABOVE_RANGE if ohm > _TOP_INSULATION_OHM else ohm
        off_at = now + step.ramp_s + step.dwell_s
        return _Outcome(step, now, off_at, verdict, reading, farad=farad, peak_v=step.level)

    def _dc_withstand(self, step: SafetyStep, now: float) -> _Outcome:
        broken = self._broken(step, now, step.level, self._rating.dc_a)
        if broken is not None:
            return broken
        found = self._world.network().insulation(*self._nets())
        ohm, farad = max(found.ohm, 1e-3), found.farad
        ampere = step.level / ohm * self._gains.current + abs(self._rng.gauss(0.0, 2e-9))
        charging = farad * step.level / step.ramp_s if step.ramp_s and math.isfinite(farad) else 0.0
        if ampere > step.high or charging > self._rating.dc_a:
            # The voltage is cut where the current passes the limit, on the way up.
            part = min(1.0, step.high / ampere) if ampere > step.high else 0.0
            reading = min(max(ampere, charging), self._rating.dc_a)
            off_at = now + step.ramp_s * part
            return _Outcome(step, now, off_at, "HIGH", reading, farad=farad, peak_v=step.level * part)
        verdict: Verdict = "LOW" if ampere < step.low else "PASS"
        off_at = now + step.ramp_s + step.dwell_s
        return _Outcome(step, now, off_at, verdict, ampere, charging + ampere, farad, step.level)

    def _ac_withstand(self, step: SafetyStep, now: float) -> _Outcome:
        broken = self._broken(step, now, math.sqrt(2.0) * step.level, self._rating.ac_a)
        if broken is not None:
            return broken
        found = self._world.network().insulation(*self._nets())
        susceptance = 2.0 * math.pi * step.hertz * ((found.farad if math.isfinite(found.farad) else 0.0) + _STRAY_F)
        siemens = math.hypot(1.0 / max(found.ohm, 1e-3), susceptance)
        ampere = step.level * siemens * self._gains.current + abs(self._rng.gauss(0.0, 2e-7))
        if ampere > min(step.high, self._rating.ac_a):
            off_at = now + step.ramp_s * min(1.0, step.high / ampere)
            return _Outcome(step, now, off_at, "HIGH", min(ampere, self._rating.ac_a))
        verdict: Verdict = "LOW" if ampere < step.low else "PASS"
        return _Outcome(step, now, now + step.ramp_s + step.dwell_s, verdict, ampere, ampere)

    def _broken(self, step: SafetyStep, now: float, peak_v: float, top_a: float) -> _Outcome | None:
        """The outcome when the insulation breaks down below the peak of the test voltage; None when it holds."""
        at_v = self._breakdown_v()
        if at_v > peak_v:
            return None
        ampere = min(step.high * (1.2 + self._rng.random()), top_a)
        verdict: Verdict = "ARC" if step.arc else "HIGH"
        return _Outcome(step, now, now + step.ramp_s * at_v / peak_v, verdict, ampere)

    def _bond_ohm(self, step: SafetyStep) -> float:
        """Resistance between the sense leads where they are led out to the unit, else where the current goes in."""
        world, names = self._world, [self._terminal(f"BOND.{pole}") for pole in ("+", "-", "S+", "S-")]
        plus, minus, *senses = (world.net(name) for name in names)
        network = world.network()
        if not network.connected(plus, minus):
            return math.inf
        if not any(world.is_wired(name) for name in names[2:]):
            senses = [plus, minus]
        ohm = network.four_wire_resistance(plus, minus, *senses)
        return ohm + world.heating_ohm(names[0], names[1], step.level, step.dwell_s)

    def _ground_bond(self, step: SafetyStep, now: float) -> _Outcome:
        ohm = self._bond_ohm(step)
        if ohm * step.level > self._rating.bond_v:
            reading = ABOVE_RANGE if math.isinf(ohm) else ohm * self._gains.bond
            return _Outcome(step, now, now + _RISE_S, "HIGH", reading)
        ohm = abs(ohm * self._gains.bond + self._rng.gauss(0.0, _GROUND_BOND_FLOOR_OHM))
        verdict: Verdict = "HIGH" if ohm > step.high else "LOW" if ohm < step.low else "PASS"
        # Too high a resistance is seen as soon as the current is there.
        return _Outcome(step, now, now + _RISE_S + (0.0 if verdict == "HIGH" else step.dwell_s), verdict, ohm)
