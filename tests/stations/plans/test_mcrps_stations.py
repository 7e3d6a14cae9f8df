"""The shipped stations of the M-CRPS supply, looked at before anything is run there."""

import pytest

from stations.config import load_station_config
from stations.finding import Severity
from stations.plan_lint import lint_plan
from tests.stations.plans.bench_of import CONFIGS


@pytest.mark.parametrize("name", ["mcrps-test", "psu-burn-in"])
def test_the_shipped_station_can_carry_its_plan(name: str) -> None:
    """Looking at plan and station before a run finds no error: roles, ranges, limits, time limits."""
    config = load_station_config(CONFIGS / f"{name}.toml")
    found = lint_plan(config.plan, product=None, limits=None, config=config).findings
    assert [finding for finding in found if finding.severity is Severity.ERROR] == []
