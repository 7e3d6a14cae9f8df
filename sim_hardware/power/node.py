"""The voltage of one DC node: where the currents of all monotone branches add up to nothing."""

from collections.abc import Sequence

from sim_hardware.power.branch import DcBranch

HIGHEST_V = 1000.0
"""No DC node of these benches lies beyond; a sum that is not zero within is not to be solved."""
_NARROW_V = 1e-10
_NEAREST_V = 0.4 * _NARROW_V
"""How near to a bound it looks: once one bound is at the root, the next look brings the other."""
_STEPS = 200

_Look = tuple[float, float]
"""A voltage in V and the current at it in A."""


class NoOperatingPoint(ArithmeticError):
    """The branches force a current that nothing takes, such as a current source into a smaller current sink."""


def node_voltage(branches: Sequence[DcBranch], lowest_v: float = -1.0, highest_v: float = HIGHEST_V) -> float:
    """The voltage in V at which the currents into the branches sum to zero.

    The sum is monotone, so that there is one root, kept between two bounds; over a span of zeros it is the lowest end.
    Most branches are straight lines with corners: the line through the last two looks on one side of the root, drawn
    on, meets it as soon as both lie on its own piece. Both sides have their turn. Every third step halves the span,
    and so does one whose line leads out of it, whatever the branches are like. Raises `NoOperatingPoint` when the sum
    has no root between the bounds: nothing is invented.
    """

    def total(volt: float) -> float:
        return sum([branch.current(volt) for branch in branches])

    below, above = (lowest_v, total(lowest_v)), (highest_v, total(highest_v))
    if below[1] > 0.0 or above[1] < 0.0:
        raise NoOperatingPoint(
            f"no operating point between {lowest_v:g} and {highest_v:g} V: the branches sum to {below[1]:.3g} A and"
            f" {above[1]:.3g} A there"
        )
    # Until a side has had two looks, its line is drawn from the other side's.
    before_below, before_above = above, below
    for step in range(_STEPS):
        low, high = below[0], above[0]
        if high - low <= _NARROW_V:
            break
        volt = 0.5 * (low + high)
        if step % 3:
            guess = _crossing(before_below, below) if step % 3 == 1 else _crossing(before_above, above)
            if low - _NARROW_V < guess < high + _NARROW_V:
                volt = min(max(guess, low + _NEAREST_V), high - _NEAREST_V)
        current = total(volt)
        if current < 0.0:
            before_below, below = below, (volt, current)
        else:
            before_above, above = above, (volt, current)
    return 0.5 * (below[0] + above[0])


def _crossing(first: _Look, second: _Look) -> float:
    """The voltage at which the line through two looks has no current; the second one's where the line is level."""
    rise = second[1] - first[1]
    return second[0] - second[1] * (second[0] - first[0]) / rise if rise else second[0]
