"""The door to the simulator: which family makes a product's units, and what a wrong name says."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from stations.errors import ConfigurationError
from stations.product import load_product
from stations.simulation import SimulatedSite, is_good, virtual_clock

PRODUCTS = Path(__file__).parents[2] / "stations/products"


def product_with(tmp_path: Path, line: str) -> Path:
    """The bundle's file with a line before its first table."""
    path = tmp_path / "product.toml"
    path.write_text(line + "\n" + (PRODUCTS / "dac_bundle_1m5.toml").read_text("utf-8"), "utf-8")
    return path


def test_a_product_without_a_family_is_twinax() -> None:
    """The files of cables say nothing of it."""
    site = SimulatedSite(7, load_product(PRODUCTS / "dac_bundle_1m5.toml"))
    assert site.serial("twinax_bundle", 1) == "B0000001"
    assert is_good(site.unit("twinax_bundle", "B0000001"))


def test_the_family_is_part_of_no_digest(tmp_path: Path) -> None:
    """Who simulates a product is no part of its definition: real sites hold the same digest."""
    same = load_product(product_with(tmp_path, 'preset = "passive_dac_800g"'))
    assert same.digest == load_product(PRODUCTS / "dac_bundle_1m5.toml").digest


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('family = "twinex"', r"product\.toml: family 'twinex' is none; there are twinax, power"),
        ('preset = "dac"', r"product\.toml: preset 'dac' of a cable is none"),
    ],
)
def test_a_family_or_preset_that_is_none_names_the_file(tmp_path: Path, line: str, said: str) -> None:
    """File, name and what there is."""
    with pytest.raises(ConfigurationError, match=said):
        SimulatedSite(7, load_product(product_with(tmp_path, line)))


def test_a_fixture_for_another_family_is_refused() -> None:
    """A bundle's product on the bench of a power supply: told before anything is inserted."""
    site = SimulatedSite(7, load_product(PRODUCTS / "dac_bundle_1m5.toml"))
    with pytest.raises(ConfigurationError, match=r"family twinax makes twinax_bundle and passive_dac.*power_supply"):
        site.unit("power_supply", "PSU0000001")


def test_a_virtual_clock_stands_at_its_start() -> None:
    """Nothing passes before somebody waits."""
    start = datetime(2026, 11, 2, 6, tzinfo=UTC)
    assert virtual_clock(start).utc() == start
