"""`mes import` as a person uses it: its page, its document, the file of refused lines, and what cannot be done."""

import csv
import os
from pathlib import Path

import pytest

COLUMNS = "Serial,Start,Result,R\n"
GOOD = "DAC1,2025-03-03T08:00:00Z,OK,1100\n"
MAP = """
name = "cables"
[unit]
part = "DAC-800G-150"
revision = "A"
serial = { column = "Serial" }
[run]
operation = "final_test"
station = "final-1"
[time]
started = { column = "Start" }
[outcome]
column = "Result"
words = { OK = "PASSED", NOK = "FAILED" }
[[measurand]]
name = "loop_resistance"
column = "R"
unit = "mOhm"
high = 2000
"""

GPU = """
name = "h100"
[file]
missing = ["[N/A]"]
[unit]
maker = "NVIDIA"
part = { column = "name" }
revision = { column = "vbios_version" }
serial = { column = "serial" }
[run]
operation = "load_test"
station = "gpu-host"
[time]
started = { column = "timestamp" }
format = "%Y/%m/%d %H:%M:%S.%f"
zone = "UTC"
[outcome]
from_limits = true
[[measurand]]
name = "power"
column = "power.draw [W]"
unit = "W"
high = { column = "power.limit [W]" }
[[measurand]]
name = "temperature"
column = "temperature.gpu"
unit = "degC"
high = 87
[[measurand]]
name = "graphics_clock"
column = "clocks.current.graphics [MHz]"
unit = "MHz"
[[measurand]]
name = "utilisation"
column = "utilization.gpu [%]"
unit = "%"
"""


@pytest.fixture
def site(mes, tmp_path) -> str:
    """A new real site on SQLite."""
    url = f"sqlite:///{tmp_path / 'site.db'}"
    assert mes("init", "--name", "plant", "--db", url).code == 0
    return url


@pytest.fixture
def bring(mes, site, tmp_path):
    """Imports these lines by a map."""

    def bring(lines: str, *options: str, by: str = MAP):
        (tmp_path / "map.toml").write_text(by, encoding="utf-8")
        (tmp_path / "history.csv").write_text(COLUMNS + lines, encoding="utf-8")
        files = ("--map", str(tmp_path / "map.toml"), str(tmp_path / "history.csv"))
        return mes("import", "csv", *files, "--db", site, *options)

    return bring


def test_all_of_it_in_is_0_and_again_is_nothing_to_do(bring) -> None:
    """The page says what came in and from which source; the second call changes nothing."""
    done = bring(GOOD)
    assert (done.code, done.err) == (0, "")
    assert "2 lines read, 1 run: 1 PASSED" in done.out
    assert "in the journal as import/cables@" in done.out
    assert "nothing to do" in bring(GOOD).out


def test_refused_lines_are_listed_and_written_out(bring, tmp_path) -> None:
    """Exit 1, the first twenty on the page, all of them in the file that is asked for, formulas without effect."""
    bad = "".join(f"=DAC{i},never,OK,1100\n" for i in range(30))
    done = bring(GOOD + bad, "--refused", str(tmp_path / "refused.csv"))
    assert done.code == 1
    assert "30 lines refused" in done.out
    assert "and 10 more; all are in" in done.out
    with (tmp_path / "refused.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 30
    assert (rows[0]["line"], rows[0]["column"], rows[0]["value"]) == ("3", "Start", "never")
    assert "no moment" in rows[0]["reason"]


def test_the_document_says_all_that_the_page_says(bring) -> None:
    """Counts, source, and the first refused lines and contradictions."""
    told = bring(GOOD + "DAC2,2025-03-03T08:01:00Z,OK,2100\nDAC3,x,OK,1\n", "--json")
    assert told.code == 1
    document = told.document
    assert (document["runs"], document["refused_lines"], document["contradictions"]) == (2, 1, 1)
    assert document["first_refused"][0]["line"] == 4
    assert "stated PASSED" in document["first_contradictions"][0]["reason"]


def test_a_dry_run_writes_nothing(bring, mes, site) -> None:
    """What would be in the journal is told; the journal stays empty."""
    assert "nothing was written" in bring(GOOD, "--dry-run").out
    assert mes("verify", "--db", site, "--json").document["records"] == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("cvs", "history.csv", "--map", "map.toml"), "no format is called cvs; there are csv"),
        (("csv", "history.csv"), "no map is named; give --map"),
        (("csv", "nowhere.csv", "--map", "map.toml"), "nowhere.csv: no such file"),
        (("csv", "history.csv", "--map", "nowhere.toml"), "nowhere.toml: cannot be read"),
        (("csv", "history.csv", "--map", "map.toml", "--name", "a b"), "--name"),
        (("csv", "history.csv", "--map", "map.toml", "--refused", "history.csv"), "is the file that is imported"),
        (
            ("csv", "history.csv", "--map", "map.toml", "--refused", "nowhere/r.csv"),
            "--refused nowhere/r.csv: cannot be",
        ),
    ],
)
def test_what_cannot_be_done_is_said_with_the_next_step(
    bring, mes, site, monkeypatch, tmp_path, arguments, reason
) -> None:
    """Exit 2, and nothing is imported."""
    bring(GOOD, "--dry-run")
    monkeypatch.chdir(tmp_path)
    done = mes("import", *arguments, "--db", site)
    assert done.code == 2
    assert reason in done.err


def test_a_gpu_tells_of_itself(mes, site: str, tmp_path: Path) -> None:
    """What nvidia-smi printed of an H100, at rest and under load: cells repeat their units, the limit is a column."""
    folder = os.environ.get("RACKLINE_REALDATA")
    if not folder:
        pytest.skip("RACKLINE_REALDATA is not set: captured data cannot be read")
    capture = Path(folder) / "gpu/linux-x86_64__nvidia-h100-80gb-hbm3__590.48.01.capture.txt"
    lines = capture.read_text(encoding="utf-8").splitlines()
    blocks = [i for i, line in enumerate(lines) if line.startswith("timestamp, driver_version,")]
    table = tmp_path / "smi.csv"
    table.write_text("\n".join([lines[blocks[0]], *(lines[i + 1] for i in blocks)]) + "\n", encoding="utf-8")
    by = tmp_path / "map.toml"
    by.write_text(GPU, encoding="utf-8")
    told = mes("import", "csv", "--map", str(by), str(table), "--db", site, "--json").document
    assert (told["runs"], told["outcomes"], told["refused_lines"]) == (2, {"PASSED": 2}, 0)
    runs = mes("unit", "0000000000000", "--db", site, "--json").document["timeline"]
    values = [{m["name"]: m["value"] for m in event["measurands"]} for event in runs if event["event"] == "run"]
    assert values == [
        {"power": 69.85, "temperature": 41.0, "graphics_clock": 345e6, "utilisation": 0.0},
        {"power": 631.95, "temperature": 59.0, "graphics_clock": 1980e6, "utilisation": 1.0},
    ]
