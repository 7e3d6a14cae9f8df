"""A real cable and real module memories, through the same drivers and plans as simulated ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Files = Callable[[str], Path]


def failed(document: Any) -> set[str]:
    """The measurands that failed."""
    return {failure["measurand"] for failure in document["failures"]}


def test_the_real_cable_fails_by_0_98_db_and_passes_under_19_db(
    station: Any, mes: Any, realdata: Files, configs: Path
) -> None:
    """SDD21 alone fails IEEE 802.3cd's 17.16 dB, by 0.98 dB; a released 19 dB limit lets the cable through."""
    cable = realdata("cable_touchstone/CABLE1_TX_pair.s4p")
    run = ("run", configs / "cable-lane-test.toml", "--headless", "--touchstone", cable)
    document = station.json(*run, "--serial", "DAC0001", code=1)
    assert failed(document) == {"sdd21_nyquist_pair_1"}
    assert document["failures"][0]["by"] == pytest.approx(0.98, abs=0.005)
    measured = {m["name"]: m["value"] for m in document["measurements"]}
    assert measured["sdd21_frequency_pair_1"] == pytest.approx(13.281681e9, rel=1e-6)
    assert measured["delay_pair_1"] * 3.25 == pytest.approx(14.25e-9, rel=0.002)

    relaxed = station.json(*run, "--serial", "DAC0002", "--limits", configs / "lane-limits-19db.toml")
    assert (relaxed["verdict"], relaxed["plan"]["limit_revision"]) == ("PASSED", "lane-19dB")
    assert relaxed["plan"]["digest"] != document["plan"]["digest"]

    page = mes("unit", "DAC0001").stdout
    assert "0.98" in page
    assert "SIMULATED" in page


@pytest.mark.parametrize(
    ("file", "failing", "passing"),
    [
        ("Cmis200GFr4.json", "media_type_a", "checksum_a"),
        ("Cmis200GFr4_A0_lower+page00.bin", "media_type_a", "checksum_a"),
        ("Cmis200GFr4Bad.json", "checksum_a", "identifier_a"),
        ("Cmis200GFr4Bad_A0_lower+page00.bin", "checksum_a", "identifier_a"),
    ],
)
def test_a_captured_memory_is_judged_by_name(
    station: Any, realdata: Files, configs: Path, file: str, failing: str, passing: str
) -> None:
    """Identifier, media type and checksum are separate: each captured module fails what is wrong with it."""
    document = station.json(
        "run",
        configs / "cable-lane-test.toml",
        "--headless",
        "--serial",
        "DAC0001",
        "--eeprom",
        realdata(f"transceiver_eeprom/{file}"),
        code=1,
    )
    assert failing in failed(document)
    assert passing not in failed(document)
