"""The voltage of one DC node: where the currents of all monotone branches add up to nothing."""

from collections.abc import Sequence

from sim_hardware.power.branch import DcBranch

HIGHEST_V = 1000.0
"""No DC node of these benches lies beyond; a sum that is not zero within is not to be solved."""
_HALVINGS = 60


class NoOperatingPoint(ArithmeticError):
    """The branches force a current that nothing takes, such as a current source into a smaller current sink."""


def node_voltage(branches: Sequence[DcBranch], lowest_v: float = -1.0, highest_v: float = HIGHEST_V) -> float:
    """The voltage in V at which the currents into the branches sum to zero.

    The sum is monotone, so that bisection finds the one root; over a span of zeros it is the lowest end. Raises
    `NoOperatingPoint` when the sum has no root between the bounds: nothing is invented.
    """

    def total(volt: float) -> float:
        return sum(branch.current(volt) for branch in branches)

    low, high = lowest_v, highest_v
    if total(low) > 0.0 or total(high) < 0.0:
        raise NoOperatingPoint(
            f"no operating point between {low:g} and {high:g} V: the branches sum to {total(low):.3g} A and"
            f" {total(high):.3g} A there"
        )
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if total(middle) < 0.0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
