"""Numbers for an operator's eyes: an SI prefix that value and limits share, and a bar that shows where they stand."""

from stations.tui import texts
from stations.tui.state import MeasuredRow

_PREFIXES = (
    (1e12, "T"),
    (1e9, "G"),
    (1e6, "M"),
    (1e3, "k"),
    (1.0, ""),
    (1e-3, "m"),
    (1e-6, "µ"),
    (1e-9, "n"),
    (1e-12, "p"),
)
_PREFIXED = frozenset({"s", "s/m", "ohm", "Hz", "V", "A", "W", "F", "H"})
"""Units that people write with a prefix; a decibel or a degree has none."""


def scale_of(row: MeasuredRow) -> tuple[float, str]:
    """The factor and the unit in which a row is shown: one for value and limits, or they could not be compared."""
    unit = row.unit.replace("ohm", "Ω")
    if row.unit not in _PREFIXED:
        return 1.0, "" if unit == "1" else unit
    size = max((abs(x) for x in (row.low, row.high) if x is not None), default=0.0) or abs(row.value or 0.0)
    factor, prefix = next(((f, p) for f, p in _PREFIXES if size >= f), (1.0, ""))
    return factor, prefix + unit


def number(value: float) -> str:
    """A number in at most five significant digits, without an exponent where people write none."""
    text = f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}".replace(",", " ")
    return text.replace("-", "−")


def value_text(row: MeasuredRow) -> str:
    """The measured value in its unit; empty before it was measured."""
    if row.text is not None:
        return row.text
    if row.over_range is not None:
        return texts.OVER if row.over_range == "OVER" else texts.UNDER
    if row.value is None:
        return ""
    factor, unit = scale_of(row)
    return f"{number(row.value / factor)} {unit}".rstrip()


def limits_text(row: MeasuredRow) -> str:
    """What the value must be."""
    if row.is_text:
        return row.expected
    factor, _ = scale_of(row)
    low = None if row.low is None else number(row.low / factor)
    high = None if row.high is None else number(row.high / factor)
    if low is not None and high is not None:
        return f"{low} … {high}"
    if low is not None:
        return f"≥ {low}"
    return f"≤ {high}" if high is not None else ""


def distance_text(row: MeasuredRow) -> str:
    """How far the value lies from the limit nearest to it, in words; empty when there is no number or no limit."""
    margin = margin_of(row)
    if margin is None:
        return ""
    factor, unit = scale_of(row)
    return f"{number(abs(margin) / factor)} {unit}".rstrip()


def margin_of(row: MeasuredRow) -> float | None:
    """Distance to the nearest limit in the row's own unit: negative outside; None without a number or a limit."""
    if row.value is None:
        return None
    margins = [row.value - row.low] if row.low is not None else []
    margins += [row.high - row.value] if row.high is not None else []
    return min(margins, default=None)


def relative_margin(row: MeasuredRow) -> float | None:
    """The margin as a share of the band, or of the limit's size where there is only one: comparable between units."""
    margin = margin_of(row)
    if margin is None:
        return None
    if margin >= 0 and row.low == 0.0 and row.high is not None and row.value is not None:
        # Zero is where a resistance ends by nature; a good one lies near it, and nobody calls that close.
        margin = row.high - row.value
    if row.low is not None and row.high is not None:
        band = row.high - row.low
    else:
        band = abs(row.low if row.low is not None else row.high or 0.0)
    return margin / (band or 1.0)


def bar(row: MeasuredRow, width: int) -> str:
    """Where the value stands in its band: ``[──●──]``, ``◀`` or ``▶`` at the end that it left.

    With one limit only, the band reaches as far from the limit as the limit from zero.
    """
    inner = width - 2
    if inner < 3 or row.is_text or (row.low is None and row.high is None):
        return " " * width
    empty = f"[{'─' * inner}]"
    low, high = _band(row)
    if row.over_range is not None:
        position = float("inf") if row.over_range == "OVER" else float("-inf")
    elif row.value is None:
        return empty
    else:
        position = (row.value - low) / (high - low) if high > low else 0.5
    if position < 0 and row.low is not None:
        return f"◀{'─' * inner}]"
    if position > 1 and row.high is not None:
        return f"[{'─' * inner}▶"
    at = round(min(max(position, 0.0), 1.0) * (inner - 1))
    return f"[{'─' * at}●{'─' * (inner - 1 - at)}]"


def _band(row: MeasuredRow) -> tuple[float, float]:
    if row.low is not None and row.high is not None:
        return row.low, row.high
    if row.low is not None:
        return row.low, row.low + (abs(row.low) or 1.0)
    high = row.high if row.high is not None else 0.0
    return high - (abs(high) or 1.0), high


def seconds_text(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 100:
        return f"{seconds:.1f} s"
    if seconds < 5_400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.1f} days"
