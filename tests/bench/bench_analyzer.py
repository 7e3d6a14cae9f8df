"""A network analyser's sweep of eight lanes by 6,401 points: driver, dialogue and transfer, beside the physics alone.

Four ports a lane, so sixteen complex traces of 64-bit numbers: 1.6 MB come over the wire for each lane.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from drivers.network_analyzer.keysight_pna import KeysightPna
from drivers.place import Place
from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import VirtualClock
from sim_hardware.duts.bulk_cable import BulkCable
from sim_hardware.duts.design import LANE_50G, LANE_50G_SPECIFICATION
from sim_hardware.duts.passive_dac import PassiveDac
from sim_hardware.duts.twinax_bundle import TwinaxBundle
from sim_hardware.physics.pair_loss import linear_grid
from tests.bench.figure import Figure, compared

LANES, POINTS = 8, 6401
_START_HZ, _STOP_HZ, _BANDWIDTH_HZ = 10e6, 26.5e9, 1e3
_RESOURCE = "TCPIP0::vna::inst0::INSTR"
_ENDS = ("A.1.P", "A.1.N", "B.1.P", "B.1.N")


def _lane(number: int) -> PassiveDac:
    serial = f"BENCH{number}"
    bundle = TwinaxBundle(BulkCable(LANE_50G, 7, "reel"), LANE_50G_SPECIFICATION, 7, f"{serial}-bundle")
    return PassiveDac(bundle, 7, serial, part_number="LANE", plugs={"A": "A", "B": "B"})


def seconds(repeats: int, lanes: int = LANES, points: int = POINTS) -> Sequence[tuple[float, float]]:
    """Processor seconds of the sweeps of so many lanes through the driver, and of their physics alone, in turns."""
    bench = SimulatedBench("bench-analyzer", 7, VirtualClock(datetime(2026, 1, 1, tzinfo=UTC)))
    place = Place(clock=bench.clock, resource_manager=bench.resource_manager)
    found = []
    try:
        bench.add_instrument("vna", "keysight_pna", _RESOURCE, "MY00000001")
        for port, end in zip((1, 3, 2, 4), _ENDS, strict=True):
            bench.wire(f"vna:PORT{port}", f"dut:{end}")
        grid = linear_grid(_START_HZ, _STOP_HZ, points)
        with KeysightPna.open(_RESOURCE, place, timeout_s=60.0) as analyser:
            analyser.configure_sweep(_START_HZ, _STOP_HZ, points, _BANDWIDTH_HZ)
            for repeat in range(repeats + 1):
                measured = computed = 0.0
                for lane in range(lanes):
                    unit = _lane(100 * repeat + lane)
                    bench.insert(unit)
                    began = time.process_time()
                    analyser.measure_scattering((1, 2, 3, 4))
                    measured += time.process_time() - began
                    bench.remove()
                    again = _lane(100 * repeat + lane)
                    began = time.process_time()
                    again.scattering(_ENDS, grid)
                    computed += time.process_time() - began
                found.append((measured, computed))
    finally:
        place.close()
        bench.close()
    return found[1:]


def figures(quick: bool) -> list[Figure]:
    """The one row of this bench."""
    return [
        compared(
            f"a sweep of {LANES} lanes × {POINTS:,} points, four ports, processor time",
            "s",
            seconds(3 if quick else 10),
            "the physics of the same lanes alone",
            note="simulated analyser in process, through PyVISA's library interface: settings proven, 1.6 MB a lane"
            " in a 64-bit block, parsed; the first round not counted",
        )
    ]
