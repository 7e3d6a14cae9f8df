"""One plan, two makers' analysers: the cable's verdict does not depend on whose dialect the bench speaks."""

from collections.abc import Iterator
from typing import Any

import pytest

from drivers.reading import Reading
from mes.vocabulary import RunEnding, Verdict
from tests.stations.plans.bench_of import BenchOf, bench_of


@pytest.fixture(scope="module")
def benches() -> Iterator[tuple[BenchOf, BenchOf]]:
    """The cable station with a PNA, and the one with a ZNB."""
    with bench_of("cable-test") as keysight, bench_of("cable-znb-test") as rohde:
        yield keysight, rohde


@pytest.mark.parametrize(
    ("defect", "failed"),
    [
        ((), set()),
        (({"kind": "PolaritySwap", "pair": 6},), {"polarity_pair_6"}),
        (({"kind": "CrossedPair", "pair": 3, "other": 4},), {"pair_map_pair_3", "pair_map_pair_4"}),
        (({"kind": "SplitPair", "pair": 7, "other": 8, "coupling": 0.1},), {"next_pair_7", "next_pair_8"}),
    ],
    ids=["healthy", "polarity", "crossed", "split"],
)
def test_both_benches_come_to_the_same_verdict(
    benches: tuple[BenchOf, BenchOf], defect: tuple[dict[str, Any], ...], failed: set[str]
) -> None:
    """The same measurands fail, and every value in decibels agrees within what two calibrations leave."""
    first, second = (bench.run(bench.insert(5, *defect).serial)[0] for bench in benches)
    assert first.verdict == second.verdict == (Verdict.FAILED if failed else Verdict.PASSED, RunEnding.COMPLETED)
    assert failed <= first.failed
    assert first.failed == second.failed
    for name, value in first.values.items():
        other = second.values[name]
        if name.startswith("sdd21_nyquist") and isinstance(value, Reading) and not failed:
            assert value.value == pytest.approx(other.value, abs=0.3), name
