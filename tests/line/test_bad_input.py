"""Bad input: each row says what is given, how the command ends, and what a person reads.

Every message is one or two lines, never a traceback, and nothing that was recorded is lost.
"""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

STATIONS = Path(__file__).parents[2] / "stations"


@dataclass(frozen=True)
class Row:
    """One kind of bad input to `station run`."""

    name: str
    code: int
    message: str
    config: str = "cable-lane-test"
    edit: Callable[[str], str] = lambda text: text
    arguments: tuple[str, ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()


def put(old: str, new: str) -> Callable[[str], str]:
    """Replace a line of the station's file, which must be there."""

    def edit(text: str) -> str:
        assert old in text, old
        return text.replace(old, new)

    return edit


def defect(text: str) -> Callable[[str], str]:
    """Give the simulated unit a defect."""
    return put("seed = 7", f"seed = 7\ndefects = [{text}]")


TWO_PORT = b"# Hz S RI R 50\n1e9 0 0 1 0 1 0 0 0\n2e9 0 0 1 0 1 0 0 0\n"
CUT = b"# Hz S RI R 50\n1e9 " + b"0 0 " * 16 + b"\n2e9 0 0 0\n"

ROWS = (
    Row(
        "open conductor: over-range is FAILED, not ERROR",
        1,
        r"loop_resistance_pair_3: over range, must be .*0\.5017",
        "cable-bundle-test",
        defect('{ kind = "Open", pair = 3, conductor = "P" }'),
        ("--serial", "B0000001"),
    ),
    Row(
        "perfect insulation: over-range is PASSED",
        0,
        r"PASSED",
        "cable-bundle-test",
        arguments=("--serial", "B0000002"),
    ),
    Row("malformed serial", 2, r"scan 'DAC12' refused: .*DAC-50G-LANE", arguments=("--serial", "DAC12")),
    Row("two scans run together", 2, r"two scans run together", arguments=("--serial", "DAC0001DAC0002")),
    Row("look-alike letter", 2, r"not ASCII|CYRILLIC", arguments=("--serial", "DАC0001")),
    Row("200 characters", 2, r"200 characters", arguments=("--serial", "D" * 200)),
    Row("markup in a serial", 2, r"\[bold\]", arguments=("--serial", "[bold]DAC0001")),
    Row(
        "Touchstone with the wrong port count",
        2,
        r"cut\.s4p.*line",
        arguments=("--touchstone", "cut.s4p"),
        files=(("cut.s4p", TWO_PORT),),
    ),
    Row(
        "Touchstone that says two ports",
        2,
        r"two\.s2p.*port",
        arguments=("--touchstone", "two.s2p"),
        files=(("two.s2p", TWO_PORT),),
    ),
    Row(
        "truncated Touchstone",
        2,
        r"cut\.s4p.*line 3",
        arguments=("--touchstone", "cut.s4p"),
        files=(("cut.s4p", CUT),),
    ),
    Row("Touchstone that is not there", 2, r"no file .*none\.s4p", arguments=("--touchstone", "none.s4p")),
    Row(
        "memory of the wrong length",
        2,
        r"short\.bin.*255",
        arguments=("--eeprom", "short.bin"),
        files=(("short.bin", bytes(255)),),
    ),
    Row(
        "limit with low above high",
        2,
        r"limits\.toml: limits\.sdd21_nyquist_pair_1: low .* above high",
        arguments=("--limits", "limits.toml"),
        files=(
            (
                "limits.toml",
                b'revision="R"\nplan="dac_50g_lane_test"\n'
                b'[limits.sdd21_nyquist_pair_1]\nlow=-6.0\nhigh=-19.0\nunit="dB"\n',
            ),
        ),
    ),
    Row(
        "limit without a unit",
        2,
        r"limits\.sdd21_nyquist_pair_1\.unit: is missing",
        arguments=("--limits", "limits.toml"),
        files=(("limits.toml", b'revision="R"\nplan="dac_50g_lane_test"\n[limits.sdd21_nyquist_pair_1]\nlow=-19.0\n'),),
    ),
    Row(
        "unknown key in station.toml",
        2,
        r'instruments\.vna\.resorce: unknown key; did you mean "resource"',
        edit=put('resource = "TCPIP0::vna', 'resorce = "TCPIP0::vna'),
    ),
    Row("no TOML at all", 2, r"line 3, column 1", edit=lambda text: "station = [" + text),
    Row(
        "an instrument that answers with another identity",
        4,
        r"RIGOL",
        edit=put("seed = 7", 'seed = 7\nfaults = [{ role = "vna", kind = "identity", identity = "RIGOL,DS1,1,1" }]'),
    ),
    Row(
        "an instrument that does not answer",
        3,
        r"TCPIP0::vna::inst0::INSTR.*(time|answer)",
        edit=put("seed = 7", 'seed = 7\nfaults = [{ role = "vna", kind = "drop" }]'),
    ),
    Row(
        "an instrument that falls silent in the middle of a run",
        4,
        r"step lane_response: TCPIP0::vna::inst0::INSTR",
        edit=put("seed = 7", 'seed = 7\nfaults = [{ role = "vna", kind = "drop", match = "SNP:PORT" }]'),
    ),
    Row(
        "a cut answer in the middle of a run",
        4,
        r"step lane_response: TCPIP0::vna::inst0::INSTR",
        edit=put(
            "seed = 7", 'seed = 7\nfaults = [{ role = "vna", kind = "truncate", match = "SNP:PORT", count = 40 }]'
        ),
    ),
    Row(
        "a fault at a role that is none",
        2,
        r"simulation\.faults: role 'vnq' is none; the roles are vna, memory_a",
        edit=put("seed = 7", 'seed = 7\nfaults = [{ role = "vnq", kind = "drop" }]'),
    ),
    Row(
        "a driver that cannot do it",
        2,
        r"instruments\.vna: driver switch_matrix/keysight_l4491a is a SwitchMatrix",
        edit=put("network_analyzer/keysight_pna", "switch_matrix/keysight_l4491a"),
    ),
    Row(
        "an unknown driver",
        2,
        r"instruments\.vna: driver .network_analyzer/keysight_pnx.: no such driver; did you mean network_analyzer",
        edit=put("keysight_pna", "keysight_pnx"),
    ),
    Row(
        "a defect at a place that the product does not have",
        2,
        r"station\.toml: simulation\.defects: .*99",
        edit=defect('{ kind = "Open", pair = 99, conductor = "P" }'),
    ),
    Row(
        "a defect that is born after this station",
        2,
        r"station\.toml: simulation\.defects: PolaritySwap is born at the plugs",
        "cable-bundle-test",
        defect('{ kind = "PolaritySwap", pair = 3 }'),
        ("--serial", "B0000001"),
    ),
    Row(
        "a port twice in the port map",
        2,
        r"fixture\.options\.port_map: .*1 to 4 once each",
        edit=put("[1, 3, 2, 4]", "[1, 1, 2, 4]"),
    ),
    Row("an unknown plan", 2, r"the plans are", edit=put('plan = "dac_50g_lane_test"', 'plan = "dac_lane"')),
    Row("an unknown defect", 2, r"simulation\.defects: .*Opne.*Open", edit=defect('{ kind = "Opne", pair = 1 }')),
    Row(
        "no calibration date blocks PASSED",
        4,
        r"vna .* has no calibration_due",
        edit=put("calibration_due = 2036-05-01", ""),
    ),
    Row(
        "calibration past due blocks PASSED",
        4,
        r"was due for calibration on 2020-05-01",
        edit=put("calibration_due = 2036-05-01", "calibration_due = 2020-05-01"),
    ),
    Row(
        "simulated resource on a real bench",
        2,
        r"sim-i2c://near is a simulated resource",
        edit=put("[simulation]\nseed = 7", ""),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_station_run(station: Any, tmp_path: Path, row: Row) -> None:
    """The table above."""
    shutil.copytree(STATIONS / "products", tmp_path / "products")
    (tmp_path / "configs").mkdir()
    config = tmp_path / "configs/station.toml"
    config.write_text(row.edit((STATIONS / f"configs/{row.config}.toml").read_text("utf-8")), "utf-8")
    for name, content in row.files:
        (tmp_path / name).write_bytes(content)
    arguments = [str(tmp_path / a) if re.fullmatch(r"\w+\.(s4p|s2p|bin|toml)", a) else a for a in row.arguments]
    if "--serial" not in arguments:
        arguments += ["--serial", "DAC0001"]
    done = station("run", config, "--headless", *arguments, code=row.code)
    said = done.stdout if done.stdout else done.stderr
    assert re.search(row.message, said), said
    if row.code in (2, 3):
        assert done.stdout == ""
        assert 1 <= len(done.stderr.strip().splitlines()) <= 2, done.stderr


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: path.write_text("a photo library"), "not a database|is no"),
        (lambda path: foreign(path), "it is not a Rackline site"),
        (lambda path: path.mkdir(), "it is not a file"),
    ],
)
@pytest.mark.parametrize("program", ["mes", "station"])
def test_a_database_that_is_not_ours_is_left_alone(
    mes: Any, station: Any, tmp_path: Path, configs: Path, make: Callable[[Path], object], problem: str, program: str
) -> None:
    """Exit 2, two lines at most, and the file is as it was."""
    path = tmp_path / "photos.db"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    if program == "mes":
        done = mes("unit", "DAC0001", "--db", path, code=2)
    else:
        done = station(
            "run", configs / "cable-lane-test.toml", "--serial", "DAC0001", "--headless", "--db", path, code=2
        )
    assert re.search(problem, done.stderr), done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2
    assert (path.read_bytes() if path.is_file() else None) == before


def foreign(path: Path) -> None:
    """Another program's database."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE photo (id INTEGER)")


def test_a_database_of_another_version_is_left_alone(mes: Any, station: Any, tmp_path: Path) -> None:
    """A schema revision that this release does not know: exit 2, naming it."""
    path = tmp_path / "newer.db"
    mes("init", "--name", "site", "--simulated", "--db", path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    done = mes("unit", "DAC0001", "--db", path, code=2)
    assert "9999" in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2


def test_a_demo_never_writes_into_a_database_that_holds_something(station: Any, tmp_path: Path) -> None:
    """A --db that is not empty is refused, exit 2; nothing is added."""
    demo = ("demo", "--headless", "--units", "1", "--db", tmp_path / "demo.db")
    station(*demo)
    before = (tmp_path / "demo.db").read_bytes()
    done = station(*demo, code=2)
    assert "demo.db" in done.stderr
    assert (tmp_path / "demo.db").read_bytes() == before


def test_a_real_site_refuses_simulated_units(station: Any, mes: Any, configs: Path, tmp_path: Path) -> None:
    """Nothing simulated passes the gate of a real site: exit 1, the rule named, the refusal recorded, no run."""
    real = tmp_path / "real.db"
    mes("init", "--name", "Plant 1", "--db", real)
    run = ("run", configs / "cable-lane-test.toml", "--serial", "DAC0001", "--headless", "--db", real)
    document = station.json(*run, code=1)
    assert document["run"] is None
    assert "site_kind" in {refusal["rule"] for refusal in document["gate"]["refusals"]}
    assert mes.json("yield", "--db", real)["operations"] == []
    with closing(sqlite3.connect(real)) as connection:
        # A simulated station cannot change what a real site builds and by which route.
        assert connection.execute("SELECT count(*) FROM material").fetchone() == (0,)


def test_an_absent_database_of_a_real_site_is_not_made_by_chance(mes: Any, tmp_path: Path) -> None:
    """A reader never makes a database; it says what to run."""
    done = mes("unit", "DAC0001", "--db", tmp_path / "none.db", code=2)
    assert "mes init" in done.stderr
    assert not (tmp_path / "none.db").exists()
