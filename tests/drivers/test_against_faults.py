"""Drivers on a simulated bench whose wire misbehaves: every failure has a name, and no wrong value gets through."""

from datetime import UTC, datetime

import pytest

from drivers.errors import InstrumentError
from drivers.harness_tester.keysight_daq970a import KeysightDaq970aHarness
from drivers.place import Place
from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import VirtualClock
from sim_hardware.faults import Fault, FaultKind

ROUNDS = 60


@pytest.mark.parametrize("resource", ["TCPIP0::harness::INSTR", "TCPIP0::harness::5025::SOCKET"])
@pytest.mark.parametrize(
    "kind", ["drop", "delay", "garbage", "truncate", "split", "stale", "duplicate", "close", "error"]
)
def test_a_bad_wire_costs_measurements_and_never_falsifies_one(kind: FaultKind, resource: str) -> None:
    """An open pair reads OVER or raises, whatever one message in twenty suffers, and good answers still come."""
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    bench = SimulatedBench(f"{kind} {resource}", 7, clock)
    bench.add_instrument("harness", "keysight_daq970a", resource, "MY00000003", cards={1: "DAQM904A", 3: "DAQM901A"})
    good = 0
    try:
        with Place(clock=clock, resource_manager=bench.resource_manager) as place:
            tester = KeysightDaq970aHarness.open(resource, place)
            bench.inject(resource, Fault(kind, probability=0.05, count=3, seconds=7.0 if kind == "delay" else 0.05))
            for _ in range(ROUNDS):
                try:
                    tester.connect(111, 121)
                    reading = tester.measure_four_wire_resistance(301)
                    tester.disconnect(111, 121)
                except InstrumentError:
                    try:
                        tester.resync()
                    except InstrumentError:
                        continue
                else:
                    good += 1
                    assert reading.over_range == "OVER"
    finally:
        bench.close()
    assert good > ROUNDS / 4
