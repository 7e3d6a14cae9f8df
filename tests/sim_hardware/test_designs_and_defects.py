"""What is built, how it varies, and what can be wrong with it."""

import math
import random
import subprocess
import sys
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim_hardware.duts.bulk_cable import BulkCable
from sim_hardware.duts.defects import (
    DEFECTS,
    DefectError,
    EepromIdentity,
    HighResistance,
    Open,
    PolaritySwap,
    Short,
    parse_defect,
)
from sim_hardware.duts.design import (
    LANE_50G,
    LANE_50G_SPECIFICATION,
    PASSIVE_DAC_800G,
    PASSIVE_DAC_800G_SPECIFICATION,
    DesignError,
    Specification,
    TwinaxDesign,
)
from sim_hardware.duts.drawn_defect import draw_defect
from sim_hardware.duts.passive_dac import PassiveDac
from sim_hardware.duts.twinax_bundle import TwinaxBundle
from sim_hardware.duts.wiring import Wiring

PRODUCTS = {
    "800G": (PASSIVE_DAC_800G, PASSIVE_DAC_800G_SPECIFICATION),
    "50G lane": (LANE_50G, LANE_50G_SPECIFICATION),
}


def natural(parameter, value):
    """A value on the scale on which it varies: amplitude for small waves, logarithm for insulation."""
    if parameter.name.endswith(("conversion_margin", "return_loss", "next")):
        return 10 ** (-value / 20)
    return math.log(value) if parameter.name.endswith("insulation") else value


@pytest.mark.parametrize("product", PRODUCTS)
def test_healthy_units_stay_far_from_their_specification(product):
    """Of 300 healthy units of 15 lots none comes nearer to a limit than 4 standard deviations of its parameter."""
    design, specification = PRODUCTS[product]
    seen, limits = defaultdict(list), {}
    for number in range(300):
        bulk = BulkCable(design, 7, f"lot {number // 20}")
        bundle = TwinaxBundle(bulk, specification, 7, f"TB{number}")
        unit = PassiveDac(bundle, 7, f"DAC{number}")
        for parameter in (*bundle.true_parameters(), *unit.true_parameters()):
            assert parameter.within, parameter
            kind = parameter.name.rpartition(".")[2]
            if not math.isfinite(parameter.value):
                continue  # a single pair has no neighbour to hear
            seen[kind].append(natural(parameter, parameter.value))
            limits[kind] = [natural(parameter, x) for x in (parameter.low, parameter.high) if x is not None]
    varying = {kind: np.array(values) for kind, values in seen.items() if kind != "far_pair" and np.std(values) > 0}
    assert len(varying) == (12 if design.pairs > 1 else 11)
    for kind, values in varying.items():
        for limit in limits[kind]:
            assert np.abs(values - limit).min() / values.std() > 4, kind


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["bundle", "cable"]), st.sampled_from(sorted(PRODUCTS)))
def test_a_drawn_defect_is_out_of_specification(seed, stage, product):
    """Whatever is drawn, a true parameter of bundle or cable leaves its specification, and none of its healthy twin."""
    design, specification = PRODUCTS[product]
    defect = draw_defect(random.Random(seed), design, specification, stage)
    bundle_defects, cable_defects = ([defect], []) if stage == "bundle" else ([], [defect])
    bundle = TwinaxBundle(BulkCable(design, 7, "lot"), specification, 7, "TB1", bundle_defects)
    unit = PassiveDac(bundle, 7, "DAC1", defects=cable_defects)
    assert bundle.out_of_specification() or unit.out_of_specification(), defect
    healthy = TwinaxBundle(BulkCable(design, 7, "lot"), specification, 7, "TB1")
    assert not healthy.out_of_specification()


def test_all_kinds_of_a_stage_are_drawn():
    """A few hundred draws bring every kind that can come to life, and never a single-pair cable's crossing."""
    rng = random.Random(1)

    def drawn(product, stage):
        return {type(draw_defect(rng, *PRODUCTS[product], stage)).__name__ for _ in range(400)}

    assert drawn("800G", "bundle") | drawn("800G", "cable") == set(DEFECTS)
    assert not {"CrossedPair", "SplitPair"} & (drawn("50G lane", "bundle") | drawn("50G lane", "cable"))


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["bundle", "cable"]))
def test_a_defect_reads_back_from_its_mapping(seed, stage):
    """`to_mapping` and `parse_defect` are each other's inverse."""
    defect = draw_defect(random.Random(seed), *PRODUCTS["800G"], stage)
    assert parse_defect(defect.to_mapping()) == defect


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"kind": "Opne", "pair": 1}, "unknown kind of defect 'Opne'; did you mean Open"),
        ({"kind": "Open", "pair": 1, "conductor": "P", "ohms": 3}, "unknown key 'ohms'"),
        ({"kind": "Open", "pair": 1}, "Open: .*conductor"),
        ({"kind": "Open", "pair": "1", "conductor": "P"}, "pair = '1' is not a whole number"),
        ({"kind": "Open", "pair": 1, "conductor": "X"}, "conductor = 'X'; possible: P, N"),
        ({"kind": "PolaritySwap", "pair": 1, "stage": "bundle"}, "stage 'bundle'; it comes to life in the cable"),
        ({"kind": "HighResistance", "pair": 1, "conductor": "P", "ohm": -1.0}, "must be positive"),
        ({"kind": "EepromChecksum", "end": "A", "offset": 0}, "must lie in 1 to 255"),
        ({"kind": "EepromIdentity", "end": "C", "field": "part_number"}, "end = 'C'; possible: A, B"),
        ({"kind": "Short", "pair": 1, "conductor": "P", "other": "2.P", "stage": "cable"}, "leave `other` empty"),
    ],
)
def test_a_defect_that_cannot_be_is_refused(mapping, said):
    """Unknown kind or key, a missing key, a value out of place."""
    with pytest.raises(DefectError, match=said):
        parse_defect(mapping)


@pytest.mark.parametrize("defect", [Open(pair=17, conductor="P"), Short(pair=1, conductor="P", other="17.N")])
def test_a_place_the_cable_lacks_is_refused(bundle, defect):
    """Pair 17 of 16."""
    with pytest.raises(ValueError, match="pair 17 does not exist"):
        bundle(defect)


def test_a_defect_of_another_stage_is_refused(bundle, cable):
    """A bundle has no plugs yet; a finished cable does not get the bundle's faults anew."""
    with pytest.raises(ValueError, match="comes to life in the cable"):
        bundle(PolaritySwap(pair=1))
    with pytest.raises(ValueError, match="comes to life in the bundle"):
        cable(Open(pair=1, conductor="P"))


def test_a_magnitude_within_specification_is_no_defect(bundle):
    """Twenty milliohms more are allowed: truth is the parameter, not the label."""
    assert not bundle(HighResistance(pair=1, conductor="P", ohm=0.005)).out_of_specification()
    (loop, imbalance) = bundle(HighResistance(pair=1, conductor="P", ohm=0.2)).out_of_specification()
    assert (loop.name, imbalance.name) == ("pair_1.loop_resistance", "pair_1.resistance_imbalance")


def test_a_wrong_identity_is_named_with_a_valid_checksum(cable):
    """The part number of end B differs; nothing else does, until it is programmed right."""
    dut = cable(EepromIdentity(end="B", field="part_number"))
    assert [parameter.name for parameter in dut.out_of_specification()] == ["B.part_number_differs"]
    good = cable().memory("B").page(0)
    dut.memory("B").write(128, good[128:])
    assert not dut.out_of_specification()


def test_crossing_twice_is_straight():
    """Sections follow each other: a crossing at the plug undoes the same one in the bundle."""
    first, second = Wiring(4), Wiring(4)
    first.cross(1, 2)
    second.cross(1, 2)
    second.swap(2)
    joined = Wiring.joined([first, second])
    assert joined.far_pair == {1: 1, 2: 2, 3: 3, 4: 4}
    # The plug's place 2 is where the first pair arrives.
    assert joined.swapped == {1}


def test_the_same_serial_is_the_same_copper_in_every_process(bundle):
    """A second interpreter, with another hash salt, draws the same resistance to the last bit."""
    program = (
        "from sim_hardware.duts.bulk_cable import BulkCable; from sim_hardware.duts.design import *;"
        "from sim_hardware.duts.twinax_bundle import TwinaxBundle;"
        "b = TwinaxBundle(BulkCable(PASSIVE_DAC_800G, 7, 'W1'), PASSIVE_DAC_800G_SPECIFICATION, 7, 'TB0001');"
        "print([p.value.hex() if isinstance(p.value, float) else p.value for p in b.true_parameters()])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    here = [p.value.hex() if isinstance(p.value, float) else p.value for p in bundle().true_parameters()]
    assert answer.stdout.strip() == str(here)


def test_lots_differ_and_units_of_a_lot_share_it(bundle):
    """Bundles of one reel have its k1; another reel has another."""
    assert bundle(serial="A", lot="W1").bulk.k1 == bundle(serial="B", lot="W1").bulk.k1
    assert bundle(serial="A", lot="W2").bulk.k1 != bundle(serial="A", lot="W1").bulk.k1


def test_product_tables_change_a_design():
    """Numbers of a product file replace those of the base; whole floats may stand for integers."""
    design = TwinaxDesign.from_mapping({"length_m": 2.0, "pairs": 8.0}, PASSIVE_DAC_800G)
    assert (design.length_m, design.pairs, design.k1) == (2.0, 8, PASSIVE_DAC_800G.k1)
    assert isinstance(design.pairs, int)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"lenght_m": 2.0}, "unknown key 'lenght_m'; did you mean length_m"),
        ({"length_m": "2"}, "length_m = '2' is not a finite number"),
        ({"length_m": math.nan}, "is not a finite number"),
        ({"length_m": 0.0}, "length_m = 0.0 must be above 0"),
        ({"lot_sigma": -0.1}, "lot_sigma = -0.1 must be at least 0"),
        ({"pairs": 1.5}, "must be a whole number"),
        ({"pairs": True}, "is not a finite number"),
    ],
)
def test_a_design_that_cannot_be_is_refused(table, said):
    """Unknown keys and numbers without meaning are named."""
    with pytest.raises(DesignError, match=said):
        TwinaxDesign.from_mapping(table, PASSIVE_DAC_800G)


def test_a_specification_must_leave_room():
    """A lower limit above its upper one lets nothing pass."""
    with pytest.raises(DesignError, match="loss_min_db must lie below loss_max_db"):
        Specification.from_mapping({"loss_max_db": 5.0}, PASSIVE_DAC_800G_SPECIFICATION)
