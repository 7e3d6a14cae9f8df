"""From signal to noise at the slicer to bit errors before the forward error correction, and to what is lost behind it.

Gray-coded PAM4 in Gaussian noise, and the Reed-Solomon code RS(544,514) over ten-bit symbols (IEEE 802.3, clause 91 and
119) that corrects 15 of them.
"""

import math
from functools import lru_cache

_SYMBOLS, _CORRECTED, _SYMBOL_BITS = 544, 15, 10
CODEWORD_BITS = _SYMBOLS * _SYMBOL_BITS
_TERMS = 60


def pam4_ber(snr_db: float) -> float:
    """Bit error ratio: 3/4 Q(sqrt(SNR/5)); 17.65 dB gives 2.4e-4, 19 dB 2.5e-5 (design, page 2 section 4)."""
    return 0.375 * math.erfc(math.sqrt(10.0 ** (snr_db / 10.0) / 10.0))


@lru_cache(maxsize=4096)
def codeword_loss(ber: float) -> float:
    """The share of codewords with more wrong symbols than can be corrected, errors being independent.

    The errors of a decision-feedback equaliser come in bursts and lose more; that is not modelled here.
    """
    if ber <= 0.0:
        return 0.0
    symbol = -math.expm1(_SYMBOL_BITS * math.log1p(-min(ber, 0.5)))
    first = _CORRECTED + 1
    if symbol * _SYMBOLS > first:
        # Most codewords are lost: what is left is summed instead.
        return 1.0 - sum(_binomial(count, symbol) for count in range(first))
    return sum(_binomial(count, symbol) for count in range(first, first + _TERMS))


def _binomial(count: int, chance: float) -> float:
    ways = math.lgamma(_SYMBOLS + 1) - math.lgamma(count + 1) - math.lgamma(_SYMBOLS - count + 1)
    return math.exp(ways + count * math.log(chance) + (_SYMBOLS - count) * math.log1p(-chance))
