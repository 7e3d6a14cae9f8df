"""Published drivers of other libraries read our served instruments correctly; `make foreign` brings them."""

from typing import Any

import numpy as np
import pytest

from sim_hardware.physics.pair_loss import linear_grid
from tests.foreign.exchange_log import read
from tests.foreign.foreign_bench import MODULE_V, OVERVOLTAGE_V, POINTS, SUPPLY_V, SWEEP_HZ, pair
from tests.foreign.foreign_process import CLIENTS, is_installed
from tests.foreign.foreign_table import PAGE, page, try_all


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What each client told, by its name."""
    if not is_installed():
        pytest.skip("no foreign drivers in .venv-peers; `make foreign` installs and tries them")
    before = {client: read(client) for client in CLIENTS}
    everything = dict(zip(CLIENTS, try_all(), strict=True))
    assert {client: read(client) for client in CLIENTS} == before, "they say something else now; commit their exchanges"
    return everything


def test_every_meter_reads_the_voltage_that_a_stranger_set(told: dict[str, Any]) -> None:
    """Set by instro's driver of the supply, read by three libraries on four instruments."""
    supply = told["instro"]["read"]["supply"]
    assert supply["on"] is True
    assert supply["overvoltage"] == OVERVOLTAGE_V
    assert supply["volt"] == pytest.approx(SUPPLY_V, rel=5e-3)
    for client in ("pymeasure", "qcodes"):
        for role in ("meter", "old_meter"):
            assert told[client]["read"][role]["volt"] == pytest.approx(SUPPLY_V, rel=5e-3), (client, role)
    assert told["instro"]["read"]["scope"]["volt"] == pytest.approx(SUPPLY_V, abs=0.3)
    assert told["instro"]["read"]["scope"]["points"] == 1000


def test_settings_read_back_as_they_were_made(told: dict[str, Any]) -> None:
    """Ranges, integration times and scales, in the units of those who set them."""
    for client in ("pymeasure", "qcodes"):
        assert told[client]["read"]["old_meter"]["range"] == 100.0
    assert told["pymeasure"]["read"]["meter"]["cycles"] == 1.0
    for client in ("pymeasure", "instro"):
        scope = told[client]["read"]["scope"]
        assert (scope["per_division_s"], scope["per_division_v"], scope["offset"]) == (1e-3, 2.0, 10.0)


def test_a_channel_of_the_modular_supply_follows(told: dict[str, Any]) -> None:
    """On with its voltage, then off."""
    modules = told["qcodes"]["read"]["modules"]
    assert modules["volt"] == pytest.approx(MODULE_V, rel=0.01)
    assert (modules["on"], modules["off"]) == ("on", "off")


def test_both_readers_of_the_analyser_find_the_copper_as_it_is(told: dict[str, Any]) -> None:
    """By complex numbers in 64 bits, and by decibels and degrees in 32: the wave from end A to end B."""
    grid = linear_grid(*SWEEP_HZ, POINTS)
    (true,) = pair().scattering(("A.1.P", "B.1.P"), grid)[1:2, 0]
    by_pymeasure, by_qcodes = (told[client]["read"]["analyser"] for client in ("pymeasure", "qcodes"))
    assert by_pymeasure["hertz"] == pytest.approx(grid.hz)
    seen = np.array(by_pymeasure["real"]) + 1j * np.array(by_pymeasure["imag"])
    assert np.abs(seen / true - 1.0).max() < 0.05
    assert np.array(by_qcodes["decibel"]) == pytest.approx(20.0 * np.log10(np.abs(true)), abs=0.3)
    turned = np.array(by_qcodes["degrees"]) - np.degrees(np.angle(true))
    assert np.abs((turned + 180.0) % 360.0 - 180.0).max() < 3.0
    assert by_pymeasure["parameter"] == by_qcodes["parameter"] == "S21"


def test_the_page_tells_what_was_tried(told: dict[str, Any]) -> None:
    """docs/foreign-clients.md is the table of this run."""
    assert PAGE.read_text(encoding="utf-8") == page(list(told.values()))
