"""Leads of the harness bed that are not plugged in: what never reached the harness is neither good nor bad."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from mes.vocabulary import RunEnding
from stations.fixture import Wire
from stations.fixtures.harness_bed import HarnessBed
from stations.product import Product
from tests.stations.plans.bench_of import bench_of


def _without_lead(missing: str) -> Any:
    wiring = HarnessBed.wiring

    def cut(cls: type[HarnessBed], product: Product, options: Mapping[str, object]) -> Sequence[Wire]:
        return [wire for wire in wiring(product, options) if missing not in wire]

    return classmethod(cut)


@pytest.mark.parametrize("station", ["whip-test", "harness-test"])
@pytest.mark.parametrize("missing", ["hipot:HV", "hipot:LOW"])
def test_an_unplugged_lead_is_an_error_and_no_pass(monkeypatch: pytest.MonkeyPatch, station: str, missing: str) -> None:
    """By AC too little current is seen, by DC no charging current on the way up; both say what to look at."""
    monkeypatch.setattr(HarnessBed, "wiring", _without_lead(missing))
    with bench_of(station) as bench:
        (told,) = bench.run(bench.insert(1).serial)
    assert told.verdict[1] == RunEnding.ERROR
    assert "the voltage did not reach it; check leads" in told.end.reason


def test_an_open_sense_lead_is_no_good_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four wires or nothing: without the sense at the far pin nothing can be said of the resistance."""
    monkeypatch.setattr(HarnessBed, "wiring", _without_lead("hipot:BOND.S-"))
    with bench_of("whip-test") as bench:
        (told,) = bench.run(bench.insert(1).serial)
    assert {f"resistance_line_{k}" for k in range(1, 6)} <= told.failed
