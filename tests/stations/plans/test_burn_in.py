"""Burn-in: several supplies in one run, each with a verdict of its own; what hours of heat and load bring out."""

from collections.abc import Iterator
from typing import Any

import pytest

from drivers.errors import LinkTimeout
from mes.vocabulary import RunEnding, Verdict
from sim_hardware.duts.power.rack import RackOfSupplies
from tests.stations.plans.bench_of import BenchOf, bench_of

PASSED = (Verdict.PASSED, RunEnding.COMPLETED)
FAILED = (Verdict.FAILED, RunEnding.COMPLETED)


@pytest.fixture(scope="module")
def bench() -> Iterator[BenchOf]:
    """One rack for all: a plan leaves nothing behind."""
    with bench_of("psu-burn-in") as opened:
        yield opened


def test_each_supply_of_a_rack_has_a_verdict_of_its_own(bench: BenchOf) -> None:
    """One dies in the second hour, one drifts, one holds another's memory: those three fail, and nobody else."""
    dies, drifts = {"kind": "EarlyFailure", "hours": 2.0}, {"kind": "DriftingReference", "ratio_per_hour": 1.0022}
    other = {"kind": "WrongSerial", "serial": "PSC0000099"}
    supplies = [bench.supply(1), bench.supply(2, dies), bench.supply(3, drifts), bench.supply(4, other)]
    bench.station.insert(RackOfSupplies("rack", supplies))
    told = bench.run(*(supply.serial for supply in supplies))
    assert [one.verdict for one in told] == [PASSED, FAILED, FAILED, FAILED]
    assert told[1].failed == {"output_lowest_at_2h"}
    assert told[1].steps["hour_3"] == "SKIPPED"
    assert told[2].failed == {"output_drift"}
    assert told[3].failed == {"serial_agrees"}
    assert "unit" in told[0].end.safe.split(", ")


def test_an_empty_place_is_the_error_of_its_unit_alone(bench: BenchOf) -> None:
    """Two were scanned and one sits in the rack: nothing answers in slot 2, and the first passes."""
    supply = bench.supply(5)
    bench.station.insert(RackOfSupplies("rack", [supply]))
    first, second = bench.run(supply.serial, "PSC0000006")
    assert first.verdict == PASSED
    assert second.verdict == (Verdict.NONE, RunEnding.ERROR)
    assert "slot 2 does not answer" in second.end.reason


def test_a_joint_that_loosens_shows_in_the_efficiency(bench: BenchOf) -> None:
    """Losses grow by 5 % an hour: the output stays where it was, what it takes does not."""
    serial = bench.insert(7, {"kind": "LooseningJoint", "per_hour": 0.05}).serial
    (told,) = bench.run(serial)
    assert told.verdict == FAILED
    assert "efficiency_drift" in told.failed


@pytest.mark.parametrize("silent", ["set_constant_current", "set_input"])
def test_a_silent_load_leaves_only_its_own_slot_unproven(bench: BenchOf, silent: str, monkeypatch: Any) -> None:
    """Load 1 answers nothing: the outputs of the other slots are drawn empty all the same, and slot 1 is named."""
    bench.station.insert(RackOfSupplies("rack", [bench.supply(8), bench.supply(9)]))
    fixture = bench.fixture
    fixture.set_up()
    fixture.relays.connect(0, 1)
    fixture.ac.configure(230.0, 50.0)
    fixture.ac.set_output(True)
    fixture.burn(5.0)
    assert fixture.loads[2].measure_voltage().value > 10.0
    fixture.ac.set_output(False)
    load = type(fixture.loads[1])
    whole = getattr(load, silent)

    def answer(one: Any, *values: Any) -> None:
        if one is fixture.loads[1]:
            raise LinkTimeout("load_1: no answer")
        whole(one, *values)

    monkeypatch.setattr(load, silent, answer)
    (live,) = fixture.prove_safe()
    assert live == "output of slot 1 is not proven dead: load_1: no answer"
    assert abs(fixture.loads[2].measure_voltage().value) < 1.0


@pytest.mark.parametrize("count", [0, 7])
def test_a_rack_takes_one_to_six(count: int) -> None:
    """What does not fit is refused, and so is nothing at all."""
    with pytest.raises(ValueError, match="takes 1 to 6 supplies"):
        RackOfSupplies("rack", [None] * count)  # type: ignore[list-item]
