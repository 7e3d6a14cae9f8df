"""Simulated sources and loads under their own drivers, on a bench with a stand-in for a power supply."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.ac_source.chroma_61500 import Chroma61500
from drivers.electronic_load.chroma_63200a import Chroma63200a
from drivers.electronic_load.chroma_63600 import Chroma63600
from drivers.errors import DeviceError, InstrumentError, LinkError, LinkTimeout, NotSafe, WrongInstrument
from drivers.place import Place
from drivers.power_supply.keysight_n5700 import KeysightN5700
from drivers.power_supply.keysight_n6700 import KeysightN6700
from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import VirtualClock
from sim_hardware.duts.module_memory import ModuleMemory
from sim_hardware.faults import Fault
from sim_hardware.power.branch import AcFeed, DcBranch, LinearBranch
from sim_hardware.power.load_branch import LoadBranch
from sim_hardware.power.node import node_voltage

AC, LOAD, DC = "TCPIP0::ac::INSTR", "TCPIP0::load::INSTR", "TCPIP0::dc::INSTR"
PLAIN_OHM, EMF_V, SOURCE_OHM = 100.0, 50.0, 2e-3


class StandIn:
    """A heater on the mains beside a 50 V source behind 2 mohm, whatever the mains do; it remembers both."""

    serial = "STAND-IN"
    ac_ports: Mapping[str, tuple[str, str]] = {"AC": ("AC.L", "AC.N")}
    dc_ports: Mapping[str, tuple[str, str]] = {"OUT": ("OUT.+", "OUT.-")}
    voltages: Mapping[tuple[str, str], str] = {("AC.L", "AC.N"): "AC.U", ("OUT.+", "OUT.-"): "OUT.U"}
    currents: Mapping[str, str] = {"AC.I": "AC.I", "OUT.I": "OUT.I"}

    def __init__(self, emf_v: float = EMF_V) -> None:
        self.source = LinearBranch(plus="", minus="", ohm=SOURCE_OHM, emf_v=emf_v)
        self.mains: list[tuple[float, float, float, float]] = [(-1e9, 0.0, 50.0, 0.0)]
        self.levels: list[tuple[float, float]] = [(-1e9, emf_v)]
        self.heater_ohm = PLAIN_OHM

    def elements(self) -> Sequence[Any]:
        return ()

    def scattering(self, terminals: Sequence[str], grid: Any) -> NDArray[np.complex128]:
        raise NotImplementedError

    def memory(self, end: str) -> ModuleMemory | None:
        return None

    def advance(self, now: float) -> None:
        pass

    def join(self, now: float, feeds: Mapping[str, AcFeed | None], branches: Mapping[str, Sequence[DcBranch]]) -> None:
        feed = feeds["AC"]
        volt = feed.volt_rms if feed is not None and feed.is_on else 0.0
        self.mains.append((now, volt, feed.hertz if feed else 50.0, feed.origin_s if feed else 0.0))
        self.levels.append((now, node_voltage([self.source, *branches["OUT"]])))

    def next_event(self) -> float:
        return float("inf")

    def signal(self, name: str, times: NDArray[np.float64]) -> NDArray[np.float64]:
        if name.startswith("OUT"):
            at = np.searchsorted([when for when, _ in self.levels], times, side="right") - 1
            volt = np.array([level for _, level in self.levels])[at]
            return volt if name == "OUT.U" else (self.source.emf_v - volt) / SOURCE_OHM
        at = np.searchsorted([row[0] for row in self.mains], times, side="right") - 1
        table = np.array(self.mains)[at]
        volt = np.sqrt(2.0) * table[:, 1] * np.sin(2.0 * np.pi * table[:, 2] * (times - table[:, 3]))
        return np.asarray(volt if name == "AC.U" else volt / self.heater_ohm)

    def level(self, name: str) -> float:
        return float(self.signal(name, np.array([self.levels[-1][0]]))[0])


class Bed:
    """A bench with one role each for mains, load and DC supply."""

    def __init__(self, name: str, stack: ExitStack) -> None:
        self.clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
        self.bench = stack.enter_context(SimulatedBench(name, 7, self.clock))
        self.place = stack.enter_context(Place(clock=self.clock, resource_manager=self.bench.resource_manager))
        self.unit = StandIn()

    def build(self, role: str, model: str, resource: str, *wires: tuple[str, str], **options: Any) -> None:
        self.bench.add_instrument(role, model, resource, f"{role}0001", **options)
        for a, b in wires:
            self.bench.wire(a, b)

    def mains(self, **options: Any) -> Chroma61500:
        self.build("ac", "chroma_61500", AC, ("ac:L", "dut:AC.L"), ("ac:N", "dut:AC.N"), **options)
        return Chroma61500.open(AC, self.place)

    def load(self, model: str = "chroma_63200a", **options: Any) -> Any:
        self.build("load", model, LOAD, ("load:+", "dut:OUT.+"), ("load:-", "dut:OUT.-"), **options)
        driver = Chroma63200a if model == "chroma_63200a" else Chroma63600
        return driver.open(LOAD, self.place)

    def volts(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        self.bench.power.advance()
        return self.unit.signal("AC.U", times)


@pytest.fixture
def bed(request: pytest.FixtureRequest) -> Iterator[Bed]:
    with ExitStack() as stack:
        here = Bed(request.node.name, stack)
        here.bench.insert(here.unit)
        yield here


def test_the_ac_source_gives_and_measures_what_the_heater_takes(bed: Bed) -> None:
    """230 V on 100 ohm are 2.3 A and 529 W, within the source's own uncertainty and its setting error."""
    source = bed.mains()
    source.configure(230.0, 50.0)
    source.set_output(True, phase_deg=90.0)
    bed.clock.sleep(0.5)
    volt = source.measure_voltage()
    assert volt.value == pytest.approx(230.0, abs=1.0)
    current = source.measure_current()
    assert current.value == pytest.approx(volt.value / PLAIN_OHM, abs=current.expanded_uncertainty)
    assert source.measure_power().value == pytest.approx(529.0, abs=10.0)
    assert source.measure_power_factor().value == pytest.approx(1.0, abs=0.001)
    source.set_output(False)
    assert source.measure_voltage().value < 1.0
    source.close()


def test_the_output_comes_on_at_its_phase(bed: Bed) -> None:
    """At 90 degrees the first instant is the positive peak, and the inrush of a heater is that of its resistance."""
    source = bed.mains()
    source.configure(230.0, 50.0)
    before = bed.clock.now()
    source.set_output(True, phase_deg=90.0)
    bed.clock.sleep(4.0)
    times = np.linspace(before, bed.clock.now(), 20000)
    volts = bed.volts(times)
    first = volts[np.flatnonzero(volts)[0]]
    assert first == pytest.approx(230.0 * np.sqrt(2.0), rel=0.01)
    assert source.measure_inrush_current().value == pytest.approx(230.0 * np.sqrt(2.0) / PLAIN_OHM, abs=0.3)


def test_the_peak_of_the_inrush_is_kept_after_ten_seconds(bed: Bed) -> None:
    """The highest current since switching on is still known when signals of that time are gone; a new start forgets."""
    source = bed.mains()
    source.configure(230.0, 50.0)
    bed.unit.heater_ohm = 10.0
    source.set_output(True)
    bed.clock.sleep(3.0)
    bed.bench.power.advance()
    bed.unit.heater_ohm = 1000.0
    bed.clock.sleep(30.0)
    assert source.measure_inrush_current().value == pytest.approx(32.5, abs=0.5)
    source.set_output(False)
    source.set_output(True)
    bed.clock.sleep(1.0)
    assert source.measure_inrush_current().value < 1.0
    source.close()


def test_a_dropout_has_its_length_and_phase(bed: Bed) -> None:
    """20 ms from 90 degrees on: one cycle without voltage, and the phase goes on as if nothing had been."""
    source = bed.mains()
    source.configure(230.0, 50.0)
    source.set_output(True)
    bed.clock.sleep(0.2)
    before = bed.clock.now()
    source.drop_output(0.020, phase_deg=90.0)
    after = bed.clock.now()
    assert 0.020 <= after - before < 0.2
    bed.bench.power.advance()
    gone = [row for row in bed.unit.mains if before < row[0] < after]
    start = next(row for row in gone if row[1] == 0.0)
    end = next(row for row in gone if row[0] > start[0] and row[1] > 0.0)
    assert end[0] - start[0] == pytest.approx(0.020, abs=1e-6)
    assert (start[0] - start[3]) * 50.0 % 1.0 == pytest.approx(0.25, abs=1e-6)
    assert end[3] == start[3]
    bed.clock.sleep(0.2)
    assert source.measure_voltage().value == pytest.approx(230.0, abs=1.0)


def test_a_reset_takes_seven_seconds_that_the_driver_waits_for(bed: Bed) -> None:
    """*RST makes a 61500 deaf; the driver lets the time go by instead of running into its timeout."""
    source = bed.mains()
    source.configure(230.0, 50.0)
    source.set_output(True)
    before = bed.clock.now()
    source.reset()
    assert bed.clock.now() - before >= 7.0
    assert source.measure_voltage().value < 1.0


def test_booleans_are_words_and_only_two(bed: Bed) -> None:
    """OUTP 1 is refused: nothing is switched, and the error queue says so."""
    bed.mains().close()
    with bed.bench.resource_manager().open_resource(AC, read_termination="\n", write_termination="\n") as session:
        session.write("OUTP 1")  # type: ignore[attr-defined]
        assert session.query("SYST:ERR?").startswith("-224")  # type: ignore[attr-defined]
        assert session.query("OUTP?") == "OFF"  # type: ignore[attr-defined]


def test_an_overloaded_source_switches_off(bed: Bed) -> None:
    """A 61501 gives 2 A in its 300 V range; 2.3 A trip it, and switching on again fails by name until cleared."""
    source = bed.mains(variant="61501")
    source.configure(230.0, 50.0)
    source.set_output(True)
    bed.clock.sleep(0.5)
    source.measure_current()
    bed.clock.sleep(0.2)
    assert source.measure_voltage().value < 1.0
    with pytest.raises(DeviceError, match="questionable condition is 2"):
        source.set_output(True)
    source.clear_protection()
    source.configure(100.0, 50.0)
    source.set_output(True)


@pytest.mark.parametrize(("option", "said"), [("stuck_on", "says ON"), ("stuck_silent", "are measured on it")])
def test_a_welded_output_relay_is_not_safe(bed: Bed, option: str, said: str) -> None:
    """Whether the source owns up to it or not: its read-back tells, or else its meter."""
    source = bed.mains(**{option: True})
    source.configure(230.0, 50.0)
    source.set_output(True)
    with pytest.raises(NotSafe, match=said):
        source.safe_state()
    with pytest.raises(NotSafe, match=said):
        source.close()


def test_a_lost_answer_poisons_the_source_until_it_is_safe(bed: Bed) -> None:
    """After a timeout nothing more is asked; the safe state resynchronises first and then proves the output off."""
    source = bed.mains()
    source.configure(230.0, 50.0)
    source.set_output(True)
    bed.bench.inject(AC, Fault("drop", match="CURR:AC", nth=1))
    with pytest.raises(LinkTimeout):
        source.measure_current()
    with pytest.raises(LinkError, match="lost its step"):
        source.measure_voltage()
    source.safe_state()
    assert source.measure_voltage().value < 1.0


def test_another_model_is_refused(bed: Bed) -> None:
    """A load's driver does not open a source."""
    bed.mains().close()
    with pytest.raises(WrongInstrument, match="found Chroma ATE 61505"):
        Chroma63200a.open(AC, bed.place)


def test_constant_current_is_drawn_and_measured(bed: Bed) -> None:
    """100 A at 49.8 V; the meters agree with the truth within their expanded uncertainty."""
    load = bed.load()
    load.set_constant_current(100.0)
    load.set_input(True)
    ampere, volt = load.measure_current(), load.measure_voltage()
    assert ampere.value == pytest.approx(100.0, abs=1.0)
    truth = EMF_V - bed.unit.level("OUT.I") * SOURCE_OHM
    assert volt.value == pytest.approx(truth, abs=volt.expanded_uncertainty)
    assert ampere.value == pytest.approx(bed.unit.level("OUT.I"), abs=ampere.expanded_uncertainty)
    assert load.measure_power().value == pytest.approx(ampere.value * volt.value, rel=0.01)
    load.set_constant_current(10.0)
    assert load.measure_current().value == pytest.approx(10.0, abs=1.0)
    load.close()
    assert bed.unit.level("OUT.I") < 0.01


def test_constant_resistance_and_constant_power_hold(bed: Bed) -> None:
    """1 ohm draws 50 A; 3 kW are 3 kW at whatever voltage that leaves."""
    load = bed.load()
    load.set_constant_resistance(1.0)
    load.set_input(True)
    assert bed.unit.level("OUT.I") == pytest.approx(50.0, rel=0.01)
    load.set_constant_power(3000.0)
    assert load.measure_power().value == pytest.approx(3000.0, rel=0.01)


@pytest.mark.parametrize("mode", ["off", "current", "resistance", "short"])
def test_every_load_branch_is_monotone(mode: str) -> None:
    """The current never falls as the voltage rises, from reversed to far above the rating."""
    branch = LoadBranch(plus="+", minus="-", lowest_ohm=1e-3, limit_a=630.0, is_on=mode != "off")
    branch.level_a = 100.0
    branch.ohm = 2.0 if mode == "resistance" else None
    branch.is_short = mode == "short"
    currents = [branch.current(volt) for volt in np.linspace(-2.0, 200.0, 5000)]
    assert all(later >= earlier for earlier, later in pairwise(currents))


def test_a_dynamic_current_begins_low_and_keeps_its_times(bed: Bed) -> None:
    """1 ms at 20 A, 2 ms at 100 A, as the unit sees it; the meter shows the mean."""
    load = bed.load()
    load.set_dynamic_current(20.0, 100.0, 1e-3, 2e-3, 1e6)
    load.set_input(True)
    now = bed.clock.now()
    bed.clock.sleep(0.030)
    bed.bench.power.advance()
    turns = [(when, (EMF_V - volt) / SOURCE_OHM) for when, volt in bed.unit.levels if when > now]
    assert all(ampere == pytest.approx(20.0, abs=1.0) or ampere == pytest.approx(100.0, abs=1.0) for _, ampere in turns)
    pairs = list(pairwise(turns))
    assert {round(b[0] - a[0], 6) for a, b in pairs if a[1] < 50 < b[1]} == {0.001}
    assert {round(b[0] - a[0], 6) for a, b in pairs if b[1] < 50 < a[1]} == {0.002}
    assert load.measure_current().value == pytest.approx((20.0 + 200.0) / 3.0, abs=1.0)


def test_what_nobody_looked_at_has_happened_all_the_same(bed: Bed) -> None:
    """The turns of a dynamic current that ends before anyone asks are in the unit's past."""
    load = bed.load()
    load.set_dynamic_current(20.0, 100.0, 1e-3, 1e-3, 1e6)
    load.set_input(True)
    now = bed.clock.now()
    bed.clock.sleep(0.5)
    load.set_input(False)
    assert len([when for when, _ in bed.unit.levels if when > now]) > 400


def test_a_long_dynamic_wait_is_not_gone_through_turn_by_turn(bed: Bed) -> None:
    """An hour at 1 kHz is looked at only where it can still be seen, and goes on in step."""
    load = bed.load()
    load.set_dynamic_current(20.0, 100.0, 5e-4, 5e-4, 1e6)
    load.set_input(True)
    joins = len(bed.unit.levels)
    bed.clock.sleep(3600.0)
    bed.bench.power.advance()
    assert 500 < len(bed.unit.levels) - joins < 3000


def test_the_loads_slew_reaches_the_grid(bed: Bed) -> None:
    """A/us on the wire are A/s in the branch."""
    load = bed.load()
    load.set_constant_current(100.0, slew_a_s=2.5e5)
    load.set_input(True)
    assert [branch.slew_a_s for branch in bed.bench.power._branches] == pytest.approx([2.5e5])


def test_an_overpowered_load_trips_and_names_it(bed: Bed) -> None:
    """6 kW at 50 V end at 120 A; a short at 50 V is refused by the load's own protection."""
    load = bed.load()
    load.set_constant_current(200.0)
    with pytest.raises(DeviceError, match="OPP"):
        load.set_input(True)
    assert load.read_trips() == ("OPP",)
    load.set_constant_current(50.0)
    with pytest.raises(DeviceError, match="OPP"):
        load.set_input(True)
    load.clear_trips()
    load.set_input(True)
    assert load.read_trips() == ()


def test_a_short_draws_what_the_source_gives_until_it_trips(bed: Bed) -> None:
    """The short of a load that is rated for it holds; here the current is far above its rating and the load opens."""
    load = bed.load()
    load.set_constant_current(1.0)
    load.set_input(True)
    load.set_short(True)
    assert "OCP" in load.read_trips()
    assert bed.unit.level("OUT.I") < 0.01


def test_reversed_polarity_and_overvoltage_are_seen(bed: Bed) -> None:
    """Wired the wrong way the load's diodes conduct and it says REVERSE; above 150 V it says OVP."""
    load = bed.load()
    bed.unit.source.emf_v = 170.0
    bed.bench.power.rejoin(bed.clock.now())
    assert load.read_trips() == ("OVP",)
    load.clear_trips()
    bed.unit.source.emf_v = -0.8
    bed.bench.power.rejoin(bed.clock.now())
    assert load.read_trips() == ("REVERSE",)


def test_a_stalled_fan_lets_the_load_overheat(bed: Bed) -> None:
    """At rated power without a fan the heat sink trips within a minute or two."""
    load = bed.load(fan_stalled=True)
    load.set_constant_current(110.0)
    load.set_input(True)
    for _ in range(12):
        bed.clock.sleep(10.0)
        trips = load.read_trips()
    assert trips == ("OTP", "FAN")


def test_a_load_that_stays_on_is_not_safe(bed: Bed) -> None:
    """LOAD? reads ON after LOAD OFF."""
    load = bed.load(stuck_on=True)
    load.set_constant_current(10.0)
    load.set_input(True)
    with pytest.raises(NotSafe, match="says ON"):
        load.safe_state()


def test_a_mainframe_is_worked_at_its_first_module(bed: Bed) -> None:
    """With slot 1 empty and a module of one load in slot 2, that is channel 3."""
    load = bed.load("chroma_63600", modules={2: "63640-80-80", 3: "63610-80-20"})
    assert (load.channel, load.module) == (3, "63640-80-80")
    load.set_constant_current(7.0)
    load.set_input(True)
    assert load.measure_current().value == pytest.approx(7.0, abs=0.2)
    load.set_constant_current(20.0)
    assert load.read_trips() == ("OPP",)


def test_the_low_range_refuses_what_the_high_one_takes(bed: Bed) -> None:
    """*RST leaves a load in its low range: a driver that forgets MODE CCH meets -222 and not a wrong current."""
    bed.load().close()
    with bed.bench.resource_manager().open_resource(LOAD, read_termination="\n", write_termination="\n") as session:
        session.write("*RST")  # type: ignore[attr-defined]
        session.write("CURR:STAT:L1 50")  # type: ignore[attr-defined]
        assert session.query("SYST:ERR?").startswith("-222")  # type: ignore[attr-defined]


def supplies(bed: Bed, model: str, **options: Any) -> Any:
    bed.build("dc", model, DC, **options)
    return (KeysightN6700 if model == "keysight_n6700" else KeysightN5700).open(DC, bed.place)


@pytest.mark.parametrize("model", ["keysight_n6700", "keysight_n5700"])
def test_a_supply_is_the_same_through_two_dialects(bed: Bed, model: str) -> None:
    """48 V on nothing, with the read-back within its uncertainty and setting error; off is off."""
    supply = supplies(bed, model)
    supply.configure(48.0, 5.0, overvoltage_v=55.0)
    supply.set_output(True)
    assert supply.measure_voltage().value == pytest.approx(48.0, abs=0.2)
    assert supply.measure_current().value == pytest.approx(0.0, abs=0.1)
    supply.configure(12.0, 5.0, overvoltage_v=14.0)
    assert supply.measure_voltage().value == pytest.approx(12.0, abs=0.2)
    supply.set_output(False)
    assert supply.measure_voltage().value == pytest.approx(0.0, abs=0.1)
    supply.close()


@pytest.mark.parametrize("model", ["keysight_n6700", "keysight_n5700"])
def test_a_supply_limits_its_current_into_a_load(bed: Bed, model: str) -> None:
    """A load that asks for 8 A gets the 5 A of the limit and what voltage is left; an overvoltage trips and latches."""
    bed.bench.remove()
    supply = supplies(bed, model)
    bed.build("load", "chroma_63200a", LOAD, ("load:+", "dc:CH1.+"), ("load:-", "dc:CH1.-"))
    load = Chroma63200a.open(LOAD, bed.place)
    supply.configure(48.0, 5.0)
    supply.set_output(True)
    load.set_constant_resistance(6.0)
    load.set_input(True)
    assert supply.measure_current().value == pytest.approx(5.0, abs=0.1)
    assert supply.measure_voltage().value == pytest.approx(30.0, abs=0.6)
    load.close()
    supply.close()


@pytest.mark.parametrize("model", ["keysight_n6700", "keysight_n5700"])
@pytest.mark.parametrize(("option", "said"), [("stuck_on", "reads on"), ("stuck_silent", "reads off and has 1[12]")])
def test_a_supply_that_stays_on_is_not_safe(bed: Bed, model: str, option: str, said: str) -> None:
    """Its read-back tells, or else its meters."""
    supply = supplies(bed, model, **{option: True})
    supply.configure(12.0, 1.0)
    supply.set_output(True)
    with pytest.raises(NotSafe, match=said):
        supply.safe_state()


def test_an_overvoltage_latches_until_it_is_cleared(bed: Bed) -> None:
    """Lowered below the voltage of the moment, the protection trips; the output stays off by name, then comes back."""
    supply = supplies(bed, "keysight_n6700")
    supply.configure(48.0, 5.0)
    supply.set_output(True)
    supply._command("VOLT:PROT 40,(@1)")
    assert supply.measure_voltage().value == pytest.approx(0.0, abs=0.1)
    with pytest.raises(DeviceError, match="questionable condition is 1"):
        supply.set_output(True)
    supply.clear_protection()
    supply.configure(30.0, 5.0)
    supply.set_output(True)
    assert supply.measure_voltage().value == pytest.approx(30.0, abs=0.2)


def test_the_watchdog_switches_off_when_the_wire_dies(bed: Bed) -> None:
    """Fed it stays on; with the cable pulled it is off after its time, with nobody asking."""
    supply = supplies(bed, "keysight_n6700")
    supply.configure(48.0, 5.0)
    supply.arm_watchdog(2)
    supply.set_output(True)
    for _ in range(5):
        bed.clock.sleep(1.5)
        supply.feed_watchdog()
    assert supply.measure_voltage().value == pytest.approx(48.0, abs=0.2)
    bed.bench.inject(DC, Fault("close", match="MEAS"))
    with pytest.raises(InstrumentError):
        supply.measure_voltage()
    bed.clock.sleep(1.9)
    assert bed.bench.power.voltage("dc:CH1.+", "dc:CH1.-") > 40.0
    bed.clock.sleep(0.5)
    assert bed.bench.power.voltage("dc:CH1.+", "dc:CH1.-") < 0.1
    bed.bench.faults.clear()
    supply.safe_state()
    with pytest.raises(DeviceError, match="questionable condition is 2048"):
        supply.set_output(True)


def test_a_disarmed_watchdog_is_not_fed_in_silence(bed: Bed) -> None:
    """*RST disarms it; whoever feeds it then is told."""
    supply = supplies(bed, "keysight_n6700")
    supply.arm_watchdog(2)
    supply._command("*RST")
    with pytest.raises(DeviceError, match="not armed"):
        supply.feed_watchdog()


def test_instruments_differ_by_serial_and_drift(bed: Bed) -> None:
    """Two loads are wrong in different ways, each always in its own; a year later it is another error."""
    readings = []
    for number_of_load, days in enumerate((0.0, 0.0, 3650.0)):
        with ExitStack() as stack:
            here = Bed(f"drift {number_of_load}", stack)
            here.bench.insert(here.unit)
            serial = "B" if number_of_load == 1 else "A"
            here.bench.add_instrument("load", "chroma_63200a", LOAD, serial, days_since_calibration=days)
            for pole in "+-":
                here.bench.wire(f"load:{pole}", f"dut:OUT.{pole}")
            load = Chroma63200a.open(LOAD, here.place)
            readings.append(np.mean([load.measure_voltage().value for _ in range(20)]))
    assert len({round(reading, 3) for reading in readings}) == 3
    assert readings == pytest.approx([50.0] * 3, abs=0.2)
