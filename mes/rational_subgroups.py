"""Values in rational subgroups: as a file names them, or so many in a row."""

from dataclasses import dataclass

from mes.command_line import CommandError
from mes.study_sample import Sample


@dataclass(frozen=True, slots=True)
class Subgroups:
    """Groups by name in the order of time; `left_over` values at the end make no whole group and are in none."""

    names: tuple[str, ...]
    groups: tuple[tuple[float, ...], ...]
    left_over: int


def subgroups_of(sample: Sample, size: int | None) -> Subgroups:
    """The subgroups of a sample. Raises `CommandError` when neither the file nor `size` says what they are."""
    if size is not None:
        whole = len(sample.values) // size
        starts = range(0, whole * size, size)
        return Subgroups(
            tuple(f"{sample.names[i]}..{sample.names[i + size - 1]}" for i in starts),
            tuple(sample.values[i : i + size] for i in starts),
            len(sample.values) - whole * size,
        )
    if sample.subgroups is None:
        raise CommandError(
            f"{sample.description}: nothing says what a subgroup is; give --subgroup-size, or a file with a column "
            "subgroup"
        )
    groups: dict[str, list[float]] = {}
    for name, value in zip(sample.subgroups, sample.values, strict=True):
        groups.setdefault(name, []).append(value)
    return Subgroups(tuple(groups), tuple(map(tuple, groups.values())), 0)
