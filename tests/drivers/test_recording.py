"""A recording plays back what passed at the wire and at the clock, and nothing that was changed since."""

import io
import json
import os
import threading
import tty
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.errors import LinkError, LinkTimeout
from drivers.place import Place
from drivers.recorder import Recorder
from drivers.recording import Recording, RecordingError, RecordingWriter, load_recording, rewritten
from drivers.replayer import Replayer, ReplayMismatch
from drivers.session import Session
from drivers.trace_file import TraceFile


class Ticking:
    """A clock that moves by a tenth of a millisecond with every look."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        """Seconds so far."""
        self.seconds += 1e-4
        return self.seconds

    def utc(self) -> datetime:
        """A fixed day."""
        return datetime(2026, 11, 2, 6, 0, 0, int(self.seconds * 1e5), tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        """Move."""
        self.seconds += seconds


class Memory:
    """A two-wire bus with one device."""

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Count up from the register; device 51h is not there."""
        if address != 0x50:
            raise LinkError("bus: device 0x51 does not acknowledge")
        return bytes((register + i) % 256 for i in range(length))

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Take it."""

    def close(self) -> None:
        """Nothing to let go of."""


def serve(wire: BinaryIO, _: int) -> None:
    """Answer *IDN? and a block; stay silent at everything else."""
    for line in wire:
        if line == b"*IDN?\n":
            wire.write(b"Maker,Model,1,1.0\n")
        elif line == b"CURV?\n":
            wire.write(b"#13\x00\n\xff\n")
        wire.flush()


def converse(place: Place, resource: str) -> list[Any]:
    """Everything that a driver may do with a wire, a bus and a clock; what came of it."""
    found: list[Any] = []
    session = Session(place.transport(resource, 0.05), timeout_s=0.05)
    session.clear()
    found += [session.query("*IDN?"), session.query_block("CURV?"), place.clock.now(), place.clock.utc()]
    try:
        session.query("SILENCE?")
    except LinkTimeout as error:
        found.append(str(error))
    place.clock.sleep(0.5)
    bus = place.smbus("bus")
    found.append(bus.read_block(0x50, 254, 4))
    bus.write_block(0x50, 127, b"\x01")
    with pytest.raises(LinkError, match="acknowledge") as refused:
        bus.read_block(0x51, 0, 1)
    found += [str(refused.value), place.clock.now()]
    bus.close()
    session.close()
    return found


@pytest.fixture
def recorded(tcp_instrument: Callable[..., Any], tmp_path: Path) -> tuple[Path, str, list[Any]]:
    """A recording of the conversation: its file, the resource and what came of it."""
    resource = tcp_instrument(serve).resource
    path = tmp_path / "r.jsonl"
    with path.open("w", encoding="ascii") as stream, Place(clock=Ticking(), smbus=lambda _: Memory()) as place:
        recorder = Recorder(RecordingWriter(stream), station="s")
        place.record(recorder)
        found = converse(place, resource)
        recorder.end()
    return path, resource, found


def test_a_conversation_comes_back_without_its_instrument(recorded: tuple[Path, str, list[Any]]) -> None:
    """Lines, blocks, timeouts, two-wire transfers, refusals and moments, each as it was."""
    path, resource, found = recorded
    recording = load_recording(path)
    assert (recording.damage, recording.header["station"]) == (None, "s")
    replayer = Replayer(recording)
    assert converse(Place(played=replayer), resource) == found
    replayer.finish()


def test_another_message_is_refused_with_both(recorded: tuple[Path, str, list[Any]]) -> None:
    """The difference names the row, what was recorded and what is sent; nothing is answered after it."""
    path, resource, _ = recorded
    replayer = Replayer(load_recording(path))
    session = Session(Place(played=replayer).transport(resource, 1.0))
    session.clear()
    with pytest.raises(ReplayMismatch, match=r"differs at row 4") as refused:
        session.query("*IDM?")
    told = str(refused.value)
    assert '- row 4: {"do": "write"' in told
    assert '+ {"do": "write"' in told
    assert "- '*IDN?\\n'" in told
    assert "+ '*IDM?\\n'" in told
    with pytest.raises(ReplayMismatch, match="row 4"):
        session.query("*IDN?")
    assert replayer.failure is refused.value


def test_rows_left_over_fail(recorded: tuple[Path, str, list[Any]]) -> None:
    """Code that asks less than was asked has changed too."""
    path, resource, _ = recorded
    replayer = Replayer(load_recording(path))
    Place(played=replayer).transport(resource, 1.0)
    with pytest.raises(ReplayMismatch, match="rows left over"):
        replayer.finish()


def test_asking_past_the_end_fails() -> None:
    """A recording has no answer for what comes after it."""
    stream = io.StringIO()
    recorder = Recorder(RecordingWriter(stream))
    recorder.end()
    path = Path("unused")
    rows = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [row["do"] for row in rows] == ["header", "end"]
    with pytest.raises(ReplayMismatch, match="after the last row"):
        Replayer(Recording(path, rows[0], (), None, None)).clock.now()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(data=st.data())
def test_any_changed_byte_is_found(recorded: tuple[Path, str, list[Any]], data: st.DataObject) -> None:
    """Wherever it is and whatever it becomes: the file is refused, or the damaged row is named."""
    raw = recorded[0].read_bytes()
    at = data.draw(st.integers(0, len(raw) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != raw[at]))
    other = recorded[0].with_name("changed.jsonl")
    other.write_bytes(raw[:at] + bytes((byte,)) + raw[at + 1 :])
    try:
        recording = load_recording(other)
    except RecordingError:
        return
    assert recording.damage is not None
    assert recording.damage.row == raw[:at].count(b"\n") + 1


@given(cut=st.integers(1, 2000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_a_cut_file_is_refused(recorded: tuple[Path, str, list[Any]], cut: int) -> None:
    """Without its end, by however much, a recording is none."""
    raw = recorded[0].read_bytes()
    other = recorded[0].with_name("cut.jsonl")
    other.write_bytes(raw[: max(0, len(raw) - cut)])
    with pytest.raises(RecordingError):
        load_recording(other)


def test_a_file_that_is_no_recording_is_refused(tmp_path: Path) -> None:
    """With what to give instead; and so is one that is not there."""
    (tmp_path / "x").write_text('{"a":1}\n', encoding="ascii")
    with pytest.raises(RecordingError, match="station run --record"):
        load_recording(tmp_path / "x")
    with pytest.raises(RecordingError, match="cannot be read"):
        load_recording(tmp_path / "absent")


def test_serial_lines_are_recorded(tmp_path: Path) -> None:
    """A pseudo-terminal's bytes, read in counted pieces and with strays."""
    near, far = os.openpty()
    tty.setraw(far)
    path = tmp_path / "r.jsonl"
    try:
        with path.open("w", encoding="ascii") as stream, Place() as place:
            recorder = Recorder(RecordingWriter(stream))
            place.record(recorder)
            wire = place.transport(os.ttyname(far), 1.0, baud_rate=19200, terminator=b"\r")
            wire.write(b"\x01\x04")
            assert os.read(near, 2) == b"\x01\x04"
            os.write(near, b"\x01\x02\x03rest\r")
            got = (wire.read_exactly(3, 1.0), wire.read_line(1.0))
            wire.close()
            recorder.end()
    finally:
        os.close(near)
        os.close(far)
    replayer = Replayer(load_recording(path))
    again = Place(played=replayer).transport(os.path.realpath(load_recording(path).rows[0]["wire"]), 1.0)
    again.write(b"\x01\x04")
    assert (again.read_exactly(3, 1.0), again.read_line(1.0)) == got == (b"\x01\x02\x03", b"rest")
    again.close()
    replayer.finish()


def test_a_second_thread_spoils_a_recording(recorded: tuple[Path, str, list[Any]], tmp_path: Path) -> None:
    """Its order would be chance; the recording says so, and the instrument is not kept waiting."""
    path = tmp_path / "two.jsonl"
    with path.open("w", encoding="ascii") as stream, Place(smbus=lambda _: Memory()) as place:
        recorder = Recorder(RecordingWriter(stream))
        place.record(recorder)
        bus = place.smbus("bus")
        thread = threading.Thread(target=lambda: bus.read_block(0x50, 0, 1))
        thread.start()
        thread.join()
        recorder.end()
    assert "two threads" in str(load_recording(path).spoiled)


def test_rewriting_seals_anew(recorded: tuple[Path, str, list[Any]], tmp_path: Path) -> None:
    """What is written again with the same rows is the same file, byte for byte."""
    recording = load_recording(recorded[0])
    again = rewritten([recording.header, *recording.rows, {"n": 0, "do": "end"}])
    assert again.encode("ascii") == recorded[0].read_bytes()


def test_a_trace_tells_wires_and_buses(tcp_instrument: Callable[..., Any]) -> None:
    """One line a message, with its moment, readable where it is text."""
    resource = tcp_instrument(serve).resource
    stream = io.StringIO()
    with Place(clock=Ticking(), smbus=lambda _: Memory()) as place:
        place.trace(TraceFile(stream, Ticking()))
        converse(place, resource)
    rows = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {"resource": resource, "did": "received", "text": "Maker,Model,1,1.0"}.items() <= rows[2].items()
    assert all(row["at"].startswith("2026-11-02T06:00:00") for row in rows)
    told = [(row["did"], row.get("text", row.get("hex"))) for row in rows if row["resource"] == "bus"]
    assert told[:3] == [("sent", "read 50h 254 4"), ("received", "feff0001"), ("sent", "write 50h 127 01")]
    assert told[-1][0] == "failed"
