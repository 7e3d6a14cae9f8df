"""A bench is put together, disturbed and taken apart."""

from datetime import UTC, datetime

import pytest
import pyvisa
import serial

from sim_hardware.bench import BenchError, SimulatedBench
from sim_hardware.clock import VirtualClock
from sim_hardware.duts.cmis_map import checksum_error
from sim_hardware.faults import Fault
from sim_hardware.physics.random_stream import random_stream, stable_hash
from sim_hardware.registry import BenchNameTaken
from sim_hardware.world import World

VNA = "TCPIP0::vna::hislip0::INSTR"


@pytest.fixture
def bench(clock: VirtualClock):
    """A bench with an analyser and a scanner."""
    with SimulatedBench("small", 3, clock) as made:
        made.add_instrument("vna", "keysight_pna", VNA, "MY57001001")
        made.add_instrument("scanner", "serial_scanner", "sim://small/scanner", "S1")
        yield made


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("vna", "keysight_pna", "GPIB0::7::INSTR", "S"), "role 'vna' is taken"),
        (("other", "keysight_pna", VNA, "S"), "belongs to another role"),
        (("dut", "keysight_pna", "GPIB0::7::INSTR", "S"), "role 'dut' is taken"),
        (("psu", "acme_psu", "GPIB0::7::INSTR", "S"), "no simulated instrument 'acme_psu'"),
    ],
)
def test_an_instrument_that_cannot_be_added_is_named(bench, arguments, said):
    """A role or resource in use, or a model that nobody simulates."""
    with pytest.raises(BenchError, match=said):
        bench.add_instrument(*arguments)


def test_an_option_that_a_model_lacks_is_refused(bench):
    """The message names role, model and option."""
    with pytest.raises(BenchError, match=r"role 'rf', model keysight_l4491a: .*'cards'"):
        bench.add_instrument("rf", "keysight_l4491a", "GPIB0::7::INSTR", "S", cards={})
    with pytest.raises(ValueError, match="card 'DAQM999' in slot 1"):
        bench.add_instrument("meter", "keysight_daq970a", "GPIB0::8::INSTR", "S", cards={1: "DAQM999"})
    with pytest.raises(ValueError, match="port map"):
        bench.add_instrument("vna2", "keysight_pna", "GPIB0::9::INSTR", "S", port_map=(1, 1, 2, 3))


def test_a_wire_to_no_role_is_refused(bench):
    """A typing error in a fixture file does not become an open contact."""
    with pytest.raises(BenchError, match=r"'vnaa:PORT1' belongs to no role; roles: dut, scanner, vna"):
        bench.wire("vnaa:PORT1", "dut:A.1.P")
    with pytest.raises(ValueError, match="expected role:terminal"):
        bench.wire("vna:", "dut:A.1.P")


def test_what_is_played_needs_a_player(bench, tmp_path):
    """A Touchstone file needs an analyser, a memory map a bus, a label a scanner."""
    with pytest.raises(BenchError, match="'scanner' is no network analyser"):
        bench.play_touchstone("scanner", tmp_path / "a.s4p")
    with pytest.raises(BenchError, match="no module memory at 'sim-i2c://x'"):
        bench.play_memory("sim-i2c://x", tmp_path / "a.bin")
    with pytest.raises(BenchError, match="no module memory at 'sim-i2c://x'"):
        bench.open_smbus("sim-i2c://x")
    with pytest.raises(BenchError, match="'vna' is no scanner"):
        bench.scan("vna", "DAC0001")
    with pytest.raises(BenchError, match="expected dut:A or dut:B"):
        bench.add_memory("sim-i2c://x", "vna:A")


def test_a_fixture_holds_one_device(bench, cable):
    """A second device needs the first one out."""
    bench.insert(cable(serial="DAC0001"))
    with pytest.raises(ValueError, match="insert DAC0002: DAC0001 is still in the fixture"):
        bench.insert(cable(serial="DAC0002"))
    bench.remove()
    bench.insert(cable(serial="DAC0002"))


def test_a_name_is_free_again_after_close(bench, clock):
    """Two open benches of one name would share a VISA library."""
    with pytest.raises(BenchNameTaken):
        SimulatedBench("small", 3, clock)
    bench.close()
    bench.close()
    SimulatedBench("small", 3, clock).close()


def test_a_fault_strikes_where_it_was_injected(bench):
    """An identity fault makes another instrument answer; an unknown resource is refused."""
    bench.inject(VNA, Fault("identity", identity="Acme,PNA,1,1"))
    session = bench.resource_manager().open_resource(VNA, read_termination="\n", write_termination="\n")
    assert session.query("*IDN?") == "Acme,PNA,1,1"
    with pytest.raises(BenchError, match="no instrument at 'GPIB0::7::INSTR'"):
        bench.inject("GPIB0::7::INSTR", Fault("drop"))


def test_an_unknown_resource_does_not_open(bench):
    """VISA says that there is no such resource."""
    with pytest.raises(pyvisa.VisaIOError, match="VI_ERROR_RSRC_NFOUND"):
        bench.resource_manager().open_resource("TCPIP0::elsewhere::hislip0::INSTR")


def test_a_scan_comes_framed_over_the_serial_line(bench):
    """A label scanned before or after the port was opened ends with CR; without one the read times out."""
    bench.scan("scanner", "DAC0001")
    with serial.serial_for_url("sim://small/scanner", timeout=1.0) as port:
        assert port.read_until(b"\r") == b"DAC0001\r"
        bench.scan("scanner", "DAC0002")
        assert port.read_until(b"\r") == b"DAC0002\r"
        before = bench.clock.now()
        assert port.read_until(b"\r") == b""
        assert bench.clock.now() - before == pytest.approx(1.0)
    with pytest.raises(ValueError, match="contains the scanner's suffix"):
        bench.scan("scanner", "DAC\r0003")


def test_prefix_and_suffix_are_set_up_by_option(bench):
    """Other scanners say STX before and LF after a label."""
    bench.add_instrument("other", "serial_scanner", "sim://small/other", "S2", prefix=b"\x02", suffix=b"\r\n")
    with serial.serial_for_url("sim://small/other", timeout=1.0) as port:
        bench.scan("other", "A1")
        assert port.read_until(b"\n") == b"\x02A1\r\n"


def test_two_benches_of_one_seed_read_the_same(cable):
    """The whole history follows from the seed: the same noise in the same place."""
    readings = []
    for name in ("first", "second"):
        with SimulatedBench(name, 3, VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))) as bench:
            bench.add_instrument("vna", "keysight_pna", VNA, "MY57001001")
            for near, terminal in (("NEAR.P", "A.1.P"), ("NEAR.N", "A.1.N"), ("FAR.P", "B.1.P"), ("FAR.N", "B.1.N")):
                bench.wire(f"vna:{near}", f"dut:{terminal}")
            bench.insert(cable())
            session = bench.resource_manager().open_resource(VNA, read_termination="\n", write_termination="\n")
            session.write("SENS1:SWE:MODE SING")
            readings.append(session.query('CALC1:DATA:SNP:PORT? "1,2,3,4"'))
    assert readings[0] == readings[1]


def test_streams_are_independent_and_stable():
    """One more consumer shifts no other, and the hash is the same in every version: this value is for ever."""
    assert random_stream(7, "a").random() == random_stream(7, "a").random()
    assert random_stream(7, "a").random() != random_stream(7, "b").random()
    assert random_stream(7, "a", "b").random() != random_stream(7, "ab").random()
    assert stable_hash(7, "harness") == 8994457516791974157


def test_a_relay_name_is_declared_once():
    """Two relays of one name would open each other."""
    world = World(1)
    world.relays.add("k1", [])
    with pytest.raises(ValueError, match="'k1' exists already"):
        world.relays.add("k1", [])


def test_wires_join_whole_nets():
    """Union of nets: a to b and c to d, then b to c, is one net; an unwired terminal is alone."""
    world = World(1)
    for a, b in (("x:a", "x:b"), ("x:c", "x:d")):
        world.wire(a, b)
    assert world.net("x:a") != world.net("x:d")
    world.wire("x:b", "x:c")
    assert world.net("x:a") == world.net("x:d")
    assert world.net("x:e") != world.net("x:a")


def test_a_memory_changed_over_the_bus_is_changed_in_the_cable(bench, cable):
    """The bus leads to the very memory in the plug."""
    bench.add_memory("sim-i2c://near", "dut:A")
    dut = cable()
    bench.insert(dut)
    bench.open_smbus("sim-i2c://near").write_block(0x50, 222, b"\x00")
    assert checksum_error(dut.memory("A")) != 0
