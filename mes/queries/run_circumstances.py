"""What belongs to a run beside its measurements: its steps and their attempts, instruments, files, and partners."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.test_run import TestRun
from mes.models.unit import Unit
from mes.queries.identity import UNIT_COLUMNS, UnitSummary, unit_of_columns
from mes.vocabulary import Outcome, RunEnding, Verdict


@dataclass(frozen=True, slots=True)
class AttemptReport:
    """An attempt at a step that was tried again: how it ended, which decided nothing; times as of its step."""

    outcome: Outcome
    started_s: float
    duration_s: float
    message: str


@dataclass(frozen=True, slots=True)
class StepReport:
    """How one step ended; times in seconds by the station's monotonic clock from the start of the run.

    `waited_s` is how long it waited before it began for instruments that others held; `attempts` are those before
    the one that decided, in order.
    """

    name: str
    outcome: Outcome
    started_s: float
    duration_s: float
    message: str
    waited_s: float
    attempts: tuple[AttemptReport, ...]


@dataclass(frozen=True, slots=True)
class InstrumentUse:
    """An instrument that took part (ISA-95 equipment actual), as it named itself."""

    role: str
    model: str
    serial: str
    firmware: str
    calibration_due: date | None
    readings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Measurands whose values it read itself, by the range that it told."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that belongs to the run; `sha256` is its content hash, `size` in bytes."""

    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class PartnerRun:
    """The run of another unit in the same test, with a verdict of its own; None until it has finished.

    `name` is how people say the unit: by its serial number alone where it is of the same part.
    """

    run: UUID
    unit: UnitSummary
    name: str
    slot: str
    verdict: Verdict | None
    ending: RunEnding | None


def steps_of(run: Any) -> tuple[StepReport, ...]:
    """The steps of a run in order."""
    return tuple(
        StepReport(
            step["name"],
            Outcome(step["outcome"]),
            step["started_s"],
            step["duration_s"],
            step["message"],
            step["waited_s"],
            tuple(_attempt(attempt) for attempt in step["attempts"]),
        )
        for step in run.steps
    )


def _attempt(attempt: dict[str, Any]) -> AttemptReport:
    return AttemptReport(Outcome(attempt["outcome"]), attempt["started_s"], attempt["duration_s"], attempt["message"])


def attached_to(run: Any) -> tuple[AttachedFile, ...]:
    """The files of a run in the order in which the station named them."""
    return tuple(
        AttachedFile(file["name"], file["media_type"], file["sha256"], file["size"]) for file in run.attachments
    )


_RUN, _UNIT = table_of(TestRun), table_of(Unit)
_COLUMNS: tuple[Any, ...] = UNIT_COLUMNS
_MEMBERS = Lookup(
    select(*(_RUN.c[name] for name in ("group_id", "id", "slot", "verdict", "ending")), *_COLUMNS).join(
        _UNIT, _UNIT.c.id == _RUN.c.unit_id
    ),
    _RUN.c.group_id,
)


def partners(connection: Connection, runs: Sequence[Any]) -> dict[UUID, tuple[PartnerRun, ...]]:
    """For each run of several units the runs of the others, by slot and serial number; by the id of the run."""
    groups = {run.group_id for run in runs if run.group_id is not None}
    if not groups:
        return {}
    members: dict[UUID | None, list[tuple[UUID, UnitSummary, Any]]] = {}
    for group, run_id, *rest in _MEMBERS.rows(connection, groups):
        members.setdefault(group, []).append((run_id, unit_of_columns(rest[3:]), rest[:3]))
    together = {}
    for run in runs:
        tied = members.get(run.group_id, [])
        parts = {(unit.maker, unit.part) for _, unit, _ in tied}
        others = (_partner(*one, alone=len(parts) == 1) for one in tied if one[0] != run.id)
        together[run.id] = tuple(sorted(others, key=_place))
    return together


def _partner(run: UUID, unit: UnitSummary, ended: Any, *, alone: bool) -> PartnerRun:
    slot, verdict, ending = ended
    return PartnerRun(
        run,
        unit,
        unit.serial if alone else str(unit),
        slot,
        None if verdict is None else Verdict(verdict),
        None if ending is None else RunEnding(ending),
    )


def _place(partner: PartnerRun) -> tuple[int, str, str, UUID]:
    # Slots are counted: the tenth stands behind the second.
    return len(partner.slot), partner.slot, partner.unit.serial, partner.run
