"""A supply's own buses on a simulated bench: the real drivers ask, a stand-in processor answers."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.capabilities import SupplyEvent, SupplyIdentity
from drivers.driver import Driver
from drivers.errors import DeviceError, Garbled, InstrumentError, LinkError, LinkLost, LinkTimeout
from drivers.modbus import ModbusPort
from drivers.place import Place
from drivers.supply_telemetry.orv3_modbus import Orv3Modbus
from drivers.supply_telemetry.pmbus_supply import PmbusSupply
from sim_hardware.bench import BenchError, SimulatedBench
from sim_hardware.clock import VirtualClock
from sim_hardware.duts.module_memory import ModuleMemory
from sim_hardware.duts.supply_controller import Alarm, Metered, SupplyController
from sim_hardware.faults import Fault
from sim_hardware.physics.conductors import Element
from sim_hardware.physics.pair_loss import FrequencyGrid
from sim_hardware.power.orv3_registers import Orv3Registers
from sim_hardware.power.pmbus_slave import PmbusSlave

METERS: dict[str, float] = {
    "input_voltage": 230.25,
    "input_current": 13.5,
    "input_power": 3104.0,
    "input_frequency": 50.0,
    "power_factor": 0.998046875,
    "bulk_voltage": 420.5,
    "output_voltage": 50.5,
    "output_current": 59.5,
    "output_power": 3004.0,
    "standby_voltage": 12.0,
}


class Processor:
    """A stand-in for the processor of a supply."""

    maker, part, firmware, date = "ACME", "PSU-3K", "1.04", "2026-01-05"

    def __init__(self, serial: str = "PS0001", **meters: float) -> None:
        self.serial = serial
        self.meters = {**METERS, **meters}
        self.complaints: set[Alarm] = set()
        self.box: list[tuple[Alarm, float]] = [("AC_LOSS", 12.25), ("FAN_FAULT", 700.0)]
        self.duty: float | None = None
        self.on = True
        self.is_powered = True

    def measured(self, name: Metered) -> float:
        return self.meters[name]

    def temperatures(self) -> tuple[float, ...]:
        return (-5.5, 61.25, 70.5)

    def fan_speeds(self) -> tuple[float, ...]:
        return (8992.0, 9024.0)

    def alarms(self) -> frozenset[Alarm]:
        return frozenset(self.complaints)

    def output_is_on(self) -> bool:
        return self.on

    def set_output(self, on: bool) -> None:
        self.on = on

    def set_fan_duty(self, duty: float | None) -> None:
        self.duty = duty

    def clear_alarms(self) -> None:
        self.complaints.clear()

    def events(self) -> tuple[tuple[Alarm, float], ...]:
        return tuple(self.box)

    def clear_events(self) -> None:
        self.box.clear()


class Unit:
    """A unit without power ports: only its processors."""

    serial = "PS0001"

    def __init__(self, controller: Processor | None, controllers: Sequence[Processor | None] | None = None) -> None:
        self.controller = controller
        if controllers is not None:
            self.controllers = tuple(controllers)

    def elements(self) -> Sequence[Element]:
        return ()

    def scattering(self, terminals: Sequence[str], grid: FrequencyGrid) -> NDArray[np.complex128]:
        raise NotImplementedError

    def memory(self, end: str) -> ModuleMemory | None:
        return None


@pytest.fixture
def processor() -> Processor:
    """A healthy supply."""
    return Processor()


@pytest.fixture
def bench(clock: VirtualClock, processor: Processor) -> Iterator[SimulatedBench]:
    """A bench with a supply in its fixture, on both buses."""
    with SimulatedBench("buses", 7, clock) as made:
        made.add_instrument("psu", "orv3_modbus", "sim://buses/psu", "")
        made.add_memory("sim-i2c://psu?address=0x58", "dut:PMBUS")
        made.insert(Unit(processor))
        yield made


@pytest.fixture
def place(bench: SimulatedBench, clock: VirtualClock) -> Iterator[Place]:
    """Where the drivers find the bench."""
    with Place(clock=clock, smbus=bench.open_smbus) as here:
        yield here


MODBUS, PMBUS = "sim://buses/psu", "sim-i2c://psu"


@pytest.fixture(params=[Orv3Modbus, PmbusSupply])
def supply(request: pytest.FixtureRequest, place: Place) -> Iterator[Any]:
    """The supply over each bus in turn."""
    driver: type[Driver] = request.param
    with driver.open(MODBUS if driver is Orv3Modbus else PMBUS, place) as opened:
        yield opened


def test_the_stand_in_is_a_controller(processor: Processor) -> None:
    """The tests below stand for every simulated supply."""
    assert isinstance(processor, SupplyController)


def test_both_buses_tell_who_the_supply_is(supply: Any) -> None:
    """The serial number is that of the label."""
    assert supply.read_identity() == SupplyIdentity("ACME", "PSU-3K", "PS0001", "1.04", "2026-01-05")


def test_both_buses_tell_what_its_meters_show(supply: Any) -> None:
    """Within the resolution of the bus: one part in a thousand at worst."""
    for name in ("input_voltage", "input_current", "input_power", "output_voltage", "output_current", "output_power"):
        reading = getattr(supply, f"read_{name}")()
        assert reading.value == pytest.approx(METERS[name], rel=1.1e-3), name
        assert reading.at is not None


def test_output_voltage_is_told_to_a_millivolt_or_two(supply: Any, processor: Processor) -> None:
    """Q10 over Modbus, N = -9 over PMBus."""
    processor.meters["output_voltage"] = 48.125
    assert supply.read_output_voltage().value == 48.125


def test_temperatures_have_a_sign_and_fans_a_speed(supply: Any) -> None:
    """The inlet comes first; PMBus shows every sensor, Modbus the inlet and the hottest."""
    inlet, *others = [reading.value for reading in supply.read_temperatures()]
    assert (inlet, others[-1]) == (-5.5, 70.5)
    assert [reading.value for reading in supply.read_fan_speeds()] == [8992.0, 9024.0]


@pytest.mark.parametrize("name", sorted(Alarm.__args__))  # type: ignore[attr-defined]
def test_every_alarm_has_the_same_name_on_both_buses(supply: Any, processor: Processor, name: Alarm) -> None:
    """What the processor says is what the driver reads, and clearing clears."""
    assert supply.read_alarms() == ()
    processor.complaints = {name}
    assert supply.read_alarms() == (name,)
    supply.clear_alarms()
    assert supply.read_alarms() == ()


def test_several_alarms_at_once(supply: Any, processor: Processor) -> None:
    """One does not hide another."""
    processor.complaints = {"OVER_TEMPERATURE", "OVER_TEMPERATURE_WARNING", "FAN_FAULT", "AC_LOSS"}
    assert supply.read_alarms() == ("AC_LOSS", "FAN_FAULT", "OVER_TEMPERATURE", "OVER_TEMPERATURE_WARNING")


def test_an_output_that_is_switched_off_is_no_complaint(supply: Any, processor: Processor) -> None:
    """OFF and POWER_GOOD# are states."""
    supply.set_output(False)
    assert not processor.on
    assert supply.read_alarms() == ()
    supply.set_output(True)
    assert processor.on


def test_fan_duty_is_a_floor_and_can_be_given_back(supply: Any, processor: Processor) -> None:
    """Half the speed, then the supply's own."""
    supply.set_fan_duty(0.5)
    assert processor.duty == 0.5
    supply.set_fan_duty(None)
    assert processor.duty is None


def test_the_black_box_is_read_whole_and_cleared(supply: Any, processor: Processor) -> None:
    """Oldest first, with the supply's own hours."""
    assert supply.read_events() == (SupplyEvent("AC_LOSS", 12.25), SupplyEvent("FAN_FAULT", 700.0))
    supply.clear_events()
    assert supply.read_events() == ()


def test_a_command_is_taken_before_the_output_follows(
    supply: Any, processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A supply that starts softly is not on yet when its command is read back."""
    supply.set_output(False)
    monkeypatch.setattr(processor, "set_output", lambda on: None)
    supply.set_output(True)
    assert not processor.on


def test_a_fan_that_is_not_fitted_has_no_speed(
    supply: Any, processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A supply with one fan shows one; a fan that stands still shows zero."""
    monkeypatch.setattr(processor, "fan_speeds", lambda: (0.0,))
    assert [reading.value for reading in supply.read_fan_speeds()] == [0.0]


def test_a_supply_without_a_processor_does_not_answer(supply: Any, bench: SimulatedBench) -> None:
    """Pulled out or held in reset: silence on one bus, no acknowledge on the other; it answers once it is back."""
    bench.remove()
    bench.insert(Unit(None))
    with pytest.raises(LinkError):
        supply.read_output_voltage()
    bench.remove()
    with pytest.raises(LinkError):
        supply.read_output_voltage()
    unpowered = Processor()
    unpowered.is_powered = False
    bench.insert(Unit(unpowered))
    with pytest.raises(LinkError):
        supply.read_output_voltage()
    unpowered.is_powered = True
    supply.resync()
    assert supply.read_output_voltage().value == 50.5


def ask_in_turn(supply: Orv3Modbus) -> None:
    """Two questions, twice, each with its right answer."""
    for _ in range(2):
        assert supply.read_output_voltage().value == 50.5
        assert supply.read_temperatures()[0].value == -5.5


def test_asking_takes_time(place: Place, clock: VirtualClock) -> None:
    """Eight bytes there, seven back at 19200 baud and a few milliseconds between; some 0.6 ms per PMBus transfer."""
    with Orv3Modbus.open(MODBUS, place) as modbus:
        began = clock.now()
        modbus.read_output_voltage()
        assert 0.01 < clock.now() - began < 0.02
    with PmbusSupply.open(PMBUS, place) as pmbus:
        began = clock.now()
        pmbus.read_input_voltage()
        assert 4e-4 < clock.now() - began < 1e-3


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("drop", nth=1), LinkTimeout),
        (Fault("garbage", nth=1), Garbled),
        (Fault("truncate", nth=1, count=3), Garbled),
        (Fault("truncate", nth=1, count=6), Garbled),
        (Fault("delay", nth=1, seconds=1.5), LinkTimeout),
        (Fault("stale", nth=2), Garbled),
        (Fault("duplicate", nth=1), Garbled),
    ],
)
def test_no_fault_of_the_line_gives_a_number(
    place: Place, bench: SimulatedBench, fault: Fault, error: type[Exception]
) -> None:
    """Every question is answered rightly or raises; after a resynchronisation they fit again."""
    with Orv3Modbus.open(MODBUS, place) as supply:
        bench.inject(MODBUS, fault)
        with pytest.raises(error):
            ask_in_turn(supply)
        with pytest.raises(LinkError, match="resync"):
            supply.read_output_voltage()
        supply.resync()
        assert supply.read_output_voltage().value == 50.5
        assert supply.read_temperatures()[0].value == -5.5


def test_a_line_that_is_pulled_is_lost_and_opened_again(place: Place, bench: SimulatedBench) -> None:
    """The port itself goes; a resynchronisation looks for it again."""
    with Orv3Modbus.open(MODBUS, place) as supply:
        bench.inject(MODBUS, Fault("close", nth=1))
        with pytest.raises(LinkLost):
            supply.read_output_voltage()
        supply.resync()
        assert supply.read_output_voltage().value == 50.5


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("garbage", match="read 58h 88", nth=1), Garbled),
        (Fault("truncate", match="read 58h 88", nth=1, count=1), Garbled),
        (Fault("stale", match="read 58h 88", nth=1), Garbled),
        (Fault("drop", match="read 58h 88", nth=1), LinkError),
        (Fault("error", match="read 58h 88", nth=1), LinkError),
    ],
)
def test_no_fault_of_the_two_wire_bus_gives_a_number(
    place: Place, bench: SimulatedBench, fault: Fault, error: type[Exception]
) -> None:
    """The check byte finds flipped bits, a device that lets go and an old answer; no acknowledge is said."""
    with PmbusSupply.open(PMBUS, place) as supply:
        supply.read_output_current()
        bench.inject(PMBUS, fault)
        with pytest.raises(error):
            supply.read_input_voltage()
        supply.resync()
        assert supply.read_input_voltage().value == 230.25


def test_a_write_whose_bits_flip_is_not_obeyed(place: Place, bench: SimulatedBench, processor: Processor) -> None:
    """The supply finds the wrong check byte and says so."""
    with PmbusSupply.open(PMBUS, place) as supply:
        bench.inject(PMBUS, Fault("garbage", match="write 58h 01"))
        with pytest.raises(DeviceError, match="wrong packet error code"):
            supply.set_output(False)
        assert processor.on


@pytest.mark.parametrize("exponent", range(-16, 16))
def test_the_slave_counts_its_voltage_by_its_own_exponent(processor: Processor, exponent: int) -> None:
    """VOUT_MODE says it; a word that does not hold the voltage is all ones."""
    slave = PmbusSlave(processor, 0x58, exponent)
    mode, word = slave.read(0x20)[0], int.from_bytes(slave.read(0x8B)[:2], "little")
    assert mode == exponent & 0x1F
    assert word == min(0xFFFF, round(50.5 / 2.0**exponent))


def test_a_command_that_the_supply_does_not_have_is_not_acknowledged(place: Place, bench: SimulatedBench) -> None:
    """And it says so in STATUS_CML until it is cleared."""
    bus = place.smbus(PMBUS)
    with pytest.raises(LinkError, match="not acknowledged"):
        bus.read_block(0x58, 0xFD, 2)
    with pytest.raises(LinkError, match="not acknowledged"):
        bus.read_block(0x59, 0x88, 3)
    with PmbusSupply.open(PMBUS, place) as supply:
        assert supply.read_alarms() == ("STATUS_7Eh.7",)
        supply.clear_alarms()
        assert supply.read_alarms() == ()


def test_a_register_that_the_supply_does_not_have_is_an_exception(place: Place) -> None:
    """Exception 2, with the register's number."""
    port = ModbusPort(place.shared(MODBUS, 1.0, baud_rate=19200), 1, place.clock, 1.0)
    with pytest.raises(DeviceError, match=r"registers 500 to 500 refused: exception 2 \(ILLEGAL_ADDRESS\)"):
        port.read_registers(500, 1)
    with pytest.raises(DeviceError, match=r"register 79 refused: exception 2"):
        port.write_register(79, 1)
    with pytest.raises(DeviceError, match=r"register 114 refused: exception 3"):
        port.write_register(114, 7)
    port.close()


def test_power_above_the_registers_is_over_range_and_not_a_number(place: Place, processor: Processor) -> None:
    """Sixteen bits with three of them behind the point end at 8191.9 W."""
    processor.meters["output_power"] = 12_000.0
    with Orv3Modbus.open(MODBUS, place) as supply:
        reading = supply.read_output_power()
        assert (reading.value, reading.over_range) == (None, "OVER")


def test_a_text_that_does_not_fit_is_not_cut(processor: Processor) -> None:
    """A firmware of nine characters in eight is an error of the simulation, not a shorter firmware."""
    processor.firmware = "1.04.0022"
    with pytest.raises(ValueError, match="firmware"):
        Orv3Registers(processor).read(48, 4)


def shelf_bench(clock: VirtualClock, *units: int) -> SimulatedBench:
    bench = SimulatedBench("shelf", 7, clock)
    options = {"address": 200, "addresses": [201, 202, 203, 204, 205, 206], "layout": "shelf"}
    for unit in units:
        bench.add_instrument(f"psu{unit}", "orv3_modbus", f"sim://shelf/bus?unit={unit}", "", **options)
    return bench


def test_six_supplies_and_their_shelf_answer_on_one_line(clock: VirtualClock) -> None:
    """Each at its own address, over one wire; the shelf's own sum fits its own register layout."""
    supplies: list[Processor | None] = [Processor(f"PS{slot}", output_power=5500.0) for slot in range(1, 7)]
    shelf = Processor("SH1", output_power=33_000.0, output_current=660.0)
    with shelf_bench(clock, 200, 201, 206) as bench, Place(clock=clock) as place:
        bench.insert(Unit(shelf, supplies))
        opened = [Orv3Modbus.open(f"sim://shelf/bus?unit={unit}", place) for unit in (201, 206)]
        opened.append(Orv3Modbus.open("sim://shelf/bus?unit=200&layout=shelf", place))
        assert [driver.read_identity().serial for driver in opened] == ["PS1", "PS6", "SH1"]
        assert [driver.read_output_power().value for driver in opened] == [5500.0, 5500.0, 33_000.0]
        assert opened[-1].read_output_current().value == 660.0
        supplies[0] = None
        bench.remove()
        bench.insert(Unit(shelf, supplies))
        with pytest.raises(LinkTimeout):
            opened[0].read_output_power()
        assert opened[1].read_output_power().value == 5500.0
        for driver in opened:
            driver.close()


def test_roles_of_one_line_share_one_device(clock: VirtualClock) -> None:
    """Another model or other options at the same line are refused; so is the line for oneself."""
    with shelf_bench(clock, 200, 201) as bench, Place(clock=clock) as place:
        with pytest.raises(BenchError, match="one line is one model"):
            bench.add_instrument("psu9", "orv3_modbus", "sim://shelf/bus?unit=9", "", address=9)
        with pytest.raises(BenchError, match="one line is one model"):
            bench.add_instrument("psu9", "serial_scanner", "sim://shelf/bus?unit=9", "")
        bench.inject("sim://shelf/bus?unit=201", Fault("drop"))
        with (
            Orv3Modbus.open("sim://shelf/bus?unit=201", place),
            pytest.raises(InstrumentError, match="cannot open it twice"),
        ):
            place.transport("sim://shelf/bus", 1.0)


@pytest.mark.parametrize(
    "options", [{"address": 0}, {"address": 5, "addresses": [5]}, {"layout": "tower"}, {"addresses": [256]}]
)
def test_a_line_that_cannot_be_is_refused(clock: VirtualClock, options: dict[str, Any]) -> None:
    """Addresses are 1 to 255, each once."""
    with SimulatedBench("wrong", 7, clock) as bench, pytest.raises(ValueError, match=r"address|layout"):
        bench.add_instrument("psu", "orv3_modbus", "sim://wrong/psu", "", **options)


def test_a_two_wire_bus_is_built_and_disturbed_as_one(bench: SimulatedBench) -> None:
    """One name is one bus, and a bus has no serial line's faults."""
    with pytest.raises(BenchError, match="taken"):
        bench.add_memory(PMBUS, "dut:A")
    with pytest.raises(BenchError, match="no fault 'delay'"):
        bench.inject(PMBUS, Fault("delay"))
    with pytest.raises(BenchError, match="no instrument"):
        bench.inject("sim-i2c://none", Fault("drop"))


def test_the_supplies_of_a_shelf_follow_each_other_on_pmbus(bench: SimulatedBench, place: Place) -> None:
    """Slot 1 is at 58h, slot 2 at 59h; an empty slot does not acknowledge."""
    bench.remove()
    bench.insert(Unit(Processor("SH1"), [Processor("PS1"), None, Processor("PS3")]))
    for address, serial in ((0x58, "PS1"), (0x5A, "PS3")):
        with PmbusSupply.open(f"{PMBUS}?address={address:#x}", place) as supply:
            assert supply.read_identity().serial == serial
    with PmbusSupply.open(f"{PMBUS}?address=0x59", place) as absent, pytest.raises(LinkError, match="not acknowledged"):
        absent.read_identity()


def test_both_buses_are_seen_by_a_trace(bench: SimulatedBench, clock: VirtualClock) -> None:
    """Nothing goes beside the place: question and answer of either bus pass through it."""
    seen: list[tuple[str, str, bytes]] = []

    def trace(resource: str, event: str, content: bytes) -> None:
        seen.append((resource, event, content))

    with Place(clock=clock, smbus=bench.open_smbus, trace=trace) as place:
        with Orv3Modbus.open(f"{MODBUS}?unit=1", place) as modbus:
            modbus.read_output_voltage()
        with PmbusSupply.open(PMBUS, place) as pmbus:
            pmbus.read_input_voltage()
        bench.remove()
        with PmbusSupply.open(PMBUS, place) as pmbus, pytest.raises(LinkError):
            pmbus.read_input_voltage()
    assert [(resource, event) for resource, event, _ in seen] == [
        (MODBUS, "sent"),
        (MODBUS, "received"),
        (MODBUS, "received"),
        (PMBUS, "sent"),
        (PMBUS, "received"),
        (PMBUS, "sent"),
        (PMBUS, "failed"),
    ]
