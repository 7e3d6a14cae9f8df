"""Two supplies on one busbar, each with a verdict of its own: the one that shares wrongly fails, the other does not."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mes.vocabulary import RunEnding, Verdict
from sim_hardware.duts.power.pair import SupplyPair
from tests.stations.plans.bench_of import BenchOf, Told, bench_of

PASSED = (Verdict.PASSED, RunEnding.COMPLETED)
FAILED = (Verdict.FAILED, RunEnding.COMPLETED)
UNJUDGED = (Verdict.NONE, RunEnding.ERROR)
OPEN_SHARE = {"kind": "ShareContact", "ohm": 1e8}


@pytest.fixture(scope="module")
def bench() -> Iterator[BenchOf]:
    """One bench for all: a plan leaves nothing behind."""
    with bench_of("pair-share-test") as opened:
        yield opened


def pair_of(bench: BenchOf, slot: int, *defects: Mapping[str, Any]) -> tuple[Told, Told]:
    """What was told of the supply with these defects in this slot, and of the good one beside it."""
    supplies = [bench.supply(1), bench.supply(2)]
    supplies[slot - 1] = bench.supply(3, *defects)
    bench.station.insert(SupplyPair("pair", supplies))
    told = bench.run(*(supply.serial for supply in supplies))
    return told[slot - 1], told[2 - slot]


def test_two_good_supplies_pass_and_everything_is_proven_off(bench: BenchOf) -> None:
    """Both share within 5 %, carry the whole alone, and the bus is dead at the end."""
    one, other = pair_of(bench, 1)
    assert (one.verdict, other.verdict) == (PASSED, PASSED)
    assert one.end.safe.startswith("proven off: ac, load")
    assert "unit" in one.end.safe.split(", ")
    assert one.values["hand_over_current"].value == pytest.approx(60.0, rel=0.02)
    assert one.values["part_of_mean_at_50"].value == pytest.approx(-other.values["part_of_mean_at_50"].value)


@pytest.mark.parametrize("slot", [1, 2])
def test_an_open_share_bus_fails_its_supply_and_nobody_else(bench: BenchOf, slot: int) -> None:
    """Against the mean both are off alike; against the share bus only the one that nobody hears is."""
    guilty, partner = pair_of(bench, slot, OPEN_SHARE)
    assert (guilty.verdict, partner.verdict) == (FAILED, PASSED)
    assert "share_level_error" in guilty.failed
    assert guilty.values["share_level_error"].value == pytest.approx(-1.0, abs=0.01)


@pytest.mark.parametrize("slot", [1, 2])
def test_a_supply_that_cannot_carry_it_all_fails_at_the_hand_over(bench: BenchOf, slot: int) -> None:
    """A limit below the rated current lets the bus break down; the other is well again after that."""
    guilty, partner = pair_of(bench, slot, {"kind": "ShiftedLimit", "ratio": 0.7})
    assert (guilty.verdict, partner.verdict) == (FAILED, PASSED)
    assert {"hand_over_least_voltage", "hand_over_voltage"} <= guilty.failed


@pytest.mark.parametrize(
    ("defect", "failed"),
    [
        ({"kind": "DriftedReference", "ratio": 1.012}, {"output_voltage_at_0", "output_voltage_at_50"}),
        ({"kind": "LostDroop", "ratio": 0.1}, {"output_voltage_at_50"}),
        ({"kind": "ShuntDrift", "ratio": 1.06}, {"telemetry_output_current"}),
        ({"kind": "MeterDrift", "meter": "output_voltage", "ratio": 0.95}, {"telemetry_output_voltage"}),
        ({"kind": "WrongSerial", "serial": "X0000099"}, {"serial_agrees"}),
    ],
    ids=["reference", "droop", "shunt", "meter", "serial"],
)
def test_a_partner_of_one_that_fails_alone_is_not_judged(
    bench: BenchOf, defect: Mapping[str, Any], failed: set[str]
) -> None:
    """Beside a supply out of its own specification nothing is proven: the good one is to be paired again, and told so.

    A shunt of 6 % keeps its supply out of the pair as well, and out of the blame for what it tells.
    """
    guilty, partner = pair_of(bench, 2, defect)
    assert (guilty.verdict, guilty.failed) == (FAILED, failed)
    assert (partner.verdict, partner.failed) == (UNJUDGED, set())
    assert "pair this supply with another one" in partner.end.reason


def test_a_silent_supply_fails_its_identity(bench: BenchOf) -> None:
    """Two were scanned and one sits on the bench: nobody answers in the second place."""
    supply = bench.supply(5)
    bench.station.insert(SupplyPair("pair", [supply]))
    first, second = bench.run(supply.serial, "PSP0000006")
    assert second.verdict == FAILED
    assert second.failed == {"serial_agrees"}
    assert first.verdict == UNJUDGED
