"""`station conform`: a recording against the simulator; the language must be the same, measured values near."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from drivers.recording import content, load_recording, rewritten
from mes.command_line import CommandError
from stations.answer_match import Tolerance, difference, firmware_note
from stations.cli import conform, record
from stations.config import load_station_config
from stations.conformity import Conformity
from stations.conformity import conform as hold_beside

CONFIGS = Path(__file__).parents[3] / "stations/configs"
LANE = CONFIGS / "cable-lane-test.toml"
NEAR = Tolerance(0.1, 0.0)
_MEASURED = st.floats(-1e30, 1e30).map(lambda value: value if abs(value) > 1e-30 else 0.0)
"""Values with two digits in their exponent, as instruments write them."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One recorded run, made by the command."""
    folder = tmp_path_factory.mktemp("recorded")
    with pytest.raises(typer.Exit) as done:
        record.command(LANE, to=folder / "run.jsonl", serial="DAC0001", home=folder, as_json=True)
    assert done.value.exit_code == 0
    return folder / "run.jsonl"


def changed(recorded: Path, folder: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    """The recording with its rows as this function leaves them, as if another instrument had answered so."""
    recording = load_recording(recorded)
    rows = [change(dict(row)) for row in recording.rows]
    path = folder / "changed.jsonl"
    path.write_text(rewritten([recording.header, *rows, {"n": 0, "do": "end"}]), encoding="ascii")
    return path


def swapped(recorded: Path, folder: Path, old: str, new: str) -> Conformity:
    """What comes of a recording in which one text stands for another in every answer."""

    def swap(row: dict[str, Any]) -> dict[str, Any]:
        return row | {"text": row["text"].replace(old, new)} if row["do"] == "read_line" and "text" in row else row

    return hold_beside(changed(recorded, folder, swap), load_station_config(LANE), NEAR)


def test_the_simulator_conforms_to_its_own_recording(recorded: Path, capsys: Any) -> None:
    """Every answer of every wire the same; the station's file is found by the station's name."""
    conform.command(recorded, as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert document["conforms"]
    assert document["differences"] == []
    assert set(document["answers"]) == {"TCPIP0::vna::inst0::INSTR", "sim-i2c://near"}
    assert document["answers"]["TCPIP0::vna::inst0::INSTR"] > 20


def test_another_identity_differs_and_another_firmware_is_a_note(recorded: Path, tmp_path: Path) -> None:
    """Maker, model and serial number are who it is; simulators stand for a range of firmware."""
    (found,) = swapped(recorded, tmp_path, "N5245B", "N5247B").differences
    assert (found.kind, found.why, found.question) == ("identity", "another model", "*IDN?")
    noted = swapped(recorded, tmp_path, "A.16.20.07", "A.17.00.01")
    assert noted.conforms
    assert noted.notes == [
        "TCPIP0::vna::inst0::INSTR: recorded with firmware A.17.00.01, simulated is A.16.20.07",
    ]


def test_another_error_in_the_queue_differs(recorded: Path, tmp_path: Path) -> None:
    """What an instrument refuses, and how it says so, is exact: the sign of its zero too."""
    found = swapped(recorded, tmp_path, '+0,"No error"', '0,"No error"')
    assert {one.kind for one in found.differences} == {"error queue"}


def test_silence_then_and_an_answer_now_differs(recorded: Path, tmp_path: Path) -> None:
    """A question that the real instrument left unanswered."""

    def silent(row: dict[str, Any]) -> dict[str, Any]:
        if row["do"] == "read_line" and "Keysight" in row.get("text", ""):
            return {"n": 0, "do": "read_line", "wire": row["wire"], "error": "LinkTimeout", "message": "nothing"}
        return row

    found = hold_beside(changed(recorded, tmp_path, silent), load_station_config(LANE), NEAR)
    assert [one.kind for one in found.differences] == ["silence"]


def test_a_question_the_simulator_does_not_know_differs(recorded: Path, tmp_path: Path) -> None:
    """A real instrument answered what the simulator leaves open: silence, and the error it puts into its queue."""

    def unknown(row: dict[str, Any]) -> dict[str, Any]:
        if row["do"] == "write" and row.get("text") == "*IDN?\n":
            return row | content(b"*ZEBRA?\n")
        return row

    found = hold_beside(changed(recorded, tmp_path, unknown), load_station_config(LANE), NEAR)
    assert {one.kind for one in found.differences} == {"silence", "error queue"}


def test_differences_are_shown_and_end_with_one(recorded: Path, tmp_path: Path, capsys: Any) -> None:
    """Row, question, both answers; exit 1."""
    swapped(recorded, tmp_path, "N5245B", "N5247B")
    with pytest.raises(typer.Exit) as done:
        conform.command(tmp_path / "changed.jsonl", LANE)
    assert done.value.exit_code == 1
    told = capsys.readouterr().out
    assert "the simulator DIFFERS in 1 answers" in told
    assert "recorded  Keysight Technologies,N5247B" in told
    assert "simulated Keysight Technologies,N5245B" in told


def test_what_cannot_be_compared_is_refused(recorded: Path, tmp_path: Path) -> None:
    """Another station, no station's file, a changed recording, a wire that leads nowhere: exit 2."""
    (tmp_path / "broken.jsonl").write_bytes(recorded.read_bytes().replace(b"SYST:ERR?", b"SYST:ERR!", 1))
    elsewhere = changed(recorded, tmp_path, lambda row: row | {"wire": "GPIB0::9::INSTR"} if "wire" in row else row)
    for path, config, said in (
        (recorded, CONFIGS / "cable-test.toml", "was made at cable-lane-test"),
        (tmp_path / "none.jsonl", LANE, "cannot be read"),
        (tmp_path / "broken.jsonl", LANE, "was changed after it was recorded"),
        (elsewhere, LANE, "GPIB0::9::INSTR: no instrument of"),
    ):
        with pytest.raises(CommandError, match=said) as refused:
            conform.command(path, config)
        assert refused.value.code == 2


def test_a_real_stations_recording_meets_a_simulated_bench(recorded: Path, tmp_path: Path) -> None:
    """A file without [simulation], whose bus is one of the kernel's: the simulator stands in for all of it."""
    text = LANE.read_text(encoding="utf-8").replace('"../', f'"{CONFIGS.parent}/')
    real = tmp_path / "real.toml"
    real.write_text(
        text.replace("sim-i2c://near", "/dev/i2c-1").replace("[simulation]\nseed = 7", ""), encoding="utf-8"
    )
    path = changed(
        recorded, tmp_path, lambda row: row | {"wire": "/dev/i2c-1"} if row.get("wire") == "sim-i2c://near" else row
    )
    assert hold_beside(path, load_station_config(real), NEAR).conforms


@pytest.mark.parametrize(
    ("recorded_answer", "simulated_answer", "kind"),
    [
        ("+1.0000E+00", "+1.0500E+00", None),
        ("+1.0000E+00", "+1.5000E+00", "value"),
        ("+1.0000E+00", "1.0000E+00", "format"),
        ("+1.0000E+00", "+1.000E+00", "format"),
        ("+1.0000E+00", "+1.0000E+0", "format"),
        ("-1.0E-03", "+1.0E-03", "value"),
        ("12.34", "12.4", None),
        ("12.34", "12", "format"),
        ("12", "13", "grammar"),
        ("ON", "OFF", "grammar"),
        ("1.0,2.0", "1.0", "grammar"),
        ("1.0,2.0", "1.0,3.0", "value"),
        ('"a,b",1', '"a,b",1', None),
        ("9.9E+37", "1.0E+00", "value"),
        ("1.0,,2.0", "1.0,2.0", "grammar"),
    ],
)
def test_how_two_answers_differ(recorded_answer: str, simulated_answer: str, kind: str | None) -> None:
    """Words and whole numbers exactly; measured values in their form, and near."""
    found = difference("READ?", recorded_answer, simulated_answer, NEAR)
    assert (found[0] if found else None) == kind


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)), st.floats(0.0, 1.0))
def test_an_answer_never_differs_from_itself(answer: str, tolerance: float) -> None:
    """Whatever it is, and however strict."""
    for question in ("READ?", "*IDN?", "SYST:ERR?"):
        assert difference(question, answer, answer, Tolerance(tolerance)) is None
        assert firmware_note(question, answer, answer) == ""


@given(_MEASURED, _MEASURED, st.floats(0.0, 0.5))
def test_nearness_knows_no_side(one: float, other: float, tolerance: float) -> None:
    """Which of the two was recorded makes no difference; without values nothing that has the same form differs."""
    a, b = f"{one:+.6E}", f"{other:+.6E}"
    kind = Tolerance(tolerance)
    assert (difference("READ?", a, b, kind) is None) is (difference("READ?", b, a, kind) is None)
    assert difference("READ?", a, b, Tolerance(values=False)) is None
