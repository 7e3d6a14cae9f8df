"""The voltage of a node: exact at corners and on spans of zeros, and found in few looks."""

import pytest

from sim_hardware.power.branch import DcBranch, LinearBranch
from sim_hardware.power.load_branch import LoadBranch
from sim_hardware.power.node import NoOperatingPoint, node_voltage

_LOOKS = 30


class _Counted(LinearBranch):
    """A source that counts how often it is asked."""

    looks = 0

    def current(self, volt: float) -> float:
        """The current, counted."""
        type(self).looks += 1
        return super().current(volt)


@pytest.mark.parametrize("lowest_ohm", [1e-6, 1e-3, 1.0])
@pytest.mark.parametrize(
    ("load", "volt"),
    [
        (LoadBranch(plus="p", minus="m", lowest_ohm=0.001, limit_a=300.0), 50.0 - 0.01 * 50.0 / (500e3 + 0.01)),
        (LoadBranch(plus="p", minus="m", lowest_ohm=0.001, limit_a=300.0, is_on=True, level_a=150.0), None),
        (LoadBranch(plus="p", minus="m", lowest_ohm=0.001, limit_a=300.0, is_on=True, level_a=20.0), None),
        (LoadBranch(plus="p", minus="m", lowest_ohm=0.001, limit_a=300.0, is_on=True, ohm=2.0), None),
    ],
)
def test_a_node_with_corners_is_solved_in_few_looks(load: LoadBranch, volt: float | None, lowest_ohm: float) -> None:
    """The sum changes its sign within a nanovolt of the answer, whichever of the straight pieces it lies on."""
    _Counted.looks = 0
    source = _Counted(plus="p", minus="m", ohm=0.01, emf_v=50.0, limit_a=100.0)
    clamp = LinearBranch(plus="p", minus="m", ohm=1e3 * lowest_ohm, limit_a=0.01)
    branches: list[DcBranch] = [source, load, clamp]
    found = node_voltage(branches, -1.0, 100.0)
    assert _Counted.looks <= _LOOKS
    assert sum(b.current(found - 1e-9) for b in branches) < 0.0 < sum(b.current(found + 1e-9) for b in branches)
    if volt is not None:
        assert found == pytest.approx(volt, abs=1e-3)


def test_over_a_span_of_zeros_it_is_the_lowest_end() -> None:
    """Nothing flows between 10 and 30 V: the node is where that begins."""

    class Dead:
        """A source below 10 V and a load above 30 V."""

        plus = "p"
        minus = "m"
        slew_a_s = 1.0

        def current(self, volt: float) -> float:
            return min(volt - 10.0, 0.0) + max(volt - 30.0, 0.0)

    assert node_voltage([Dead()]) == pytest.approx(10.0, abs=1e-9)


def test_a_current_that_nothing_takes_is_refused() -> None:
    """No voltage is invented."""
    source = LinearBranch(plus="p", minus="m", ohm=1e-3, emf_v=2000.0, limit_a=5.0)
    with pytest.raises(NoOperatingPoint, match="no operating point"):
        node_voltage([source])
