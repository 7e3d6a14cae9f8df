"""From the signal-to-noise ratio of a PAM4 lane to bit errors, and from bit errors to lost codewords.

Four levels, Gray coded, so that a wrong symbol is one wrong bit: BER = 3/4 Q(sqrt(SNR/5)), with the ratio of mean
signal power to noise power at the slicer. RS(544,514) over ten-bit symbols (IEEE 802.3 clauses 91 and 119, "KP4") puts
fifteen wrong symbols right and loses the codeword at sixteen. A decision-feedback equaliser that has erred errs on with
some probability, so that errors come in runs: at the same bit error ratio runs lose far more codewords.

The lanes of a port share every codeword, symbol by symbol in turn, so that a run on one lane is thinned out. Codewords
interleaved with each other besides, as 400 and 800 Gb/s have them, are not modelled: that is the worse case.
"""

import math
import random
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

CODEWORD_SYMBOLS: Final = 544
CORRECTABLE: Final = 15
SYMBOL_BITS: Final = 10
CODEWORD_BITS: Final = CODEWORD_SYMBOLS * SYMBOL_BITS
KP4_BER: Final = 2.4e-4
"""The pre-FEC bit error ratio that the standard allows a lane of 100 Gb/s (IEEE 802.3ck, unverified)."""

_SYMBOLS_TOLD: Final = 160
"""Codewords with more wrong symbols than this are too rare to add up; the tail of 544 is lost anyway from 16 on."""
_PAM4_PER_SYMBOL: Final = SYMBOL_BITS // 2


def bit_error_ratio(snr_db: float) -> float:
    """The pre-FEC bit error ratio of a lane at this SNR: 3/4 Q(sqrt(SNR/5))."""
    return 0.75 * 0.5 * math.erfc(math.sqrt(10.0 ** (snr_db / 10.0) / 10.0))


def snr_for(ber: float) -> float:
    """The SNR in dB at which a lane has this bit error ratio. Raises ValueError outside 1e-300 to 0.37."""
    if not 1e-300 <= ber <= 0.37:
        raise ValueError(f"bit error ratio {ber:g} is outside 1e-300 to 0.37, where the SNR can be told from it")
    low, high = -40.0, 40.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if bit_error_ratio(middle) > ber else (low, middle)
    return 0.5 * (low + high)


def codeword_failure(ber: float, run_on: float = 0.0) -> float:
    """The probability that a codeword of RS(544,514) is lost at this bit error ratio.

    `run_on` is the probability that an error is followed by another one. Without runs this is the plain binomial sum:
    2.4e-4 gives 8e-13, 1e-3 gives 1.5e-4.
    """
    return math.fsum(symbol_errors(ber, run_on)[CORRECTABLE + 1 :])


@lru_cache(maxsize=1024)
def symbol_errors(ber: float, run_on: float = 0.0, symbols: int = CODEWORD_SYMBOLS) -> tuple[float, ...]:
    """The probability of 0, 1, 2, … wrong symbols among so many of a codeword, as far as they count.

    Runs begin in a symbol with a chance that keeps the bit error ratio, and each spoils as many symbols in a row as its
    geometric length reaches: a compound binomial distribution, summed by Panjer's recursion (ASTIN Bulletin 12, 1981).
    Raises ValueError for a ratio or a probability that is none.
    """
    if not 0.0 <= ber <= 0.5 or not 0.0 <= run_on < 1.0:
        raise ValueError(f"bit error ratio {ber:g} must lie in 0 to 0.5, the chance of going on {run_on:g} in 0 to 1")
    start = (1.0 - (1.0 - ber) ** 2) * (1.0 - run_on)
    begins = 1.0 - (1.0 - start) ** _PAM4_PER_SYMBOL
    spoils = _spoiled_by_a_run(run_on)
    odds = begins / (1.0 - begins)
    found = [(1.0 - begins) ** symbols]
    for count in range(1, _SYMBOLS_TOLD):
        found.append(
            sum(
                odds * ((symbols + 1) * size / count - 1.0) * spoils[size] * found[count - size]
                for size in range(1, min(count, len(spoils) - 1) + 1)
            )
        )
    return tuple(max(0.0, value) for value in found)


@lru_cache(maxsize=256)
def shared_symbol_errors(lanes: tuple[tuple[float, float], ...]) -> tuple[float, ...]:
    """The same for a codeword whose symbols the lanes of a port share evenly; each lane by its ratio and `run_on`.

    Raises ValueError when the lanes cannot share 544 symbols evenly.
    """
    if not lanes or CODEWORD_SYMBOLS % len(lanes):
        raise ValueError(f"{len(lanes)} lanes cannot share {CODEWORD_SYMBOLS} symbols evenly")
    odds = np.ones(1)
    for ber, run_on in lanes:
        odds = np.convolve(odds, symbol_errors(ber, run_on, CODEWORD_SYMBOLS // len(lanes)))[:_SYMBOLS_TOLD]
    return tuple(float(one) for one in odds)


def tail_at(odds: Sequence[float], share: float) -> int:
    """The most wrong symbols that one codeword in `1 / share` has, at most 16 for one that is lost."""
    return next((k for k in range(CORRECTABLE + 1) if math.fsum(odds[k + 1 :]) < share), CORRECTABLE + 1)


def drawn_histogram(rng: random.Random, odds: Sequence[float], codewords: int) -> tuple[int, ...]:
    """How many of so many codewords had 0, 1, … 15 wrong symbols, and how many were lost (the last of 17 numbers)."""
    bins = [*odds[1 : CORRECTABLE + 1], math.fsum(odds[CORRECTABLE + 1 :])]
    drawn = [poisson(rng, codewords * share) for share in bins]
    return (max(0, codewords - sum(drawn)), *drawn)


def drawn_runs(rng: random.Random, symbols: int, ber: float, run_on: float) -> list[tuple[int, int]]:
    """Runs of wrong PAM4 symbols among so many, as (first, length): geometric gaps, geometric lengths."""
    start = (1.0 - (1.0 - ber) ** 2) * (1.0 - run_on)
    if start <= 0.0:
        return []
    runs: list[tuple[int, int]] = []
    at = _geometric(rng, 1.0 - start)
    while at < symbols:
        length = 1 + (_geometric(rng, run_on) if run_on else 0)
        runs.append((at, min(length, symbols - at)))
        at += length + _geometric(rng, 1.0 - start)
    return runs


def poisson(rng: random.Random, mean: float) -> int:
    """A Poisson number: exact up to a mean of 500, beyond that from the normal law that it approaches."""
    if mean <= 0.0:
        return 0
    if mean > 500.0:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    count, left = 0, rng.random()
    term = math.exp(-mean)
    while left > term and count < 2000:
        left -= term
        count += 1
        term *= mean / count
    return count


@lru_cache(maxsize=64)
def _spoiled_by_a_run(run_on: float) -> tuple[float, ...]:
    """The probability that a run spoils 1, 2, … symbols (index 0 is none), wherever in a symbol it begins."""

    def at_least(size: int) -> float:
        reach = (run_on ** (_PAM4_PER_SYMBOL * (size - 1) - offset) for offset in range(_PAM4_PER_SYMBOL))
        return sum(reach) / _PAM4_PER_SYMBOL if size > 1 else 1.0

    sizes = [0.0]
    while at_least(len(sizes)) > 1e-18 and len(sizes) < _SYMBOLS_TOLD:
        sizes.append(at_least(len(sizes)) - at_least(len(sizes) + 1))
    return tuple(sizes)


def _geometric(rng: random.Random, stays: float) -> int:
    """How often something that happens on with this chance happens on."""
    return int(math.log(1.0 - rng.random()) / math.log(stays)) if stays < 1.0 else 0
