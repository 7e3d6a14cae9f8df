"""Waveforms and sweeps as files: every program reads back what the instrument had measured."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.capabilities import ScatteringMatrix, Waveform
from sim_hardware.physics.touchstone import read_touchstone
from stations.touchstone_file import touchstone_s4p
from stations.waveform_file import waveform_csv

SAMPLES = st.lists(st.floats(-1e3, 1e3).map(lambda v: float(f"{v:.6g}")), min_size=1, max_size=50)


def read(content: bytes) -> dict[str, list[float]]:
    """The columns of a table, read by the standard library."""
    header, *rows = csv.reader(io.StringIO(content.decode("ascii")))
    return {name: [float(row[k]) for row in rows] for k, name in enumerate(header)}


@given(output=SAMPLES, start=st.integers(-5000, 0), step=st.sampled_from([4e-6, 1.6e-5, 4e-5, 7.2e-4]))
def test_every_sample_comes_back_at_its_time(output: list[float], start: int, step: float) -> None:
    """Values of an eight-bit converter come back exactly, times to a millionth of a step or better."""
    seen = Waveform(start * step, step, np.asarray(output), "V")
    load = Waveform(start * step, step, -np.asarray(output), "A")
    columns = read(waveform_csv(output=seen, load=load))
    assert list(columns) == ["time_s", "output_v", "load_a"]
    assert columns["output_v"] == output
    assert columns["load_a"] == [-value for value in output]
    np.testing.assert_allclose(columns["time_s"], seen.times_s, atol=1e-6 * step, rtol=1e-8)


def test_the_same_samples_make_the_same_bytes() -> None:
    """A replay on another machine must come to the same hash: nothing but the samples is in the file."""
    seen = Waveform(-0.1, 0.05, np.array([1.0, 2.5, -0.015625]), "V")
    assert waveform_csv(output=seen) == b"time_s,output_v\n-0.1,1\n-0.05,2.5\n0,-0.015625\n"


def test_channels_of_two_acquisitions_are_not_one_table() -> None:
    """Other times, another unit or no channel at all: refused, never aligned by guess."""
    seen = Waveform(0.0, 1e-3, np.zeros(3), "V")
    for other in (Waveform(0.5, 1e-3, np.zeros(3), "V"), Waveform(0.0, 1e-3, np.zeros(4), "V")):
        with pytest.raises(ValueError, match="line is not of the same acquisition"):
            waveform_csv(output=seen, line=other)
    with pytest.raises(ValueError, match="line is in W"):
        waveform_csv(line=Waveform(0.0, 1e-3, np.zeros(3), "W"))
    with pytest.raises(ValueError, match="at least one channel"):
        waveform_csv()


def test_a_sweep_comes_back_by_row_in_the_order_of_its_ports(tmp_path: Path) -> None:
    """The simulator's reader, which knows nothing of this writer, reads the same matrix, ports in the order asked."""
    chance = np.random.default_rng(5)
    frequency = np.linspace(1e7, 2.66e10, 7)
    s = chance.normal(size=(7, 4, 4)) + 1j * chance.normal(size=(7, 4, 4))
    file = tmp_path / "pair.s4p"
    file.write_bytes(touchstone_s4p(ScatteringMatrix(frequency, s), (1, 3, 2, 4), "pair 3"))
    back = read_touchstone(file, 4)
    order = [0, 2, 1, 3]
    np.testing.assert_allclose(back.frequency_hz, frequency, rtol=1e-11)
    np.testing.assert_allclose(np.moveaxis(back.s, -1, 0), s[:, order][:, :, order], rtol=1e-6)
    assert back.reference_ohm == 50.0
    assert file.read_bytes().startswith(b"! pair 3\n# Hz S RI R 50\n")
    with pytest.raises(ValueError, match="four ports"):
        touchstone_s4p(ScatteringMatrix(frequency, s[:, :2, :2]), (1, 2))
