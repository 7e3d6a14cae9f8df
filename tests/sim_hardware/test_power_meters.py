"""Drivers and simulated meters together, on a small supply: a sine in, direct current with ripple and a step out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.errors import DeviceError, OutOfRange, WrongInstrument
from drivers.multimeter.keithley_2000 import Keithley2000
from drivers.multimeter.keithley_dmm6500 import KeithleyDmm6500
from drivers.oscilloscope.keysight_dsox3000 import KeysightDsox3000
from drivers.place import Place
from drivers.power_analyzer.yokogawa_wt310e import YokogawaWt310e
from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import VirtualClock
from sim_hardware.physics.conductors import Element
from sim_hardware.power.branch import AcFeed, DcBranch
from sim_hardware.power.scope_channel import ScopeChannel

HERTZ = 60.0
VOLT, AMPERE, THIRD = 230.0, 13.0, 0.04
OUT_V, OUT_A = 50.2, 58.0
RIPPLE_V, STEP_AT_S, STEP_V = 0.1, 20.0, -1.5


class SmallSupply:
    """230 V and 13 A with 4 % of third harmonic in; 50.2 V, 58 A with 120 Hz of ripple out, less 1.5 V from 20 s on."""

    serial = "PSU1"
    ac_ports: Mapping[str, tuple[str, str]] = {"AC": ("AC.L", "AC.N")}
    dc_ports: Mapping[str, tuple[str, str]] = {"OUT": ("OUT.+", "OUT.-")}
    voltages: Mapping[tuple[str, str], str] = {("AC.L", "AC.N"): "AC.U", ("OUT.+", "OUT.-"): "OUT.U"}
    currents: Mapping[str, str] = {"AC.I": "AC.I", "OUT.I": "OUT.I"}

    def __init__(self) -> None:
        self.asked = 0
        self.now = 0.0

    def elements(self) -> Sequence[Element]:
        return (Element("PE", "CHASSIS", 0.02),)

    def scattering(self, terminals: Sequence[str], grid: Any) -> NDArray[np.complex128]:
        raise NotImplementedError

    def memory(self, end: str) -> None:
        return None

    def advance(self, now: float) -> None:
        self.now = now

    def join(self, now: float, feeds: Mapping[str, AcFeed | None], branches: Mapping[str, Sequence[DcBranch]]) -> None:
        """Nothing here depends on what is joined."""

    def next_event(self) -> float:
        return float("inf")

    def signal(self, name: str, times: NDArray[np.float64]) -> NDArray[np.float64]:
        assert times[-1] <= self.now + 1e-9, "the future was asked for"
        assert times[0] >= self.now - 10.0, "what is forgotten was asked for"
        self.asked += times.shape[0]
        angle = 2.0 * np.pi * HERTZ * times
        if name == "AC.U":
            return np.asarray(np.sqrt(2.0) * VOLT * np.sin(angle))
        if name == "AC.I":
            return np.asarray(np.sqrt(2.0) * AMPERE * (np.sin(angle - 0.1) + THIRD * np.sin(3.0 * angle)))
        if name == "OUT.I":
            return np.full(times.shape, OUT_A)
        step = np.where(times >= STEP_AT_S, STEP_V, 0.0)
        return np.asarray(OUT_V + step + RIPPLE_V / 2.0 * np.sin(2.0 * angle))

    def level(self, name: str) -> float:
        return {"OUT.U": OUT_V, "OUT.I": OUT_A}.get(name, 0.0)


class MeterBench:
    """The meters wired to the supply."""

    def __init__(self, analyzer: Mapping[str, Any], scope: Mapping[str, Any], meter: Mapping[str, Any]) -> None:
        self.clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
        self.bench = SimulatedBench("power meters", 7, self.clock)
        self.supply = SmallSupply()
        add = self.bench.add_instrument
        add("dmm", "keithley_dmm6500", "TCPIP0::dmm::INSTR", "04580001", **meter)
        add("old", "keithley_2000", "GPIB0::16::INSTR", "1234567")
        add("analyzer", "yokogawa_wt310e", "TCPIP0::wt::INSTR", "C2UE00001", **{"model": "WT333E", **analyzer})
        add("scope", "keysight_dsox3000", "TCPIP0::scope::INSTR", "MY58000001", **scope)
        for a, b in (
            ("dmm:HI", "dut:OUT.+"),
            ("dmm:LO", "dut:OUT.-"),
            ("old:HI", "dut:OUT.-"),
            ("old:LO", "dut:OUT.+"),
            ("old:AMP", "dut:OUT.I"),
            ("analyzer:U1.+", "dut:AC.L"),
            ("analyzer:U1.-", "dut:AC.N"),
            ("analyzer:I1", "dut:AC.I"),
            ("analyzer:U2.+", "dut:OUT.+"),
            ("analyzer:U2.-", "dut:OUT.-"),
            ("analyzer:I2", "dut:OUT.I"),
            ("scope:CH1", "dut:OUT.+"),
            ("scope:CH1.REF", "dut:OUT.-"),
            ("scope:CH2.CLAMP", "dut:AC.I"),
            ("scope:CH3", "dut:AC.L"),
            ("scope:CH3.REF", "dut:AC.N"),
        ):
            self.bench.wire(a, b)
        self.bench.insert(self.supply)
        self.place = Place(clock=self.clock, resource_manager=self.bench.resource_manager)

    @property
    def analyzer(self) -> YokogawaWt310e:
        return YokogawaWt310e.open("TCPIP0::wt::INSTR", self.place)

    @property
    def scope(self) -> KeysightDsox3000:
        return KeysightDsox3000.open("TCPIP0::scope::INSTR", self.place)

    def close(self) -> None:
        self.place.close()
        self.bench.close()


@pytest.fixture
def options() -> dict[str, dict[str, Any]]:
    """Options of the simulated meters; a test overrides them."""
    return {}


@pytest.fixture
def meters(options: dict[str, dict[str, Any]]) -> Iterator[MeterBench]:
    """The bench, two seconds after the supply began."""
    made = MeterBench(options.get("analyzer", {}), options.get("scope", {}), options.get("dmm", {}))
    made.clock.sleep(2.0)
    yield made
    made.close()


def test_the_multimeter_reads_the_mean_of_the_output(meters: MeterBench) -> None:
    """Ripple is no part of DC; the true value lies within the stated doubt, in a fixed and in the chosen range."""
    dmm = KeithleyDmm6500.open("TCPIP0::dmm::INSTR", meters.place)
    for range_v in (100.0, None):
        reading = dmm.measure_dc_voltage(range_v)
        assert reading.value is not None
        assert reading.expanded_uncertainty is not None
        assert reading.range == "100 V"
        assert 0.0 < abs(reading.value - OUT_V) < reading.expanded_uncertainty


def test_too_small_a_range_is_over_with_its_sign(meters: MeterBench) -> None:
    """50.2 V in the 10 V range, and the same with the leads exchanged."""
    dmm = KeithleyDmm6500.open("TCPIP0::dmm::INSTR", meters.place)
    old = Keithley2000.open("GPIB0::16::INSTR", meters.place)
    assert dmm.measure_dc_voltage(10.0).over_range == "OVER"
    assert old.measure_dc_voltage(10.0).over_range == "UNDER"
    assert old.measure_dc_current(3.0).over_range == "OVER"
    assert old.measure_dc_voltage(100.0).value == pytest.approx(-OUT_V, rel=1e-4)


def test_resistance_is_seen_with_and_without_leads(meters: MeterBench) -> None:
    """The bond of 20 mohm by four wires; by two wires the leads are larger; between nothing it is an open."""
    for terminal, to in (("HI", "PE"), ("SENSE.HI", "PE"), ("LO", "CHASSIS"), ("SENSE.LO", "CHASSIS")):
        meters.bench.world.wire(f"ohm:{terminal}", f"dut:{to}")
    meters.bench.add_instrument("ohm", "keithley_dmm6500", "TCPIP0::ohm::INSTR", "04580002")
    ohm = KeithleyDmm6500.open("TCPIP0::ohm::INSTR", meters.place)
    assert ohm.measure_four_wire_resistance(1.0).value == pytest.approx(0.02, abs=3e-4)
    two_wire = ohm.measure_resistance()
    assert two_wire.value == pytest.approx(0.12, abs=5e-3)
    assert two_wire.range == "10 ohm"
    dmm = KeithleyDmm6500.open("TCPIP0::dmm::INSTR", meters.place)
    assert dmm.measure_four_wire_resistance().over_range == "OVER"
    assert dmm.measure_resistance().over_range == "OVER"


def test_scanner_commands_without_a_card_are_unknown(meters: MeterBench) -> None:
    """ROUT:CLOS is -113 on a meter without scanner card."""
    dmm = KeithleyDmm6500.open("TCPIP0::dmm::INSTR", meters.place)
    with pytest.raises(DeviceError, match="-113"):
        dmm._command("ROUT:CLOS (@1)")


@pytest.mark.parametrize("options", [{"dmm": {"language": "TSP"}}])
def test_a_meter_that_speaks_tsp_is_refused_until_its_reboot(meters: MeterBench) -> None:
    """*LANG SCPI takes effect with the next switching on."""
    resource = "TCPIP0::dmm::INSTR"
    wire = meters.place.transport(resource, 1.0)
    wire.write(b"*LANG SCPI\n")
    wire.close()
    with pytest.raises(WrongInstrument, match="TSP"):
        KeithleyDmm6500.open(resource, meters.place)
    meters.bench._devices[resource].reboot()  # type: ignore[attr-defined]
    KeithleyDmm6500.open(resource, meters.place)


def test_the_old_meter_refuses_to_read_while_it_triggers_by_itself(meters: MeterBench) -> None:
    """READ? before CONF is -213."""
    old = Keithley2000.open("GPIB0::16::INSTR", meters.place)
    old._session.write("READ?")
    with pytest.raises(DeviceError, match="-213"):
        old._check_errors("READ?")


def test_the_analyser_measures_both_sides_of_the_supply(meters: MeterBench) -> None:
    """Rms and means, watts, the power factor of a shifted and distorted current, all within their stated doubt."""
    analyzer = meters.analyzer
    analyzer.configure_element(1, voltage_range_v=300.0, current_range_a=20.0)
    analyzer.configure_element(2, voltage_range_v=60.0, current_range_a=60.0, sensor_v_per_a=1e-3, dc=True)
    line, output = analyzer.measure(1), analyzer.measure(2)
    ampere = AMPERE * (1.0 + THIRD**2) ** 0.5
    watt = VOLT * AMPERE * np.cos(0.1)
    for reading, true in (
        (line.voltage, VOLT),
        (line.current, ampere),
        (line.power, watt),
        (line.power_factor, watt / VOLT / ampere),
        (output.voltage, OUT_V),
        (output.current, OUT_A),
        (output.power, OUT_V * OUT_A),
        (output.power_factor, 1.0),
    ):
        assert reading.value is not None
        assert reading.expanded_uncertainty is not None
        assert abs(reading.value - true) <= reading.expanded_uncertainty + 1e-4 * abs(true)
        assert reading.value == pytest.approx(true, rel=2e-3)
    distortion = analyzer.measure_current_distortion(1)
    assert distortion.value == pytest.approx(THIRD, abs=1e-4)


def test_an_automatic_range_is_that_of_the_largest_signal(meters: MeterBench) -> None:
    """13.01 A are just too much for 10 A; the output's 50 V are seen in the range that the line needs."""
    analyzer = meters.analyzer
    analyzer.configure_element(1)
    line = analyzer.measure(1)
    assert line.voltage.value == pytest.approx(VOLT, rel=1e-3)
    assert (line.voltage.range, line.current.range) == ("300 V", "20 A")
    analyzer.configure_element(2, sensor_v_per_a=1e-3, dc=True)
    output = analyzer.measure(2)
    assert (output.voltage.range, output.current.range) == ("300 V", "50 A")
    assert output.voltage.value == pytest.approx(OUT_V, abs=0.2)


def test_beyond_140_percent_of_a_range_is_over(meters: MeterBench) -> None:
    """13 A in the 5 A range: no current, no power, but a voltage."""
    analyzer = meters.analyzer
    analyzer.configure_element(1, voltage_range_v=300.0, current_range_a=5.0)
    line = analyzer.measure(1)
    assert line.voltage.value == pytest.approx(VOLT, rel=1e-3)
    assert (line.current.over_range, line.power.over_range) == ("OVER", "OVER")
    assert analyzer.measure_current_distortion(1).over_range == "OVER"


def test_no_current_has_no_power_factor(meters: MeterBench) -> None:
    """Element 3 is wired to nothing: NAN is refused by name."""
    analyzer = meters.analyzer
    analyzer.configure_element(3, voltage_range_v=300.0, current_range_a=20.0)
    with pytest.raises(DeviceError, match="LAMB,3"):
        analyzer.measure(3)


def test_right_after_a_range_change_there_is_no_data(meters: MeterBench) -> None:
    """An update in which a range was changed is not to be believed, and the analyser says so."""
    analyzer = meters.analyzer
    analyzer.configure_element(1, voltage_range_v=300.0, current_range_a=20.0)
    analyzer.measure(1)
    analyzer._command(":INP:VOLT:RANG 600")
    assert analyzer._session.query(":NUM:NORM:VAL?") == "NAN,NAN,NAN,NAN"


@pytest.mark.parametrize("options", [{"analyzer": {"sensor_gain_error": 0.01}}])
def test_a_sensor_is_as_wrong_as_it_truly_is(meters: MeterBench) -> None:
    """One per cent of the shunt is one per cent of the current: it needs a calibration of its own."""
    analyzer = meters.analyzer
    analyzer.configure_element(2, voltage_range_v=60.0, current_range_a=60.0, sensor_v_per_a=1e-3, dc=True)
    assert analyzer.measure(2).current.value == pytest.approx(OUT_A * 1.01, rel=1.5e-3)


@pytest.mark.parametrize("options", [{"analyzer": {"model": "WT310E", "options": "C7,G5"}}])
def test_a_small_analyser_without_sensor_input_carries_20_amperes(meters: MeterBench) -> None:
    """54 A is refused with the limit, and so is a sensor that has nowhere to go."""
    analyzer = meters.analyzer
    with pytest.raises(OutOfRange, match="54 A is above the 20 A"):
        analyzer.configure_element(1, current_range_a=54.0)
    with pytest.raises(DeviceError, match="lacks the sensor input"):
        analyzer.configure_element(1, current_range_a=54.0, sensor_v_per_a=1e-3)
    with pytest.raises(OutOfRange, match="no element 2"):
        analyzer.configure_element(2)


def test_the_scope_catches_the_step(meters: MeterBench) -> None:
    """Armed 0.5 s before it, 5 ms on record before the trigger; the step lies at zero."""
    scope = meters.scope
    meters.clock.sleep(17.3)
    scope.configure_channel(1, full_scale=8.0, offset=49.0, bandwidth_limited=True)
    scope.configure_timebase(0.02, 0.005)
    scope.arm(1, 49.5, "FALL")
    assert scope.wait_for_trigger(2.0)
    wave = scope.read_waveform(1)
    assert wave.values.shape == (5000,)
    before, after = wave.values[wave.times_s < -1e-4], wave.values[wave.times_s > 1e-4]
    assert before.mean() == pytest.approx(OUT_V, rel=0.02)
    assert before.mean() - after.mean() == pytest.approx(-STEP_V, abs=0.12)
    assert before.min() > 49.2
    assert after.max() < 49.2


def test_looking_for_an_edge_costs_little(meters: MeterBench) -> None:
    """A second of waiting asks the signal for some ten thousand values, each moment once."""
    scope = meters.scope
    scope.configure_channel(1, full_scale=8.0, offset=49.0)
    scope.configure_timebase(0.02, 0.005)
    scope.arm(1, 45.0, "FALL")
    before = meters.supply.asked
    assert not scope.wait_for_trigger(1.0)
    assert meters.supply.asked - before < 20_000


def test_ripple_is_seen_through_the_coupling_capacitor(meters: MeterBench) -> None:
    """0.1 V peak to peak on 50 V: only AC coupling brings it on the screen."""
    scope = meters.scope
    with pytest.raises(OutOfRange):
        scope.configure_channel(1, full_scale=0.2, offset=50.0)
    scope.configure_channel(1, full_scale=0.2, bandwidth_limited=True, coupling="AC")
    scope.configure_timebase(0.05, 0.0)
    scope.acquire_now()
    values = scope.read_waveform(1).values
    assert np.ptp(values) == pytest.approx(RIPPLE_V, rel=0.05)
    assert abs(values.mean()) < 0.01


def test_a_clamp_and_a_probe_are_acquired_together(meters: MeterBench) -> None:
    """The current clamp shows amperes, the 100:1 probe volts, of the same moment."""
    scope = meters.scope
    scope.configure_channel(2, full_scale=60.0, unit="A", unit_per_volt=100.0)
    scope.configure_channel(3, full_scale=1000.0, unit_per_volt=100.0)
    scope.configure_timebase(0.05, 0.01)
    scope.arm(3, 0.0, "RISE")
    assert scope.wait_for_trigger(1.0)
    current, voltage = scope.read_waveform(2), scope.read_waveform(3)
    assert (current.unit, voltage.unit) == ("A", "V")
    assert np.sqrt(np.mean(voltage.values**2)) == pytest.approx(VOLT, rel=0.02)
    assert np.sqrt(np.mean(current.values**2)) == pytest.approx(AMPERE, rel=0.02)
    crossing = voltage.values[np.argmin(np.abs(voltage.times_s))]
    assert abs(crossing) < 15.0


def test_what_leaves_the_screen_is_refused(meters: MeterBench) -> None:
    """325 V of peak on a screen of 400 V peak to peak."""
    scope = meters.scope
    scope.configure_channel(3, full_scale=400.0, unit_per_volt=100.0)
    scope.configure_timebase(0.05, 0.01)
    scope.acquire_now()
    with pytest.raises(DeviceError, match="clipped"):
        scope.read_waveform(3)


@pytest.mark.parametrize("options", [{"scope": {"probes": {"1": 10.0}}}])
def test_a_probe_that_is_not_what_it_was_said_to_be_shows(meters: MeterBench) -> None:
    """A 10:1 probe taken for a direct lead shows a tenth."""
    scope = meters.scope
    scope.configure_channel(1, full_scale=20.0)
    scope.configure_timebase(0.01, 0.0)
    scope.acquire_now()
    assert scope.read_waveform(1).values.mean() == pytest.approx(OUT_V / 10.0, rel=0.02)


@pytest.mark.parametrize(("limited", "level"), [(True, 5.0**-0.5), (False, 1.04**-0.5)])
def test_the_bandwidth_limit_is_a_first_order_low_pass(limited: bool, level: float) -> None:
    """At 40 MHz a 20 MHz limit leaves 1/sqrt(5) of a sine, the full 200 MHz nearly all."""
    channel = ScopeChannel(full_scale=4.0, limited=limited)
    codes = channel.codes(
        lambda times: np.asarray(np.sin(2.0 * np.pi * 40e6 * times)), 1e-3, 1e-9, 5000, np.random.default_rng(1)
    )
    shown = (codes[500:4500].astype(float) - 128.0) * 4.0 / 256.0
    assert np.sqrt(2.0) * shown.std() == pytest.approx(level, rel=0.02)


def test_a_signal_that_switches_is_not_sampled_in_step_with_itself() -> None:
    """250 kHz sampled every 4 us: each sample at the same angle would show nothing of it."""
    channel = ScopeChannel(full_scale=4.0, limited=True)
    codes = channel.codes(
        lambda times: np.asarray(np.sin(2.0 * np.pi * 250e3 * times)), 1e-3, 4e-6, 5000, np.random.default_rng(1)
    )
    assert np.ptp(codes) * 4.0 / 256.0 == pytest.approx(2.0, rel=0.03)
