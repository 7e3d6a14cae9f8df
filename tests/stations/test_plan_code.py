"""A plan's code digest covers everything that its values come from."""

import inspect
import shutil
from pathlib import Path
from typing import Any

import pytest

import stations.plan_code
from stations.plan import load_plan
from stations.product import load_product

PRODUCTS = Path(stations.plan_code.__file__).with_name("products")


def digest() -> str:
    """The code digest of the supply's plan."""
    return load_plan("orv3_psu_test").bind(load_product(PRODUCTS / "orv3_psu_3kw.toml")).code_digest


@pytest.mark.parametrize(
    "changed",
    [
        "stations.plans.orv3_psu_test",
        "stations.fixtures.psu_bench",
        "stations.measurands.supply_dynamics",
        "stations.waveform_analysis",
    ],
)
def test_a_change_in_what_a_step_calls_is_another_code(
    changed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The plan itself, its fixture, a family of measurands, and the arithmetic that this calls."""
    before, getfile = digest(), inspect.getfile

    def with_a_change(thing: Any) -> str:
        if getattr(thing, "__name__", "") != changed:
            return getfile(thing)
        copy = Path(shutil.copy(getfile(thing), tmp_path))
        copy.write_text(copy.read_text("utf-8") + "\n# changed\n", "utf-8")
        return str(copy)

    monkeypatch.setattr("stations.plan_code.inspect.getfile", with_a_change)
    assert digest() != before


def test_the_same_code_is_the_same_digest() -> None:
    """Whatever else was loaded meanwhile."""
    before = digest()
    load_plan("dac_800g_final_test")
    assert digest() == before
