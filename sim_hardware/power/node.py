"""The voltage of one DC node: where the currents of all monotone branches add up to nothing."""

from collections.abc import Sequence

from sim_hardware.power.branch import DcBranch

HIGHEST_V = 1000.0
"""No DC node of these benches lies beyond; a sum that is not zero within is not to be solved."""
_NARROW_V = 1e-10
_STEPS = 200


class NoOperatingPoint(ArithmeticError):
    """The branches force a current that nothing takes, such as a current source into a smaller current sink."""


def node_voltage(branches: Sequence[DcBranch], lowest_v: float = -1.0, highest_v: float = HIGHEST_V) -> float:
    """The voltage in V at which the currents into the branches sum to zero.

    The sum is monotone, so that there is one root, kept between two bounds; over a span of zeros it is the lowest end.
    Most branches are straight lines with corners: regula falsi (in the Illinois form) needs few looks, and every third
    step halves the span, whatever the branches are like. Raises `NoOperatingPoint` when the sum has no root between the
    bounds: nothing is invented.
    """

    def total(volt: float) -> float:
        return sum([branch.current(volt) for branch in branches])

    low, high = lowest_v, highest_v
    below, above = total(low), total(high)
    if below > 0.0 or above < 0.0:
        raise NoOperatingPoint(
            f"no operating point between {low:g} and {high:g} V: the branches sum to {below:.3g} A and"
            f" {above:.3g} A there"
        )
    moved_low = moved_high = False
    for step in range(_STEPS):
        if high - low <= _NARROW_V:
            break
        middle = 0.5 * (low + high)
        if step % 3 and below < 0.0 < above:
            guess = (low * above - high * below) / (above - below)
            middle = guess if low < guess < high else middle
        current = total(middle)
        if current < 0.0:
            if moved_low:
                above *= 0.5
            low, below, moved_low, moved_high = middle, current, True, False
        else:
            if moved_high:
                below *= 0.5
            high, above, moved_low, moved_high = middle, current, False, True
    return 0.5 * (low + high)
