"""`station module`: a dump for a person, and as one document."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.module_eeprom.maps.image import ModuleImage
from stations.module_report import report_document, report_lines, report_of_dump

ROOT = Path(__file__).parents[2]


def station(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The real program."""
    return subprocess.run(
        [sys.executable, "-c", "from stations.cli.main import main; main()", "module", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def captured() -> Path:
    """The folder of captured module maps."""
    folder = os.environ.get("RACKLINE_REALDATA")
    if not folder:
        pytest.skip("RACKLINE_REALDATA is not set: captured module maps cannot be read")
    return Path(folder) / "transceiver_eeprom"


def test_a_good_dump_is_a_document(captured: Path) -> None:
    """Identity, checksums, monitors in SI units and thresholds; exit 0, for all that was read is valid."""
    done = station(str(captured / "Cmis200GFr4.json"), "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["identity"]["vendor"] == "FACETEST"
    assert [checksum["valid"] for checksum in document["checksums"]] == [True, True, True]
    assert document["monitors"]["lanes"][0]["rx_power"] == {"value": 0.0004032, "unit": "W", "over_range": None}
    assert document["thresholds"]["supply_voltage"]["high_alarm"] == 3.565
    assert document["state"] == "ModuleReady"


def test_a_wrong_checksum_is_exit_1_with_both_numbers(captured: Path) -> None:
    """The page shows what is stored and what the bytes come to."""
    done = station(str(captured / "Cmis200GFr4Bad.json"))
    assert done.returncode == 1
    assert "page 00h      checksum stored 0x6e, computed 0x6d" in done.stdout


def test_what_is_no_dump_is_exit_2(tmp_path: Path) -> None:
    """Wrong length, unknown identifier, no file: one line that names it."""
    path = tmp_path / "a.bin"
    for content, said in ((b"\x19" * 255, "255 bytes"), (b"\x7f" * 256, "identifier 7Fh")):
        path.write_bytes(content)
        done = station(str(path))
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
    assert station(str(tmp_path / "missing.json")).returncode == 2


def test_what_a_dump_lacks_is_said_and_no_number() -> None:
    """A paged module's first 256 bytes hold no advertisement: its monitors are not told."""
    image = ModuleImage.of(bytes([0x19, 0x50, 0x00, 0x06]).ljust(256, b"\x00"), "cut.bin")
    report = report_of_dump(image)
    document = report_document(report)
    assert (document["monitors"], document["thresholds"]) == (None, None)
    assert any("cut.bin: page 01h is not there" in line for line in report_lines(report))


def test_a_value_beyond_its_threshold_stands_out() -> None:
    """The row names the threshold that is exceeded."""
    pages = {(0, 0): bytes(128), (0, 1): bytearray(128), (0, 2): bytearray(128), (0, 0x11): bytes(128)}
    pages[0, 1][31] = 0x01
    pages[0, 2][0:8] = b"\x4b\x00\xfb\x00\x46\x00\x00\x00"
    lower = bytes([0x19, 0x50, 0x00, 0x06]).ljust(14, b"\x00") + b"\x48\x00"
    image = ModuleImage(lower.ljust(128, b"\x00"), {at: bytes(half) for at, half in pages.items()})
    (row,) = [line for line in report_lines(report_of_dump(image)) if "temperature" in line]
    assert row.split() == ["temperature", "72", "degC", "-5", "0", "70", "75", "HIGH", "WARNING"]
