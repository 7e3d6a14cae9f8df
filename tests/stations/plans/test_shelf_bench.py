"""A shelf's bus is proven dead by a value near zero, and by nothing else."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from drivers.errors import LinkTimeout
from drivers.reading import Reading
from stations.config import load_station_config
from stations.fixtures.shelf_bench import ShelfBench
from stations.product import load_product
from stations.simulation import virtual_clock
from tests.stations.plans.bench_of import CONFIGS


def shelf_bench(reading: Reading, set_input: Any = lambda on: None) -> ShelfBench:
    """A bench whose meter says this for ever."""
    instruments: dict[str, Any] = {
        role: SimpleNamespace(clock=virtual_clock(datetime(2027, 3, 1, 6, tzinfo=UTC))) for role in ShelfBench.ROLES
    }
    instruments["meter"].measure_dc_voltage = lambda full_scale: reading
    instruments["load"].set_constant_current = lambda ampere: None
    instruments["load"].set_input = set_input
    return ShelfBench(instruments, load_product(load_station_config(CONFIGS / "shelf-test.toml").product), {})


@pytest.mark.parametrize("volt", [0.0, 0.9, -0.9])
def test_a_bus_near_zero_is_dead(volt: float) -> None:
    """Either sign of next to nothing."""
    assert shelf_bench(Reading(volt, "V")).prove_safe() == []


@pytest.mark.parametrize("reading", [Reading(-50.0, "V"), Reading(50.0, "V"), Reading(None, "V", over_range="OVER")])
def test_a_bus_with_reversed_or_no_value_is_not_proven_dead(reading: Reading) -> None:
    """Leads the wrong way round, and a voltage beyond the meter's range."""
    (live,) = shelf_bench(reading).prove_safe()
    assert live.startswith("the bus is not proven dead")


def test_a_load_that_does_not_answer_is_told() -> None:
    """What it raises on its way out is a bus that is not proven dead, not an exception."""

    def silent(on: bool) -> None:
        if not on:
            raise LinkTimeout("load: no answer")

    assert shelf_bench(Reading(0.0, "V"), silent).prove_safe() == ["the bus is not proven dead: load: no answer"]
