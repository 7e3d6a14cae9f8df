"""What a port counts: frames, corrected and uncorrected codewords, bit errors, and how often its link went down.

Counts follow from rate, time and the lanes' error ratio; only the chance of single errors is drawn.
"""

from dataclasses import dataclass

import numpy as np

from sim_hardware.network.link_quality import CODEWORD_BITS
from sim_hardware.network.port import Port

GAP_BYTES = 20
"""Preamble and gap between frames on the line."""
_FLAP_S = 1.0
"""How long a link is gone each time (inferred: retraining)."""


@dataclass(frozen=True, slots=True)
class FecCounts:
    """Since the counters were cleared: corrected and uncorrected codewords, and the bit error ratio before that."""

    corrected: int
    uncorrected: int
    pre_ber: float
    post_ber: float


class PortCounters:
    """The counters of one port, cleared at `now` (s); `rng` draws single errors."""

    def __init__(self, port: Port, rng: np.random.Generator, now: float) -> None:
        self.port = port
        self._rng = rng
        self.clear(now)

    def clear(self, now: float) -> None:
        """Begin to count at this time."""
        self._since = now
        self.frames_out = self.frames_in = 0
        self.flaps = 0
        self.bytes_in = 0

    def flaps_within(self, seconds: float) -> int:
        """How often its link goes down during this much traffic."""
        return int(seconds / self.port.flap_interval_s)

    def hear(self, frames: int, seconds: float, size: int) -> int:
        """Send frames of `size` bytes through this port over these seconds; how many come back in."""
        port = self.port
        flaps = self.flaps_within(seconds)
        self.flaps += flaps
        self.frames_out += frames
        if not port.is_up:
            return 0
        outage = min(1.0, flaps * _FLAP_S / seconds)
        bits = (size + GAP_BYTES) * 8
        lost_share = min(1.0, port.codeword_loss() * max(1.0, bits / CODEWORD_BITS))
        lost = round(frames * outage) + int(self._rng.poisson(min(frames * lost_share, 1e15)))
        lost += int(frames / port.frames_between_losses)
        heard = max(0, frames - lost)
        self.frames_in += heard
        self.bytes_in += heard * size
        return heard

    def fec(self, now: float) -> FecCounts:
        """What the correction has counted; a link always carries idle codewords."""
        port = self.port
        bits = port.speed_gbps * 1e9 * max(0.0, now - self._since)
        if not port.is_up or bits <= 0.0:
            return FecCounts(0, 0, 0.0, 0.0)
        errors = int(self._rng.poisson(bits * port.pre_fec_ber()))
        codewords = bits / CODEWORD_BITS
        lost = int(self._rng.poisson(codewords * port.codeword_loss()))
        corrected = min(errors, max(0, round(codewords) - lost))
        post = lost * 16.0 / bits
        return FecCounts(corrected, lost, errors / bits, post)
