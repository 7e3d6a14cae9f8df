"""Data sets with published answers, as their sources print them; tests and `mes selftest` read the same ones."""

from mes.statistics.gauge_study import GaugeReading

INDIVIDUALS = (49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1)
"""NIST/SEMATECH e-Handbook 6.3.2.2: flow rates of ten batches."""

_LEW = """
-213 -564 -35 -15 141 115 -420 -360 203 -338 -431 194 -220 -513 154 -125 -559 92 -21 -579 -52 99 -543 -175 162
-457 -346 204 -300 -474 164 -107 -572 -8 83 -541 -224 180 -420 -374 201 -236 -531 83 27 -564 -112 131 -507 -254
199 -311 -495 143 -46 -579 -90 136 -472 -338 202 -287 -477 169 -124 -568 17 48 -568 -135 162 -430 -422 172 -74
-577 -13 92 -534 -243 194 -355 -465 156 -81 -578 -64 139 -449 -384 193 -198 -538 110 -44 -577 -6 66 -552 -164
161 -460 -344 205 -281 -504 134 -28 -576 -118 156 -437 -381 200 -220 -540 83 11 -568 -160 172 -414 -408 188 -125
-572 -32 139 -492 -321 205 -262 -504 142 -83 -574 0 48 -571 -106 137 -501 -266 190 -391 -406 194 -186 -553 83
-13 -577 -49 103 -515 -280 201 300 -506 131 -45 -578 -80 138 -462 -361 201 -211 -554 32 74 -533 -235 187 -372
-442 182 -147 -566 25 68 -535 -244 194 -351 -463 174 -125 -570 15 72 -550 -190 172 -424 -385 198 -218 -536 96
"""

LEW = tuple(map(int, _LEW.split()))
"""NIST StRD, univariate, Lew.dat: deflection of a steel-concrete beam under a periodic pressure."""

_MICHELSO = """
850 740 900 1070 930 850 950 980 980 880 1000 980 930 650 760 810 1000 1000 960 960 960 940 960 940 880 800 850
880 900 840 830 790 810 880 880 830 800 790 760 800 880 880 880 860 720 720 620 860 970 950 880 910 850 870 840
840 850 840 840 840 890 810 810 820 800 770 760 740 750 760 910 920 890 860 880 720 840 850 850 780 890 840 780
810 760 810 790 810 820 850 870 870 810 740 810 940 950 800 810 870
"""

MICHELSO = tuple((299000 + int(excess)) / 1000.0 for excess in _MICHELSO.split())
"""NIST StRD, univariate, Michelso.dat: Michelson's speed of light in air, 10⁶ m/s, from km/s over 299000."""

_GAUGE_ROWS = """
A 1 .29 -.56 1.34 .47 -.80 .02 .59 -.31 2.26 -1.36
A 2 .41 -.68 1.17 .50 -.92 -.11 .75 -.20 1.99 -1.25
A 3 .64 -.58 1.27 .64 -.84 -.21 .66 -.17 2.01 -1.31
B 1 .08 -.47 1.19 .01 -.56 -.20 .47 -.63 1.80 -1.68
B 2 .25 -1.22 .94 1.03 -1.20 .22 .55 .08 2.12 -1.62
B 3 .07 -.68 1.34 .20 -1.28 .06 .83 -.34 2.19 -1.50
C 1 .04 -1.38 .88 .14 -1.46 -.29 .02 -.46 1.77 -1.49
C 2 -.11 -1.13 1.09 .20 -1.07 -.67 .01 -.56 1.45 -1.77
C 3 -.15 -.96 .67 .11 -1.45 -.49 .21 -.49 1.87 -2.16
"""

GAUGE_STUDY = tuple(
    GaugeReading(str(part), appraiser, trial, float(value))
    for appraiser, trial, *values in map(str.split, _GAUGE_ROWS.strip().splitlines())
    for part, value in enumerate(values, 1)
)
"""AIAG MSA-4, chapter III B: 10 parts, 3 appraisers, 3 trials."""

LINEARITY = tuple(
    (reference, float(value))
    for reference, values in (
        (2.0, "2.70 2.50 2.40 2.50 2.70 2.30 2.50 2.50 2.40 2.40 2.60 2.40"),
        (4.0, "5.10 3.90 4.20 5.00 3.80 3.90 3.90 3.90 3.90 4.00 4.10 3.80"),
        (6.0, "5.80 5.70 5.90 5.90 6.00 6.10 6.00 6.10 6.40 6.30 6.00 6.10"),
        (8.0, "7.60 7.70 7.80 7.70 7.80 7.80 7.80 7.70 7.80 7.50 7.60 7.70"),
        (10.0, "9.10 9.30 9.50 9.30 9.40 9.50 9.50 9.50 9.60 9.20 9.30 9.40"),
    )
    for value in values.split()
)
"""AIAG MSA-4, chapter III B, guidelines for determining linearity: (reference, reading), 5 parts of 12 readings."""


_PI_MISPRINT = (5, 7, 7, 8, 1, 8, 5, 7, 7, 8)


def pi_digits_as_certified() -> tuple[int, ...]:
    """NIST StRD, univariate, PiDigits.dat: the first 5000 digits of π, the 3 included, as that file has them.

    In the file one 8 (behind ...577818577) is a 3, and the certified values are those of the file.
    """
    digits = list(digits_of_pi(5000))
    misprint = next(i for i in range(len(digits)) if tuple(digits[i : i + len(_PI_MISPRINT)]) == _PI_MISPRINT)
    digits[misprint + len(_PI_MISPRINT) - 1] = 3
    return tuple(digits)


def digits_of_pi(count: int) -> tuple[int, ...]:
    """The first decimal digits of π, the 3 included, by Machin's formula."""
    one: int = 10 ** (count + 10)

    def arctangent_of_inverse(x: int) -> int:
        power = total = one // x
        divisor, sign = 1, 1
        while power:
            power //= x * x
            divisor, sign = divisor + 2, -sign
            total += sign * (power // divisor)
        return total

    pi = 4 * (4 * arctangent_of_inverse(5) - arctangent_of_inverse(239))
    digits: list[int] = []
    while pi:
        # In pieces: Python refuses to write an integer of more than 4300 digits at once.
        pi, piece = divmod(pi, 10**1000)
        digits[:0] = map(int, f"{piece:01000d}" if pi else str(piece))
    return tuple(digits[:count])
