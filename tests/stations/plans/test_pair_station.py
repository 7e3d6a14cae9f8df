"""The shipped station for pairs of supplies, looked at before anything is run there."""

from stations.config import load_station_config
from stations.finding import Severity
from stations.plan_lint import lint_plan
from tests.stations.plans.bench_of import CONFIGS


def test_the_shipped_station_can_carry_its_plan() -> None:
    """Looking at plan and station before a run finds no error: roles, ranges, limits, time limits."""
    config = load_station_config(CONFIGS / "pair-share-test.toml")
    found = lint_plan(config.plan, product=None, limits=None, config=config).findings
    assert [finding for finding in found if finding.severity is Severity.ERROR] == []


def test_a_load_too_small_for_the_pair_is_refused() -> None:
    """6 kW at 50.15 V are 120 A and some watts: a 6 kW load cannot sink what both give."""
    config = load_station_config(CONFIGS / "pair-share-test.toml")
    load = config.instruments["load"].model_copy(update={"options": {"variant": "63206A-150-600"}})
    small = config.model_copy(update={"instruments": {**config.instruments, "load": load}})
    found = lint_plan(small.plan, product=None, limits=None, config=small).findings
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    assert any("load power" in finding.where for finding in errors)
