"""Benches wired as the real fixtures are, and a way to real captured data."""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pyvisa.resources import MessageBasedResource

from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import VirtualClock
from sim_hardware.duts.bulk_cable import BulkCable
from sim_hardware.duts.defects import Defect
from sim_hardware.duts.design import PASSIVE_DAC_800G, PASSIVE_DAC_800G_SPECIFICATION
from sim_hardware.duts.passive_dac import PassiveDac
from sim_hardware.duts.twinax_bundle import TwinaxBundle

SEED = 7
MATRIX, MULTIPLEXER = "DAQM904A", "DAQM901A"


@pytest.fixture(scope="session")
def captured() -> Path:
    """The folder of captured data."""
    folder = os.environ.get("RACKLINE_REALDATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("RACKLINE_REALDATA names no folder of captured data")
    return Path(folder)


@pytest.fixture
def clock() -> VirtualClock:
    """Time that jumps."""
    return VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))


def make_bundle(*defects: Defect, serial: str = "TB0001", lot: str = "W1") -> TwinaxBundle:
    """A bundle of the 800G design."""
    return TwinaxBundle(BulkCable(PASSIVE_DAC_800G, SEED, lot), PASSIVE_DAC_800G_SPECIFICATION, SEED, serial, defects)


@pytest.fixture
def bundle() -> Callable[..., TwinaxBundle]:
    """Makes bundles with the defects given."""
    return make_bundle


@pytest.fixture
def cable() -> Callable[..., PassiveDac]:
    """Makes cables of healthy bundles, with the defects given."""

    def make(*defects: Defect, serial: str = "DAC0001") -> PassiveDac:
        return PassiveDac(make_bundle(serial=f"{serial}-b"), SEED, serial, part_number="DAC-800G", defects=defects)

    return make


class BundleBench:
    """The bed of the bare bundle, spoken to through PyVISA."""

    def __init__(self, bench: SimulatedBench) -> None:
        self.bench = bench
        bench.add_instrument(
            "harness",
            "keysight_daq970a",
            "TCPIP0::harness::hislip0::INSTR",
            "MY58001001",
            cards={1: MATRIX, 2: MATRIX, 3: MULTIPLEXER},
        )
        bench.add_instrument(
            "terminator",
            "keysight_daq970a",
            "TCPIP0::terminator::hislip0::INSTR",
            "MY58001002",
            cards={1: MATRIX, 2: MATRIX},
        )
        bench.add_instrument("hipot", "chroma_19053", "TCPIP0::hipot::hislip0::INSTR", "190530001")
        for a, b in self._wires():
            bench.wire(a, b)
        self.harness, self.terminator, self.hipot = (
            opened(bench, f"TCPIP0::{role}::hislip0::INSTR") for role in ("harness", "terminator", "hipot")
        )

    @staticmethod
    def _wires() -> Iterator[tuple[str, str]]:
        for pair in range(1, 17):
            slot, column = (pair - 1) // 8 + 1, (pair - 1) % 8 + 1
            for pole, conductor in (("H", "P"), ("L", "N")):
                yield f"harness:{slot}C{column}.{pole}", f"dut:near.{pair}.{conductor}"
                yield f"terminator:{slot}C{column}.{pole}", f"dut:far.{pair}.{conductor}"
        for slot in (1, 2):
            for pole in "HL":
                for mux in (301, 302, 303):
                    yield f"harness:{slot}R1.{pole}", f"harness:M{mux}.{pole}"
                yield f"harness:{slot}R2.{pole}", f"harness:M311.{pole}"
                yield f"harness:{slot}R3.{pole}", "hipot:HV"
                yield f"harness:{slot}R4.{pole}", "hipot:LOW"
            yield f"terminator:{slot}R1.H", f"terminator:{slot}R1.L"
            # Sensing along one conductor: the relay of the far short falls out.
            yield f"harness:{slot}R2.H", "harness:M312.H"
            yield f"terminator:{slot}R2.H", "harness:M312.L"
            yield f"terminator:{slot}R2.L", "harness:M313.H"
            yield f"harness:{slot}R2.L", "harness:M313.L"
        yield "dut:shield", "hipot:LOW"

    @staticmethod
    def channels(pair: int, *rows: int) -> str:
        """The channel list of a pair's crosspoints."""
        slot, column = (pair - 1) // 8 + 1, (pair - 1) % 8 + 1
        return ",".join(f"{slot}{row}{column}" for row in rows)

    def loop_ohm(self, near: int, far: int, channel: int = 301) -> float:
        """Four-wire resistance of a near pair with a far pair shorted."""
        self.harness.write(f"ROUT:CLOS (@{self.channels(near, 1, 2)})")
        self.terminator.write(f"ROUT:CLOS (@{self.channels(far, 1, 2)})")
        value = float(self.harness.query(f"MEAS:FRES? AUTO,DEF,(@{channel})"))
        self.harness.write("*RST")
        self.terminator.write("*RST")
        return value

    def between_ohm(self, pair: int) -> float:
        """Two-wire resistance between P and N, far end open."""
        self.harness.write(f"ROUT:CLOS (@{self.channels(pair, 1)})")
        value = float(self.harness.query("MEAS:RES? AUTO,DEF,(@301)"))
        self.harness.write("*RST")
        return value

    def insulation(self, pair: int, command: str = "SAFE:STEP1:IR 100") -> tuple[str, float]:
        """Result code and reading of one pair against everything else."""
        others = ",".join(self.channels(other, 4) for other in range(1, 17) if other != pair)
        self.harness.write(f"ROUT:CLOS (@{self.channels(pair, 3)},{others})")
        self.hipot.write(command)
        self.hipot.write("SAFE:STAR")
        while self.hipot.query("SAFE:STAT?") == "RUNNING":
            self.bench.clock.sleep(0.1)
        self.harness.write("*RST")
        return self.hipot.query("SAFE:RES:ALL?"), float(self.hipot.query("SAFE:RES:ALL:MMET?"))


class CableBench:
    """The fixture of the finished cable, spoken to through PyVISA."""

    def __init__(self, bench: SimulatedBench) -> None:
        self.bench = bench
        bench.add_instrument("vna", "keysight_pna", "TCPIP0::vna::hislip0::INSTR", "MY57001001")
        bench.add_instrument("rf", "keysight_l4491a", "TCPIP0::rf::hislip0::INSTR", "MY56001001")
        bench.add_instrument(
            "meter",
            "keysight_daq970a",
            "TCPIP0::meter::hislip0::INSTR",
            "MY58001003",
            cards={1: MATRIX, 3: MULTIPLEXER},
        )
        bench.add_memory("sim-i2c://near", "dut:A")
        bench.add_memory("sim-i2c://far", "dut:B")
        for near_p, port in (("NEAR.P", 1), ("NEAR.N", 3), ("FAR.P", 2), ("FAR.N", 4)):
            bench.wire(f"vna:PORT{port}", f"rf:{near_p}")
        for pair in range(1, 17):
            for conductor in "PN":
                bench.wire(f"rf:N{pair}.{conductor}", f"dut:A.{pair}.{conductor}")
                bench.wire(f"rf:F{pair}.{conductor}", f"dut:B.{pair}.{conductor}")
        for pole, ground in (("H", "A.GND"), ("L", "B.GND")):
            bench.wire(f"meter:1R1.{pole}", f"meter:M301.{pole}")
            bench.wire(f"meter:1R2.{pole}", f"meter:M311.{pole}")
            bench.wire(f"meter:1C1.{pole}", f"dut:{ground}")
        self.vna, self.rf, self.meter = (
            opened(bench, f"TCPIP0::{role}::hislip0::INSTR") for role in ("vna", "rf", "meter")
        )
        self.configure(50e6, 26.5625e9, 801)

    def configure(self, start_hz: float, stop_hz: float, points: int) -> None:
        """Set the sweep."""
        for command in (
            "FORM REAL,64",
            "FORM:BORD SWAP",
            f"SENS1:FREQ:STAR {start_hz}",
            f"SENS1:FREQ:STOP {stop_hz}",
            f"SENS1:SWE:POIN {points}",
            "SENS1:BAND 1000",
        ):
            self.vna.write(command)

    def sweep(self, near: int, far: int) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
        """Frequency, and scattering in the order near P, near N, far P, far N."""
        self.rf.write("ROUT:OPEN:ALL")
        self.rf.write(f"ROUT:CLOS (@{1100 + near},{1200 + far})")
        return self.trigger()

    def trigger(self) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
        """The same with the paths as they are."""
        self.vna.write("SENS1:SWE:MODE SING")
        assert self.vna.query("*OPC?") == "1"
        table = snp(self.vna)
        s = (table[1::2] + 1j * table[2::2]).reshape(4, 4, -1)
        return table[0], s[np.ix_([0, 2, 1, 3], [0, 2, 1, 3])]


def snp(vna: MessageBasedResource, ports: str = "1,2,3,4", dtype: str = "<f8") -> NDArray[np.float64]:
    """The block of a sweep as a table: frequency, then real and imaginary part of every parameter by row."""
    vna.write(f'CALC1:DATA:SNP:PORT? "{ports}"')
    vna.read_termination = None
    raw = vna.read_raw(1 << 22)
    vna.read_termination = "\n"
    digits = int(raw[1:2])
    length = int(raw[2 : 2 + digits])
    assert raw[2 + digits + length :] == b"\n"
    count = len(ports.split(","))
    return np.frombuffer(raw, dtype, offset=2 + digits, count=length // np.dtype(dtype).itemsize).reshape(
        1 + 2 * count**2, -1
    )


def opened(bench: SimulatedBench, resource: str) -> MessageBasedResource:
    """A PyVISA session with LF at both ends."""
    session = bench.resource_manager().open_resource(resource, read_termination="\n", write_termination="\n")
    assert isinstance(session, MessageBasedResource)
    return session


def no_errors(sessions: Sequence[MessageBasedResource]) -> bool:
    """Whether every error queue is empty."""
    return all(session.query("SYST:ERR?") == '+0,"No error"' for session in sessions)


@pytest.fixture
def bundle_bench(clock: VirtualClock) -> Iterator[BundleBench]:
    """The bed of the bare bundle; afterwards nothing may be left in an error queue."""
    with SimulatedBench("bundle", SEED, clock) as bench:
        bed = BundleBench(bench)
        yield bed
        assert no_errors((bed.harness, bed.terminator, bed.hipot))


@pytest.fixture
def cable_bench(clock: VirtualClock) -> Iterator[CableBench]:
    """The fixture of the finished cable; afterwards nothing may be left in an error queue."""
    with SimulatedBench("cable", SEED, clock) as bench:
        fixture = CableBench(bench)
        yield fixture
        assert no_errors((fixture.vna, fixture.rf, fixture.meter))
