"""Two supplies scanned at the pair station: two verdicts, and a page of each that names the other."""

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
GUILTY, PARTNER = "PSP0000001", "PSP0000002"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped station, with an open share bus in the first supply."""
    text = (ROOT / "stations/configs/pair-share-test.toml").read_text("utf-8")
    defect = f'defects = [{{ kind = "ShareContact", ohm = 1e8, unit = "{GUILTY}" }}]'
    text = text.replace("seed = 7", f"seed = 7\n{defect}").replace("../products", str(ROOT / "stations/products"))
    path = tmp_path / "pair.toml"
    path.write_text(text, "utf-8")
    return path


def test_each_page_names_the_partner_and_its_own_verdict(station: Any, mes: Any, config: Path) -> None:
    """The open share bus is its own supply's; the page says who was tested together and what was proven off."""
    station("run", config, "--headless", "--serial", GUILTY, "--serial", PARTNER, code=1)
    for serial, other, verdict in ((GUILTY, PARTNER, "FAILED"), (PARTNER, GUILTY, "PASSED")):
        page = mes("unit", serial).stdout
        assert f"run 1 of pair_share: {verdict}, COMPLETED" in page
        assert f"together with {other}\n" in page
        assert "safe: proven off: ac, load, " in page
    before = mes("unit", GUILTY, "--json").stdout
    mes("rebuild")
    assert mes("unit", GUILTY, "--json").stdout == before


def test_one_supply_alone_is_no_pair(station: Any, config: Path) -> None:
    """One serial number: told how many belong into a run, and nothing is armed."""
    done = station("run", config, "--headless", "--serial", PARTNER, code=2)
    assert done.stderr == "station: plan orv3_pair_share_test tests 2 units in a run, not 1\n"
