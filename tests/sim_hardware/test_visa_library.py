"""The in-process VISA library, through PyVISA as drivers use it."""

import gc
import random
import threading
import weakref
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
import pyvisa
from pyvisa.constants import BufferOperation, ResourceAttribute, StatusCode
from pyvisa.errors import VisaIOError
from pyvisa.resources import MessageBasedResource

from sim_hardware.clock import VirtualClock
from sim_hardware.registry import BenchNameTaken
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.scpi_grammar import block, number, scpi
from sim_hardware.visa_library import SimVisaLibrary

LAN, SOCKET, USB, SERIAL = (
    "TCPIP0::10.0.0.1::inst0::INSTR",
    "TCPIP0::10.0.0.1::5025::SOCKET",
    "USB0::0x2A8D::0x5101::MY58000001::0::INSTR",
    "ASRL1::INSTR",
)
ALL = (LAN, SOCKET, USB, SERIAL)
POINTS = 25_000


class Analyser(ScpiDevice):
    """Has a voltage, a large block, and takes its time over a sweep."""

    idn = "ACME,VNA,1,1.0"
    volts = 0.0
    triggered = 0

    def trigger(self) -> None:
        self.triggered += 1

    @scpi("VOLTage")
    def set_voltage(self, volts: str) -> None:
        self.volts = number(volts, 0, 10, "V")

    @scpi("VOLTage?")
    def get_voltage(self) -> str:
        return f"{self.volts:.3f}"

    @scpi("DATA?")
    def trace(self) -> bytes:
        return block(np.linspace(0, 1, POINTS))

    @scpi("SWEep?", delay=60.0)
    def sweep(self) -> str:
        return "1"


class Bench:
    """One instrument on four wires."""

    def __init__(self, name: str = "visa") -> None:
        self.clock = VirtualClock(datetime(2026, 3, 1, tzinfo=UTC))
        self.analyser = Analyser(self.clock, random.Random(1))
        self.devices = dict.fromkeys(ALL, self.analyser)
        self.library = SimVisaLibrary.for_bench(name, self.devices)
        self.manager = pyvisa.ResourceManager(self.library)

    def open(self, resource: str = LAN, **options: object) -> MessageBasedResource:
        settings = {"read_termination": "\n", "write_termination": "\n", "timeout": 2000, **options}
        opened = self.manager.open_resource(resource, **settings)
        assert isinstance(opened, MessageBasedResource)
        return opened


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.library.forget()


def status(caught: pytest.ExceptionInfo[VisaIOError]) -> StatusCode:
    return StatusCode(caught.value.error_code)


@pytest.mark.parametrize("resource", ALL)
def test_an_unmodified_resource_talks_over_every_kind_of_wire(bench, resource):
    """Query, command and error queue on LAN, socket, USB and serial."""
    with bench.open(resource) as analyser:
        assert analyser.query("*IDN?") == "ACME,VNA,1,1.0"
        analyser.write("VOLT 3.3")
        assert analyser.query("VOLT?") == "3.300"
        assert analyser.query("SYST:ERR?") == '+0,"No error"'


@pytest.mark.parametrize("resource", [LAN, USB, SERIAL])
def test_the_default_terminations_work_too(bench, resource):
    """PyVISA ends messages with CR LF unless told otherwise; a serial read ends at its newline by itself."""
    with bench.manager.open_resource(resource) as analyser:
        assert analyser.query("*IDN?") == "ACME,VNA,1,1.0\n"


@pytest.mark.parametrize("resource", [LAN, USB, SOCKET])
@pytest.mark.parametrize("chunk", [100, 20_480, 1 << 20])
def test_a_large_block_arrives_whole(bench, resource, chunk):
    """200 kB in pieces of any size; on a socket the header's length says where it ends."""
    with bench.open(resource, read_termination=None) as analyser:
        analyser.write("DATA?")
        head = analyser.read_bytes(8, chunk_size=chunk)
        body = analyser.read_bytes(int(head[2:]) + 1, chunk_size=chunk)
    assert head == b"#6200000"
    np.testing.assert_array_equal(np.frombuffer(body[:-1]), np.linspace(0, 1, POINTS))


def test_binary_values_come_through_pyvisa(bench):
    """PyVISA's own block reader understands the answer."""
    with bench.open(read_termination=None) as analyser:
        values = analyser.query_binary_values("DATA?", datatype="d", container=np.array)
    np.testing.assert_array_equal(values, np.linspace(0, 1, POINTS))


def test_a_thousand_timeouts_cost_no_wall_time(bench):
    """5,000 s of waiting pass on the bench's clock; in wall time the test would hit its own limit."""
    with bench.open(timeout=5000) as analyser:
        for _ in range(1000):
            with pytest.raises(VisaIOError) as caught:
                analyser.read()
            assert status(caught) == StatusCode.error_timeout
    assert bench.clock.now() == 5000


def test_an_answer_may_take_longer_than_one_timeout(bench):
    """A sweep of a minute is read by who waits a minute."""
    with bench.open(timeout=61_000) as patient:
        assert patient.query("SWE?") == "1"
    assert bench.clock.now() == 60
    with bench.open(timeout=None) as endless:
        assert endless.query("SWE?") == "1"
    assert bench.clock.now() == 120


def test_two_sessions_share_no_answer(bench):
    """Each session reads what it asked, in whatever order they write and read."""
    with bench.open(LAN) as first, bench.open(LAN) as second:
        first.write("*IDN?")
        second.write("VOLT?")
        assert first.read() == "ACME,VNA,1,1.0"
        assert second.read() == "0.000"
        assert bench.analyser.errors.pop()[0] == 0


def test_a_reopened_session_holds_nothing_of_the_last(bench):
    """The state of the instrument stays, the answer nobody read does not."""
    with bench.open(SOCKET) as first:
        first.write("VOLT 5;*IDN?")
    with bench.open(SOCKET) as second:
        assert second.query("VOLT?") == "5.000"


def test_status_byte_clear_and_trigger(bench):
    """Serial poll, device clear and bus trigger reach the instrument."""
    with bench.open() as analyser:
        assert analyser.read_stb() == 0
        analyser.write("*IDN?")
        assert analyser.read_stb() == 0x10
        analyser.clear()
        assert analyser.read_stb() == 0
        analyser.assert_trigger()
        assert bench.analyser.triggered == 1
        assert analyser.query("VOLT?") == "0.000"


def test_flush_discards_what_has_arrived(bench):
    """Emptying the read buffer resynchronises a socket."""
    with bench.open(SOCKET) as analyser:
        analyser.write("*IDN?")
        analyser.flush(BufferOperation.discard_read_buffer)
        assert analyser.query("VOLT?") == "0.000"


def test_bytes_waiting_on_a_serial_line_can_be_counted(bench):
    """A serial resource knows how much it could read."""
    with bench.open(SERIAL) as analyser:
        analyser.write("VOLT?")
        assert analyser.get_visa_attribute(ResourceAttribute.asrl_avalaible_number) == len("0.000\n")


def test_resources_are_listed_and_may_be_added_while_open(bench):
    """The bench may grow; PyVISA sees it at the next open."""
    assert bench.manager.list_resources("?*") == ALL
    assert bench.manager.list_resources() == (LAN, USB, SERIAL)
    bench.devices["GPIB0::5::INSTR"] = bench.analyser
    with bench.open("gpib::5") as analyser:
        assert analyser.query("*IDN?") == "ACME,VNA,1,1.0"


@pytest.mark.parametrize(
    ("resource", "code"),
    [("GPIB::9::INSTR", StatusCode.error_resource_not_found), ("nonsense", StatusCode.error_invalid_resource_name)],
)
def test_what_is_not_there_does_not_open(bench, resource, code):
    """As on a real bus, with VISA's own status."""
    with pytest.raises(VisaIOError) as caught:
        bench.manager.open_bare_resource(resource)
    assert status(caught) == code


def test_an_attribute_that_visa_does_not_know_is_refused(bench):
    """As the specification has it, not with a made-up value."""
    with bench.open() as analyser, pytest.raises(VisaIOError) as caught:
        analyser.get_visa_attribute(0x12345)
    assert status(caught) == StatusCode.error_nonsupported_attribute


def test_a_locked_resource_refuses_the_other_session(bench):
    """Who holds the lock works on, the other is told; after the unlock both work."""
    with bench.open() as first, bench.open() as second:
        first.lock_excl()
        first.lock_excl()
        with pytest.raises(VisaIOError) as caught:
            second.query("*IDN?")
        assert status(caught) == StatusCode.error_resource_locked
        with pytest.raises(VisaIOError) as caught:
            second.lock_excl(timeout=3000)
        assert status(caught) == StatusCode.error_resource_locked
        assert bench.clock.now() == 3
        first.unlock()
        assert first.query("*IDN?") == "ACME,VNA,1,1.0"
        first.unlock()
        assert second.query("*IDN?") == "ACME,VNA,1,1.0"
        with pytest.raises(VisaIOError) as caught:
            second.unlock()
        assert status(caught) == StatusCode.error_session_not_locked


def test_a_lock_passes_to_a_waiting_actor_at_once(bench):
    """Two stations share one instrument by VISA lock, on the clock of the bench."""
    taken = []

    def station(name: str, seconds: float) -> None:
        with bench.open() as analyser:
            analyser.lock_excl(timeout=100_000)
            taken.append((name, bench.clock.now()))
            bench.clock.sleep(seconds)
            if name == "first":
                analyser.unlock()
                bench.clock.sleep(100)

    bench.clock.actor(station, "first", 7.0)
    bench.clock.actor(station, "second", 1.0)
    bench.clock.run()
    assert taken == [("first", 0.0), ("second", 7.0)]


def test_actors_on_one_bench_have_one_history():
    """16 stations querying a slow instrument each over its own session: the same log every time."""

    def history(name: str) -> list[tuple[float, int]]:
        bench, log = Bench(name), []

        def station(position: int) -> None:
            rng = random.Random(position)
            with bench.open(timeout=1_000_000) as analyser:
                for _ in range(3):
                    bench.clock.sleep(rng.uniform(0, 90))
                    analyser.query("SWE?")
                    log.append((bench.clock.now(), position))

        for position in range(16):
            bench.clock.actor(station, position)
        bench.clock.run()
        bench.library.forget()
        return log

    assert history("one") == history("two")


def test_a_stopped_clock_unwinds_a_driver_in_the_middle_of_a_read(bench):
    """The read raises through PyVISA and the session is closed on the way out."""
    closed = []

    def station() -> None:
        with bench.open(timeout=None) as analyser:
            try:
                analyser.read()
            finally:
                closed.append(analyser.query("*IDN?"))

    bench.clock.actor(station)
    bench.clock.actor(bench.clock.stop)
    before = threading.active_count()
    bench.clock.run()
    assert closed == ["ACME,VNA,1,1.0"]
    assert threading.active_count() == before


def test_a_bench_has_its_name_alone(bench):
    """Two benches of one name would share PyVISA's library: refused, until the first is closed."""
    with pytest.raises(BenchNameTaken, match="'visa'"):
        Bench()
    bench.library.forget()
    bench.library.forget()
    Bench().library.forget()


def test_two_benches_know_nothing_of_each_other(bench):
    """The same resource name is another instrument on another bench."""
    other = Bench("other")
    with bench.open() as here, other.open() as there:
        here.write("VOLT 5")
        assert there.query("VOLT?") == "0.000"
    other.library.forget()


def test_a_forgotten_bench_leaves_nothing_in_memory():
    """Library, manager and instrument go when the bench does."""
    bench = Bench("short-lived")
    bench.open()
    remembered = [weakref.ref(thing) for thing in (bench.library, bench.manager, bench.analyser)]
    bench.library.forget()
    del bench
    gc.collect()
    assert [thing() for thing in remembered] == [None] * 3


def test_a_closed_manager_can_be_made_again(bench):
    """Closing PyVISA's resource manager ends its sessions, not the bench."""
    opened = bench.open()
    bench.manager.close()
    with pytest.raises(pyvisa.errors.InvalidSession):
        opened.query("*IDN?")
    bench.manager = pyvisa.ResourceManager(bench.library)
    with bench.open() as analyser:
        assert analyser.query("*IDN?") == "ACME,VNA,1,1.0"
