"""docs/faults.md against the tests: every row there, every test in it, and run in the ways that it says."""

import inspect
import re
from pathlib import Path
from types import FunctionType

import pytest

from tests.stations.faults import test_fixture_faults, test_instrument_faults, test_station_faults, test_unit_faults

DOCUMENT = Path(__file__).parents[3] / "docs/faults.md"
ROWS = {
    int(cells[0]): cells[1:]
    for line in DOCUMENT.read_text("utf-8").splitlines()
    if (cells := [cell.strip() for cell in line.strip("|").split("|")])[0].isdecimal()
}
TESTS: dict[str, FunctionType] = {
    name: found
    for module in (test_instrument_faults, test_unit_faults, test_fixture_faults, test_station_faults)
    for name, found in vars(module).items()
    if name.startswith("test_row_")
}
STATION = {name for name in vars(test_station_faults) if name.startswith("test_row_")}


def test_every_row_is_there_and_every_test_is_in_the_table() -> None:
    """Rows 1 to 25, each naming tests that exist, and no test that no row names."""
    assert sorted(ROWS) == list(range(1, 26))
    named = [name for cells in ROWS.values() for name in re.findall(r"`(test_\w+)`", cells[-1])]
    assert sorted(named) == sorted(TESTS)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_tested_where_it_says(row: int) -> None:
    """Its tests are numbered as it is, run in both ways if it says so, and say what is required."""
    *_, where, tests = ROWS[row]
    names = re.findall(r"`(test_\w+)`", tests)
    assert names
    assert where in ("both", "in process")
    for name in names:
        assert name.startswith(f"test_row_{row:02}_")
        assert TESTS[name].__doc__
    on_the_wire = [name for name in names if name not in STATION]
    assert bool(on_the_wire) is (where == "both")
    assert all("way" in inspect.signature(TESTS[name]).parameters for name in on_the_wire)
