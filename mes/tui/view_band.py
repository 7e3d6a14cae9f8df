"""A value's place between its limits as a bar: the eye finds the one that is off before it reads a number."""

_INSIDE, _MARK, _BELOW, _ABOVE, _LIMIT = "·", "●", "◀", "▶", "│"
BAR_WIDTH = 15
"""Cells of a bar that has room."""


def band_bar(value: float | None, low: float | None, high: float | None, width: int = BAR_WIDTH) -> str:
    """The bar in `width` cells (7 or more): `` │···●·····│ ``, with ◀ or ▶ outside for a value that left its band.

    Limits are inclusive. Between two limits the mark's place is linear. With one limit the far end stands as far
    from the limit as the limit from zero (a limit of zero: one unit), and what lies further stays at that end.
    Empty without a limit or a value.
    """
    if value is None or (low is None and high is None):
        return ""
    left, right = (" " if low is None else _LIMIT), (" " if high is None else _LIMIT)
    inner = width - 4
    if low is not None and value < low:
        return f"{_BELOW}{left}{_INSIDE * inner}{right} "
    if high is not None and value > high:
        return f" {left}{_INSIDE * inner}{right}{_ABOVE}"
    place = min(inner - 1, max(0, int(_fraction(value, low, high) * inner)))
    return f" {left}{_INSIDE * place}{_MARK}{_INSIDE * (inner - 1 - place)}{right} "


def _fraction(value: float, low: float | None, high: float | None) -> float:
    """Where a value inside its band lies, from 0 at the low end to 1 at the high end."""
    if low is not None and high is not None:
        # Halves first: the band of two limits near the largest float has no width that a float can hold.
        span = high / 2 - low / 2
        return 0.5 if span == 0 else (value / 2 - low / 2) / span
    if low is not None:
        return min(1.0, (value / 2 - low / 2) / ((abs(low) or 1.0) / 2 or 1.0))
    limit = 0.0 if high is None else high
    return 1.0 - min(1.0, (limit / 2 - value / 2) / ((abs(limit) or 1.0) / 2 or 1.0))
