"""The verdict's colours for every eye: computed here from published colour-blindness simulations."""

from itertools import combinations

import pytest

from stations.tui.palette import COLOURS
from stations.tui.spans import Ink

Triple = tuple[float, float, float]

# Machado, Oliveira, Fernandes 2009, table 1, severity 1.0; on linear RGB.
VISIONS: dict[str, tuple[Triple, Triple, Triple]] = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
# IEC 61966-2-1 (sRGB), D65.
_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_WHITE = (0.95047, 1.0, 1.08883)
VERDICTS = (Ink.PASSED, Ink.FAILED, Ink.ERROR, Ink.ABORTED, Ink.REFUSED)


def linear(colour: str) -> Triple:
    """Linear RGB of a #RRGGBB colour."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))

    def decoded(c: float) -> float:
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    return decoded(red), decoded(green), decoded(blue)


def times(matrix: tuple[Triple, Triple, Triple], vector: Triple) -> Triple:
    """Matrix times vector."""
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return x, y, z


def seen(colour: str, vision: str) -> Triple:
    """CIE L*a*b* (D65) of a colour as an eye of this kind sees it."""
    red, green, blue = (min(1.0, max(0.0, c)) for c in times(VISIONS[vision], linear(colour)))
    x, y, z = times(_XYZ, (red, green, blue))

    def root(t: float) -> float:
        return float(t ** (1 / 3)) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116

    fx, fy, fz = root(x / _WHITE[0]), root(y / _WHITE[1]), root(z / _WHITE[2])
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def difference(one: str, other: str, vision: str) -> float:
    """CIE 1976 ΔE of two colours to an eye of this kind."""
    pairs = zip(seen(one, vision), seen(other, vision), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two colours."""
    lights = sorted(times(_XYZ, linear(colour))[1] for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("vision", VISIONS)
def test_pass_and_fail_are_far_apart_to_every_eye(vision: str) -> None:
    """ΔE of at least 82 whatever the eye (design page 6)."""
    assert difference(COLOURS[Ink.PASSED][1], COLOURS[Ink.FAILED][1], vision) >= 82


def test_pass_and_fail_differ_in_lightness() -> None:
    """3.2:1 in luminance: even a grey copy tells them apart."""
    assert contrast(COLOURS[Ink.PASSED][1], COLOURS[Ink.FAILED][1]) >= 3.2


def test_the_colours_are_those_of_the_design() -> None:
    """PASS is white on #005F73, FAIL black on #EE9B00."""
    assert COLOURS[Ink.PASSED][:2] == ("#FFFFFF", "#005F73")
    assert COLOURS[Ink.FAILED][:2] == ("#000000", "#EE9B00")


@pytest.mark.parametrize("vision", VISIONS)
def test_nothing_else_looks_like_fail_or_pass(vision: str) -> None:
    """ERROR, ABORTED and REFUSED stay at least 50 from FAIL and 40 from PASS: a red and a green of most themes are
    9 to 53 apart."""
    for ink in (Ink.ERROR, Ink.ABORTED, Ink.REFUSED):
        assert difference(COLOURS[ink][1], COLOURS[Ink.FAILED][1], vision) >= 50
        assert difference(COLOURS[ink][1], COLOURS[Ink.PASSED][1], vision) >= 40


def test_every_band_is_a_colour_of_its_own() -> None:
    """No two verdicts share a background."""
    assert all(COLOURS[a][1] != COLOURS[b][1] for a, b in combinations(VERDICTS, 2))


@pytest.mark.parametrize("ink", list(Ink))
def test_every_text_can_be_read(ink: Ink) -> None:
    """WCAG 2 AA: 4.5:1 between text and background, 7:1 in a verdict."""
    text, behind, _ = COLOURS[ink]
    assert contrast(text, behind) >= (7.0 if ink in VERDICTS else 4.5)


def test_the_simulations_themselves_can_fail() -> None:
    """Red and green, the usual pair, come out alike to a protanope or deuteranope: the measure sees what it must."""
    assert difference("#B04A4A", "#6B7A2A", "normal") > 50
    assert difference("#B04A4A", "#6B7A2A", "deuteranopia") < 30
