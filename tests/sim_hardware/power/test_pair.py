"""Two supplies on one busbar without instruments: what divides the current, and what a partner does not see."""

import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_hardware.duts.power.family import PAIR, PowerFamily
from sim_hardware.duts.power.pair import SupplyPair
from sim_hardware.duts.power.power_defects import DriftedReference, LostDroop, ShareContact
from sim_hardware.power.branch import AcFeed
from sim_hardware.power.grid import PoweredUnit
from sim_hardware.power.load_branch import LoadBranch

FAMILY = PowerFamily(7, design={}, specification={}, part="PSU-ORV3-3KP", preset="ORV3_3KW")


class Bench:
    """Mains at both inlets, a load at the bus, and nothing that measures wrong."""

    def __init__(self, *defects: Any) -> None:
        """The supplies have these defects, by slot; None for a good one."""
        supplies = [
            FAMILY.unit("power_supply", f"PSU{k:07d}", defects=[] if defect is None else [defect])
            for k, defect in enumerate(defects, 1)
        ]
        self.pair = FAMILY.unit(PAIR, "pair", parts=supplies)
        self.now = 0.0
        feed = AcFeed(live="ac:L", neutral="ac:N", volt_rms=230.0)
        feed.switch_on(0.0)
        self.feeds: dict[str, AcFeed | None] = dict.fromkeys(self.pair.ac_ports, feed)
        self.load = LoadBranch(plus="load:+", minus="load:-", lowest_ohm=2e-4, limit_a=1000.0, is_on=True)
        self.wait(3.0)

    def wait(self, seconds: float) -> None:
        """Join what hangs there now, and let time go by."""
        self.pair.join(self.now, self.feeds, {"BUS": [self.load]})
        self.now += seconds
        self.pair.advance(self.now)

    def draw(self, ampere: float) -> tuple[float, float]:
        """Draw this current, let it settle; what each supply gives, in A."""
        self.load.level_a = ampere
        self.wait(0.5)
        return self.pair.level("OUT1.I"), self.pair.level("OUT2.I")


@given(st.floats(20.0, 120.0))
def test_what_both_give_is_what_the_load_draws(ampere: float) -> None:
    """Kirchhoff at the busbar, and of healthy supplies neither gives 5 % more than the mean from half load on."""
    bench = Bench(None, None)
    first, second = bench.draw(ampere)
    bus_a = bench.load.current(bench.pair.level("BUS.U"))
    assert first + second == pytest.approx(bus_a, rel=1e-3)
    if ampere >= 60.0:
        assert abs(first / second - 1.0) < 0.1


@pytest.mark.parametrize("open_slot", [1, 2])
def test_an_open_contact_is_neither_heard_nor_hears(open_slot: int) -> None:
    """Alone the supply behind it leaves the share bus at nothing; beside another the bus is at that one's level."""
    defects = [ShareContact(ohm=1e8) if slot == open_slot else None for slot in (1, 2)]
    bench = Bench(*defects)
    currents = bench.draw(60.0)
    other = currents[2 - open_slot]
    assert bench.pair.level("SHARE.U") == pytest.approx(8.0 * other / 60.0, rel=0.02)
    bench.feeds[f"AC{3 - open_slot}"] = None
    bench.draw(30.0)
    bench.wait(2.0)
    assert bench.pair.level("SHARE.U") == 0.0


def test_a_contact_of_some_ohms_lowers_what_is_heard_of_it() -> None:
    """3 kohm before the pull-down of 10 kohm leave three quarters of the level: what is true of the supply alone."""
    bench = Bench(ShareContact(ohm=3e3))
    (supply,) = bench.pair.supplies
    bench.draw(30.0)
    (level,) = [one.value for one in supply.true_parameters() if one.name == "share_level"]
    ampere = bench.pair.level("OUT1.I")
    assert bench.pair.level("SHARE.U") == pytest.approx(level * 8.0 * ampere / 60.0, rel=0.01)
    assert level == pytest.approx(0.77, abs=0.02)


def test_one_takes_over_when_the_other_loses_its_mains() -> None:
    """The shunt of the one that is gone tells nothing more, that of the other the whole load."""
    bench = Bench(None, None)
    bench.draw(57.0)
    bench.feeds["AC2"] = None
    first, second = bench.draw(57.0)
    assert first == pytest.approx(57.0, rel=0.01)
    assert abs(second) < 0.1


def test_the_share_bus_makes_up_for_a_drifted_reference_within_its_trim() -> None:
    """A reference 0.4 % high is evened out; one that is 1.2 % high is beyond the 0.3 V that the other may add."""
    within, beyond = Bench(DriftedReference(ratio=1.004), None), Bench(DriftedReference(ratio=1.012), None)
    first, second = within.draw(120.0)
    assert abs(first / second - 1.0) < 0.1
    first, second = beyond.draw(120.0)
    assert first / second > 1.2


def test_a_supply_without_droop_is_out_of_its_full_load_voltage() -> None:
    """It holds its no-load voltage under load: told by the truth, and by the bus."""
    bench = Bench(LostDroop(ratio=0.05))
    (supply,) = bench.pair.supplies
    assert [one.name for one in supply.out_of_specification()] == ["full_load_voltage"]
    bench.draw(60.0)
    assert bench.pair.level("BUS.U") > 50.3
    assert bench.pair.out_of_specification() == supply.out_of_specification()


def test_a_pair_is_a_unit_of_the_world() -> None:
    """Inlets, insulation and signals carry the slot's number; the output is the busbar, the earth is everybody's."""
    bench = Bench(None, None)
    assert isinstance(bench.pair, PoweredUnit)
    terminals = {end for element in bench.pair.elements() for end in (element.a, element.b)}
    assert {"AC1.L", "AC2.L", "BUS.-", "PE", "CHASSIS"} <= terminals
    assert not any(terminal.startswith("OUT") for terminal in terminals)
    assert bench.pair.memory("A") is None
    assert bench.pair.defects == ()
    with pytest.raises(KeyError):
        bench.pair.signal("STBY.U", None)


@pytest.mark.parametrize("count", [0, 3])
def test_a_pair_bench_takes_one_or_two(count: int) -> None:
    """Three supplies do not fit on it, and nothing is no unit."""
    with pytest.raises(ValueError, match="1 or 2 supplies"):
        SupplyPair("pair", [FAMILY.unit("power_supply", f"PSU{k:07d}") for k in range(count)])


def test_every_defect_of_a_pair_crosses_its_limit() -> None:
    """From harmless to certain: the least magnitude leaves a good supply, the clear ones do not."""
    for sweep in FAMILY.sweeps(PAIR):
        draw = random.Random(3)

        def is_good(magnitude: float, sweep: Any = sweep, draw: random.Random = draw) -> bool:
            defect = FAMILY.defect(sweep, magnitude, draw, ())
            return not FAMILY.unit("power_supply", "PSU0000001", defects=[defect]).out_of_specification()

        if len(sweep.magnitudes) > 1:
            assert is_good(sweep.magnitudes[0]) or sweep.name == "limit_low"
        assert not any(is_good(bound) for bound in sweep.clear), sweep.name
        assert math.isfinite(sweep.drawn_magnitude(draw))
