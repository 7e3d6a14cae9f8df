"""A bench for strangers: a supply with two multimeters and an oscilloscope on its output, a modular supply, an analyser
on a real pair of copper. What they read can be held against the world behind it."""

from datetime import UTC, datetime

from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import BenchClock, ScaledClock
from sim_hardware.duts.bulk_cable import BulkCable
from sim_hardware.duts.design import LANE_50G, LANE_50G_SPECIFICATION
from sim_hardware.duts.passive_dac import PassiveDac
from sim_hardware.duts.twinax_bundle import TwinaxBundle

SEED = 7
SUPPLY_V, OVERVOLTAGE_V = 12.0, 20.0
MODULE_V = 5.0
SWEEP_HZ, POINTS = (1e9, 10e9), 201

ROLES = {
    "supply": ("keysight_n5700", "US26A1001G", {"variant": "N5767A"}),
    "meter": ("keithley_dmm6500", "04412345", {}),
    "old_meter": ("keithley_2000", "1234567", {}),
    "scope": ("keysight_dsox3000", "MY58100011", {}),
    "modules": ("keysight_n6700", "MY54001234", {"modules": {1: "N6752A", 2: "N6754A"}}),
    "analyser": ("keysight_pna", "MY56070123", {}),
}
"""Role, simulated model, serial number and options."""


def foreign_bench(name: str, clock: BenchClock | None = None) -> SimulatedBench:
    """The bench, on wall time unless told otherwise; the caller closes it."""
    bench = SimulatedBench(name, SEED, clock or ScaledClock(datetime(2027, 3, 1, tzinfo=UTC)))
    for role, (model, serial, options) in ROLES.items():
        bench.add_instrument(role, model, f"TCPIP0::{role}::inst0::INSTR", serial, **options)
    for high, low in (("meter:HI", "meter:LO"), ("old_meter:HI", "old_meter:LO"), ("scope:CH1", "scope:CH1.REF")):
        bench.wire(high, "supply:CH1.+")
        bench.wire(low, "supply:CH1.-")
    for port, end in enumerate(("A.1.P", "B.1.P", "A.1.N", "B.1.N"), start=1):
        bench.wire(f"analyser:PORT{port}", f"dut:{end}")
    bench.insert(pair())
    return bench


def pair() -> PassiveDac:
    """One pair of a 50G cable, two metres."""
    bundle = TwinaxBundle(BulkCable(LANE_50G, SEED, "reel"), LANE_50G_SPECIFICATION, SEED, "foreign-bundle")
    return PassiveDac(bundle, SEED, "FOREIGN", part_number="PAIR", plugs={"A": "PAIR-A", "B": "PAIR-B"})
