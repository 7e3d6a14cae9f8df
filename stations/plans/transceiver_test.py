"""Optical transceiver: supply and low power, memory, light of every fibre, bit errors at ordinary and at faint light.

The light is measured before anything is judged by it: the loops are then set so that every receiver gets the level that
its limits hold for, whatever its laser sends.
"""

from collections.abc import Iterator

from stations.fixtures.transceiver_bench import TransceiverBench
from stations.limits import Measurand
from stations.measurands.lane_errors import (
    LANE_PARAMETERS,
    codeword_measurands,
    error_measurands,
    noise_measurands,
    record_codewords,
    record_errors,
    record_noise,
)
from stations.measurands.module_end import (
    END_PARAMETERS,
    memory_measurands,
    monitor_measurands,
    record_memory,
    record_monitors,
    record_supply,
    supply_measurands,
)
from stations.measurands.optical_lanes import (
    OPTICAL_PARAMETERS,
    alarm_measurands,
    light_measurands,
    record_alarms,
    record_light,
    record_stress,
    stress_measurands,
)
from stations.plan import Parameters, Record, TestPlan

PLAN = TestPlan(
    name="transceiver_test",
    revision="1",
    operation="module_test",
    family="transceiver",
    fixture="transceiver_bench",
    required_parameters=(*END_PARAMETERS, *LANE_PARAMETERS, *OPTICAL_PARAMETERS),
)

_PLUG = ("",)


def _supply(parameters: Parameters) -> Iterator[Measurand]:
    return supply_measurands(parameters, _PLUG)


def _memory(parameters: Parameters) -> Iterator[Measurand]:
    return memory_measurands(parameters, _PLUG)


def _low_power(parameters: Parameters) -> Iterator[Measurand]:
    yield Measurand(
        "supply_power_low", "W", high=parameters["supply"]["low_power_max_w"], clause="CMIS low power mode, by software"
    )


def _errors(parameters: Parameters) -> Iterator[Measurand]:
    yield from error_measurands(parameters, "")
    yield from noise_measurands(parameters, "")


def _codewords(parameters: Parameters) -> Iterator[Measurand]:
    return codeword_measurands(parameters, "")


def _monitors(parameters: Parameters) -> Iterator[Measurand]:
    yield from monitor_measurands(parameters, _PLUG)
    yield from alarm_measurands(parameters)


@PLAN.step(_supply, on_fail="stop")
def supply(fixture: TransceiverBench, record: Record) -> None:
    """Feed the module within a current limit and measure what it draws."""
    fixture.power_up()
    record_supply(fixture, record, _PLUG)


@PLAN.step(_memory, on_fail="stop")
def memory(fixture: TransceiverBench, record: Record) -> None:
    """Wait until the module is ready and read who it says it is."""
    record_memory(fixture, record, _PLUG)


@PLAN.step(_low_power)
def low_power(fixture: TransceiverBench, record: Record) -> None:
    """Ask for low power and see whether it comes."""
    record("supply_power_low", fixture.low_power())


@PLAN.step(light_measurands, timeout_s=120.0)
def light(fixture: TransceiverBench, record: Record) -> None:
    """Measure every fibre, and switch every laser off once to see which fibre it is on."""
    fibres = range(1, fixture.lanes + 1)
    fixture.powers = {fibre: fixture.sent(fibre) for fibre in fibres}
    record_light(record, fixture.powers, {lane: fixture.fibre_of(lane, fixture.powers) for lane in fibres})


@PLAN.step(_errors, timeout_s=120.0)
def bit_errors(fixture: TransceiverBench, record: Record) -> None:
    """Count at the light of an ordinary link, and ask the module how well it hears."""
    fixture.receive(fixture.parameters["optical"]["nominal_dbm"], fixture.powers)
    fixture.send("PRBS31Q")
    record_errors(record, fixture.bit_errors(), fixture.lanes, "")
    record_noise(record, fixture.memory.measure_signal_to_noise(), fixture.lanes, "")


@PLAN.step(_codewords, timeout_s=120.0)
def codewords(fixture: TransceiverBench, record: Record) -> None:
    """Look at how full of errors the worst codeword of an ordinary link is."""
    fixture.send("KP4")
    record_codewords(record, fixture.codewords(), "")


@PLAN.step(_monitors, timeout_s=600.0)
def monitors(fixture: TransceiverBench, record: Record) -> None:
    """Let the module warm up and read what it measures of itself and of its light."""
    fixture.warm_up()
    record_monitors(fixture, record, _PLUG)
    record_alarms(record, fixture.memory)


@PLAN.step(stress_measurands, timeout_s=120.0)
def sensitivity(fixture: TransceiverBench, record: Record) -> None:
    """Count again at the faint light of a long link."""
    fixture.receive(fixture.parameters["optical"]["stressed_dbm"], fixture.powers)
    fixture.send("PRBS31Q")
    record_stress(record, fixture.bit_errors(), fixture.lanes)
