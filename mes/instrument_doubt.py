"""Which units an instrument puts in doubt: everything it measured since it was last known good, the worst first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select

from mes.command_line import CommandError, Exit
from mes.console_output import moment
from mes.database import reading as one_state
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.unit import Installation
from mes.quality.found_error import Doubt, DoubtedValue, bad_points, doubt
from mes.quality.suspicion import Suspicion, suspicion
from mes.quality.what_if import Rejudged
from mes.queries.calibrations import CalibrationSummary, MeasuredRun, calibrations, measured_runs, passed_again
from mes.queries.equipment import instruments_seen
from mes.records import Predicate
from mes.site_access import SiteAccess

_INSTALLATION = table_of(Installation)
_PARENTS = Lookup(
    select(_INSTALLATION.c.parent_id).where(_INSTALLATION.c.removed_at.is_(None)), _INSTALLATION.c.child_id
)


@dataclass(frozen=True, slots=True)
class DoubtedUnit:
    """A unit that was measured in the time in doubt.

    `could_change` says that a run of it could have been judged otherwise under the error found, `could_be` how, and
    `certain` that the values which decide are readings of the instrument and not merely of its unit. `nearest` is the
    value that decides: the one with the least margin for the error, of a failure the one that is farthest out.
    """

    unit_id: UUID
    could_change: bool
    certain: bool
    could_be: Rejudged | None
    by: tuple[str, ...]
    ratio: float | None
    nearest: DoubtedValue | None
    runs: tuple[str, ...]
    passed_again: bool = False
    """Whether it passed every operation in doubt again, after the time in doubt."""

    @property
    def urgency(self) -> tuple[object, ...]:
        """What could change comes first; among these what is certain, then what is nearest to its limit."""
        return (not self.could_change, not self.certain, self.ratio is None, self.ratio or 0.0)


@dataclass(frozen=True, slots=True)
class InstrumentDoubt:
    """An instrument's time in doubt, the predicate that catches what it measured then, and the units by urgency.

    `untold` counts the runs whose records do not tell which values are its readings: there every value of a matching
    unit may be one.
    """

    suspicion: Suspicion[CalibrationSummary]
    predicate: Predicate
    units: tuple[DoubtedUnit, ...]
    holding: frozenset[UUID]
    """Units into which one is built that could change, however deep."""
    runs: int
    untold: int
    unmatched: tuple[str, ...]
    """Units of measure of points found out of tolerance in which no value in doubt is measured."""


def suspected(
    access: SiteAccess, serial: str, calibration: str | None = None
) -> tuple[Suspicion[CalibrationSummary], Predicate]:
    """The time in doubt of the equipment with this serial, and the predicate of what it measured then.

    `calibration` is the beginning of the id of one of its calibrations; without it the newest decides. Raises
    `CommandError` where nothing is known of it.
    """
    known = calibrations(access.engine, serial)
    if not known:
        _unknown(access, serial)
    return window_of(known, None if calibration is None else _chosen(known, serial, calibration))


def window_of(
    known: Sequence[CalibrationSummary], chosen: UUID | None = None
) -> tuple[Suspicion[CalibrationSummary], Predicate]:
    """The time in doubt by these calibrations of one piece of equipment, and the predicate. Raises as `suspected`."""
    serial = known[-1].serial
    models = sorted({one.name for one in known})
    if len(models) > 1:
        raise CommandError(
            f"instrument {serial}: {len(models)} have this serial: {', '.join(models)}; give --since and --until"
            " instead of --since-last-good"
        )
    found = suspicion(known, chosen)
    newest = known[-1]
    if found.since is not None and found.until is not None and found.since >= found.until:
        raise CommandError(f"instrument {serial}: was calibrated twice at {moment(found.until)}; void one of the two")
    named = {"instrument": serial} if newest.fixture is None else {"fixture": newest.fixture}
    return found, Predicate.model_validate({**named, "since": found.since, "until": found.until})


def in_doubt(access: SiteAccess, serial: str, calibration: str | None = None) -> InstrumentDoubt:
    """Every unit measured in the time in doubt, those whose verdict could change first. Raises as `suspected`."""
    found, predicate = suspected(access, serial, calibration)
    runs = measured_runs(access.engine, predicate, None if predicate.instrument is None else serial)
    groups = () if found.found_bad is None else bad_points(found.found_bad.points)
    doubts: dict[UUID, list[tuple[MeasuredRun, Doubt | None]]] = {}
    for run in runs:
        told = None if run.judged is None else doubt(run.judged, run.taken, groups)
        doubts.setdefault(run.unit_id, []).append((run, told))
    until = found.until
    again = {} if until is None else passed_again(access.engine, doubts.keys(), until)
    units = sorted(
        (_unit(id_, known, again.get(id_, ())) for id_, known in doubts.items()),
        key=lambda one: (one.urgency, one.unit_id),
    )
    with one_state(access.engine) as connection:
        holding = holders_of(connection, {one.unit_id for one in units if one.could_change})
    measured = {one.unit for run in runs for one in run.taken}
    unmatched = sorted({group[0].unit for group in groups} - measured)
    return InstrumentDoubt(
        found, predicate, tuple(units), holding, len(runs), sum(not run.told for run in runs), tuple(unmatched)
    )


def holders_of(connection: Connection, ids: Collection[UUID]) -> frozenset[UUID]:
    """What these units are built into now, level by level up to the top; a stored loop ends the walk."""
    found: set[UUID] = set()
    level = set(ids)
    while level:
        level = {row.parent_id for row in _PARENTS.rows(connection, level)} - found
        found |= level
    return frozenset(found)


def _unit(unit_id: UUID, known: Sequence[tuple[MeasuredRun, Doubt | None]], passed: Collection[str]) -> DoubtedUnit:
    again = {run.operation for run, _ in known} <= set(passed)
    told = [one for _, one in known if one is not None]
    worst = min(
        told,
        key=lambda one: (one.could_be is None, not one.certain, one.ratio is None, one.ratio or 0.0),
        default=None,
    )
    ids = tuple(one.run for one in told)
    if worst is None:
        return DoubtedUnit(unit_id, False, False, None, (), None, None, ids, again)
    deciding = [one for one in worst.values if one.measurand in worst.by and one.ratio == worst.ratio]
    nearest = next(iter((*deciding, *worst.values)), None)
    return DoubtedUnit(
        unit_id,
        worst.could_be is not None,
        worst.certain,
        worst.could_be,
        worst.by,
        worst.ratio,
        nearest,
        ids,
        again,
    )


def _chosen(known: Sequence[CalibrationSummary], serial: str, named: str) -> UUID:
    beginning = named.strip().lower().replace("-", "")
    meant = [one.id for one in known if len(beginning) >= 6 and one.id.hex.startswith(beginning)]
    if len(meant) != 1:
        raise CommandError(
            f"calibration {named!a}: {len(meant) or 'none'} of instrument {serial} begin like this;"
            f" `mes equipment {serial}` lists them"
        )
    return meant[0]


def _unknown(access: SiteAccess, serial: str) -> None:
    seen = list(instruments_seen(access.engine, serial))
    if seen:
        raise CommandError(
            f"instrument {serial}: was used in {seen[0].runs} runs, and no calibration of it is recorded; record it by"
            " `mes calibrate`, or give --since",
            Exit.NO,
        )
    raise CommandError(
        f"instrument {serial}: unknown in {access.name}; `mes equipment` lists what runs and calibrations name", Exit.NO
    )
