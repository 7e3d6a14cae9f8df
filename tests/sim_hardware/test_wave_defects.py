"""What is wrong with the waves of a cable, as an analyser sees it and as the cable has it in truth."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim_hardware.duts.defects import (
    BadGround,
    BadLaunch,
    BadPresent,
    BadShield,
    ColdSolder,
    CrushedPair,
    DefectError,
    EepromLength,
    Skew,
    SplitPair,
    SpreadPair,
    SwappedMemories,
    WetDielectric,
    WrongLength,
)
from sim_hardware.duts.design import PASSIVE_DAC_800G
from sim_hardware.duts.passive_dac import PassiveDac
from sim_hardware.physics.mixed_mode import C2, D1, D2, decibel, to_mixed_mode
from sim_hardware.physics.pair_loss import linear_grid
from sim_hardware.physics.scattering import PairLines, modal_waves, pair_matrix
from sim_hardware.physics.stepped_line import with_sections

SEED = 7
GRID = linear_grid(50e6, 26.5625e9, 300)
PAIR = [f"{end}.5.{conductor}" for end in "AB" for conductor in "PN"]


def lines(impedance_ohm=100.0):
    """One pair of 1.5 m without launches."""
    one = np.ones((1, 1))
    return PairLines(
        length_m=1.5,
        reference_hz=26.5625e9,
        launch_db=0.0,
        k1=1.05 * one,
        k2=0.055 * one,
        delay_s=6.5e-9 * one,
        skew_s=0.0 * one,
        unbalance=0.0 * one,
        impedance_ohm=impedance_ohm * one,
        common_impedance_ohm=25.0 * one,
        reflection_near=0.0 * one,
        reflection_far=0.0 * one,
    )


def mixed(dut):
    """Mixed-mode scattering of pair 5."""
    return to_mixed_mode(dut.scattering(PAIR, GRID))


def out_of_specification(dut):
    """The names of the true parameters that make a cable defective."""
    return {parameter.name for parameter in dut.out_of_specification()}


def truth(dut, name):
    """One true parameter by name."""
    (value,) = [parameter.value for parameter in dut.true_parameters() if parameter.name == name]
    return value


@settings(max_examples=50, deadline=None)
@given(st.floats(40.0, 250.0), st.floats(0.05, 0.9), st.floats(0.005, 0.3), st.floats(90.0, 110.0))
def test_a_section_of_another_impedance_keeps_a_pair_passive_and_reciprocal(ohm, at, length_m, line_ohm):
    """However a pair is pressed, no wave leaves it stronger than it came; both ends see the same transmission."""
    pair = lines(line_ohm)
    s = pair_matrix(with_sections(modal_waves(pair, GRID), pair, GRID, [(at, length_m, ohm)]), 0)
    assert np.allclose(s, s.transpose(1, 0, 2), atol=1e-12)
    assert np.linalg.svd(s[:, :, ::10].transpose(2, 0, 1), compute_uv=False).max() < 1.0 + 1e-9


@settings(max_examples=20, deadline=None)
@given(st.floats(60.0, 140.0), st.floats(0.05, 0.9))
def test_a_section_of_the_same_impedance_is_none(ohm, at):
    """A step of nothing changes nothing."""
    pair = lines(ohm)
    whole = modal_waves(pair, GRID)
    stepped = with_sections(whole, pair, GRID, [(at, 0.05, ohm)])
    assert np.allclose(stepped.d_near, whole.d_near, atol=1e-9)
    assert np.allclose(stepped.d_through, whole.d_through, atol=1e-9)


def test_overlapping_sections_are_refused():
    """Two sections cannot have the same place."""
    pair = lines()
    with pytest.raises(ValueError, match="begins within the one before"):
        with_sections(modal_waves(pair, GRID), pair, GRID, [(0.2, 0.3, 80.0), (0.3, 0.3, 85.0)])


@pytest.mark.parametrize(
    ("defect", "broken"),
    [
        (CrushedPair(pair=5, ohm=80.0), {"lane_5.impedance_min"}),
        (SpreadPair(pair=5, ohm=120.0), {"lane_5.impedance_max"}),
        (SplitPair(pair=5, other=6, coupling=0.03), {"lane_5.next", "lane_6.next"}),
        (Skew(pair=5, ps=5.0), {"lane_5.conversion_margin"}),
        (WetDielectric(pair=5, excess_db=7.0), {"lane_5.loss"}),
        (BadLaunch(pair=5, end="B", reflection=0.4), {"lane_5.return_loss"}),
        (ColdSolder(pair=5, conductor="P", ohm=40.0), {"lane_5.contact_variation", "lane_5.impedance_max"}),
        (BadGround(ohm=0.5), {"ground"}),
        (BadPresent(end="B", ohm=5.0), {"B.present"}),
        (EepromLength(end="A", length_m=2.0), {"A.length_error"}),
        (SwappedMemories(), {"A.plug_differs", "B.plug_differs"}),
    ],
)
def test_a_defect_spoils_the_parameter_it_is_known_by(bundle, defect, broken):
    """Each defect puts its own parameter out of specification, on its own pair, and leaves the others alone."""
    born = defect.stage == "bundle"
    dut = PassiveDac(bundle(*([defect] if born else [])), SEED, "DAC1", defects=[] if born else [defect])
    assert out_of_specification(dut) == broken


def test_a_bad_shield_is_heard_by_both_neighbours_and_turns_into_common_mode(cable):
    """The leaking pair and those beside it lose their crosstalk margin; the pair itself its conversion margin."""
    dut = cable(BadShield(pair=5, leak=0.6))
    assert out_of_specification(dut) == {"lane_4.next", "lane_5.next", "lane_6.next", "lane_5.conversion_margin"}
    s = mixed(dut)
    assert (decibel(s[D2, D1]) - decibel(s[C2, D1]))[-1] == pytest.approx(-20 * math.log10(0.6), abs=0.5)


def test_a_pair_wound_with_its_neighbour_connects_and_talks(cable_bench, cable):
    """A split pair loses nothing from end to end; between the two near ends it is heard, as on no healthy cable."""
    healthy, split = cable(), cable(SplitPair(pair=3, other=4, coupling=0.1))
    assert truth(split, "lane_3.loss") == truth(healthy, "lane_3.loss")
    heard = []
    for dut in (healthy, split):
        cable_bench.bench.insert(dut)
        cable_bench.rf.write("ROUT:OPEN:ALL")
        cable_bench.rf.write("ROUT:CLOS (@1103,1304)")
        heard.append(decibel(to_mixed_mode(cable_bench.trigger()[1])[D2, D1]).max())
        cable_bench.bench.remove()
    assert heard == pytest.approx([-50.0, -15.5], abs=2.0)


def test_only_neighbours_can_be_split():
    """Conductors are mixed up with those beside them."""
    with pytest.raises(DefectError, match="no neighbours"):
        SplitPair(pair=3, other=7, coupling=0.1)


def test_a_cold_joint_is_another_one_at_every_look(cable):
    """Two sweeps over a joint that comes and goes differ; at some points both look sound."""
    dut, healthy = cable(ColdSolder(pair=5, conductor="P", ohm=40.0)), cable()
    first, second = (decibel(mixed(dut)[D2, D1]) for _ in range(2))
    change = np.abs(first - second)
    assert change.max() == pytest.approx(truth(dut, "lane_5.contact_variation"), rel=0.2)
    assert change.min() == 0.0
    sound = decibel(mixed(healthy)[D2, D1])
    assert 0.4 < np.isclose(first, sound, atol=1e-9).mean() < 0.95


def test_a_cable_cut_too_long_is_late_and_loses_more(bundle):
    """A fifth more copper: a fifth more delay, ohms and loss of the cable itself."""
    planned, cut = bundle(), bundle(WrongLength(ratio=1.2))
    assert cut.length_m == pytest.approx(1.2 * PASSIVE_DAC_800G.length_m)
    short, long = (PassiveDac(copper, SEED, "DAC1") for copper in (planned, cut))
    assert np.allclose(long.waves.lines.delay_s, 1.2 * short.waves.lines.delay_s)
    assert truth(long, "lane_1.loss") - truth(short, "lane_1.loss") == pytest.approx(2.07, abs=0.1)
    assert out_of_specification(long) == {"length_ratio"}
    assert truth(cut, "pair_1.loop_resistance") > truth(planned, "pair_1.loop_resistance") + 0.07


def test_a_bundle_with_a_crushed_pair_passes_what_direct_current_sees(bundle):
    """The dip comes to light in the finished cable alone."""
    crushed = bundle(CrushedPair(pair=5, ohm=80.0))
    assert not crushed.out_of_specification()
    assert out_of_specification(PassiveDac(crushed, SEED, "DAC1")) == {"lane_5.impedance_min"}


def test_the_memories_of_the_two_ends_differ_by_their_plugs_alone(cable):
    """Bytes 223 to 238, which no checksum covers, tell the ends apart: whoever does not read them can swap them."""
    a, b = (cable().memory(end).page(0) for end in "AB")
    assert a[223:239] != b[223:239]
    assert a[:223] + a[239:] == b[:223] + b[239:]
