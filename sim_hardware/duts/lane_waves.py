"""The waves on a finished cable, defects included: which terminal hears which, and how well.

Physical pairs are counted as they leave end A. Where a defect sits at the far plug, the place at end B and the
conductor behind its P are others than the labels say: that mapping, and nothing else, makes a crossed pair or a
swapped polarity.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.wiring import Conductor, Wiring
from sim_hardware.physics.mixed_mode import C2, D1, D2, decibel, to_mixed_mode, to_single_ended
from sim_hardware.physics.pair_loss import FrequencyGrid, linear_grid
from sim_hardware.physics.scattering import (
    ModalWaves,
    PairLines,
    insert_two_port,
    modal_waves,
    pair_matrix,
    propagation,
    series_resistance,
    shunt_resistance,
)
from sim_hardware.physics.stepped_line import with_sections

_TRUTH_POINTS = 201
_LOWEST_HZ = 10e6
_REMEMBERED = 4

_SHIELD_TO_NEIGHBOUR = 0.02
"""What a neighbour hears of a leaking shield, over what turns into common mode, at the reference frequency."""

_CONTACT_POINTS, _BREAK_POINTS = 7.0, 3.0
"""For how many points of a sweep a loose joint holds, and stays away, on average.

Told by points and not by seconds: the wander of a bad contact is of the 1/f kind and has no time scale of its own.
"""


class _Port(NamedTuple):
    pair: int  # physical, from 0
    port: int  # 0 near P, 1 near N, 2 far P, 3 far N


@dataclass(frozen=True, slots=True)
class LaneTruth:
    """True wave parameters of every physical pair, in dB, impedances in ohm.

    Loss is that at Nyquist; margin of the through over the converted wave, return loss of either end and loss of the
    near-end crosstalk from a neighbour are the least up to there. Contact variation is by how much the loss changes
    when a loose joint opens. Impedances are those that a step meets anywhere, joints in series and shorts across
    included.
    """

    loss_db: list[float]
    conversion_margin_db: list[float]
    return_loss_db: list[float]
    next_db: list[float]
    contact_variation_db: list[float]
    impedance_min_ohm: list[float]
    impedance_max_ohm: list[float]


class LaneWaves:
    """The lines of one cable, each solved when a grid asks for it; the last few are remembered.

    Neighbours hear each other `crosstalk_db` down, changed by `couples_db` (pairs, pairs), and every place further
    away halves it. `chance` is when a loose joint makes contact and when not.
    """

    def __init__(
        self,
        lines: PairLines,
        wiring: Wiring,
        crosstalk_db: float,
        chance: random.Random,
        couples_db: NDArray[np.float64] | None = None,
    ) -> None:
        self.lines = _flawed(lines, wiring)
        self._wiring = wiring
        self._chance = chance
        pairs = np.arange(lines.impedance_ohm.shape[0])
        apart = np.maximum(np.abs(pairs[:, None] - pairs), 1)
        spread_db = np.zeros(apart.shape) if couples_db is None else couples_db
        self._crosstalk = 10 ** (-(crosstalk_db + spread_db) / 20) * 0.5 ** (apart - 1)
        self._sections = {pair - 1: flaws.sections for pair, flaws in wiring.pair_flaws.items() if flaws.sections}
        self._solved: dict[tuple[FrequencyGrid, int], ModalWaves] = {}
        self._altered = {pair - 1 for pair, _ in wiring.series_ohm} | {
            int(bridge.a.partition(".")[0]) - 1 for bridge in wiring.bridges
        }
        self._altered |= self._sections.keys()
        self._ports: dict[str, _Port] = {}
        for pair, place in wiring.far_pair.items():
            turned = pair in wiring.swapped
            self._ports[f"A.{pair}.P"], self._ports[f"A.{pair}.N"] = _Port(pair - 1, 0), _Port(pair - 1, 1)
            self._ports[f"B.{place}.P"] = _Port(pair - 1, 3 if turned else 2)
            self._ports[f"B.{place}.N"] = _Port(pair - 1, 2 if turned else 3)

    def between(self, terminals: Sequence[str], grid: FrequencyGrid) -> NDArray[np.complex128]:
        """Scattering between terminals, shape (ports, ports, n); a terminal the cable does not have is an open end."""
        ports = [self._ports.get(terminal) for terminal in terminals]
        matrices = {pair: self.matrix(pair, grid) for pair in {port.pair for port in ports if port is not None}}
        for pair, conductor in self._wiring.loose_ohm:
            if pair - 1 in matrices:
                matrices[pair - 1] = self._flickering(matrices[pair - 1], pair, conductor)
        if len(matrices) == 1 and None not in ports:
            (matrix,) = matrices.values()
            order = [port.port for port in ports if port is not None]
            return matrix if order == [0, 1, 2, 3] else matrix[np.ix_(order, order)]
        s = np.zeros((len(ports), len(ports), grid.hz.shape[0]), dtype=np.complex128)
        for i, out in enumerate(ports):
            for j, into in enumerate(ports):
                if out is None or into is None:
                    s[i, j] = float(i == j)
                elif out.pair == into.pair:
                    s[i, j] = matrices[out.pair][out.port, into.port]
                else:
                    s[i, j] = self._heard(out, into, grid)
        return s

    def matrix(self, pair: int, grid: FrequencyGrid) -> NDArray[np.complex128]:
        """Single-ended matrix (near P, near N, far P, far N) of a physical pair, from 0, with its defects."""
        s = pair_matrix(self._waves(grid, pair), 0)
        if pair not in self._altered:
            return s
        for port, conductor in enumerate(get_args(Conductor), start=2):
            ohm = self._wiring.series_ohm.get((pair + 1, conductor))
            if ohm is not None:
                s = insert_two_port(s, port, *series_resistance(ohm))
        for bridge in self._wiring.bridges:
            if {bridge.a, bridge.b} == {f"{pair + 1}.P", f"{pair + 1}.N"}:
                s = to_single_ended(insert_two_port(to_mixed_mode(s), D2, *shunt_resistance(bridge.ohm)))
        return s

    def truth(self, nyquist_hz: float) -> LaneTruth:
        """True parameters of every physical pair, without noise."""
        grid = linear_grid(_LOWEST_HZ, nyquist_hz, _TRUTH_POINTS)
        waves = modal_waves(self.lines, grid)
        through, conversion = waves.d_through, waves.conversion
        reflection = np.maximum(np.abs(waves.d_near), np.abs(waves.d_far))
        if self._altered:
            through, conversion = through.copy(), conversion.copy()
            for pair in self._altered:
                mixed = to_mixed_mode(self.matrix(pair, grid))
                through[pair], conversion[pair] = mixed[D2, D1], mixed[C2, D1]
                reflection[pair] = np.maximum(np.abs(mixed[D1, D1]), np.abs(mixed[D2, D2]))
        # A pair without any skew converts nothing: its margin is as large as a receiver could ever see.
        ratio = np.maximum(np.abs(conversion) / np.abs(through), 1e-6).max(axis=1)
        pairs = range(self.lines.impedance_ohm.shape[0])
        impedances = [self._impedances_ohm(pair) for pair in pairs]
        return LaneTruth(
            loss_db=[float(x) for x in -decibel(through[:, -1])],
            conversion_margin_db=[float(x) for x in -decibel(ratio)],
            return_loss_db=[float(x) for x in -decibel(reflection.max(axis=1))],
            next_db=[self._next_db(pair, grid) for pair in pairs],
            contact_variation_db=[self._contact_variation_db(pair) for pair in pairs],
            impedance_min_ohm=[least for least, _ in impedances],
            impedance_max_ohm=[greatest for _, greatest in impedances],
        )

    def _waves(self, grid: FrequencyGrid, pair: int) -> ModalWaves:
        # Pair by pair: all of them at once would leave the processor's cache, and cost twice as much.
        waves = self._solved.get((grid, pair))
        if waves is None:
            if len(self._solved) >= _REMEMBERED:
                self._solved.pop(next(iter(self._solved)))
            lines = self.lines.of_pair(pair)
            waves = modal_waves(lines, grid)
            if pair in self._sections:
                waves = with_sections(waves, lines, grid, self._sections[pair])
            self._solved[grid, pair] = waves
        return waves

    def _flickering(self, s: NDArray[np.complex128], pair: int, conductor: Conductor) -> NDArray[np.complex128]:
        """A matrix as swept over a loose joint: from point to point the joint holds or does not."""
        away = np.zeros(s.shape[2], dtype=bool)
        at = self._chance.expovariate(1 / _CONTACT_POINTS)
        while at < away.shape[0]:
            lasts = self._chance.expovariate(1 / _BREAK_POINTS)
            away[int(at) : int(at + lasts) + 1] = True
            at += lasts + self._chance.expovariate(1 / _CONTACT_POINTS)
        reflection, through = series_resistance(self._wiring.loose_ohm[pair, conductor])
        port = 2 + get_args(Conductor).index(conductor)
        return insert_two_port(s, port, np.where(away, reflection, 0.0), np.where(away, through, 1.0))

    def _contact_variation_db(self, pair: int) -> float:
        """Loss with the loose joints of a pair open over that with them closed: one conductor of two loses its part."""
        through = [
            series_resistance(self._wiring.loose_ohm.get((pair + 1, conductor), 0.0))[1]
            for conductor in get_args(Conductor)
        ]
        return -20.0 * math.log10(sum(through) / 2.0)

    def _impedances_ohm(self, pair: int) -> tuple[float, float]:
        """Least and greatest impedance that a step meets on a pair, from whichever end."""
        ohms = [float(self.lines.impedance_ohm[pair, 0]), *(ohm for _, _, ohm in self._sections.get(pair, ()))]
        name = pair + 1
        in_series = sum(
            joints.get((name, conductor), 0.0)
            for joints in (self._wiring.series_ohm, self._wiring.loose_ohm)
            for conductor in get_args(Conductor)
        )
        across = [b.ohm for b in self._wiring.bridges if {b.a, b.b} == {f"{name}.P", f"{name}.N"}]
        return 1.0 / (1.0 / min(ohms) + sum(1.0 / ohm for ohm in across)), max(ohms) + in_series

    def _next_db(self, pair: int, grid: FrequencyGrid) -> float:
        """Least loss of the crosstalk into a pair from its neighbours at end A."""
        neighbours = [other for other in (pair - 1, pair + 1) if 0 <= other < self.lines.delay_s.shape[0]]
        # The differential wave is twice the wave on one conductor.
        heard = [2.0 * np.abs(self._heard(_Port(pair, 0), _Port(other, 0), grid)).max() for other in neighbours]
        return float(-20.0 * math.log10(max(heard))) if heard else math.inf

    def _heard(self, out: _Port, into: _Port, grid: FrequencyGrid) -> NDArray[np.complex128]:
        """Crosstalk between two pairs: differential, rising with sqrt(f).

        At the far end it is as late as the slower pair and has lost what both lose on the way, half of it on each.
        """
        far_end = (out.port < 2) != (into.port < 2)
        late_s = float(max(self.lines.delay_s[out.pair, 0], self.lines.delay_s[into.pair, 0])) if far_end else 0.0
        sign = 1.0 if out.port % 2 == into.port % 2 else -1.0
        amplitude = float(self._crosstalk[out.pair, into.pair])
        if abs(out.pair - into.pair) == 1:
            leaks = (self._wiring.pair_flaws.get(pair + 1) for pair in (out.pair, into.pair))
            amplitude += _SHIELD_TO_NEIGHBOUR * sum(flaws.shield_leak for flaws in leaks if flaws is not None)
        level = (0.5 * sign * amplitude) * np.sqrt(grid.hz / self.lines.reference_hz)
        heard: NDArray[np.complex128] = level * np.exp((-2j * math.pi * late_s) * grid.hz)
        if far_end:
            travelled = [propagation(self.lines.of_pair(pair), grid)[0].real for pair in (out.pair, into.pair)]
            heard = heard * np.exp(0.5 * (travelled[0] + travelled[1]))
        coupling = self._wiring.couplings.get(frozenset((out.pair + 1, into.pair + 1)))
        if coupling is not None and not far_end:
            travelled = propagation(self.lines.of_pair(out.pair), grid)[0]
            heard = heard + 0.5 * sign * coupling * (1.0 - np.exp(2.0 * travelled))
        return heard


def _flawed(lines: PairLines, wiring: Wiring) -> PairLines:
    """The lines with what the wiring says is wrong with them."""
    if not wiring.pair_flaws:
        return lines
    k2, skew, unbalance = lines.k2.copy(), lines.skew_s.copy(), lines.unbalance.copy()
    near, far = lines.reflection_near.copy(), lines.reflection_far.copy()
    for pair, flaws in wiring.pair_flaws.items():
        k2[pair - 1] += flaws.excess_db / (lines.length_m * lines.reference_hz / 1e9)
        skew[pair - 1] += flaws.skew_s
        unbalance[pair - 1] += math.atan(flaws.shield_leak)
        near[pair - 1] += flaws.reflection.get("A", 0.0)
        far[pair - 1] += flaws.reflection.get("B", 0.0)
    return replace(lines, k2=k2, skew_s=skew, unbalance=unbalance, reflection_near=near, reflection_far=far)
