"""What came of the units of a line so far."""

from dataclasses import dataclass, fields
from typing import Self


@dataclass(slots=True)
class LineCount:
    """Units and runs of a line, or of several together.

    `units` are those that are to be built, `finished` those that have come to the end of their route or failed on the
    way. A shelf is a unit beside the supplies in it, a kit one beside its switches and optics;
    `shelves`, `kits` and `racks` say how many of the units are these. `runs` counts
    test runs, and `passed`, `failed`, `errors` and `aborted` are how they came out. `defective` counts the units into
    which the simulator put a defect that brings a true parameter out of specification, `escapes` those of them that
    passed every operation, and `overkills` the good units that failed one.
    """

    units: int = 0
    shelves: int = 0
    kits: int = 0
    racks: int = 0
    finished: int = 0
    runs: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    aborted: int = 0
    defective: int = 0
    escapes: int = 0
    overkills: int = 0

    def __add__(self, other: Self) -> Self:
        """Both together."""
        return type(self)(*(mine + theirs for mine, theirs in zip(self.values(), other.values(), strict=True)))

    def values(self) -> tuple[int, ...]:
        """Every count, in the order of the fields."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def document(self) -> dict[str, int]:
        """Every count by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
