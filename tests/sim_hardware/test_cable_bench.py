"""The finished cable as its instruments see it, through PyVISA."""

import math

import numpy as np
import pytest

from sim_hardware.duts.defects import CrossedPair, HighResistance, Open, PolaritySwap, Short
from sim_hardware.physics.mixed_mode import C2, D1, D2, decibel, to_mixed_mode
from sim_hardware.physics.pair_loss import linear_grid
from sim_hardware.physics.touchstone import TouchstoneError


def sdd21(s):
    """Differential transmission."""
    return to_mixed_mode(s)[D2, D1]


def test_a_healthy_pair_shows_its_true_loss(cable_bench, cable):
    """The analyser reads the loss at Nyquist within a tenth of a decibel, about 16.2 dB."""
    dut = cable()
    cable_bench.bench.insert(dut)
    frequency, s = cable_bench.sweep(5, 5)
    (true_loss,) = [p.value for p in dut.true_parameters() if p.name == "lane_5.loss"]
    assert frequency[-1] == 26.5625e9
    assert -decibel(sdd21(s))[-1] == pytest.approx(true_loss, abs=0.1)
    assert true_loss == pytest.approx(16.2, abs=0.8)


def test_the_phase_slope_is_the_delay(cable_bench, cable):
    """1.5 m at 4.35 ns/m delay the wave by 6.5 ns."""
    cable_bench.bench.insert(cable())
    frequency, s = cable_bench.sweep(1, 1)
    slope = np.polyfit(frequency, np.unwrap(np.angle(sdd21(s))), 1)[0]
    assert -slope / (2 * math.pi) == pytest.approx(1.5 * 4.35e-9, rel=0.01)


def test_crossed_pairs_are_heard_at_each_others_place(cable_bench, cable):
    """Behind a crossing the port that should answer hears crosstalk, 50 dB and the loss down; another the wave."""
    cable_bench.bench.insert(cable(CrossedPair(pair=3, other=4)))
    heard = decibel(sdd21(cable_bench.sweep(3, 3)[1]))
    assert heard[-1] == pytest.approx(-50 - 16, abs=4)
    assert heard[400:].max() < -55
    assert decibel(sdd21(cable_bench.sweep(3, 4)[1]))[-1] > -18
    assert decibel(sdd21(cable_bench.sweep(4, 3)[1]))[-1] > -18


def test_crosstalk_falls_with_the_distance_and_differs_from_couple_to_couple(cable_bench, cable):
    """The next but one is heard 6 dB less than the neighbour, and no two neighbours lie alike."""
    waves = cable().waves
    grid = linear_grid(1e9, 26.5625e9, 11)
    near = {k: waves.between([f"A.{k}.P", "A.1.P"], grid)[0, 1] for k in (2, 3, 4)}
    level = {k: float(decibel(wave)[-1]) for k, wave in near.items()}
    assert level[2] - level[3] == pytest.approx(6.0, abs=3.5)
    assert level[2] - level[4] == pytest.approx(12.0, abs=3.5)
    neighbours = [float(np.abs(waves.between([f"A.{k + 1}.P", f"A.{k}.P"], grid)[0, 1])[-1]) for k in range(1, 16)]
    assert 1.05 < max(neighbours) / min(neighbours) < 3.0


def test_a_polarity_swap_turns_the_phase_and_leaves_the_loss(cable_bench, cable):
    """P and N exchanged: the same magnitude, half a turn of phase."""
    cable_bench.bench.insert(cable())
    straight = sdd21(cable_bench.sweep(6, 6)[1])
    cable_bench.bench.remove()
    cable_bench.bench.insert(cable(PolaritySwap(pair=6)))
    swapped = sdd21(cable_bench.sweep(6, 6)[1])
    assert np.allclose(swapped / straight, -1.0, atol=0.05)


def test_an_open_conductor_reflects_and_unbalances_its_pair(cable_bench, cable):
    """The cut conductor carries nothing; half of the differential wave is gone, and as much is converted."""
    cable_bench.bench.insert(cable(Open(pair=2, conductor="P", stage="cable")))
    s = cable_bench.sweep(2, 2)[1]
    assert decibel(s[2, 0]).max() < -40
    assert decibel(s[2, 2])[-1] == pytest.approx(0.0, abs=0.3)
    mixed = to_mixed_mode(s)
    assert decibel(mixed[D2, D1])[-1] < -20.5
    assert (decibel(mixed[D2, D1]) - decibel(mixed[C2, D1])).min() < 3


def test_a_short_at_the_plug_lets_nothing_through(cable_bench, cable):
    """P and N joined reflect the whole differential wave."""
    cable_bench.bench.insert(cable(Short(pair=2, conductor="P", stage="cable", ohm=0.1)))
    mixed = to_mixed_mode(cable_bench.sweep(2, 2)[1])
    assert decibel(mixed[D2, D1]).max() < -40
    assert decibel(mixed[D2, D2])[-1] == pytest.approx(0.0, abs=0.5)


def test_a_bad_contact_costs_decibels(cable_bench, cable):
    """200 ohm in one conductor leave it a third of its wave: (1 + 1/3)/2 of the differential one, 3.5 dB less."""
    cable_bench.bench.insert(cable())
    healthy = decibel(sdd21(cable_bench.sweep(8, 8)[1]))[-1]
    cable_bench.bench.remove()
    cable_bench.bench.insert(cable(HighResistance(pair=8, conductor="N", ohm=200.0, stage="cable")))
    assert healthy - decibel(sdd21(cable_bench.sweep(8, 8)[1]))[-1] == pytest.approx(3.52, abs=0.4)


def test_an_empty_fixture_and_an_open_switch_reflect_everything(cable_bench, cable):
    """With nothing behind its ports the analyser sees an open: reflection one, transmission at its noise floor."""
    s = cable_bench.sweep(1, 1)[1]
    assert np.abs(s[0, 0]) == pytest.approx(1.0, abs=0.02)
    assert decibel(s[2, 0]).max() < -80
    cable_bench.bench.insert(cable())
    cable_bench.rf.write("ROUT:OPEN:ALL")
    assert decibel(cable_bench.trigger()[1][2, 0]).max() < -80


def test_two_pairs_on_one_port_spoil_the_match(cable_bench, cable):
    """A driver that forgets to open a switch gets -1/3 of reflection, not a good trace."""
    cable_bench.bench.insert(cable())
    cable_bench.rf.write("ROUT:OPEN:ALL")
    cable_bench.rf.write("ROUT:CLOS (@1101,1102,1201)")
    s = cable_bench.trigger()[1]
    assert np.median(np.abs(s[0, 0])) == pytest.approx(1 / 3, abs=0.1)


def test_noise_is_new_in_every_sweep_and_the_same_for_the_same_seed(cable_bench, cable):
    """Two sweeps differ by noise alone; the size is that of a narrow receiver."""
    cable_bench.bench.insert(cable())
    first, second = cable_bench.sweep(1, 1)[1], cable_bench.sweep(1, 1)[1]
    difference = np.abs(sdd21(first) - sdd21(second))
    assert 0 < difference.max() < 0.01


def test_formats_agree(cable_bench, cable):
    """ASCII and 32-bit big-endian floats carry the sweep that 64-bit little-endian floats do."""
    cable_bench.bench.insert(cable())
    cable_bench.configure(1e9, 2e9, 11)
    cable_bench.sweep(1, 1)
    vna = cable_bench.vna
    doubles = vna.query_binary_values('CALC1:DATA:SNP:PORT? "1,3"', datatype="d", container=np.array)
    vna.write("FORM:BORD NORM")
    vna.write("FORM REAL,32")
    singles = vna.query_binary_values(
        'CALC1:DATA:SNP:PORT? "1,3"', datatype="f", container=np.array, is_big_endian=True
    )
    vna.write("FORM ASC")
    text = np.array(vna.query_ascii_values('CALC1:DATA:SNP:PORT? "1,3"'))
    assert doubles.shape == (99,)
    assert np.allclose(text, doubles, rtol=1e-11)
    assert np.allclose(singles, doubles, rtol=1e-6)


def test_the_sweep_takes_points_over_bandwidth(cable_bench, clock):
    """801 points at 1 kHz take 0.8 s: *OPC? answers when they are over."""
    before = clock.now()
    cable_bench.trigger()
    assert clock.now() - before == pytest.approx(0.801, abs=0.01)


def test_what_the_analyser_cannot_do_it_refuses(cable_bench):
    """Frequencies and points outside the model, a port that is not there, data before a sweep."""
    vna = cable_bench.vna
    for command, code in (
        ("SENS1:FREQ:STOP 67E9", -222),
        ("SENS1:SWE:POIN 200001", -222),
        ("SENS1:BAND 0.1", -222),
        ("CALC1:DATA:SNP:PORT? '1,2'", -230),
        ("SENS1:CORR OFF", -221),
    ):
        vna.write(command)
        assert vna.query("SYST:ERR?").startswith(f"{code},"), command
    assert vna.query("SENS1:CORR:STAT?") == "1"


def test_a_real_cable_plays_at_its_measured_frequencies(cable_bench, captured):
    """CABLE1: -2.80 dB at 1 GHz, -18.14 dB at 13.28168 GHz, and the frequencies are those of the file."""
    cable_bench.bench.play_touchstone("vna", captured / "cable_touchstone" / "CABLE1_TX_pair.s4p")
    cable_bench.configure(1e9, 13.28125e9, 2)
    frequency, s = cable_bench.trigger()
    assert frequency[1] == 13281681250.0
    assert decibel(sdd21(s)) == pytest.approx([-2.80, -18.14], abs=0.005)


def test_a_played_file_is_not_extrapolated(cable_bench, captured):
    """A sweep beyond the file's 40 GHz is refused, and says what the file holds."""
    cable_bench.bench.play_touchstone("vna", captured / "cable_touchstone" / "CABLE1_TX_pair.s4p")
    cable_bench.configure(1e9, 45e9, 101)
    cable_bench.vna.write("SENS1:SWE:MODE SING")
    error = cable_bench.vna.query("SYST:ERR?")
    assert error.startswith("-222,")
    assert "4e+10 Hz" in error


def test_a_file_with_two_ports_cannot_be_played_on_four(cable_bench, tmp_path):
    """The error names the file and the ports."""
    path = tmp_path / "line.s2p"
    path.write_text("# GHZ S RI R 50\n1 0 0 1 0 1 0 0 0\n2 0 0 1 0 1 0 0 0\n")
    with pytest.raises(TouchstoneError, match=r"line\.s2p: holds 2 ports, 4 are needed"):
        cable_bench.bench.play_touchstone("vna", path)


def test_the_ground_is_milliohms(cable_bench, cable):
    """Ground from plug to plug by four wires: the true value, far below 0.1 ohm."""
    dut = cable()
    cable_bench.bench.insert(dut)
    cable_bench.meter.write("ROUT:CLOS (@111,121)")
    ohm = float(cable_bench.meter.query("MEAS:FRES? AUTO,DEF,(@301)"))
    assert ohm == pytest.approx(dut.elements()[0].ohm, abs=0.0015)
    assert float(cable_bench.meter.query("MEAS:RES? AUTO,DEF,(@301)")) > 0.2


def test_both_memories_carry_the_cable(cable_bench, cable):
    """Either end says which cable it is; without a cable nothing acknowledges."""
    for resource in ("sim-i2c://near", "sim-i2c://far"):
        bus = cable_bench.bench.open_smbus(resource)
        with pytest.raises(OSError, match="no device at address 0x50"):
            bus.read_block(0x50, 0, 1)
        cable_bench.bench.insert(cable(serial="DAC0042"))
        assert bus.read_block(0x50, 166, 16) == b"DAC0042         "
        assert bus.read_block(0x50, 0, 2) == b"\x19\x50"
        with pytest.raises(OSError, match="0x51"):
            bus.read_block(0x51, 0, 1)
        cable_bench.bench.remove()
        bus.close()
