"""Waves on the pairs of a twinax cable: every pair a mismatched uniform line in both modes, with a launch at each end.

Differential mode: loss by the two-term model, delay, the mismatch of the line and a reflection at each connector that
grows with frequency (a small discontinuity). Common mode: the same line at its own impedance. Skew between the
conductors turns part of one mode into the other: with T the balanced transmission, SDD21 = T cos(pi f dt) and SCD21 =
-j T sin(pi f dt). What is broken is put in series or in parallel with a finished matrix, so that it acts on every
term as it would in copper.
"""

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim_hardware.physics.pair_loss import FrequencyGrid, cable_loss_db_m, launch_loss_db

REFERENCE_OHM = 50.0
"""Reference impedance of a single-ended port; 100 ohm differential, 25 ohm common."""

COUPLING_FLOOR = 1e-3
"""Amplitude that still crosses an open contact by stray capacitance: -60 dB."""

_NEPER_PER_DB = math.log(10.0) / 20.0


@dataclass(frozen=True, slots=True, eq=False)
class PairLines:
    """The lines of a cable. Arrays have shape (pairs, 1).

    k1 and k2 in dB/m (f in GHz), delay and skew (P later than N when positive) in seconds, impedances in ohm,
    reflections as the amplitude at the reference frequency. `launch_db` is all connectors and fixtures together at
    that frequency, `unbalance` the angle by which a leaking shield turns the wave into common mode there, in radian.
    """

    length_m: float
    reference_hz: float
    launch_db: float
    k1: NDArray[np.float64]
    k2: NDArray[np.float64]
    delay_s: NDArray[np.float64]
    skew_s: NDArray[np.float64]
    unbalance: NDArray[np.float64]
    impedance_ohm: NDArray[np.float64]
    common_impedance_ohm: NDArray[np.float64]
    reflection_near: NDArray[np.float64]
    reflection_far: NDArray[np.float64]

    def of_pair(self, pair: int) -> "PairLines":
        """One pair of the cable alone, counted from zero."""
        row = slice(pair, pair + 1)
        return PairLines(
            self.length_m,
            self.reference_hz,
            self.launch_db,
            *(getattr(self, name)[row] for name in _PER_PAIR),
        )


_PER_PAIR = tuple(field.name for field in fields(PairLines))[3:]


@dataclass(frozen=True, slots=True, eq=False)
class ModalWaves:
    """Mixed-mode scattering of every pair, each of shape (pairs, n).

    `d_through` is SDD21 = SDD12, `d_near` SDD11, `d_far` SDD22; `c_…` the same in common mode; `conversion` is
    SCD21 = SDC21 = SCD12 = SDC12. Conversion in reflection is not modelled.
    """

    d_through: NDArray[np.complex128]
    d_near: NDArray[np.complex128]
    d_far: NDArray[np.complex128]
    c_through: NDArray[np.complex128]
    c_reflection: NDArray[np.complex128]
    conversion: NDArray[np.complex128]


def propagation(lines: PairLines, grid: FrequencyGrid) -> NDArray[np.complex128]:
    """Minus attenuation (neper) and phase (radian) of every pair from end to end, shape (pairs, n)."""
    loss_db = lines.length_m * cable_loss_db_m(grid, lines.k1, lines.k2)
    loss_db += launch_loss_db(grid, lines.launch_db, lines.reference_hz)
    return (-_NEPER_PER_DB) * loss_db - (2j * math.pi) * lines.delay_s * grid.hz


def modal_waves(lines: PairLines, grid: FrequencyGrid) -> ModalWaves:
    """Solve every pair of a cable over a grid, all at once."""
    travelled = np.exp(propagation(lines, grid))
    travelled_twice = travelled * travelled
    d_reflection, d_through = _mismatched_line(travelled, travelled_twice, lines.impedance_ohm, 2 * REFERENCE_OHM)
    c_reflection, c_through = _mismatched_line(
        travelled, travelled_twice, lines.common_impedance_ohm, REFERENCE_OHM / 2
    )
    discontinuity = 1j * (grid.hz / lines.reference_hz)
    near, far = lines.reflection_near * discontinuity, lines.reflection_far * discontinuity
    turn = (math.pi * lines.skew_s + lines.unbalance / lines.reference_hz) * grid.hz
    balanced, unbalanced = np.cos(turn), np.sin(turn)
    return ModalWaves(
        d_through=d_through * balanced,
        d_near=d_reflection + near + far * travelled_twice,
        d_far=d_reflection + far + near * travelled_twice,
        c_through=c_through * balanced,
        c_reflection=c_reflection,
        conversion=d_through * (-1j * unbalanced),
    )


def _mismatched_line(
    travelled: NDArray[np.complex128],
    travelled_twice: NDArray[np.complex128],
    impedance_ohm: NDArray[np.float64],
    reference_ohm: float,
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """S11 and S21 of a uniform line between other references (Pozar, Microwave Engineering, 4th ed., chapter 2)."""
    gamma = (impedance_ohm - reference_ohm) / (impedance_ohm + reference_ohm)
    denominator = 1.0 / (1.0 - (gamma * gamma) * travelled_twice)
    reflection = gamma * (1.0 - travelled_twice) * denominator
    through = (1.0 - gamma * gamma) * travelled * denominator
    return reflection, through


def pair_matrix(waves: ModalWaves, pair: int) -> NDArray[np.complex128]:
    """Single-ended matrix (near P, near N, far P, far N) of one pair, counted from zero; shape (4, 4, n)."""
    d_through, conversion = waves.d_through[pair] * 0.5, waves.conversion[pair]
    c_through, c_reflection = waves.c_through[pair] * 0.5, waves.c_reflection[pair] * 0.5
    d_near, d_far = waves.d_near[pair] * 0.5, waves.d_far[pair] * 0.5
    s = np.empty((4, 4, d_through.shape[0]), dtype=np.complex128)
    s[0, 0] = s[1, 1] = c_reflection + d_near
    s[0, 1] = s[1, 0] = c_reflection - d_near
    s[2, 2] = s[3, 3] = c_reflection + d_far
    s[2, 3] = s[3, 2] = c_reflection - d_far
    straight = c_through + d_through
    s[2, 0] = s[0, 2] = straight + conversion
    s[3, 1] = s[1, 3] = straight - conversion
    # The conductors of a pair hear each other by the difference of the modes.
    s[3, 0] = s[0, 3] = s[2, 1] = s[1, 2] = c_through - d_through
    return s


def insert_two_port(
    s: NDArray[np.complex128],
    port: int,
    reflection: complex | NDArray[np.float64],
    through: complex | NDArray[np.float64],
) -> NDArray[np.complex128]:
    """Put a symmetric two-port in series with one port of a matrix of shape (ports, ports, n); exact at every term.

    The two-port may be another one at every point: its reflection and transmission then have shape (n,).
    """
    loop = 1.0 / (1.0 - reflection * s[port, port])
    to_port, from_port = s[port].copy(), s[:, port].copy()
    joined: NDArray[np.complex128] = s + from_port[:, None] * (reflection * loop) * to_port[None, :]
    joined[port] = through * loop * to_port
    joined[:, port] = through * loop * from_port
    joined[port, port] = reflection + through * through * s[port, port] * loop
    return joined


def series_resistance(ohm: float) -> tuple[float, float]:
    """Reflection and transmission of a resistance in series with a single-ended line; infinite is an open contact.

    An open contact is the finite resistance that lets `COUPLING_FLOOR` through, so that it stays passive.
    """
    total = min(ohm + 2 * REFERENCE_OHM, 2 * REFERENCE_OHM / COUPLING_FLOOR)
    return 1.0 - 2 * REFERENCE_OHM / total, 2 * REFERENCE_OHM / total


def shunt_resistance(ohm: float) -> tuple[float, float]:
    """Reflection and transmission of a resistance across the conductors of a pair, for the differential mode.

    A dead short is the resistance that lets `COUPLING_FLOOR` through.
    """
    through = max(2 * ohm / (2 * ohm + 2 * REFERENCE_OHM), COUPLING_FLOOR)
    return through - 1.0, through
