"""The fixed scanner as a trace: it reads when it is told to, and is told to stop when it found nothing."""

import pytest

from drivers.barcode_scanner.honeywell_3320g import Honeywell3320g
from drivers.errors import DeviceError, LinkTimeout
from drivers.exchange import expected_exchange

READ, STOP = "\x16T", "\x16U"


def test_every_scan_is_asked_for() -> None:
    """SYN T CR before each; what comes back is the label."""
    with expected_exchange(Honeywell3320g, (READ, "KIT0000001 SW0000001"), (READ, "KIT0000002")) as scanner:
        assert [scanner.read_scan(1.0) for _ in range(2)] == ["KIT0000001 SW0000001", "KIT0000002"]


def test_a_printed_label_is_confirmed_by_reading_it() -> None:
    """Another text than the one that was printed is refused by name."""
    with (
        expected_exchange(Honeywell3320g, (READ, "KIT0000002")) as scanner,
        pytest.raises(DeviceError, match="says 'KIT0000002' instead of 'KIT0000001'"),
    ):
        scanner.confirm_scan("KIT0000001", 1.0)


def test_without_a_label_it_is_switched_off_again() -> None:
    """Left on, it would read whatever passes by later."""
    silence = LinkTimeout("nothing came")
    with (
        expected_exchange(Honeywell3320g, (READ, silence), (None, silence), (STOP, None)) as scanner,
        pytest.raises(LinkTimeout),
    ):
        scanner.read_scan(1.0)


def test_what_was_read_before_is_not_taken() -> None:
    """A second label that passed by belongs to no question, and not to the next one."""
    with expected_exchange(Honeywell3320g, (READ, b"KIT0000001\rKIT0000009\r"), (READ, "KIT0000002")) as scanner:
        assert [scanner.read_scan(1.0) for _ in range(2)] == ["KIT0000001", "KIT0000002"]
