"""`station run --record` and `--replay`: a recorded run leads to its identical record again, or to a diff."""

import json
import random
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer

from drivers.clock import SystemClock
from drivers.errors import InstrumentError
from drivers.network_analyzer.keysight_pna import KeysightPna
from drivers.recorder import Recorder
from drivers.recording import FORMAT, RecordingError, RecordingWriter, content, content_of, load_recording, rewritten
from drivers.replayer import Replayer
from mes.command_line import CommandError
from mes.vocabulary import RunEnding, Verdict
from stations.cli import run
from stations.composition import station_clock
from stations.config import load_station_config
from stations.engineering_run import open_engineering_station
from stations.errors import ConfigurationError, ReplayRefused, StationError, StepTimeout
from stations.events import Event, Measured
from stations.identity import IdMaker
from stations.lease import Lease, StopSwitch
from stations.replay import replay, replayed_runner
from stations.run_recording import AttendedThreads, RunRecording, sanitise
from stations.step_runner import close_runner
from stations.watched_bench import WatchedBench

CONFIGS = Path(__file__).parents[3] / "stations/configs"
LANE = CONFIGS / "cable-lane-test.toml"


def record(folder: Path, *more: str, config: Path = LANE) -> Path:
    """Record a run for the record and give its file."""
    path = folder / "run.jsonl"
    options: dict[str, Any] = {"sanitise": "sanitise" in more}
    with pytest.raises(typer.Exit):
        run.command(config, serial=["DAC0001"], record=path, home=folder, as_json=True, **options)
    return path


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One recorded run, and its database beside it."""
    return record(tmp_path_factory.mktemp("recorded"))


def test_a_recorded_run_leads_to_the_identical_record(recorded: Path) -> None:
    """The bytes of run_finished in the site's journal are those of the record that is played, ids and moments too."""
    with closing(sqlite3.connect(f"file:{recorded.parent / 'rackline.db'}?mode=ro", uri=True)) as site:
        ((body,),) = site.execute("SELECT body FROM journal WHERE kind = 'run_finished'")
    played = replay(load_station_config(LANE), recorded)
    assert played.record.model_dump(mode="json") == json.loads(body)
    assert played.record.verdict is Verdict.PASSED


def test_replay_needs_no_simulator(recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Neither the simulator nor a real bus is opened, and nothing is written beside the recording."""
    monkeypatch.setattr("stations.composition.simulate", None)
    monkeypatch.setattr("drivers.place.SerialTransport", None)
    monkeypatch.setattr("drivers.place.VisaTransport", None)
    before = sorted(recorded.parent.rglob("*"))
    with pytest.raises(typer.Exit) as done:
        run.command(LANE, replay=recorded, as_json=True)
    assert done.value.exit_code == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["identical"], document["record"]["verdict"]) == (True, "PASSED")
    assert sorted(recorded.parent.rglob("*")) == before


def test_one_changed_byte_is_refused_with_what_it_changed(recorded: Path, tmp_path: Path) -> None:
    """Bytes all over the file, each changed alone: never accepted, and the row is always named."""
    raw = recorded.read_bytes()
    short = [at for at in range(len(raw)) if raw.count(b"\n", max(0, at - 300), at + 300)]
    chance = random.Random(4)
    config = load_station_config(LANE)
    for at in chance.sample(short, 40):
        changed = tmp_path / "changed.jsonl"
        changed.write_bytes(raw[:at] + bytes((raw[at] ^ 1,)) + raw[at + 1 :])
        with pytest.raises((ReplayRefused, RecordingError), match=r"row \d+|cut off"):
            replay(config, changed)


def test_a_changed_command_is_shown_beside_what_is_sent(recorded: Path, tmp_path: Path) -> None:
    """The damaged row, then the diff: recorded (-), sent now (+)."""
    changed = tmp_path / "changed.jsonl"
    changed.write_bytes(recorded.read_bytes().replace(b"FORM REAL,64", b"FORM REAL,65", 1))
    with pytest.raises(ReplayRefused) as refused:
        replay(load_station_config(LANE), changed)
    told = str(refused.value)
    assert "was changed after it was recorded" in told
    assert "- 'FORM REAL,65\\n'" in told
    assert "+ 'FORM REAL,64\\n'" in told


def test_a_recording_that_was_forged_leads_to_another_record(recorded: Path, tmp_path: Path) -> None:
    """A changed answer under a new seal: the record that comes of it is shown against the one in the file."""
    recording = load_recording(recorded)
    rows = [dict(row) for row in recording.rows]
    memory = next(row for row in rows if row["do"] == "read_block" and row["length"] == 256)
    memory["hex"] = memory["hex"][:404] + "ff" + memory["hex"][406:]
    forged = tmp_path / "forged.jsonl"
    forged.write_text(rewritten([recording.header, *rows, {"n": 0, "do": "end"}]), encoding="ascii")
    with pytest.raises(ReplayRefused) as refused:
        replay(load_station_config(LANE), forged)
    told = str(refused.value)
    assert "leads to another record" in told
    assert '- "verdict": "PASSED"' in told
    assert '+ "verdict": "FAILED"' in told


def test_a_driver_that_says_something_else_is_caught(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed driver is held against the traffic, at the row where it differs."""
    original = KeysightPna._command

    def shouted(self: KeysightPna, command: str) -> None:
        original(self, command.lower())

    monkeypatch.setattr(KeysightPna, "_command", shouted)
    with pytest.raises(ReplayRefused, match=r"differs at row \d+") as refused:
        replay(load_station_config(LANE), recorded)
    assert "+ 'form real,64\\n'" in str(refused.value)


def test_another_station_is_refused(recorded: Path) -> None:
    """Options and files must be what they were; the message says which digest was recorded."""
    config = load_station_config(LANE).overridden(operator="somebody else")
    with pytest.raises(StationError, match="another station"):
        replay(config, recorded)


def test_made_up_serial_numbers_still_play(tmp_path: Path) -> None:
    """With --sanitise no instrument's own serial number is left in the file, and the file still leads to its record."""
    path = record(tmp_path, "sanitise")
    assert b"MY51000043" not in path.read_bytes()
    assert not list(tmp_path.glob("*.unsanitised"))
    played = replay(load_station_config(LANE), path)
    assert [one.serial for one in played.record.instruments if one.role == "vna"] == ["0000000001"]


def test_serial_numbers_among_unprintable_bytes_are_made_up_too(tmp_path: Path) -> None:
    """An answer behind an ACK is kept as hexadecimal, and a message shows its bytes as Python does."""
    raw, clean = tmp_path / "raw", tmp_path / "clean"
    answer = b"\x06OMNIA,8206,SN8812345,1.20\n"
    with raw.open("w", encoding="ascii", newline="\n") as stream:
        writer = RecordingWriter(stream)
        writer.write("header", format=FORMAT, serials={})
        writer.write("read_line", wire="hipot", **content(answer))
        writer.write("read_line", wire="hipot", **content(b"\xffSN8812345"))
        writer.write("read_line", wire="hipot", **content(b"\xffASN8812345"))
        writer.write("read_line", wire="hipot", error="DeviceError", message=r"got b'\x06SN8812345\r'")
        writer.write("end")
    sanitise(raw, clean, {"hipot": "SN8812345"})
    first, second, longer, message = load_recording(clean).rows
    assert content_of(first) == answer.replace(b"SN8812345", b"000000001")
    assert content_of(second) == b"\xff000000001"
    assert content_of(longer) == b"\xffASN8812345"
    assert message["message"] == r"got b'\x06000000001\r'"


def test_no_unsanitised_recording_has_the_name_that_was_asked_for(tmp_path: Path) -> None:
    """A run that raised told nobody which serial numbers to clean: its recording stays beside, and says what it is."""
    config = load_station_config(LANE)
    clock = station_clock(config, SystemClock().utc())
    path = tmp_path / "run.jsonl"
    with (
        pytest.raises(RuntimeError, match="in the middle"),
        WatchedBench(clock, record=path, sanitised=True) as watched,
        open_engineering_station(
            config, home=tmp_path, clock=clock, new_id=IdMaker(clock, random.Random(1)), steps=(), watch=watched.watch
        ),
    ):
        raise RuntimeError("in the middle")
    assert not path.exists()
    assert b"MY51000043" in (tmp_path / "run.jsonl.unsanitised").read_bytes()
    with pytest.raises(ConfigurationError, match=r"unsanitised: there is such a file"):
        RunRecording(path, clock.utc(), sanitised=True)


def test_a_fault_of_the_wire_comes_back(tmp_path: Path) -> None:
    """A dropped answer, the timeout and the resynchronisation after it are part of the recording."""
    text = LANE.read_text(encoding="utf-8").replace('"../products', f'"{LANE.parents[1]}/products')
    config = tmp_path / "faulty.toml"
    config.write_text(text + '\nfaults = [{role = "vna", kind = "drop", nth = 12}]\n', encoding="utf-8")
    path = record(tmp_path, config=config)
    assert any(row.get("error") == "LinkTimeout" for row in load_recording(path).rows)
    replay(load_station_config(config), path)


def test_a_stopped_run_is_stopped_at_the_same_place(tmp_path: Path) -> None:
    """STOP in the middle of a step: ABORTED again, after the same write, with the same values."""
    config = load_station_config(LANE)
    path = tmp_path / "stopped.jsonl"
    clock = station_clock(config, SystemClock().utc())
    with (
        WatchedBench(clock, record=path) as watched,
        open_engineering_station(
            config,
            home=tmp_path,
            clock=clock,
            new_id=IdMaker(clock, random.Random(1)),
            steps=(),
            watch=watched.watch,
        ) as station,
    ):
        stop = watched.make_stop()

        def tell(event: Event) -> None:
            watched.listen(event)
            if isinstance(event, Measured) and event.measurand.name == "checksum_a":
                stop.request("pressed by the test")

        trial = station.run(station.insert("DAC0001"), 1, stop, tell)
        watched.finish(trial.record)
    assert trial.record.ending is RunEnding.ABORTED
    played = replay(config, path)
    assert played.record == trial.record
    assert set(played.record.texts) == {"identifier_a", "media_type_a", "checksum_a"}


def test_a_step_left_behind_is_left_at_the_same_place(tmp_path: Path) -> None:
    """On a real clock a step that hangs is left; played, it ends there by the same words and without waiting."""
    path = tmp_path / "left.jsonl"
    clock = SystemClock()
    hang = threading.Event()
    timings: list[float] = []

    def act(look: Callable[[], float], wait: bool) -> None:
        timings.append(look())
        if wait:
            hang.wait(30)
        look()

    with path.open("w", encoding="ascii") as stream:
        recorder = Recorder(RecordingWriter(stream))
        watched = recorder.clock(clock)
        stop = StopSwitch()
        runner = AttendedThreads(stop, recorder)
        lease = Lease(clock, "hanging", 0.1, stop)
        with pytest.raises(StepTimeout) as left:
            runner(lease, lambda: act(watched.now, True))
        hang.set()
        watched.now()
        close_runner(runner)
        recorder.end()
    replayer = Replayer(load_recording(path))
    again = replayer.clock
    with pytest.raises(StepTimeout) as played:
        replayed_runner(replayer)(Lease(clock, "hanging", 60.0, StopSwitch()), lambda: act(again.now, False))
    assert str(played.value) == str(left.value)
    again.now()
    replayer.finish()
    assert timings[0] == timings[1]


def test_a_recording_is_never_written_over(recorded: Path) -> None:
    """A second recording under the same name is refused, and the first stays as it was."""
    before = recorded.read_bytes()
    with pytest.raises(CommandError, match="give another name"):
        run.command(LANE, serial=["DAC0002"], record=recorded, home=recorded.parent, as_json=True)
    assert recorded.read_bytes() == before


def test_a_recording_without_a_run_says_so(tmp_path: Path) -> None:
    """Opened and closed without a run: it cannot be played, and the message says how to record one."""
    config = load_station_config(LANE)
    clock = station_clock(config, SystemClock().utc())
    path = tmp_path / "empty.jsonl"
    with (
        WatchedBench(clock, record=path) as watched,
        open_engineering_station(
            config, home=tmp_path, clock=clock, new_id=IdMaker(clock, random.Random(1)), steps=(), watch=watched.watch
        ),
    ):
        pass
    with pytest.raises(InstrumentError, match="no whole run"):
        replay(config, path)


def test_serial_lines_and_modbus_play_too(tmp_path: Path, capsys: Any) -> None:
    """Part of a supply's test: relays with echo and prompt, Modbus frames, interlock and SCPI in one strict order."""
    config = CONFIGS / "psu-test.toml"
    path = tmp_path / "psu.jsonl"
    with pytest.raises(typer.Exit):
        run.command(config, serial=["PSU0000005"], step=["power_on", "identity"], record=path, home=tmp_path)
    wires = {row["wire"] for row in load_recording(path).rows if row["do"] == "write"}
    assert {"sim://psu-test/relays", "sim://psu-test/bus", "sim://psu-test/io"} < wires
    assert "ENGINEERING run" in capsys.readouterr().out
    played = replay(load_station_config(config), path)
    assert played.record.source == "engineering"
    assert [step.name for step in played.record.steps] == ["power_on", "identity"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"record": Path("x")}, "--serial"),
        ({"replay": Path("x"), "serial": ["DAC0001"]}, "without --serial"),
        ({"replay": Path("x"), "db": "d.db"}, "without --db"),
        ({"sanitise": True, "serial": ["DAC0001"]}, "--record FILE"),
        ({"record": Path("x"), "serial": ["DAC0001"], "loop": 3}, "without --loop"),
        ({"record": Path("x"), "serial": ["DAC0001"], "trace": Path("x")}, "another file"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: dict[str, Any], said: str) -> None:
    """Before anything is opened, with what to write instead."""
    with pytest.raises(CommandError, match=said):
        run.command(LANE, **options)


def test_nothing_is_left_of_a_recording_that_could_not_begin(tmp_path: Path) -> None:
    """A station that cannot be put together leaves no empty file."""
    with pytest.raises(RuntimeError), RunRecording(tmp_path / "r", SystemClock().utc(), sanitised=False):
        raise RuntimeError
    assert not (tmp_path / "r").exists()
