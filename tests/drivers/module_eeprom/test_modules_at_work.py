"""The driver against modules that live: states in time, light, flags, faults, silence."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from drivers.errors import DeviceError, LinkError, OutOfRange
from drivers.module_eeprom.two_wire import TwoWireModule
from drivers.place import Place
from drivers.reading import Reading
from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import VirtualClock
from sim_hardware.faults import Fault
from sim_hardware.modules.cmis_module import CmisModule
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.modules.sff8472_module import Sff8472Module
from sim_hardware.modules.sff8636_module import Sff8636Module

BUS = "sim-i2c://a"


@dataclass
class Unit:
    """What a module's sensors see, and the plug that it sits in."""

    serial: str = "X1"
    celsius: float = 45.5
    volts: float = 3.3
    received_mw: dict[int, float] = field(default_factory=dict)
    ratio: float = 2.4e-6
    module: Any = None

    def temperature_c(self) -> float:
        return self.celsius

    def supply_v(self) -> float:
        return self.volts

    def tx_power_mw(self, lane: int) -> float:
        return 1.0 + lane / 10

    def rx_power_mw(self, lane: int) -> float:
        return self.received_mw.get(lane, 0.5)

    def bias_ma(self, lane: int) -> float:
        return 70.0

    def pre_fec_ber(self, lane: int) -> float:
        return self.ratio * lane

    def elements(self) -> tuple[()]:
        return ()

    def scattering(self, terminals: Any, grid: Any) -> Any:
        raise NotImplementedError

    def memory(self, end: str) -> Any:
        return self.module if end == "A" else None


def identity(form_factor: str, media: str, length_m: float = 0.0) -> ModuleIdentity:
    """An identity of this kind."""
    return ModuleIdentity(
        form_factor, "RACKLINE", "00-1B-21", "OPT-800G-DR8", "A1", "OPT0000001", "260131", media, length_m
    )


@pytest.fixture
def clock() -> VirtualClock:
    """Time that jumps."""
    return VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))


@pytest.fixture
def unit() -> Unit:
    """A unit with no module yet."""
    return Unit()


@pytest.fixture
def bench(clock: VirtualClock, unit: Unit) -> Iterator[SimulatedBench]:
    """A bench whose bus leads to plug A of the unit."""
    with SimulatedBench("modules", 1, clock) as simulated:
        simulated.add_memory(BUS, "dut:A")
        simulated.insert(unit)
        yield simulated


@pytest.fixture
def driver(clock: VirtualClock, bench: SimulatedBench) -> Iterator[TwoWireModule]:
    """The driver on that bus."""
    with Place(clock=clock, smbus=bench.open_smbus) as place, TwoWireModule.open(BUS, place) as module:
        yield module


def cmis(unit: Unit, clock: VirtualClock, media: str = "single-mode", lanes: int = 8, **options: Any) -> CmisModule:
    """Plug a CMIS module in."""
    length = 0.0 if "mode" in media else 2.5
    unit.module = CmisModule(identity("OSFP", media, length), lanes=lanes, clock=clock, live=unit, **options)
    return unit.module  # type: ignore[no-any-return]


def qsfp(unit: Unit, clock: VirtualClock, media: str = "single-mode") -> Sff8636Module:
    """Plug a QSFP28 in."""
    unit.module = Sff8636Module(identity("QSFP28", media, 2.0), lanes=4, clock=clock, live=unit)
    return unit.module  # type: ignore[no-any-return]


def sfp(unit: Unit, clock: VirtualClock, media: str = "multimode") -> Sff8472Module:
    """Plug an SFP28 in."""
    unit.module = Sff8472Module(identity("SFP28", media, 3.0), clock=clock, live=unit)
    return unit.module  # type: ignore[no-any-return]


def test_a_module_is_waited_for_until_its_data_paths_are_up(
    driver: TwoWireModule, unit: Unit, clock: VirtualClock
) -> None:
    """Silence, low power, power up, ready, data paths: 0.25 + 0.15 + 0.43 s after power."""
    cmis(unit, clock)
    driver.wait_ready(3.0, data_paths=True)
    assert clock.now() == pytest.approx(0.83, abs=0.02)
    assert driver.read_data_paths() == ("DPActivated",) * 8


@pytest.mark.parametrize("plug", [cmis, qsfp, sfp])
def test_what_is_programmed_is_what_is_read(driver: TwoWireModule, unit: Unit, clock: VirtualClock, plug: Any) -> None:
    """All three maps carry the same identity, with valid checksums."""
    module = plug(unit, clock)
    driver.wait_ready(3.0)
    told = driver.read_identity()
    given = module.identity
    assert (told.vendor, told.oui, told.part, told.revision, told.serial, told.date_code) == (
        given.vendor,
        given.oui,
        given.part,
        given.revision,
        given.serial,
        given.date_code,
    )
    assert told.media == given.media
    assert told.unreadable == ()
    assert all(checksum.valid for checksum in driver.checksums())


@pytest.mark.parametrize(("plug", "length_m"), [(cmis, 2.5), (qsfp, 2.0), (sfp, 3.0)])
@pytest.mark.parametrize("media", ["passive copper", "active copper"])
def test_copper_has_a_length_and_no_light(
    driver: TwoWireModule, unit: Unit, clock: VirtualClock, plug: Any, length_m: float, media: str
) -> None:
    """A cable tells its length; what has no laser has no lane monitors."""
    plug(unit, clock, media)
    driver.wait_ready(3.0)
    assert (driver.read_identity().media, driver.read_identity().length_m) == (media, length_m)
    assert driver.read_dom().lanes == ()


def test_a_passive_cable_answers_without_supply(driver: TwoWireModule, unit: Unit, clock: VirtualClock) -> None:
    """Its memory is fed through the bus; it measures nothing."""
    unit.volts = 0.0
    cmis(unit, clock, "passive copper")
    assert driver.read_identity().is_flat
    assert driver.read_dom().temperature is None
    assert driver.module_state() == "ModuleReady"


@pytest.mark.parametrize(("plug", "lanes"), [(cmis, 8), (qsfp, 4), (sfp, 1)])
def test_monitors_are_what_the_sensors_see(
    driver: TwoWireModule, unit: Unit, clock: VirtualClock, plug: Any, lanes: int
) -> None:
    """Temperature in degC, supply in V, power in W, bias in A, of each lane."""
    plug(unit, clock)
    driver.wait_ready(3.0, data_paths=True)
    unit.celsius, unit.volts = 51.25, 3.25
    found = driver.read_dom()
    assert (found.temperature, found.supply_voltage) == (Reading(51.25, "degC"), Reading(3.25, "V"))
    assert found.temperature is not None
    assert found.temperature.at == clock.utc()
    assert [lane.lane for lane in found.lanes] == list(range(1, lanes + 1))
    last = found.lanes[-1]
    assert last.tx_power == Reading({8: 0.0018, 4: 0.0014, 1: 0.0011}[lanes], "W")
    assert (last.rx_power, last.tx_bias) == (Reading(5e-4, "W"), Reading(0.07, "A"))


@pytest.mark.parametrize("plug", [cmis, qsfp, sfp])
def test_a_flag_stays_until_it_is_read(driver: TwoWireModule, unit: Unit, clock: VirtualClock, plug: Any) -> None:
    """What was too hot for a moment is told once; monitors read in between clear nothing."""
    plug(unit, clock)
    driver.wait_ready(3.0, data_paths=True)
    driver.read_flags()
    unit.celsius, unit.received_mw = 80.0, {1: 0.01}
    driver.read_dom()
    unit.celsius, unit.received_mw = 45.0, {}
    driver.read_dom()
    flags = driver.read_flags()
    assert flags.temperature == {"high alarm", "high warning"}
    assert flags.rx_power == {"low alarm": (1,), "low warning": (1,)}
    assert not driver.read_flags().any


@pytest.mark.parametrize("plug", [cmis, qsfp, sfp])
def test_thresholds_are_told_in_units(driver: TwoWireModule, unit: Unit, clock: VirtualClock, plug: Any) -> None:
    """75 degC, 3.63 V, 4 mW, 120 mA: the module's own limits."""
    plug(unit, clock)
    driver.wait_ready(3.0)
    found = driver.read_thresholds()
    assert found.temperature is not None
    assert found.supply_voltage is not None
    assert found.tx_power is not None
    assert found.tx_bias is not None
    ends = [found.temperature, found.supply_voltage, found.tx_power, found.tx_bias]
    assert [limits.high_alarm for limits in ends] == [75.0, 3.63, 0.004, 0.12]
    assert found.temperature.exceeded_by(72.0) == ("high warning",)


@pytest.mark.parametrize("plug", [cmis, qsfp])
def test_low_power_goes_and_comes_back(driver: TwoWireModule, unit: Unit, clock: VirtualClock, plug: Any) -> None:
    """The host's bits win over the pin of the cage; the lasers are off meanwhile."""
    plug(unit, clock)
    driver.wait_ready(3.0, data_paths=True)
    driver.set_low_power(True)
    clock.sleep(0.2)
    with pytest.raises(DeviceError, match="still ModuleLowPwr"):
        driver.wait_ready(0.5)
    assert driver.read_dom().lanes[0].tx_power == Reading(0.0, "W")
    unit.module.set_low_power_pin(True)
    driver.set_low_power(False)
    driver.wait_ready(1.0, data_paths=True)
    assert driver.read_dom().lanes[0].tx_power == Reading(1.1e-3, "W")


@pytest.mark.parametrize(("plug", "lane"), [(cmis, 7), (qsfp, 3), (sfp, 1)])
def test_one_transmitter_is_switched(
    driver: TwoWireModule, unit: Unit, clock: VirtualClock, plug: Any, lane: int
) -> None:
    """The lane goes dark, its neighbours do not, and it comes back."""
    module = plug(unit, clock)
    driver.wait_ready(3.0, data_paths=True)
    driver.set_transmitter(lane, False)
    clock.sleep(0.01)
    dark = [one.lane for one in driver.read_dom().lanes if one.tx_power == Reading(0.0, "W")]
    assert dark == [lane]
    assert not module.sends(lane)
    driver.set_transmitter(lane, True)
    clock.sleep(0.1)
    assert module.sends(lane)
    with pytest.raises(OutOfRange, match="lane 33"):
        driver.set_transmitter(33, False)


def test_sixteen_lanes_live_in_two_banks(driver: TwoWireModule, unit: Unit, clock: VirtualClock) -> None:
    """Lane 12 is lane 4 of bank 1, for monitors, controls and data paths alike."""
    cmis(unit, clock, lanes=16)
    driver.wait_ready(3.0, data_paths=True)
    driver.set_transmitter(12, False)
    clock.sleep(0.01)
    states = driver.read_data_paths()
    assert [lane for lane, state in enumerate(states, start=1) if state != "DPActivated"] == [12]
    assert driver.read_dom().lanes[15].tx_power == Reading(0.0026, "W")


def test_signals_are_told_as_ratios(driver: TwoWireModule, unit: Unit, clock: VirtualClock) -> None:
    """2.4e-4 is 17.65 dB of PAM4, as ¾·Q(√(SNR/5)) has it."""
    cmis(unit, clock, "active copper")
    driver.wait_ready(3.0, data_paths=True)
    unit.ratio = 2.4e-4
    assert driver.measure_bit_error_ratio()[0].value == pytest.approx(2.4e-4, rel=1e-3)
    assert driver.measure_signal_to_noise()[0].value == pytest.approx(17.65, abs=0.01)
    unit.ratio = 0.0
    assert driver.measure_bit_error_ratio()[7] == Reading(0.0, "1")


def test_a_module_in_restart_is_silent_and_waited_for(driver: TwoWireModule, unit: Unit, clock: VirtualClock) -> None:
    """Reads are repeated for a write cycle and then given up; wait_ready goes on until its deadline."""
    cmis(unit, clock)
    driver.wait_ready(3.0)
    driver.set_transmitter(2, False)
    driver.restart()
    with pytest.raises(LinkError, match="in reset"):
        driver.read_identity()
    driver.wait_ready(2.0, data_paths=True)
    assert unit.module.sends(2)


def test_a_module_that_fails_says_why(driver: TwoWireModule, unit: Unit, clock: VirtualClock) -> None:
    """ModuleFault ends the waiting with its cause."""
    module = cmis(unit, clock)
    driver.wait_ready(3.0)
    module.fail(1)
    with pytest.raises(DeviceError, match="ModuleFault: TEC runaway"):
        driver.wait_ready(3.0)


def test_a_module_without_power_is_silent(driver: TwoWireModule, unit: Unit, clock: VirtualClock) -> None:
    """No supply, no acknowledge; when it comes back everything that the host wrote is gone."""
    module = cmis(unit, clock)
    driver.wait_ready(3.0)
    driver.set_low_power(True)
    unit.volts = 0.5
    with pytest.raises(LinkError, match="no power"):
        driver.module_state()
    unit.volts = 3.3
    module.advance()
    driver.wait_ready(2.0)


def test_a_plug_that_is_taken_out_is_a_link_error(driver: TwoWireModule, unit: Unit) -> None:
    """Nobody answers on the bus."""
    with pytest.raises(LinkError, match="no device"):
        driver.read_identity()


def test_what_a_module_cannot_do_is_said(driver: TwoWireModule, unit: Unit, clock: VirtualClock) -> None:
    """An SFP has neither low power mode nor reset nor statistics; a passive cable has no transmitter."""
    sfp(unit, clock)
    driver.wait_ready(3.0)
    for act in (lambda: driver.set_low_power(True), driver.restart, driver.measure_bit_error_ratio):
        with pytest.raises(DeviceError):
            act()
    assert driver.read_data_paths() == ()
    qsfp(unit, clock, "passive copper")
    with pytest.raises(DeviceError, match="no such control"):
        driver.set_transmitter(1, False)


def test_a_spoiled_checksum_is_found(driver: TwoWireModule, unit: Unit, clock: VirtualClock) -> None:
    """A page with a wrong sum, and an identity changed behind its sum."""
    module = cmis(unit, clock)
    module.settle_checksum(0x01, error=3)
    module.program(0x00, 166, b"7")
    driver.wait_ready(3.0)
    assert [checksum.name for checksum in driver.checksums() if not checksum.valid] == ["page 00h", "page 01h"]


def test_read_only_bytes_are_ignored_and_the_driver_says_so(
    driver: TwoWireModule, unit: Unit, clock: VirtualClock
) -> None:
    """The module takes the write, keeps its byte, and the proof fails."""
    cmis(unit, clock)
    driver.wait_ready(3.0)
    with pytest.raises(DeviceError, match="wrote 41"):
        driver.write(0x00, 148, b"A")


def test_a_read_that_is_not_acknowledged_once_is_repeated_and_a_write_is_not(
    driver: TwoWireModule, bench: SimulatedBench, unit: Unit, clock: VirtualClock
) -> None:
    """A glitch costs a read nothing; a write that was not acknowledged may have been done, so it is told."""
    cmis(unit, clock)
    driver.wait_ready(3.0)
    bench.inject(BUS, Fault("drop", match="^read 50h 128$", nth=1))
    assert driver.read_identity().serial == "OPT0000001"
    bench.inject(BUS, Fault("drop", match="^write 50h 26$", nth=1))
    with pytest.raises(LinkError, match="write 50h 26"):
        driver.set_low_power(True)
    assert driver.module_state() == "ModuleReady"


def test_flags_are_not_asked_for_twice(
    driver: TwoWireModule, bench: SimulatedBench, unit: Unit, clock: VirtualClock
) -> None:
    """A read of flags that was cut off may have cleared some: it is an error and not repeated."""
    cmis(unit, clock)
    driver.wait_ready(3.0)
    bench.inject(BUS, Fault("drop", match="^read 50h 0$", nth=2))
    with pytest.raises(LinkError, match="read 50h 0"):
        driver.read_flags()


@pytest.mark.parametrize("fault", [Fault("garbage", match="^read 50h 128$"), Fault("truncate", match="^read 50h 128$")])
def test_a_bus_that_garbles_is_found_by_the_checksums(
    driver: TwoWireModule, bench: SimulatedBench, unit: Unit, clock: VirtualClock, fault: Fault
) -> None:
    """Bits that flip on the way cannot be told from bits that are wrong in the module: the sum shows both."""
    cmis(unit, clock)
    driver.wait_ready(3.0)
    bench.inject(BUS, fault)
    assert not all(checksum.valid for checksum in driver.checksums())
