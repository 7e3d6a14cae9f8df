"""The scanner as a trace, and over a real pseudo-terminal."""

import threading
from typing import Any

import pytest

from drivers.barcode_scanner.serial_scanner import SerialScanner
from drivers.errors import Garbled, LinkLost, LinkTimeout
from drivers.exchange import expected_exchange
from drivers.place import Place


def test_scans_come_whole_and_in_order() -> None:
    """The scanner speaks unasked; every scan ends with its suffix."""
    with expected_exchange(SerialScanner, (None, "DAC0001"), (None, b"DAC0002\rDAC0003\r")) as scanner:
        assert [scanner.read_scan(1.0) for _ in range(3)] == ["DAC0001", "DAC0002", "DAC0003"]


def test_prefix_and_suffix_are_taken_off() -> None:
    """Both are the scanner's setting and no part of the code."""
    with expected_exchange(SerialScanner, (None, b"\x02DAC0001\x03"), prefix=b"\x02", suffix=b"\x03") as scanner:
        assert scanner.read_scan(1.0) == "DAC0001"


@pytest.mark.parametrize(
    ("scan", "message"),
    [
        (b"DAC0001\r", "lacks the prefix"),
        (b"\x02\r", "empty"),
        (b"\x02DAC\xff\r", "not ASCII"),
        (b"\x02DAC\x1d01\r", "not printable"),
        (b"\x02DAC00", "without its suffix"),
    ],
)
def test_what_is_no_whole_scan_is_refused(scan: bytes, message: str) -> None:
    """Half a scan, line noise and a wrong setting are told apart and never handed on."""
    with (
        expected_exchange(SerialScanner, (None, scan), prefix=b"\x02") as scanner,
        pytest.raises(Garbled, match=message),
    ):
        scanner.read_scan(1.0)


def test_a_scan_over_a_real_line(pty: Any, place: Place) -> None:
    """9600 8N1, suffix CR; what was scanned before the station opened the port is dropped."""
    with SerialScanner.open(pty.name, place, serial="S1") as scanner:
        pty.send(b"DAC0001\r")
        assert scanner.read_scan(5.0) == "DAC0001"
        assert scanner.identity.serial == "S1"


def test_nothing_scanned_is_a_timeout(pty: Any, place: Place) -> None:
    """An operator who does not scan is no broken wire."""
    with SerialScanner.open(pty.name, place) as scanner:
        with pytest.raises(LinkTimeout):
            scanner.read_scan(0.02)
        pty.send(b"DAC0001\r")
        assert scanner.read_scan(5.0) == "DAC0001"


def test_half_a_scan_does_not_become_the_head_of_the_next(pty: Any, place: Place) -> None:
    """A scan that broke off is reported and forgotten."""
    with SerialScanner.open(pty.name, place) as scanner:
        pty.send(b"DAC00")
        with pytest.raises(Garbled, match="scan again"):
            scanner.read_scan(0.02)
        pty.send(b"DAC0002\r")
        assert scanner.read_scan(5.0) == "DAC0002"


def test_a_scan_that_is_being_sent_when_the_time_ends_is_waited_for(pty: Any, place: Place) -> None:
    """The end of the waiting time does not cut a scan in two."""
    with SerialScanner.open(pty.name, place) as scanner:
        pty.send(b"DAC0")
        rest = threading.Timer(0.1, pty.send, args=(b"001\r",))
        rest.start()
        assert scanner.read_scan(0.02) == "DAC0001"
        rest.join()


def test_an_unplugged_scanner_is_lost(pty: Any, place: Place) -> None:
    """A scanner whose cable is out is LinkLost, so that nobody waits for a scan."""
    scanner = SerialScanner.open(pty.name, place)
    pty.unplug()
    with pytest.raises(LinkLost):
        scanner.read_scan(1.0)
    scanner.close()
