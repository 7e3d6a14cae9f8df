"""The bus trace of a module's memory."""

from typing import Any

import pytest

from drivers.errors import DeviceError, LinkError, LinkLost, OutOfRange
from drivers.exchange import expected_exchange
from drivers.module_eeprom.two_wire import TwoWireModule

PAGE = bytes(range(256))
OSFP, QSFP28 = "19", "11"


def test_a_page_is_selected_proven_and_read() -> None:
    """Byte 127 chooses the upper half; the lower half comes with it."""
    with expected_exchange(
        TwoWireModule,
        ("read 50h 126 2", "00 00"),
        ("write 50h 127 11", None),
        ("read 50h 126 2", "00 11"),
        ("read 50h 0 256", PAGE),
    ) as module:
        assert module.read_page(0x11) == PAGE


def test_a_bank_is_selected_together_with_its_page() -> None:
    """Bank and page go in one write, or the module would look for the page in the bank before."""
    with expected_exchange(
        TwoWireModule,
        ("read 50h 126 2", "00 11"),
        ("write 50h 126 01 11", None),
        ("read 50h 126 2", "01 11"),
        ("read 50h 0 256", PAGE),
    ) as module:
        assert module.read_page(0x11, bank=1) == PAGE


def test_a_bank_that_somebody_left_is_not_taken_for_the_first() -> None:
    """Another host may have left bank 1: a banked page is looked at with its bank."""
    with expected_exchange(
        TwoWireModule,
        ("read 50h 126 2", "01 11"),
        ("write 50h 126 00 11", None),
        ("read 50h 126 2", "00 11"),
        ("read 50h 0 256", PAGE),
    ) as module:
        assert module.read_page(0x11) == PAGE


def test_a_module_that_changes_its_page_is_asked_again(clock: Any) -> None:
    """A module may be silent while it fetches a page; the read is repeated, the write is not."""
    busy = LinkError("no acknowledge")
    with expected_exchange(
        TwoWireModule,
        ("read 50h 127 1", "00"),
        ("write 50h 127 01", None),
        ("read 50h 127 1", busy),
        ("read 50h 127 1", "01"),
        ("read 50h 0 256", PAGE),
        clock=clock,
    ) as module:
        assert module.read_page(0x01) == PAGE


def test_a_page_that_is_seen_already_is_not_selected() -> None:
    """A write-protected or flat memory may refuse even the selector, so it is left alone when it can be."""
    with expected_exchange(TwoWireModule, ("read 50h 127 1", "00"), ("read 50h 0 256", PAGE)) as module:
        assert module.read_page(0) == PAGE


def test_a_page_that_the_module_does_not_have_is_refused() -> None:
    """A module without the page stays where it was; its bytes are not passed off as that page."""
    with (
        expected_exchange(
            TwoWireModule, ("read 50h 126 2", "00 00"), ("write 50h 127 20", None), ("read 50h 126 2", "00 00")
        ) as module,
        pytest.raises(DeviceError, match="no page 20h"),
    ):
        module.read_page(0x20)


@pytest.mark.parametrize(("identifier", "step"), [(OSFP, 8), (QSFP28, 4)])
def test_writes_are_as_long_as_the_map_allows_and_proven(identifier: str, step: int) -> None:
    """CMIS takes eight bytes at once, SFF-8636 four; every piece is read back."""
    content = bytes(range(1, 11))
    rows: list[Any] = [("read 50h 127 1", "00"), ("read 50h 0 1", identifier)]
    for start in range(0, len(content), step):
        piece = content[start : start + step]
        rows += [
            (f"write 50h {148 + start} {piece.hex(' ').upper()}", None),
            (f"read 50h {148 + start} {len(piece)}", piece),
        ]
    with expected_exchange(TwoWireModule, *rows) as module:
        module.write(0, 148, content)


def test_a_module_that_is_still_writing_is_asked_again_until_its_write_cycle_is_over(clock: Any) -> None:
    """A missing acknowledge is how a memory says that it is busy."""
    busy = LinkError("no acknowledge")
    with expected_exchange(
        TwoWireModule,
        ("read 50h 127 1", "00"),
        ("read 50h 0 1", OSFP),
        ("write 50h 148 AA", None),
        ("read 50h 148 1", busy),
        ("read 50h 148 1", "00"),
        ("read 50h 148 1", "AA"),
        clock=clock,
    ) as module:
        module.write(0, 148, b"\xaa")


def test_a_write_that_did_not_hold_is_found(clock: Any) -> None:
    """When the write cycle is over and the byte is another one, the message shows both."""
    with (
        expected_exchange(
            TwoWireModule,
            ("read 50h 127 1", "00"),
            ("read 50h 0 1", OSFP),
            ("write 50h 148 AA", None),
            *[("read 50h 148 1", "55")] * 17,
            clock=clock,
        ) as module,
        pytest.raises(DeviceError, match="wrote aa, the module holds 55"),
    ):
        module.write(0, 148, b"\xaa")


def test_a_module_that_never_acknowledges_again_is_a_link_error(clock: Any) -> None:
    """After the write cycle the missing acknowledge itself is raised."""
    with (
        expected_exchange(
            TwoWireModule,
            ("read 50h 127 1", "00"),
            ("read 50h 0 1", OSFP),
            ("write 50h 148 AA", None),
            *[("read 50h 148 1", LinkError("no acknowledge"))] * 17,
            clock=clock,
        ) as module,
        pytest.raises(LinkError, match="no acknowledge"),
    ):
        module.write(0, 148, b"\xaa")


@pytest.mark.parametrize("error", [LinkError("write protected"), LinkLost("bus gone")])
def test_a_refused_write_is_not_repeated(error: LinkError) -> None:
    """A memory that does not acknowledge a write is protected or gone: once is enough."""
    with (
        expected_exchange(
            TwoWireModule, ("read 50h 127 1", "00"), ("read 50h 0 1", OSFP), ("write 50h 148 AA", error)
        ) as module,
        pytest.raises(type(error), match=str(error)),
    ):
        module.write(0, 148, b"\xaa")


@pytest.mark.parametrize(
    ("page", "offset", "content"),
    [(0, 256, b"x"), (0, -1, b"x"), (0, 255, b"xy"), (0, 0, b""), (0, 127, b"x"), (0, 120, bytes(10)), (256, 0, b"x")],
)
def test_bytes_beyond_the_map_or_on_the_selectors_never_reach_the_wire(page: int, offset: int, content: bytes) -> None:
    """The map has 256 bytes, and bytes 126 and 127 belong to the driver."""
    with expected_exchange(TwoWireModule) as module, pytest.raises(OutOfRange):
        module.write(page, offset, content)


def test_opening_says_nothing_to_a_module_that_may_not_be_there() -> None:
    """The station opens its bus before the first cable is plugged in."""
    with expected_exchange(TwoWireModule, opening=True, serial="A1") as module:
        assert module.identity.serial == "A1"
        module.safe_state()
        module.close()
        module.close()
