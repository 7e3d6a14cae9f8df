"""The link of one client: where messages end, and what happens to an answer that is not read."""

import random
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_hardware.clock import VirtualClock
from sim_hardware.link import ScpiLink
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.scpi_grammar import block, scpi
from sim_hardware.wire import Ending


class Recorder(ScpiDevice):
    """Remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(VirtualClock(datetime(2026, 3, 1, tzinfo=UTC)), random.Random(1))
        self.heard: list[str | bytes] = []

    @scpi("STORe")
    def store(self, content: str | bytes) -> None:
        self.heard.append(content)

    @scpi("SLOW?", delay=10.0)
    def slow(self) -> str:
        return "done"

    @scpi("WAVE?")
    def wave(self) -> bytes:
        return block(np.arange(10, 14, dtype="u1"))  # byte 10 is a newline


def lines(link: ScpiLink) -> list[bytes]:
    """All that can be read now, line by line."""
    found = []
    while (read := link.receive(1 << 20, link.clock.now(), b"\n", until_end=False))[1] is Ending.TERMINATOR:
        found.append(read[0])
    return found


stored = st.one_of(
    st.binary(max_size=50),
    st.text(st.characters(codec="latin-1", exclude_characters="\n"), max_size=20),
)


def written(content: str | bytes) -> bytes:
    """A STORe message without its terminator."""
    if isinstance(content, bytes):
        return b"STOR " + block(np.frombuffer(content, "u1"))
    quoted = content.replace('"', '""')
    return f'STOR "{quoted}"'.encode("latin-1")


@given(st.lists(stored, max_size=6), st.data())
def test_messages_arrive_whole_however_they_are_cut(contents, data):
    """TCP and serial lines cut anywhere; newlines in blocks end nothing."""
    stream = b"".join(written(content) + b"\n" for content in contents)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    device = Recorder()
    link = ScpiLink(device)
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        link.write(stream[start:stop])
    assert device.heard == contents
    assert len(device.errors) == 0


@given(st.lists(stored, max_size=6))
def test_end_ends_a_message_without_newline(contents):
    """An INSTR session marks the last byte; a newline before it makes no second message."""
    device = Recorder()
    link = ScpiLink(device, message_exchange=True)
    for number, content in enumerate(contents):
        link.write(written(content) + (b"\n" if number % 2 else b""), end=True)
    assert device.heard == contents
    assert len(device.errors) == 0


def test_an_unclosed_string_does_not_swallow_the_next_message():
    """It ends at the newline and is refused there, though a quote comes later."""
    device = Recorder()
    link = ScpiLink(device)
    link.write(b'STOR "a\nSTOR "b"\n')
    link.write(b"*IDN?\n")
    assert device.heard == ["b"]
    assert device.errors.pop()[0] == -151
    assert lines(link) == [device.idn.encode() + b"\n"]


def test_several_messages_in_one_write_are_answered_one_by_one():
    """As on a socket; carriage returns before the newline are white space."""
    device = Recorder()
    link = ScpiLink(device)
    link.write(b"*OPC?\r\n*STB?\n\n*OPC?;*OPC?\r\n")
    assert lines(link) == [b"1\n", b"0\n", b"1;1\n"]
    assert len(device.errors) == 0


def test_an_unread_answer_is_discarded_by_the_next_message():
    """-410 with message exchange: the old answer never comes in place of the new one."""
    device = Recorder()
    link = ScpiLink(device, message_exchange=True)
    link.write(b"*IDN?\n")
    link.write(b"*OPC?\n")
    assert link.receive(100, 1.0) == (b"1\n", Ending.END)
    assert device.errors.pop() == (-410, "Query INTERRUPTED")


def test_without_message_exchange_old_answers_stay():
    """A raw socket queues answers: who does not read is one behind from then on."""
    device = Recorder()
    link = ScpiLink(device)
    link.write(b"*IDN?\n")
    link.write(b"*OPC?\n")
    assert lines(link) == [device.idn.encode() + b"\n", b"1\n"]
    assert len(device.errors) == 0


def test_reading_with_nothing_asked_is_an_error_of_the_client():
    """-420 with message exchange, after the whole timeout; a raw socket just times out."""
    device = Recorder()
    link = ScpiLink(device, message_exchange=True)
    assert link.receive(100, 2.0) == (b"", Ending.TIMEOUT)
    assert device.errors.pop() == (-420, "Query UNTERMINATED")
    assert device.clock.now() == 2.0
    assert ScpiLink(device).receive(100, 4.0) == (b"", Ending.TIMEOUT)
    assert len(device.errors) == 0


def test_an_answer_comes_when_it_is_ready_and_not_before():
    """A read that gives up earlier leaves the answer under way."""
    device = Recorder()
    link = ScpiLink(device)
    link.write(b"SLOW?\n")
    assert link.waiting == 0
    assert link.receive(100, 9.0) == (b"", Ending.TIMEOUT)
    assert device.clock.now() == 9.0
    assert link.receive(100, 99.0) == (b"done\n", Ending.END)
    assert device.clock.now() == 10.0


def test_a_device_clear_ends_the_waiting():
    """Afterwards the device answers at once and nothing old comes."""
    device = Recorder()
    link = ScpiLink(device, message_exchange=True)
    link.write(b"SLOW?\nSTOR ")
    link.clear()
    link.write(b"*OPC?\n")
    assert link.receive(100, 1.0) == (b"1\n", Ending.END)
    assert device.clock.now() == 0
    assert len(device.errors) == 0


@given(st.integers(1, 12), st.booleans())
def test_an_answer_can_be_read_in_pieces(size, until_end):
    """Pieces of any size join to the answer; binary bytes end nothing without a terminator."""
    device = Recorder()
    link = ScpiLink(device)
    link.write(b"WAVE?\n")
    pieces = []
    while (read := link.receive(size, 0.0, until_end=until_end))[0]:
        pieces.append(read[0])
    assert b"".join(pieces) == b"#14\n\x0b\x0c\r\n"
    assert all(len(piece) <= size for piece in pieces)


def test_discarding_input_spares_what_is_still_under_way():
    """What has not arrived cannot be thrown away: a late answer survives an emptied buffer."""
    device = Recorder()
    link = ScpiLink(device)
    link.write(b"*OPC?\nSLOW?\n")
    assert link.waiting == 2
    link.discard_input()
    assert link.waiting == 0
    assert link.receive(100, 99.0) == (b"done\n", Ending.END)


@pytest.mark.parametrize("size", [100_000, 1_000_000])
def test_large_blocks_are_framed_without_looking_inside(size):
    """A block full of newlines, quotes and number signs is one message."""
    device = Recorder()
    content = b"\n\"#9'" * (size // 5)
    ScpiLink(device).write(written(content) + b"\n")
    assert device.heard == [content]
