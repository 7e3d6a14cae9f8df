"""The trunk plan: a good trunk passes at its true values, each defect shows by name, a deleted limit lets it out."""

from collections.abc import Iterator
from typing import Any

import pytest

from drivers.reading import Reading
from mes.vocabulary import RunEnding, Verdict
from stations.coverage.trial import family_of, without_limits
from stations.errors import ConfigurationError
from stations.fixtures.fibre_bench import FibreBench
from tests.stations.plans.bench_of import BenchOf, bench_of

PASSED = (Verdict.PASSED, RunEnding.COMPLETED)
FAILED = (Verdict.FAILED, RunEnding.COMPLETED)


@pytest.fixture(scope="module")
def shared() -> Iterator[BenchOf]:
    """One bench for all: a plan leaves nothing behind."""
    with bench_of("mpo-trunk-test") as opened:
        yield opened


@pytest.fixture
def bench(shared: BenchOf) -> Iterator[BenchOf]:
    """The bench with the whole plan."""
    whole = shared.plan
    yield shared
    shared.plan = whole


def test_a_good_trunk_passes_and_is_measured_at_its_true_values(bench: BenchOf) -> None:
    """Losses agree within the uncertainty that the bench states, return loss within a decibel."""
    trunk = bench.insert(1)
    (told,) = bench.run(trunk.serial)
    assert told.verdict == PASSED, told.end.reason
    for fibre in range(1, 13):
        for window in (1310, 1550):
            value = told.values[f"insertion_loss_{window}nm_fibre_{fibre}"]
            assert value.value == pytest.approx(trunk.loss_db(fibre, window * 1e-9), abs=value.expanded_uncertainty)
        back = told.values[f"return_loss_fibre_{fibre}"].value
        assert back == pytest.approx(trunk.return_loss_db(fibre, 1310e-9), abs=1.5)


DEFECTS: list[tuple[dict[str, Any], set[str]]] = [
    ({"kind": "DirtyFace", "end": "A", "fibre": 4, "share": 0.2}, {"insertion_loss", "return_loss"}),
    ({"kind": "PistonedFibre", "end": "B", "fibre": 12, "gap_m": 2e-6}, {"return_loss"}),
    ({"kind": "CrackedFerrule", "end": "B", "fibre": 10, "offset_m": 3e-6}, {"insertion_loss"}),
    ({"kind": "BentFibre", "fibre": 2, "loss_db": 1.0}, {"insertion_loss"}),
    ({"kind": "PolarityFlip", "fibre": 1, "other": 2}, {"far_position", "polarity_type"}),
    ({"kind": "WrongPolarityType", "built": "A"}, {"far_position", "polarity_type"}),
]


@pytest.mark.parametrize(("defect", "failed"), DEFECTS, ids=[defect["kind"] for defect, _ in DEFECTS])
def test_each_defect_shows_by_name(bench: BenchOf, defect: dict[str, Any], failed: set[str]) -> None:
    """FAILED, by these quantities and no other."""
    (told,) = bench.run(bench.insert(2, defect).serial)
    assert told.verdict == FAILED, told.end.reason
    assert {family_of(name) for name in told.failed} == failed


def test_a_trunk_of_another_type_is_named(bench: BenchOf) -> None:
    """The map of all twelve fibres is a type, or none."""
    (straight,) = bench.run(bench.insert(3, {"kind": "WrongPolarityType", "built": "A"}).serial)
    assert straight.values["polarity_type"] == "A"
    (flipped,) = bench.run(bench.insert(3, {"kind": "PolarityFlip", "fibre": 5, "other": 9}).serial)
    assert flipped.values["polarity_type"] == "none"
    assert flipped.failed >= {"far_position_fibre_5", "far_position_fibre_9"}


def test_a_bend_shows_at_the_longer_wavelength_alone(bench: BenchOf) -> None:
    """Which is why both are measured."""
    (told,) = bench.run(bench.insert(4, {"kind": "BentFibre", "fibre": 7, "loss_db": 0.9}).serial)
    assert told.failed == {"insertion_loss_1550nm_fibre_7"}


def test_without_its_limit_a_pistoned_fibre_goes_out(bench: BenchOf) -> None:
    """Return loss is the only one that sees it."""
    bench.plan = without_limits(bench.plan, ["return_loss"])
    defect = {"kind": "PistonedFibre", "end": "A", "fibre": 6, "gap_m": 2e-6}
    (told,) = bench.run(bench.insert(5, defect).serial)
    assert told.verdict == PASSED


def test_a_cut_fibre_is_dark_and_fails(bench: BenchOf) -> None:
    """No light at all is beyond every loss, and not an error of the test."""
    (told,) = bench.run(bench.insert(6, {"kind": "DirtyFace", "end": "A", "fibre": 1, "share": 0.999999999}).serial)
    assert told.verdict == FAILED, told.end.reason
    assert told.values["far_position_fibre_1"] == "dark"


@pytest.mark.parametrize("losses", [None, [1.0] * 12, [1.0] * 12 + ["x"], [1.0] * 12 + [-1.0]])
def test_a_bench_without_its_calibration_is_refused(bench: BenchOf, losses: Any) -> None:
    """What the ways lose is part of every result."""
    options = {**bench.fixture.options, "near_loss_db": losses}
    with pytest.raises(ConfigurationError, match="near_loss_db"):
        FibreBench(bench.fixture.instruments, bench.fixture.product, options)


def test_the_reference_is_recorded_and_not_judged(bench: BenchOf) -> None:
    """A laser that fades is the bench's affair, not the unit's."""
    (told,) = bench.run(bench.insert(7).serial)
    reference = told.values["reference_1310nm"]
    assert isinstance(reference, Reading)
    assert reference.unit == "dBm"
