"""Safety testers, relays, lines, thermocouples and the chamber on one bench, through their drivers."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from drivers.capabilities import ComplianceTester
from drivers.climate_chamber.espec_p300 import EspecP300
from drivers.digital_io.numato_gpio import NumatoGpio
from drivers.errors import DeviceError, InstrumentError, LinkTimeout, NotSafe
from drivers.line_driver import LineDriver
from drivers.place import Place
from drivers.safety_tester.associated_research_omnia import AssociatedResearchOmnia
from drivers.safety_tester.chroma_19032 import Chroma19032
from drivers.switch_matrix.numato_relay import NumatoRelay
from drivers.temperature_logger.keysight_daq970a import KeysightDaq970aThermometer
from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import VirtualClock
from sim_hardware.faults import Fault, FaultKind
from sim_hardware.physics.conductors import Element

NAME = "safety"
EPOCH = datetime(2026, 3, 2, tzinfo=UTC)
Y_CAPACITOR_F = 2.2e-9
EARTH_OHM = 0.021

RESOURCES = {
    "chroma_19032": "TCPIP0::hipot::inst0::INSTR",
    "associated_research_omnia": f"sim://{NAME}/hipot",
}
DRIVERS: dict[str, type[Chroma19032] | type[AssociatedResearchOmnia]] = {
    "chroma_19032": Chroma19032,
    "associated_research_omnia": AssociatedResearchOmnia,
}
both_testers = pytest.mark.parametrize("model", list(DRIVERS))


class Appliance:
    """Something on the mains: two Y capacitors to its earth, insulation, an earth wire to its case, air around it."""

    def __init__(
        self,
        *,
        earth_ohm: float = EARTH_OHM,
        leak_ohm: float = 4e9,
        farad: float = Y_CAPACITOR_F,
        breaks_at_v: float = math.inf,
    ) -> None:
        self.serial = "A1"
        self.ambient_c = 23.0
        self.rise_k = 20.0
        self._earth_ohm, self._leak_ohm, self._farad = earth_ohm, leak_ohm, farad
        self._breaks_at_v = breaks_at_v

    def elements(self) -> Sequence[Element]:
        earth = [Element("PE", "CHASSIS", self._earth_ohm)] if math.isfinite(self._earth_ohm) else []
        mains = [Element(f"AC.{pole}", "PE", 2 * self._leak_ohm, self._farad) for pole in "LN"]
        return (*mains, *earth)

    def breakdown_v(self, high: Sequence[str], low: Sequence[str]) -> float:
        touched = any(end.startswith("AC.") for end in high) and "PE" in low
        return self._breaks_at_v if touched else math.inf

    def temperature_c(self, place: str) -> float:
        return self.ambient_c if place == "INLET" else self.ambient_c + self.rise_k

    def scattering(self, terminals: Sequence[str], grid: Any) -> Any:
        raise NotImplementedError

    def memory(self, end: str) -> None:
        return None


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(EPOCH)


@pytest.fixture
def bench(clock: VirtualClock) -> Iterator[SimulatedBench]:
    with SimulatedBench(NAME, 7, clock) as made:
        yield made


@pytest.fixture
def place(bench: SimulatedBench, clock: VirtualClock) -> Iterator[Place]:
    with Place(clock=clock, resource_manager=bench.resource_manager) as here:
        yield here


def simulated(bench: SimulatedBench, role: str) -> Any:
    """The simulated device of a role."""
    return bench._instruments[role]


Rig = Callable[..., ComplianceTester]


@pytest.fixture
def hipot(bench: SimulatedBench, place: Place, model: str) -> Iterator[Rig]:
    """Wires a tester to a unit, both mains terminals to high voltage, and opens it; a `lead` may be left out."""
    opened: list[LineDriver | Chroma19032] = []

    def make(unit: Appliance | None, *, lead: bool = True, timeout_s: float = 5.0) -> ComplianceTester:
        bench.add_instrument("hipot", model, RESOURCES[model], "S1")
        for a, b in (("BOND.+", "PE"), ("BOND.-", "CHASSIS"), ("LOW", "PE"), *([("HV", "AC.L")] if lead else [])):
            bench.wire(f"hipot:{a}", f"dut:{b}")
        bench.wire("dut:AC.L", "dut:AC.N")
        if unit is not None:
            bench.insert(unit)
        tester = DRIVERS[model].open(RESOURCES[model], place, serial="S1", timeout_s=timeout_s)
        opened.append(tester)
        return tester

    yield make
    for tester in opened:
        tester.close()


@both_testers
@pytest.mark.parametrize("hertz", [50.0, 60.0])
def test_ac_leakage_is_the_current_of_the_capacitance(hipot: Rig, model: str, hertz: float) -> None:
    """I = 2 pi f C V with both Y capacitors in parallel: 2.1 mA at 1500 V and 50 Hz."""
    outcome = hipot(Appliance()).measure_ac_withstand(1500.0, hertz, 1.0, 1.0, 0.01, 0.0005)
    assert outcome.judgement == "PASS"
    assert outcome.reading.value == pytest.approx(2 * math.pi * hertz * 2 * Y_CAPACITOR_F * 1500.0, rel=0.03)


@both_testers
@pytest.mark.parametrize("why", ["no unit", "no lead"])
def test_too_little_current_says_that_nothing_is_connected(hipot: Rig, model: str, why: str) -> None:
    """A lead in the air finds its own few picofarad: LOW, where a high limit alone would have passed it."""
    tester = hipot(None if why == "no unit" else Appliance(), lead=why != "no lead")
    outcome = tester.measure_ac_withstand(1500.0, 50.0, 1.0, 1.0, 0.01, 0.0005)
    assert outcome.judgement == "LOW"
    assert outcome.reading.value is not None
    assert outcome.reading.value < 5e-5


@both_testers
def test_insulation_that_breaks_down_trips_on_the_way_up(hipot: Rig, model: str, bench: SimulatedBench) -> None:
    """Insulation that holds 2000 V (peak) passes 1400 V rms and trips 1500 V rms before the ramp is over."""
    tester = hipot(Appliance(breaks_at_v=2000.0))
    assert tester.measure_ac_withstand(1400.0, 50.0, 1.0, 1.0, 0.01, 0.0005).judgement == "PASS"
    started = bench.clock.now()
    outcome = tester.measure_ac_withstand(1500.0, 50.0, 10.0, 1.0, 0.01, 0.0005)
    assert outcome.judgement == "HIGH"
    assert outcome.reading.value is not None
    assert outcome.reading.value > 0.01
    assert 9.0 < bench.clock.now() - started < 10.5
    assert tester.measure_dc_withstand(2121.0, 1.0, 1.0, 1e-3).judgement == "HIGH"
    assert tester.measure_insulation_resistance(500.0, 1.0, 1e7).judgement == "PASS"
    assert simulated(bench, "hipot").output.output_v == 0.0


@both_testers
def test_dc_leakage_and_insulation_are_those_of_the_resistance(hipot: Rig, model: str) -> None:
    """4 Gohm draws 0.53 uA at 2121 V; what charges the capacitance while the voltage rises is not leakage."""
    tester = hipot(Appliance())
    assert tester.measure_dc_withstand(2121.0, 0.5, 1.0, 1e-3).reading.value == pytest.approx(2121.0 / 4e9, rel=0.05)
    assert tester.measure_insulation_resistance(500.0, 1.0, 1e7).reading.value == pytest.approx(4e9, rel=0.06)


@both_testers
def test_poor_insulation_fails(hipot: Rig, model: str) -> None:
    """1 Mohm: LOW insulation, HIGH leakage."""
    tester = hipot(Appliance(leak_ohm=1e6))
    assert tester.measure_insulation_resistance(500.0, 1.0, 1e7).judgement == "LOW"
    assert tester.measure_dc_withstand(2121.0, 0.5, 1.0, 1e-3).judgement == "HIGH"


@both_testers
@pytest.mark.parametrize(
    ("earth_ohm", "judgement"), [(EARTH_OHM, "PASS"), (0.13, "HIGH"), (0.5, "HIGH"), (math.inf, "HIGH")]
)
def test_ground_bond_is_the_earth_alone(hipot: Rig, model: str, earth_ohm: float, judgement: str) -> None:
    """An open earth is a current that the tester cannot bring about: HIGH and OVER."""
    outcome = hipot(Appliance(earth_ohm=earth_ohm)).measure_ground_bond(40.0, 1.0, 0.1)
    assert outcome.judgement == judgement
    if math.isinf(earth_ohm):
        assert outcome.reading.over_range == "OVER"
    else:
        assert outcome.reading.value == pytest.approx(earth_ohm, rel=0.03, abs=1e-3)


def test_an_open_earth_passes_the_hipot(bench: SimulatedBench, place: Place) -> None:
    """Why ground bond comes first: with LOW at the case and the earth open, hipot finds nothing to break down."""
    bench.add_instrument("hipot", "chroma_19032", RESOURCES["chroma_19032"], "S1")
    bench.wire("hipot:HV", "dut:AC.L")
    bench.wire("hipot:LOW", "dut:CHASSIS")
    bench.insert(Appliance(earth_ohm=math.inf, breaks_at_v=100.0))
    with Chroma19032.open(RESOURCES["chroma_19032"], place) as tester:
        assert tester.measure_dc_withstand(2121.0, 0.5, 1.0, 1e-3).judgement == "PASS"


@both_testers
def test_a_charged_unit_is_discharged_before_the_test_has_ended(hipot: Rig, model: str, bench: SimulatedBench) -> None:
    """Two microfarad at 500 V take most of a second to lose their charge; until then the tester says RUNNING."""
    tester = hipot(Appliance(farad=1e-6))
    started = bench.clock.now()
    tester.measure_insulation_resistance(500.0, 1.0, 1e7)
    assert bench.clock.now() - started > 1.6
    assert simulated(bench, "hipot").output.output_v < 60.0


@both_testers
def test_charge_that_stays_is_not_safe(hipot: Rig, model: str, bench: SimulatedBench, clock: VirtualClock) -> None:
    """A unit that is still charged after five seconds is not proven safe, whatever was sent; later it is."""
    tester = hipot(Appliance(farad=20e-6))
    with pytest.raises(DeviceError, match="still runs") as raised:
        tester.measure_insulation_resistance(500.0, 1.0, 1e7)
    assert any("may be charged" in note for note in raised.value.__notes__)
    clock.sleep(20.0)
    tester.safe_state()
    assert simulated(bench, "hipot").output.output_v < 60.0


@both_testers
def test_an_open_interlock_lets_nothing_start(hipot: Rig, model: str, bench: SimulatedBench) -> None:
    """Neither tester raises its voltage; both say that it is the interlock."""
    tester = hipot(Appliance())
    simulated(bench, "hipot").set_interlock(False)
    with pytest.raises(DeviceError, match="interlock"):
        tester.measure_ac_withstand(1500.0, 50.0, 1.0, 1.0, 0.01, 0.0005)
    assert simulated(bench, "hipot").output.output_v == 0.0


@both_testers
def test_an_interlock_that_opens_during_the_step_ends_it(model: str) -> None:
    """The voltage is off at that moment, by the tester's own hardware; the driver finds the step stopped."""

    class Door(VirtualClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            output = simulated(bench, "hipot").output
            if output.output_v > 500.0:
                seen.append(output.output_v)
                simulated(bench, "hipot").set_interlock(False)
                seen.append(output.output_v)

    seen: list[float] = []
    clock = Door(EPOCH)
    with (
        SimulatedBench(NAME, 7, clock) as bench,
        Place(clock=clock, resource_manager=bench.resource_manager) as place,
    ):
        bench.add_instrument("hipot", model, RESOURCES[model], "S1")
        bench.wire("hipot:HV", "dut:AC.L")
        bench.wire("hipot:LOW", "dut:PE")
        bench.insert(Appliance())
        with DRIVERS[model].open(RESOURCES[model], place) as tester, pytest.raises(DeviceError, match="STOPPED"):
            tester.measure_ac_withstand(1500.0, 50.0, 2.0, 10.0, 0.01, 0.0)
        assert clock.now() < 5.0
    assert seen[0] > 500.0
    assert seen[1] == 0.0


@both_testers
@pytest.mark.parametrize("kind", ["drop", "delay", "garbage", "truncate", "split", "stale", "duplicate", "error"])
def test_a_bad_wire_never_leaves_the_voltage_on(hipot: Rig, model: str, bench: SimulatedBench, kind: FaultKind) -> None:
    """Results are true or refused, whatever one message in fifty suffers; what can be made safe then is dead."""
    tester = hipot(Appliance(), timeout_s=0.5)
    output = simulated(bench, "hipot").output
    bench.inject(RESOURCES[model], Fault(kind, probability=0.02, count=2, seconds=0.7))
    good = 0
    for _ in range(25):
        try:
            outcome = tester.measure_ac_withstand(1500.0, 50.0, 0.5, 0.5, 0.01, 0.0005)
        except InstrumentError:
            try:
                tester.safe_state()
            except NotSafe:
                continue
            assert output.output_v == 0.0
        else:
            good += 1
            assert outcome.judgement == "PASS"
            assert outcome.reading.value == pytest.approx(2.07e-3, rel=0.03)
    bench.faults.clear()
    tester.safe_state()
    assert output.output_v == 0.0
    assert good > 5


@pytest.fixture
def relays(bench: SimulatedBench, place: Place) -> Iterator[Callable[..., NumatoRelay]]:
    opened: list[NumatoRelay] = []

    def make(**options: Any) -> NumatoRelay:
        bench.add_instrument("relays", "numato_relay", f"sim://{NAME}/relays", "RL1", **options)
        opened.append(NumatoRelay.open(f"sim://{NAME}/relays", place, serial="RL1", timeout_s=0.5))
        return opened[-1]

    yield make
    for module in opened:
        module.close()


def test_relays_close_their_contacts(relays: Callable[..., NumatoRelay], bench: SimulatedBench) -> None:
    """50 mohm from COM to NO while the coil is driven, nothing before and after."""
    module = relays()
    com, normally_open = bench.world.net("relays:10.COM"), bench.world.net("relays:10.NO")
    assert not bench.world.network().connected(com, normally_open)
    module.connect(3, 10)
    assert bench.world.network().two_wire_resistance(com, normally_open) == pytest.approx(0.05, rel=0.4)
    module.disconnect(10)
    assert not bench.world.joined("relays:10.COM", "relays:10.NO")
    assert bench.world.joined("relays:3.COM", "relays:3.NO")
    module.close()
    assert not bench.world.joined("relays:3.COM", "relays:3.NO")


def test_a_welded_contact_is_not_seen_by_the_module(relays: Callable[..., NumatoRelay], bench: SimulatedBench) -> None:
    """The register says off and the contact conducts: only measuring what it switches finds it."""
    module = relays(welded=[5])
    module.disconnect_all()
    assert bench.world.joined("relays:5.COM", "relays:5.NO")
    with pytest.raises(ValueError, match="welded"):
        bench.add_instrument("more", "numato_relay", f"sim://{NAME}/more", "RL2", channels=4, welded=[4])


@pytest.mark.parametrize("channels", [4, 8, 16, 32])
def test_the_size_of_a_module_is_found_out(relays: Callable[..., NumatoRelay], channels: int) -> None:
    """The last channel is there, the one after it is not."""
    module = relays(channels=channels)
    module.connect(channels - 1)
    with pytest.raises(InstrumentError, match=f"no channel {channels}"):
        module.connect(channels)


def test_a_cut_frame_is_a_timeout_and_off_is_proven_all_the_same(
    relays: Callable[..., NumatoRelay], bench: SimulatedBench
) -> None:
    """A prompt that is missing once: the relay may be on, so that it is switched off by name and proven."""
    module = relays()
    bench.inject(f"sim://{NAME}/relays", Fault("truncate", match="relay on", nth=1, count=10))
    with pytest.raises(LinkTimeout, match="relay on 2"):
        module.connect(2)
    assert bench.world.joined("relays:2.COM", "relays:2.NO")
    module.safe_state()
    assert not bench.world.joined("relays:2.COM", "relays:2.NO")


def test_a_module_that_is_gone_is_not_safe(relays: Callable[..., NumatoRelay], bench: SimulatedBench) -> None:
    """Without an answer nothing is proven."""
    module = relays()
    module.connect(2)
    bench.inject(f"sim://{NAME}/relays", Fault("drop"))
    with pytest.raises(NotSafe, match="by hand"):
        module.safe_state()
    bench.faults.clear()


def test_lines_are_read_from_outside_and_driven_from_inside(bench: SimulatedBench, place: Place) -> None:
    """An interlock that opens is seen at the next look; a lamp is lit and goes out when the driver closes."""
    bench.add_instrument("io", "numato_gpio", f"sim://{NAME}/io", "GP1", inputs_high=[0], stuck=[7])
    module = simulated(bench, "io")
    with NumatoGpio.open(f"sim://{NAME}/io", place, serial="GP1") as lines:
        assert lines.read_input(0) is True
        module.set_input(0, False)
        assert lines.read_input(0) is False
        lines.set_output(12, True)
        assert module.output(12) is True
        assert lines.read_input(12) is True
        assert module.output(12) is True
        with pytest.raises(DeviceError, match=r"\[7\] did not go on"):
            lines.set_output(7, True)
    assert module.output(12) is False
    assert module.output(0) is None


def test_opening_lets_go_of_lines_that_another_program_drove(bench: SimulatedBench, place: Place) -> None:
    """What was left high by a program that died is released before anything else."""
    bench.add_instrument("io", "numato_gpio", f"sim://{NAME}/io", "GP1")
    module = simulated(bench, "io")
    module.received(b"gpio set 4\r")
    assert module.output(4) is True
    with NumatoGpio.open(f"sim://{NAME}/io", place):
        assert module.output(4) is None


@pytest.fixture
def chamber(bench: SimulatedBench, place: Place) -> Iterator[EspecP300]:
    bench.add_instrument("chamber", "espec_p300", f"sim://{NAME}/chamber", "CH1", lag_s=300.0)
    with EspecP300.open(f"sim://{NAME}/chamber", place, serial="CH1") as opened:
        yield opened


def test_the_air_follows_the_setting_and_the_unit_the_air(
    chamber: EspecP300, bench: SimulatedBench, clock: VirtualClock
) -> None:
    """63 % of the way after one time constant; the unit's ambient follows although nobody asks the chamber."""
    unit = Appliance()
    bench.insert(unit)
    chamber.set_temperature(45.0)
    clock.sleep(300.0)
    bench.power.advance()
    assert unit.ambient_c == pytest.approx(45.0 - 22.0 / math.e, abs=0.6)
    assert chamber.measure_temperature().value == pytest.approx(unit.ambient_c, abs=0.5)
    clock.sleep(3000.0)
    assert chamber.measure_temperature().value == pytest.approx(45.0, abs=0.5)
    assert unit.ambient_c == pytest.approx(45.0, abs=0.01)


def test_a_closed_driver_leaves_the_chamber_in_standby(
    chamber: EspecP300, bench: SimulatedBench, clock: VirtualClock
) -> None:
    """Safe is neither heating nor cooling; the air goes back to the room's temperature by itself."""
    chamber.set_temperature(-40.0)
    assert simulated(bench, "chamber").running
    clock.sleep(3600.0)
    chamber.safe_state()
    assert not simulated(bench, "chamber").running
    clock.sleep(1800.0)
    assert chamber.measure_temperature().value == pytest.approx(23.0 - 63.0 / math.e, abs=0.5)


def test_a_chamber_with_an_alarm_gives_no_temperature(chamber: EspecP300, bench: SimulatedBench) -> None:
    """The code is named; a setting outside the controller's range is refused by the controller too."""
    simulated(bench, "chamber").alarms.append(8)
    with pytest.raises(DeviceError, match="alarms 8"):
        chamber.measure_temperature()
    assert simulated(bench, "chamber")._obey("TEMP, S200.0") == "NA:DATA OUT OF RANGE"
    assert simulated(bench, "chamber")._obey("HUMI?") == "NA:CMD ERR"


def test_thermocouples_see_the_places_they_are_wired_to(bench: SimulatedBench, place: Place) -> None:
    """Inlet and case of the unit; one that is broken and one that hangs nowhere are OVER; none without a unit is."""
    resource = "TCPIP0::logger::inst0::INSTR"
    bench.add_instrument("logger", "keysight_daq970a", resource, "MY1", cards={1: "DAQM901A"}, broken=[103])
    for channel, where in ((101, "INLET"), (102, "CASE"), (103, "CASE")):
        bench.wire(f"logger:T{channel}", f"dut:T.{where}")
    with KeysightDaq970aThermometer.open(resource, place) as thermometer:
        room = thermometer.measure_temperatures([101])[0]
        bench.insert(Appliance())
        inlet, case, broken, loose = thermometer.measure_temperatures([101, 102, 103, 104])
    assert room.value == pytest.approx(23.0, abs=1.0)
    assert inlet.value == pytest.approx(23.0, abs=1.0)
    assert case.value == pytest.approx(43.0, abs=1.0)
    assert (broken.over_range, loose.over_range) == ("OVER", "OVER")


def test_an_open_thermocouple_without_the_check_reads_anything(bench: SimulatedBench) -> None:
    """Why the driver turns the check on: a number comes back, and nothing says that it is none."""
    bench.add_instrument("logger", "keysight_daq970a", "TCPIP0::logger::inst0::INSTR", "MY1", cards={1: "DAQM901A"})
    logger = simulated(bench, "logger")
    logger.execute("CONF:TEMP TC,K,(@104)")
    answer, _ = logger.execute("READ?")
    assert -100.0 <= float(answer) <= 300.0
    for refused in ("CONF:TEMP TC,J,(@101)", "CONF:TEMP TC,K,(@201)", "ROUT:SCAN (@301)"):
        logger.execute(refused)
        assert logger.execute("SYST:ERR?")[0].startswith(b"-22")
