"""Active electrical cable: supply, both memories, temperature, bit errors and codewords of every lane both ways.

Limits come from the product; those of bit errors lie far within what the code corrects, for a link ages.
"""

from collections.abc import Iterator

from stations.fixtures.aec_bench import ENDS, AecBench
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
    suffix,
    supply_measurands,
)
from stations.plan import Parameters, Record, TestPlan

PLAN = TestPlan(
    name="aec_800g_test",
    revision="1",
    operation="cable_test",
    family="cable",
    fixture="aec_bench",
    required_parameters=(*END_PARAMETERS, *LANE_PARAMETERS),
)


def _supplies(parameters: Parameters) -> Iterator[Measurand]:
    return supply_measurands(parameters, ENDS)


def _memories(parameters: Parameters) -> Iterator[Measurand]:
    return memory_measurands(parameters, ENDS)


def _monitors(parameters: Parameters) -> Iterator[Measurand]:
    return monitor_measurands(parameters, ENDS)


def _errors(parameters: Parameters) -> Iterator[Measurand]:
    for end in ENDS:
        yield from error_measurands(parameters, suffix(end))


def _codewords(parameters: Parameters) -> Iterator[Measurand]:
    for end in ENDS:
        yield from codeword_measurands(parameters, suffix(end))


def _noise(parameters: Parameters) -> Iterator[Measurand]:
    for end in ENDS:
        yield from noise_measurands(parameters, suffix(end))


@PLAN.step(_supplies, on_fail="stop")
def supply(fixture: AecBench, record: Record) -> None:
    """Feed both plugs, within current limits, and measure what they draw."""
    fixture.power_up()
    record_supply(fixture, record, ENDS)


@PLAN.step(_memories, on_fail="stop")
def memories(fixture: AecBench, record: Record) -> None:
    """Wait until both plugs are ready and read who they say they are."""
    record_memory(fixture, record, ENDS)


@PLAN.step(_errors, timeout_s=120.0)
def bit_errors(fixture: AecBench, record: Record) -> None:
    """Send PRBS31Q both ways and count."""
    fixture.send("PRBS31Q")
    for end in ENDS:
        record_errors(record, fixture.bit_errors(end), fixture.lanes, suffix(end))


@PLAN.step(_noise)
def signal_to_noise(fixture: AecBench, record: Record) -> None:
    """Ask both retimers how well they hear."""
    for end in ENDS:
        record_noise(record, fixture.module(end).measure_signal_to_noise(), fixture.lanes, suffix(end))


@PLAN.step(_codewords, timeout_s=120.0)
def codewords(fixture: AecBench, record: Record) -> None:
    """Send codewords both ways and look at how full of errors the worst one is."""
    fixture.send("KP4")
    for end in ENDS:
        record_codewords(record, fixture.codewords(end), suffix(end))


@PLAN.step(_monitors, timeout_s=600.0)
def monitors(fixture: AecBench, record: Record) -> None:
    """Let both plugs warm up and read what they measure of themselves."""
    fixture.warm_up()
    record_monitors(fixture, record, ENDS)
