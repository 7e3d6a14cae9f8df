"""`sim://` ports through pyserial, as a driver opens them."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import serial

from sim_hardware import registry
from sim_hardware.byte_device import BytePort
from sim_hardware.clock import VirtualClock
from sim_hardware.faults import Fault, FaultPlan
from sim_hardware.registry import BenchNameTaken, Outlet, UnknownOutlet
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.scpi_grammar import scpi


class Load(ScpiDevice):
    """An instrument with a serial port."""

    idn = "ACME,LOAD,1,1.0"

    @scpi("SLOW?", delay=3.0)
    def slow(self) -> str:
        return "done"


class Scanner:
    """Says what it is shown, when somebody listens; answers `?` with its state."""

    def __init__(self) -> None:
        self.port: BytePort | None = None
        self.told = b""

    def connected(self, port: BytePort) -> None:
        self.port = port

    def received(self, content: bytes) -> None:
        self.told += content
        if content == b"?" and self.port is not None:
            self.port.send(b"READY\r", after_s=0.2)

    def disconnected(self) -> None:
        self.port = None

    def scan(self, text: str) -> None:
        if self.port is not None:
            self.port.send(text.encode() + b"\r")


class Bench:
    """A load and a scanner on serial lines of one bench."""

    def __init__(self) -> None:
        self.clock = VirtualClock(datetime(2026, 3, 1, tzinfo=UTC))
        self.faults = FaultPlan(seed=7)
        self.scanner = Scanner()
        load = Load(self.clock, random.Random(1))
        registry.announce(
            "serial bench",
            {
                "load": Outlet(load, self.clock, self.faults.rules("load")),
                "scanner": Outlet(self.scanner, self.clock, self.faults.rules("scanner")),
            },
        )

    def open(self, role: str, timeout: float | None = 2.0) -> serial.SerialBase:
        return serial.serial_for_url(f"sim://serial bench/{role}", timeout=timeout)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    registry.forget("serial bench")


def test_an_instrument_answers_on_its_serial_port(bench):
    """Lines in, lines out, also when they come byte by byte."""
    with bench.open("load") as port:
        port.write(b"*ID")
        port.write(bytearray(b"N?\n"))
        assert port.in_waiting == 16
        assert port.read(4) == b"ACME"
        assert port.read_until() == b",LOAD,1,1.0\n"
        assert port.in_waiting == port.out_waiting == 0
        port.flush()
        port.reset_output_buffer()


def test_a_timeout_passes_on_the_clock_of_the_bench(bench):
    """Nothing comes, 2 s are gone there, none here; what came in part is given."""
    with bench.open("load") as port:
        assert port.read(10) == b""
        assert bench.clock.now() == 2
        port.write(b"*IDN?\n")
        assert port.read(100) == b"ACME,LOAD,1,1.0\n"
        assert bench.clock.now() == 4


def test_read_until_gives_up_after_one_timeout(bench):
    """The timeout counts for the line, not for each byte of it."""
    with bench.open("load", timeout=5) as port:
        port.write(b"SLOW?\n")
        assert port.read_until(b"\r\n") == b"done\n"
        assert bench.clock.now() == 5
        port.write(b"*OPC?\n*IDN?\n")
        assert port.read_until(b"ACME") == b"1\nACME"
        assert port.read_until(b"\n", size=3) == b",LO"


def test_no_timeout_waits_as_long_as_it_takes_and_zero_not_at_all(bench):
    """pyserial's None and 0."""
    with bench.open("load", timeout=0) as port:
        port.write(b"SLOW?\n")
        assert port.read(10) == b""
        port.timeout = None
        assert port.read_until() == b"done\n"
        assert bench.clock.now() == 3


def test_input_can_be_discarded(bench):
    """After a reset of the input buffer only what is still under way comes."""
    with bench.open("load") as port:
        port.write(b"*IDN?\n")
        port.reset_input_buffer()
        port.write(b"*OPC?\n")
        assert port.read_until() == b"1\n"


def test_a_scan_is_read_when_it_happens(bench):
    """An operator scans 1.5 s into a wait of 10: the reader goes on at that moment."""
    read = []

    def station() -> None:
        with bench.open("scanner", timeout=10) as port:
            read.append((port.read_until(b"\r"), bench.clock.now()))
            read.append((port.read_until(b"\r"), bench.clock.now()))

    def operator() -> None:
        bench.clock.sleep(1.5)
        bench.scanner.scan("DAC0001")

    bench.clock.actor(station, name="station")
    bench.clock.actor(operator, name="operator")
    bench.clock.run()
    assert read == [(b"DAC0001\r", 1.5), (b"", 11.5)]


def test_a_byte_device_hears_and_answers(bench):
    """What the client writes reaches the device, whose answer takes its time."""
    with bench.open("scanner") as port:
        assert port.write(b"?") == 1
        assert port.in_waiting == 0
        assert port.read_until(b"\r") == b"READY\r"
        assert bench.clock.now() == 0.2
    assert bench.scanner.told == b"?"


def test_a_device_knows_whether_somebody_listens(bench):
    """A scan before the port is open, or after, goes nowhere; the next session does not see it."""
    bench.scanner.scan("BEFORE")
    with bench.open("scanner") as port:
        bench.scanner.scan("FIRST")
    bench.scanner.scan("BETWEEN")
    assert bench.scanner.port is None
    with bench.open("scanner") as port:
        bench.scanner.scan("SECOND")
        assert port.read_until(b"\r") == b"SECOND\r"


def test_faults_reach_serial_lines(bench):
    """A scan is cut, another is lost; an instrument's port closes."""
    bench.faults.inject("scanner", Fault("truncate", "DAC", nth=1, count=3))
    bench.faults.inject("scanner", Fault("drop", "DAC", nth=2))
    with bench.open("scanner") as port:
        for serial_number in ("DAC1", "DAC2", "DAC3"):
            bench.scanner.scan(serial_number)
        assert port.read(100) == b"DACDAC3\r"
    bench.faults.inject("load", Fault("close"))
    with bench.open("load") as port:
        port.write(b"*IDN?\n")
        with pytest.raises(serial.SerialException, match="disconnected"):
            port.read()
        with pytest.raises(serial.SerialException, match="disconnected"):
            port.read_until()
        with pytest.raises(serial.SerialException, match="closed"):
            port.write(b"*IDN?\n")


def test_a_closing_scanner_wakes_its_reader(bench):
    """A cable pulled in the middle of a wait is seen at once."""
    bench.faults.inject("scanner", Fault("close"))
    seen = []

    def station() -> None:
        with bench.open("scanner", timeout=100) as port, pytest.raises(serial.SerialException):
            port.read()
        seen.append(bench.clock.now())

    bench.clock.actor(station)
    bench.clock.actor(lambda: (bench.clock.sleep(4), bench.scanner.scan("X")))
    bench.clock.run()
    assert seen == [4]


def test_a_closed_port_refuses(bench):
    """Closing twice is fine, using it afterwards is not."""
    port = bench.open("load")
    with pytest.raises(serial.SerialException, match="already open"):
        port.open()
    port.close()
    port.close()
    for act in (port.read, port.flush, port.reset_input_buffer, lambda: port.write(b"x"), lambda: port.in_waiting):
        with pytest.raises(serial.PortNotOpenError):
            act()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sim://nowhere/load", "no simulated bench 'nowhere'; open are: serial bench"),
        ("sim://serial bench/lamp", "no serial line 'lamp'; it has: load, scanner"),
    ],
)
def test_an_unknown_line_says_what_there_is(bench, url, message):
    """A misspelt role is found by reading the message."""
    with pytest.raises(serial.SerialException, match=message):
        serial.serial_for_url(url)


def test_a_forgotten_bench_is_gone_and_its_name_free(bench):
    """Names are unique among open benches only."""
    with pytest.raises(BenchNameTaken, match="serial bench"):
        Bench()
    registry.forget("serial bench")
    registry.forget("serial bench")
    with pytest.raises(UnknownOutlet, match="open are: none"):
        registry.find("serial bench", "load")
    Bench()


def test_lines_may_be_added_to_an_open_bench():
    """The registry looks into the bench's own mapping."""
    clock = VirtualClock(datetime(2026, 3, 1, tzinfo=UTC))
    outlets: dict[str, Outlet] = {}
    registry.announce("growing", outlets)
    try:
        outlets["late"] = Outlet(Load(clock, random.Random(1)), clock)
        with serial.serial_for_url("sim://growing/late") as port:
            port.write(b"*OPC?\n")
            assert port.read_until() == b"1\n"
    finally:
        registry.forget("growing")
