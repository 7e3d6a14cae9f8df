"""Waveforms as a table that opens anywhere: CSV (RFC 4180, but line feeds), a column of times, then one a channel.

Numbers are decimal with nine significant digits for a time and seven for a value: far more than the eight bits of an
oscilloscope's converter, and the same text on every machine, so that the same samples have the same hash.
"""

from collections.abc import Callable, Mapping

from drivers.capabilities import Waveform

CSV = "text/csv"
"""The media type of what is made here (RFC 7111)."""

_UNITS = {"V": "v", "A": "a"}


def waveform_csv(**channels: Waveform) -> bytes:
    """The samples of one acquisition; columns are ``time_s`` and, for `output=` in volt, ``output_v``.

    All channels must have the same times. Raises `ValueError` for those that have not, for none, and for a unit that no
    column is named for.
    """
    if not channels:
        raise ValueError("a file of waveforms needs at least one channel")
    first = next(iter(channels.values()))
    for name, one in channels.items():
        if (one.start_s, one.step_s, one.values.shape) != (first.start_s, first.step_s, first.values.shape):
            raise ValueError(f"{name} is not of the same acquisition: its samples lie at other times")
        if one.unit not in _UNITS:
            raise ValueError(f"{name} is in {one.unit}; a column is named for {', '.join(_UNITS)} only")
    header = ",".join(["time_s", *(f"{name}_{_UNITS[one.unit]}" for name, one in channels.items())])
    width, count = 1 + len(channels), first.values.shape[0]
    numbers: list[float] = [0.0] * (width * count)
    numbers[::width] = first.times_s.tolist()
    for place, one in enumerate(channels.values(), 1):
        numbers[place::width] = one.values.tolist()
    # One format for the whole table: a fifth of the time that a format for each line takes.
    table = (("%.9g" + ",%.7g" * len(channels) + "\n") * count) % tuple(numbers)
    return f"{header}\n{table}".encode("ascii")


def csv_of(channels: Mapping[str, Waveform]) -> Callable[[], bytes]:
    """What makes the file of these channels once it is wanted."""
    return lambda: waveform_csv(**channels)
