"""Touchstone files, good and bad."""

import cmath
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim_hardware.physics.mixed_mode import D1, D2, decibel, to_mixed_mode
from sim_hardware.physics.touchstone import TouchstoneError, read_touchstone

_RECORD = "1.0 .1 0 .2 0 .3 0 .4 0\n"


def written(form, wave):
    """One parameter in a form of the option line."""
    if form == "RI":
        return f"{wave.real!r} {wave.imag!r}"
    magnitude = abs(wave) if form == "MA" else 20 * math.log10(abs(wave))
    return f"{magnitude!r} {math.degrees(cmath.phase(wave))!r}"


@settings(deadline=None)
@given(
    st.sampled_from([("HZ", 1.0), ("KHZ", 1e3), ("MHZ", 1e6), ("GHZ", 1e9)]),
    st.sampled_from(["RI", "MA", "DB"]),
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(0, 2**32 - 1),
)
def test_every_form_and_unit_reads_back(tmp_path_factory, unit, form, ports, points, seed):
    """What was written as RI, MA or DB in any unit is read back, at the place the format has for it."""
    draw = np.random.default_rng(seed)
    s = draw.normal(size=(ports, ports, points)) + 1j * draw.normal(size=(ports, ports, points))
    lines = [f"! made by a test\n# {unit[0].lower()} s {form} r 75\n"]
    for k in range(points):
        columns = s[:, :, k].T if ports == 2 else s[:, :, k]
        rows = [" ".join(written(form, complex(wave)) for wave in row) for row in columns]
        lines.append(f"{k + 1} " + "  ! a comment\n".join(rows) + "\n")
    path = tmp_path_factory.mktemp("touchstone") / f"device.S{ports}P"
    path.write_text("".join(lines))
    read = read_touchstone(path, ports)
    assert read.reference_ohm == 75.0
    assert np.allclose(read.frequency_hz, unit[1] * np.arange(1, points + 1))
    assert np.allclose(read.s, s, rtol=1e-9)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", "# GHZ S RI R 50\n", "suffix must say the ports"),
        ("a.s2p", "", "no option line"),
        ("a.s2p", "1 2 3\n", "line 1: numbers before the option line"),
        ("a.s2p", "# GHZ S RI R 50\n", "line 1: the file ends within a record: 0 of 9"),
        ("a.s2p", "# GHZ S RI R 50\n" + _RECORD + "2.0 .1 0 .2\n", "line 3: the file ends within a record: 4 of 9"),
        ("a.s4p", "# GHZ S RI R 50\n" + _RECORD, "9 of 33 numbers for 4 ports"),
        ("a.s2p", "# GHZ S RI R 50\n" + _RECORD + _RECORD, "line 3: frequency 1e\\+09 Hz does not rise"),
        ("a.s1p", "# GHZ S RI R 50\n" + _RECORD, "line 2: frequency 2e\\+08 Hz does not rise"),
        ("a.s1p", "# GHZ S RI R 50\n-1 0 0\n", "line 2: frequency -1e\\+09 Hz is negative"),
        ("a.s2p", "# GHZ S RI R 50\n1.0 .1 0 .2 0 .3 0 x 0\n", "line 2: 'x' is not a finite number"),
        ("a.s2p", "# GHZ S RI R 50\n1.0 .1 0 .2 0 .3 0 nan 0\n", "line 2: 'nan' is not a finite number"),
        ("a.s2p", "# GHZ Y RI R 50\n" + _RECORD, "line 1: option 'Y' is not supported"),
        ("a.s2p", "# GHZ S RI R -50\n" + _RECORD, "line 1: reference impedance -50 ohm"),
        ("a.s2p", "[Version] 2.0\n# GHZ S RI R 50\n" + _RECORD, "line 1: '\\[Version\\] 2.0' belongs to Touchstone 2"),
    ],
)
def test_a_file_not_to_be_trusted_names_line_and_reason(tmp_path, name, text, said):
    """Each malformed file raises with its name, the line and what is wrong."""
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(TouchstoneError, match=f"{name}.*{said}"):
        read_touchstone(path)


def test_the_nearest_frequency_is_nearest(tmp_path):
    """Between two measured points the nearer one is taken; outside, the last."""
    path = tmp_path / "a.s1p"
    path.write_text("# HZ S RI R 50\n10 0 0\n20 0 0\n40 0 0\n")
    found = read_touchstone(path).nearest(np.array([0.0, 14.9, 15.1, 29.0, 31.0, 99.0]))
    assert found.tolist() == [0, 0, 1, 1, 2, 2]


def test_the_captured_cable_shows_its_known_loss(captured):
    """CABLE1: -2.80, -18.14 and -64.9 dB at 1, 13.28168 and 26.56 GHz, delay 14.25 ns."""
    cable = read_touchstone(captured / "cable_touchstone" / "CABLE1_TX_pair.s4p", 4)
    order = [0, 2, 1, 3]
    through = to_mixed_mode(cable.s[np.ix_(order, order)])[D2, D1]
    at = cable.nearest(np.array([1e9, 13.28125e9, 26.5625e9]))
    assert cable.frequency_hz[at[1]] == 13281681250.0
    assert decibel(through[at]) == pytest.approx([-2.80, -18.14, -64.95], abs=0.01)
    band = (cable.frequency_hz > 1e9) & (cable.frequency_hz < 8e9)
    slope = np.polyfit(cable.frequency_hz[band], np.unwrap(np.angle(through))[band], 1)[0]
    assert -slope / (2 * np.pi) == pytest.approx(14.25e-9, rel=1e-3)


def test_every_captured_file_reads(captured):
    """RI, MA and DB in Hz, MHz and GHz, of two and four ports, by several makers; all of passive things."""
    paths = sorted((captured / "cable_touchstone").iterdir())
    assert len(paths) == 5
    for path in paths:
        assert np.abs(read_touchstone(path).s).max() < 1.01
