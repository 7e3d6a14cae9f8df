"""A password is nowhere but on the wire."""

import io
import json

from hypothesis import given
from hypothesis import strategies as st

from drivers.recorder import Recorder
from drivers.recording import RecordingWriter
from drivers.secret import MARK, Redaction, Secret
from drivers.transport import Transport


def test_a_secret_does_not_tell_itself() -> None:
    """Neither as text nor in a message."""
    assert "hunter2" not in f"{Secret(b'hunter2')!r} {Secret(b'hunter2')}"


@given(st.binary(min_size=2, max_size=12).filter(lambda secret: secret.strip() == secret), st.data())
def test_an_echo_is_masked_wherever_it_is_cut(secret: bytes, data: st.DataObject) -> None:
    """However an echo is split in two, its end is not shown, and as many bytes are shown as came."""
    redaction = Redaction()
    assert redaction.sent(Secret(secret + b"\r")) == MARK
    cut = data.draw(st.integers(1, len(secret)))
    first, second = redaction.received(secret[:cut]), redaction.received(secret[cut:])
    assert len(first + second) == len(secret)
    assert secret not in first + second


def test_what_is_no_secret_is_shown_as_it_is() -> None:
    """Before any secret was sent nothing is masked."""
    redaction = Redaction()
    assert (redaction.sent(b"show version"), redaction.received(b"hunter2")) == (b"show version", b"hunter2")


class _Wire:
    """A wire that takes everything."""

    resource = "wire"

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, message: bytes) -> None:
        """Take it."""
        self.written.append(message)

    def read_line(self, timeout_s: float) -> bytes:
        """Echo."""
        return self.written[-1]

    def read_exactly(self, count: int, timeout_s: float) -> bytes:
        """Nothing."""
        return b""

    def take_stray(self) -> bytes:
        """Nothing."""
        return b""

    def clear(self) -> None:
        """Nothing to clear."""

    def reopen(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""


def test_a_recording_holds_no_password() -> None:
    """It is on the wire below, and in no row."""
    stream, wire = io.StringIO(), _Wire()

    def make() -> Transport:
        return wire

    recorded = Recorder(RecordingWriter(stream)).transport("wire", make)
    recorded.write(Secret(b"hunter2\r"))
    recorded.read_line(1.0)
    assert wire.written == [b"hunter2\r"]
    rows = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert "hunter2" not in stream.getvalue()
    assert rows[2]["text"] == "(secret)"
