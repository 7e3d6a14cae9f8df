"""`station check`: every instrument is looked at, whatever is wrong with another."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import typer

from mes.command_line import CommandError
from stations.cli import check
from stations.fault_latch import FaultLatch

CONFIGS = Path(__file__).parents[3] / "stations/configs"


def checked(capsys: pytest.CaptureFixture[str], config: Path, home: Path) -> tuple[dict[str, Any], int]:
    """The document of a check, and its exit code."""
    code = 0
    try:
        check.command(config, home=home, as_json=True)
    except typer.Exit as done:
        code = int(done.exit_code)
    return json.loads(capsys.readouterr().out), code


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    """The final test's station with other text in its file."""
    text = (CONFIGS / "cable-test.toml").read_text(encoding="utf-8")
    for old, new in (('"../products', f'"{CONFIGS.parent}/products'), *changes):
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "station.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_fit_station_says_who_is_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Identity, firmware, days of calibration left and the proven safe state of every role; nothing is recorded."""
    document, code = checked(capsys, CONFIGS / "cable-test.toml", tmp_path)
    assert (code, document["fit"], document["interlock"]) == (0, True, "none")
    vna = document["instruments"][0]
    assert (vna["role"], vna["model"], vna["serial"]) == ("vna", "N5245B", "MY51000042")
    assert vna["firmware"].startswith("A.")
    assert vna["calibration_days_left"] > 0
    assert [one["safe"] for one in document["instruments"]] == [True] * 5
    assert list(tmp_path.iterdir()) == []


def test_the_first_trouble_hides_no_other(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A wrong serial number, an overdue calibration and a missing role are all told; the others are opened."""
    config = changed(
        tmp_path,
        ('serial = "MY51000042"', 'serial = "MY51009999"'),
        ('serial = "MY58000125"\ncalibration_due = 2036-05-01', 'serial = "MY58000125"\ncalibration_due = 2020-05-01'),
    )
    # The simulated analyser takes the serial number that the file gives it; a real one would not.
    document, code = checked(capsys, config, tmp_path)
    found = {one["role"]: one["problems"] for one in document["instruments"]}
    assert (code, document["fit"]) == (1, False)
    assert "was due for calibration on 2020-05-01" in found["meter"][0]
    assert found["rf"] == found["memory_a"] == []


def test_an_instrument_that_does_not_answer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Its role says what to look at, and the rest of the station is checked."""
    config = changed(tmp_path, ("seed = 7", 'seed = 7\nfaults = [{role = "vna", kind = "drop", probability = 1.0}]'))
    document, code = checked(capsys, config, tmp_path)
    found = {one["role"]: one for one in document["instruments"]}
    assert code == 1
    assert found["vna"]["problems"]
    assert (found["vna"]["safe"], found["rf"]["safe"], found["memory_b"]["safe"]) == (False, True, True)


def test_a_page_has_a_line_a_role(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """With what is wrong right under it."""
    with pytest.raises(typer.Exit):
        check.command(changed(tmp_path, ("calibration_due = 2036-05-01", "calibration_due = 2020-05-01")))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("NOT FIT to work")
    at = next(i for i, line in enumerate(lines) if line.startswith("  ERROR vna:"))
    assert "was due for calibration" in lines[at + 1]


def test_a_simulated_bench_without_a_role_says_which(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A role that the file calls otherwise than the fixture cannot be wired, and the fixture's terminal names it."""
    config = changed(tmp_path, ("[instruments.vna]", "[instruments.analyser]"))
    with pytest.raises(CommandError, match=r"DacRfFixture cannot be wired: .*'vna:PORT1' belongs to no role"):
        checked(capsys, config, tmp_path)


@pytest.mark.parametrize(
    ("defect", "told"),
    [
        (
            '{ kind = "WeldedContactor", role = "relays", contactor = 1 }',
            "contactor mains neutral (relays 1) is not open",
        ),
        ('{ kind = "WrongFixture", code = 18 }', "fixture FX-PSU-01 has number 17 and its coding plug reads 18"),
    ],
)
def test_the_fixture_itself_is_looked_at(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, defect: str, told: str
) -> None:
    """Not fit to work; and a fault that is latched is not reset while a contactor is welded, whoever asks."""
    text = (
        (CONFIGS / "psu-test.toml").read_text(encoding="utf-8").replace('"../products', f'"{CONFIGS.parent}/products')
    )
    path = tmp_path / "station.toml"
    path.write_text(text.replace("seed = 7", f"seed = 7\nfixture_defects = [{defect}]"), encoding="utf-8")
    home = tmp_path / "home"
    latch = FaultLatch.of(home, "psu-test")
    latch.latch("OUTPUT MAY BE LIVE: contactor", UUID(int=1), datetime(2026, 1, 5, tzinfo=UTC))
    with pytest.raises(typer.Exit):
        check.command(path, reset=True, home=home, as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert any(told in problem for problem in document["problems"]), document["problems"]
    welded = "Welded" in defect
    assert document["contactors_open"] is not welded
    assert (latch.fault is not None) is welded
