"""A fibre path in decibels: what a source sends, what is lost and thrown back on the way, what a receiver makes of it.

Losses are positive decibels, powers dBm in a single-mode fibre. A receiver limited by its thermal noise turns a decibel
of light into two of electrical signal-to-noise ratio, for its current follows the light's power and its noise does not.
"""

import math
from collections.abc import Iterable
from typing import Final

FIBRE_DB_KM: Final = {1310: 0.35, 1550: 0.22}
"""Loss of single-mode fibre by wavelength in nm (ITU-T G.652.D's upper values are 0.40 and 0.30; typical, inferred)."""

_BACKSCATTER_DB_M: Final = {1310: -72.0, 1550: -75.0}
"""What a metre of single-mode fibre scatters back, by wavelength in nm (order of magnitude, inferred)."""

SNR_PER_OPTICAL_DB: Final = 2.0


def dbm(milliwatt: float) -> float:
    """A power in dBm. Raises ValueError for darkness, which has no level."""
    if milliwatt <= 0.0:
        raise ValueError(f"{milliwatt:g} mW has no level in dBm: there is no light")
    return 10.0 * math.log10(milliwatt)


def milliwatts(level_dbm: float) -> float:
    """A power in mW."""
    return float(10.0 ** (level_dbm / 10.0))


def received_dbm(sent_dbm: float, losses_db: Iterable[float]) -> float:
    """What arrives: what is sent, less every loss on the way."""
    return sent_dbm - math.fsum(losses_db)


def fibre_loss_db(length_m: float, wavelength_m: float) -> float:
    """Loss of so much single-mode fibre; between and beyond the two windows as Rayleigh scattering has it (1/λ⁴)."""
    nanometre = wavelength_m * 1e9
    nearest = min(FIBRE_DB_KM, key=lambda window: abs(window - nanometre))
    return FIBRE_DB_KM[nearest] * (nearest / nanometre) ** 4 * length_m / 1000.0


def return_loss_db(reflectances_db: Iterable[float]) -> float:
    """Return loss of several reflections seen together by continuous light: their powers add.

    Each is a reflectance in dB (negative), already lessened by what light loses to there and back. Raises ValueError
    for none: nothing at all thrown back cannot be told from a source that is off.
    """
    total = math.fsum(10.0 ** (one / 10.0) for one in reflectances_db)
    if total <= 0.0:
        raise ValueError("a path without any reflection has no return loss; fibre scatters back something at least")
    return -10.0 * math.log10(total)


def backscatter_db(length_m: float, wavelength_m: float) -> float:
    """The reflectance in dB of a length of fibre, by what it scatters back."""
    nearest = min(_BACKSCATTER_DB_M, key=lambda window: abs(window - wavelength_m * 1e9))
    return _BACKSCATTER_DB_M[nearest] + 10.0 * math.log10(length_m)


def gap_loss_db(gap_m: float, wavelength_m: float, mode_radius_m: float = 4.6e-6) -> float:
    """Loss of an air gap between two single-mode fibres: Gaussian beams apart by `gap_m`.

    With the Rayleigh range z = π w²/λ the coupling is 1/(1 + (gap/2z)²) (D. Marcuse, Bell Syst. Tech. J. 56, 1977).
    """
    rayleigh_m = math.pi * mode_radius_m**2 / wavelength_m
    return 10.0 * math.log10(1.0 + (gap_m / (2.0 * rayleigh_m)) ** 2)


def snr_after(snr_db: float, sensitivity_dbm: float, power_dbm: float, ceiling_db: float) -> float:
    """The SNR in dB of a receiver that has `snr_db` at `sensitivity_dbm`, lit with `power_dbm`.

    Two decibels for each of light as long as thermal noise rules; what transmitter and electronics themselves add does
    not fall with more light and keeps the ratio below `ceiling_db`. The noises add as powers.
    """
    thermal = snr_db + SNR_PER_OPTICAL_DB * (power_dbm - sensitivity_dbm)
    return -10.0 * math.log10(10.0 ** (-thermal / 10.0) + 10.0 ** (-ceiling_db / 10.0))
