"""A power shelf on a bench without instruments: sharing, joints, and one supply less."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from sim_hardware.duts.power.family import PowerFamily
from sim_hardware.duts.power.parallel import shared_bus
from sim_hardware.duts.power.shelf import PowerShelfUnit
from sim_hardware.duts.power.shelf_defects import DeadFeed, EmptySlot, HighJoint, LinkedFeed, SlotShareContact
from sim_hardware.duts.power.shelf_family import ShelfFamily
from sim_hardware.power.branch import AcFeed, DcBranch, LinearBranch
from sim_hardware.power.load_branch import LoadBranch

_UP_S = 3.0


class Bench:
    """Mains at every inlet, a load at the bus, and nothing that measures wrong."""

    def __init__(self, shelf: PowerShelfUnit) -> None:
        self.shelf = shelf
        self.now = 0.0
        feed = AcFeed(live="ac:L", neutral="ac:N", volt_rms=230.0)
        feed.switch_on(0.0)
        self.feeds: dict[str, AcFeed | None] = dict.fromkeys(shelf.ac_ports, feed)
        self._feed = feed
        self.load = LoadBranch(plus="load:+", minus="load:-", lowest_ohm=2e-4, limit_a=2100.0, is_on=True)
        self.share: tuple[DcBranch, ...] = ()
        self.wait(_UP_S)

    def wait(self, seconds: float) -> None:
        """Join what hangs there now, and let time go by."""
        self.shelf.join(self.now, self.feeds, {"BUS": [self.load], "SHARE": self.share})
        self.now += seconds
        self.shelf.advance(self.now)

    def draw(self, ampere: float) -> None:
        """Draw this current and let it settle."""
        self.load.level_a = ampere
        self.wait(0.5)

    def switch_inlet(self, inlet: int, on: bool) -> None:
        """Open or close the contactor of an inlet."""
        self.feeds[f"AC{inlet}"] = self._feed if on else None

    def currents(self) -> list[float]:
        """Out of every slot, by its joint, in A."""
        drops = (self.shelf.level(f"JOINT{k}.U") for k in range(1, 7))
        return [drop / ohm for drop, ohm in zip(drops, self.shelf.parameters.joint_ohm, strict=True)]


def _family() -> ShelfFamily:
    return ShelfFamily(7, design={}, specification={}, part="SHELF-ORV3-6X", preset="orv3_6x")


def _bench(*defects: object, number: int = 1, parts: Sequence[object] = ()) -> Bench:
    family = _family()
    serial = family.serial("power_shelf", number)
    return Bench(family.unit("power_shelf", serial, defects=defects, parts=parts))  # type: ignore[arg-type]


def test_six_supplies_come_up_and_divide_the_load() -> None:
    """At half and at full load every supply carries its sixth within 5 %, and the joints' currents are the load's."""
    bench = _bench()
    assert 50.4 < bench.shelf.level("BUS.U") < 50.6
    for ampere in (180.0, 360.0):
        bench.draw(ampere)
        currents = bench.currents()
        assert sum(currents) == pytest.approx(bench.load.current(bench.shelf.level("BUS.U")), rel=1e-6)
        assert currents == pytest.approx([ampere / 6.0] * 6, rel=0.05)


def test_bus_is_that_of_the_parallel_supplies_where_joints_are_nothing() -> None:
    """Secants behind joints of a nanohm find the bus that bisection finds without any."""
    family = ShelfFamily(7, design={"joint_ohm": 1e-9}, specification={}, part="SHELF", preset="orv3_6x")
    bench = Bench(family.unit("power_shelf", "SH000003"))
    bench.draw(300.0)
    supplies = [supply for supply in bench.shelf.supplies if supply is not None]
    expected = shared_bus(supplies, [bench.load])
    assert bench.shelf.level("BUS.U") == pytest.approx(expected.volt, abs=1e-4)
    assert [supply.output.level(bench.now)[1] for supply in supplies] == pytest.approx(expected.amperes, rel=1e-3)


def test_joint_takes_its_drop_from_its_own_supply() -> None:
    """A joint of half a milliohm falls by its current, and its slot gives less as long as the share bus cannot help."""
    bench = _bench(HighJoint(joint=4, ohm=5e-4))
    bench.draw(360.0)
    supply = bench.shelf.supplies[3]
    assert supply is not None
    volt, ampere = supply.output.level(bench.now)
    assert volt - bench.shelf.level("BUS.U") == pytest.approx(bench.shelf.level("JOINT4.U"), abs=2e-4)
    assert bench.shelf.level("JOINT4.U") == pytest.approx(ampere * bench.shelf.parameters.joint_ohm[3])


def test_others_take_over_when_one_inlet_is_opened_and_give_back_when_it_is_closed() -> None:
    """The bus stays above 48.5 V while the slot's capacitor runs empty, five share, and six share again."""
    bench = _bench()
    bench.draw(306.0)
    opened = bench.now
    bench.switch_inlet(2, False)
    bench.wait(0.5)
    bus = bench.shelf.signal("BUS.U", np.linspace(opened - 0.05, opened + 0.3, 4000))
    assert 48.5 < bus.min() < bus.max() < 50.6
    currents = bench.currents()
    assert abs(currents.pop(1)) < 0.1
    assert currents == pytest.approx([61.2] * 5, rel=0.05)
    bench.switch_inlet(2, True)
    bench.wait(2.0)
    assert bench.currents() == pytest.approx([51.0] * 6, rel=0.05)
    told = [controller.events() for controller in bench.shelf.controllers if controller is not None]
    assert [[name for name, _ in events] for events in told] == [[], ["AC_LOSS"], [], [], [], []]


def test_bus_breaks_down_with_two_supplies_less() -> None:
    """A second slot behind the same inlet takes more with it than four supplies can carry; unloaded they come back."""
    bench = _bench(LinkedFeed(slot=5, inlet=2))
    bench.draw(306.0)
    bench.switch_inlet(2, False)
    bench.wait(0.5)
    assert bench.shelf.level("BUS.U") < 10.0
    bench.draw(0.0)
    bench.wait(15.0)
    assert bench.shelf.level("BUS.U") > 50.0


def test_open_share_contact_shows_when_the_share_bus_is_driven() -> None:
    """Held 0.24 V above their level five supplies follow; the one behind an open contact is left without a load."""
    bench = _bench(SlotShareContact(slot=3, ohm=1e8))
    bench.share = (LinearBranch(plus="share:+", minus="share:-", ohm=1.0, emf_v=1.04),)
    bench.draw(36.0)
    currents = bench.currents()
    assert currents.pop(2) < 4.0
    assert min(currents) > 6.0


@pytest.mark.parametrize("defect", [DeadFeed(slot=6), EmptySlot(slot=6)], ids=["dead feed", "empty slot"])
def test_slot_without_power_is_silent_and_the_others_carry(defect: object) -> None:
    """Without AC no processor runs; the shelf's own lives on the other supplies."""
    bench = _bench(defect)
    bench.draw(300.0)
    awake = [supply is not None and supply.ac.has_aux for supply in bench.shelf.supplies]
    assert awake == [True] * 5 + [False]
    assert bench.shelf.controller.is_powered
    assert bench.shelf.controller.measured("output_current") == pytest.approx(300.0, rel=0.01)


def test_shelf_of_tested_supplies_tells_their_serial_numbers() -> None:
    """Supplies that were on another bench before go into slots as they are, and work."""
    power = PowerFamily(7, design={}, specification={}, part="PSU-ORV3-3K", preset="ORV3_3KW")
    parts = [power.unit("power_supply", power.serial("power_supply", number)) for number in range(21, 27)]
    feed = AcFeed(live="ac:L", neutral="ac:N", volt_rms=230.0)
    feed.switch_on(0.0)
    for part in parts:
        part.join(0.0, {"AC": feed}, {"OUT": [LinearBranch(plus="x:+", minus="x:-", ohm=1.0)]})
        part.advance(2.0)
    bench = _bench(parts=parts)
    bench.draw(180.0)
    told = [controller.serial for controller in bench.shelf.controllers if controller is not None]
    assert told == [part.serial for part in parts]
    assert bench.currents() == pytest.approx([30.0] * 6, rel=0.05)


def test_nothing_is_left_on_the_bus_when_every_inlet_is_open() -> None:
    """The load draws the bus empty, and the shelf falls silent."""
    bench = _bench()
    for inlet in range(1, 7):
        bench.switch_inlet(inlet, False)
    bench.draw(5.0)
    bench.wait(60.0)
    assert abs(bench.shelf.level("BUS.U")) < 0.1
    assert not bench.shelf.controller.is_powered
    assert math.isinf(bench.shelf.next_event())
