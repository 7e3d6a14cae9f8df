"""Numbers as a module's memory holds them: big-endian words that stop at their ends, and CMIS's small float.

SFF-8472, SFF-8636 and CMIS share the scales: 1/256 degC, 100 µV, 0.1 µW, 2 µA. F16 of CMIS has five bits of exponent e
and eleven of mantissa m, and is m · 10^(e − 24).
"""

import math
from statistics import NormalDist

_STEP_V, _STEP_MW, _STEP_MA, _STEP_DB = 100e-6, 1e-4, 2e-3, 1 / 256


def temperature_word(celsius: float) -> bytes:
    """Signed 1/256 degC."""
    return max(-0x8000, min(0x7FFF, round(celsius * 256))).to_bytes(2, "big", signed=True)


def voltage_word(volts: float) -> bytes:
    """100 µV."""
    return _word(volts / _STEP_V)


def power_word(milliwatts: float) -> bytes:
    """0.1 µW."""
    return _word(milliwatts / _STEP_MW)


def bias_word(milliamperes: float, multiplier: int = 1) -> bytes:
    """2 µA, times the multiplier that CMIS page 01h byte 160 tells."""
    return _word(milliamperes / _STEP_MA / multiplier)


def ratio_word(db: float) -> bytes:
    """1/256 dB."""
    return _word(db / _STEP_DB)


def f16(value: float) -> bytes:
    """The nearest F16 of a number from 0 to 2047e7; raises ValueError for any other."""
    if not 0 <= value <= 2047e7:
        raise ValueError(f"{value!r} has no F16: it goes from 0 to 2.047e10")
    if value == 0:
        return bytes(2)
    exponent = max(-24, math.ceil(math.log10(value / 2047)))
    mantissa = round(value / 10.0**exponent)
    if mantissa > 2047:
        exponent, mantissa = exponent + 1, round(value / 10.0 ** (exponent + 1))
    return ((exponent + 24) << 11 | mantissa).to_bytes(2, "big")


def pam4_snr_db(bit_error_ratio: float) -> float:
    """The ratio at which PAM4 has this bit error ratio: BER = ¾·Q(√(SNR/5)); 0 dB where that says nothing.

    Below 1e-30 the eye is wider than a receiver tells apart: the ratio of 1e-30 stands for it.
    """
    tail = max(bit_error_ratio, 1e-30) / 0.75
    if tail >= 0.5:
        return 0.0
    argument = -NormalDist().inv_cdf(tail)
    return max(0.0, 10 * math.log10(5 * argument**2)) if argument > 0 else 0.0


def text_field(text: str, room: int) -> bytes:
    """ASCII, padded with spaces; raises ValueError for what does not fit."""
    if not text.isascii() or len(text) > room:
        raise ValueError(f"{text!r} does not fit into {room} ASCII characters of a module memory")
    return text.encode("ascii").ljust(room)


def company_identifier(oui: str) -> bytes:
    """Three bytes of "00-1B-21"; raises ValueError for anything else."""
    content = bytes.fromhex(oui.replace("-", "").replace(":", ""))
    if len(content) != 3:
        raise ValueError(f"{oui!r} is no company identifier: it has three bytes, such as 00-1B-21")
    return content


def byte_sum(content: bytes | bytearray) -> int:
    """The checksum of all three standards: the low byte of the sum."""
    return sum(content) & 0xFF


def _word(steps: float) -> bytes:
    # A sensor beyond its range shows the end of it: that is what the word can say.
    return max(0, min(0xFFFF, round(steps))).to_bytes(2, "big")
