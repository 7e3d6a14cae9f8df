"""The waves on a finished cable, defects included: which terminal hears which, and how well.

Physical pairs are counted as they leave end A. Where a defect sits at the far plug, the place at end B and the
conductor behind its P are others than the labels say: that mapping, and nothing else, makes a crossed pair or a
swapped polarity.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
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
    series_resistance,
    shunt_resistance,
)

_TRUTH_POINTS = 201
_LOWEST_HZ = 10e6
_REMEMBERED = 4


class _Port(NamedTuple):
    pair: int  # physical, from 0
    port: int  # 0 near P, 1 near N, 2 far P, 3 far N


@dataclass(frozen=True, slots=True)
class LaneTruth:
    """True wave parameters of every physical pair, in dB.

    Loss is that at Nyquist; margin of the through over the converted wave, and return loss of either end, are the least
    up to there.
    """

    loss_db: list[float]
    conversion_margin_db: list[float]
    return_loss_db: list[float]


class LaneWaves:
    """The lines of one cable, each solved when a grid asks for it; the last few are remembered."""

    def __init__(self, lines: PairLines, wiring: Wiring, crosstalk_db: float) -> None:
        self.lines = lines
        self._wiring = wiring
        self._crosstalk = 10 ** (-crosstalk_db / 20)
        self._solved: dict[tuple[FrequencyGrid, int], ModalWaves] = {}
        self._altered = {pair - 1 for pair, _ in wiring.series_ohm} | {
            int(bridge.a.partition(".")[0]) - 1 for bridge in wiring.bridges
        }
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
        return LaneTruth(
            loss_db=[float(x) for x in -decibel(through[:, -1])],
            conversion_margin_db=[float(x) for x in -decibel(ratio)],
            return_loss_db=[float(x) for x in -decibel(reflection.max(axis=1))],
        )

    def _waves(self, grid: FrequencyGrid, pair: int) -> ModalWaves:
        # Pair by pair: all of them at once would leave the processor's cache, and cost twice as much.
        waves = self._solved.get((grid, pair))
        if waves is None:
            if len(self._solved) >= _REMEMBERED:
                self._solved.pop(next(iter(self._solved)))
            waves = self._solved[grid, pair] = modal_waves(self.lines.of_pair(pair), grid)
        return waves

    def _heard(self, out: _Port, into: _Port, grid: FrequencyGrid) -> NDArray[np.complex128]:
        """Crosstalk between two pairs: differential, rising with sqrt(f), at the far end as late as the slower."""
        far_end = (out.port < 2) != (into.port < 2)
        late_s = float(max(self.lines.delay_s[out.pair, 0], self.lines.delay_s[into.pair, 0])) if far_end else 0.0
        sign = 1.0 if out.port % 2 == into.port % 2 else -1.0
        level = (0.5 * sign * self._crosstalk) * np.sqrt(grid.hz / self.lines.reference_hz)
        heard: NDArray[np.complex128] = level * np.exp((-2j * math.pi * late_s) * grid.hz)
        return heard
