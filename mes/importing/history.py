"""What every importer reads out of a file: runs as somebody recorded them, and lines that are none.

An importer judges nothing. What the file says of a run is kept as it was said; where the file contradicts itself, the
run carries a remark for a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from mes.records import InstrumentUsed, MeasurandDefinition, MeasurandFailure, UnitIdentity, content_digest
from mes.vocabulary import CollectionMode, Outcome, OverRange


class HistoryRefused(Exception):
    """A file or its map as a whole cannot be imported: every fault with its place and its remedy, nothing is done."""


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that is not imported: its number, its column (empty: the line as a whole), what stood there, why.

    `run_lines` are the first and the last line of the run that falls with it.
    """

    line: int
    column: str
    value: str
    reason: str
    run_lines: tuple[int, int]


@dataclass(frozen=True)
class HistoricPlan:
    """What was measured and within which limits: one plan revision, known by its digest."""

    name: str
    revision: str
    part: str
    operation: str
    limit_revision: str
    measurands: tuple[MeasurandDefinition, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all of it."""
        return content_digest(
            {
                "imported": self.name,
                "revision": self.revision,
                "part": self.part,
                "operation": self.operation,
                "limit_revision": self.limit_revision,
                "measurands": [measurand.model_dump(mode="json") for measurand in self.measurands],
            }
        )


@dataclass(frozen=True, slots=True)
class HistoricRun:
    """One run as it was recorded elsewhere; the values are laid out by the plan's measurands."""

    lines: tuple[int, int]
    unit: UnitIdentity
    revision: str
    enters_at: str | None
    operation: str
    station: str
    fixture: str
    operator: str
    number: str
    """Tells runs apart that share unit, operation and start; mostly empty."""
    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    reason: str
    plan: HistoricPlan
    values: tuple[float | None, ...]
    texts: dict[str, str] = field(default_factory=dict)
    over_ranges: dict[str, OverRange] = field(default_factory=dict)
    failures: tuple[MeasurandFailure, ...] = ()
    instruments: tuple[InstrumentUsed, ...] = ()
    remarks: tuple[str, ...] = ()
    """Where the file contradicts itself, in words."""


class History(Protocol):
    """A file of history that can be read again and again, and gives the same each time."""

    @property
    def name(self) -> str:
        """What the team calls this history."""
        ...

    @property
    def file(self) -> str:
        """The file, as it was named."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 of the file's bytes."""
        ...

    @property
    def map_digest(self) -> str:
        """SHA-256 of what the map says."""
        ...

    @property
    def lines(self) -> int:
        """How many lines the file has."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether the map says that what is in the file was simulated."""
        ...

    @property
    def collection(self) -> CollectionMode:
        """How the units came in (IPC-1782)."""
        ...

    def runs(self) -> Iterator[HistoricRun | RefusedLine]:
        """Every run in the order of the file, and every line that is refused, with memory for one run at a time."""
        ...
