"""The scanner as a trace, and over a real pseudo-terminal."""

import threading
from typing import Any

import pytest

from drivers.barcode_scanner.serial_scanner import SerialScanner
from drivers.capabilities import Scan
from drivers.errors import DeviceError, Garbled, LinkLost, LinkTimeout
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


def test_the_symbology_is_told_and_no_part_of_the_text() -> None:
    """]d2 is a Data Matrix, ]C0 a Code 128, as the scanner was set up to say."""
    with expected_exchange(SerialScanner, (None, "]d2DAC0001"), (None, "]C0DAC0002"), aim_identifier=True) as scanner:
        assert scanner.read_symbol(1.0) == Scan("DAC0001", "]d2")
        assert scanner.read_scan(1.0) == "DAC0002"


@pytest.mark.parametrize(
    ("scan", "message"),
    [("DAC0001", "lacks its AIM identifier"), ("]C0DAC0001", "is a ]C0 symbol; expected ]d1, ]d2"), ("]d2", "empty")],
)
def test_a_label_of_another_symbology_is_refused(scan: str, message: str) -> None:
    """The carton's own Code 128 beside the label is not the label."""
    with (
        expected_exchange(SerialScanner, (None, scan), aim_identifier=True, symbologies=("]d1", "]d2")) as scanner,
        pytest.raises(Garbled, match=message),
    ):
        scanner.read_scan(1.0)


def test_symbologies_without_identifiers_are_a_wrong_setting() -> None:
    """Nothing could ever tell one from another."""
    with (
        pytest.raises(ValueError, match="AIM identifiers"),
        expected_exchange(SerialScanner, symbologies=("]d2",)),
    ):
        raise AssertionError("opened")


def test_the_separators_of_iso_15434_are_kept_where_they_are_expected() -> None:
    """RS, GS and EOT part the fields of such a label; with them dropped, two serials would become one."""
    message = "[)>\x1e06\x1d1PPN-1\x1dSSN12345\x1e\x04"
    with expected_exchange(SerialScanner, (None, message), (None, "\x1d\x1e\x04"), separators=True) as scanner:
        assert scanner.read_scan(1.0) == message
        with pytest.raises(Garbled, match="empty"):
            scanner.read_scan(1.0)


def test_a_printed_label_is_confirmed_by_scanning_it_again() -> None:
    """Another label, or one that was printed wrong, is not bound."""
    with expected_exchange(SerialScanner, (None, "DAC0001"), (None, "DAC0007")) as scanner:
        scanner.confirm_scan("DAC0001", 1.0)
        with pytest.raises(DeviceError, match="says 'DAC0007' instead of 'DAC0001'"):
            scanner.confirm_scan("DAC0001", 1.0)


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
