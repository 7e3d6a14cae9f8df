"""Two stations share one instrument while time is virtual: waiting for its lock must not stop the clock."""

from datetime import UTC, datetime

from drivers.harness_tester.keysight_daq970a import KeysightDaq970aHarness
from drivers.place import Place
from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import VirtualClock
from sim_hardware.faults import Fault

RESOURCE = "TCPIP0::harness::INSTR"


def test_a_shared_instrument_is_waited_for_through_the_clock() -> None:
    """Each of two actors holds the instrument over two measurements whose answers take time; they take turns."""
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    bench = SimulatedBench("shared", 7, clock)
    bench.add_instrument("harness", "keysight_daq970a", RESOURCE, "MY00000003", cards={1: "DAQM904A", 3: "DAQM901A"})
    order: list[str] = []
    try:
        with Place(clock=clock, resource_manager=bench.resource_manager, lock=clock.resource) as place:
            tester = KeysightDaq970aHarness.open(RESOURCE, place)
            bench.inject(RESOURCE, Fault("delay", match="FRES", seconds=1.0))

            def measure(name: str) -> None:
                with tester.exclusive():
                    for _ in range(2):
                        tester.measure_four_wire_resistance(301)
                        order.append(name)

            clock.actor(measure, "A")
            clock.actor(measure, "B")
            clock.run()
    finally:
        bench.close()
    assert order == ["A", "A", "B", "B"]
    assert clock.now() >= 4.0
