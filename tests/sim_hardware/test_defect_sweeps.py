"""The magnitudes over which coverage is told: from harmless to certain, for every defect there is."""

import random

import pytest

from sim_hardware.duts.bulk_cable import BulkCable
from sim_hardware.duts.defect_sweep import DefectSweep, draw_place
from sim_hardware.duts.defect_sweeps import defect_sweeps
from sim_hardware.duts.defects import DEFECTS
from sim_hardware.duts.design import (
    LANE_50G,
    LANE_50G_SPECIFICATION,
    PASSIVE_DAC_800G,
    PASSIVE_DAC_800G_SPECIFICATION,
)
from sim_hardware.duts.passive_dac import PassiveDac
from sim_hardware.duts.twinax_bundle import TwinaxBundle

PRODUCTS = {
    "800G": (PASSIVE_DAC_800G, PASSIVE_DAC_800G_SPECIFICATION),
    "50G lane": (LANE_50G, LANE_50G_SPECIFICATION),
}
SWEEPS = [
    pytest.param(product, shown_in, sweep, id=f"{product}-{shown_in}-{sweep.name}")
    for product in PRODUCTS
    for shown_in in ("bundle", "cable")
    for sweep in defect_sweeps(*PRODUCTS[product], shown_in)
]


def out_of_specification(product: str, shown_in: str, sweep: DefectSweep, magnitude: float) -> bool:
    """Whether a unit with the defect of this magnitude is defective, as far as a test of its stage can know."""
    design, specification = PRODUCTS[product]
    defect = sweep.make(draw_place(random.Random(3), design), magnitude)
    born = [defect] if defect.stage == "bundle" else []
    bundle = TwinaxBundle(BulkCable(design, 7, "lot"), specification, 7, "TB1", born)
    unit = bundle if shown_in == "bundle" else PassiveDac(bundle, 7, "D1", defects=[] if born else [defect])
    return bool(unit.out_of_specification())


@pytest.mark.parametrize(("product", "shown_in", "sweep"), SWEEPS)
def test_a_sweep_begins_within_specification_and_ends_clearly_outside(product, shown_in, sweep):
    """The truth turns once along a sweep; what is drawn for a line is beyond the turn. A thing that is or is not has
    one point."""
    turned = [out_of_specification(product, shown_in, sweep, magnitude) for magnitude in sweep.magnitudes]
    assert turned[-1]
    assert turned == sorted(turned)
    if len(turned) > 1 and not sweep.name.startswith(("short_", "bad_checksum")):
        assert not turned[0]
    assert all(out_of_specification(product, shown_in, sweep, magnitude) for magnitude in sweep.clear)


def test_every_kind_of_defect_is_swept():
    """None that the simulator knows is left out of the report."""
    rng = random.Random(1)
    kinds = {
        type(sweep.make(draw_place(rng, PASSIVE_DAC_800G), sweep.magnitudes[-1])).__name__
        for shown_in in ("bundle", "cable")
        for sweep in defect_sweeps(*PRODUCTS["800G"], shown_in)
    }
    assert kinds == set(DEFECTS)


def test_a_single_pair_is_never_mixed_up_with_another():
    """Crossed and split pairs need two."""
    names = {sweep.name for shown_in in ("bundle", "cable") for sweep in defect_sweeps(*PRODUCTS["50G lane"], shown_in)}
    assert not {"crossed_pair", "split_pair"} & names
