"""Calibrations as rows, and the runs that an instrument's error may reach."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, bindparam, select
from sqlmodel import Session

from mes.containment import caught, wanted
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.equipment import Calibration
from mes.models.product import PlanMeasurand
from mes.models.test_run import RunFailure, RunInstrument, TestRun
from mes.models.unit import Unit
from mes.quality.found_error import TakenValue
from mes.quality.what_if import Band, JudgedRun
from mes.queries.snapshot import snapshot
from mes.records import CalibrationPoint, Predicate
from mes.vocabulary import RunEnding, Verdict

_CALIBRATION = table_of(Calibration)
_RUN, _UNIT, _INSTRUMENT = table_of(TestRun), table_of(Unit), table_of(RunInstrument)
_FAILURE, _MEASURAND = table_of(RunFailure), table_of(PlanMeasurand)


@dataclass(frozen=True, slots=True)
class CalibrationSummary:
    """A calibration; `voided_by` is the record that voided it."""

    id: UUID
    kind: str
    model: str
    serial: str
    calibrated_at: datetime
    certificate: str
    performed_by: str
    due: date | None
    found_good: bool | None
    left_good: bool
    points: tuple[CalibrationPoint, ...]
    fixture: str | None
    recorded_by: str
    simulated: bool
    voided_by: UUID | None

    @property
    def name(self) -> str:
        """The equipment, for a person."""
        return f"{self.model} {self.serial}".strip()


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """A run that an instrument took part in: its unit, how it was judged, and the values that may be of its making.

    `judged` is None for a run without a verdict.
    """

    unit_id: UUID
    operation: str
    station: str
    started_at: datetime
    judged: JudgedRun | None
    taken: tuple[TakenValue, ...]
    told: bool
    """Whether its record tells which values the instruments read."""


def calibrations(engine: Engine, serial: str | None = None, *, voided: bool = False) -> tuple[CalibrationSummary, ...]:
    """Calibrations in the order of their moments: of all equipment, or of what has this serial."""
    with snapshot(engine) as session:
        return calibrations_in(session, serial, voided=voided)


def calibrations_in(
    session: Session, serial: str | None = None, *, voided: bool = False
) -> tuple[CalibrationSummary, ...]:
    """The same inside a session that is already open."""
    query = select(_CALIBRATION).order_by(_CALIBRATION.c.calibrated_at, _CALIBRATION.c.id)
    if serial is not None:
        query = query.where(_CALIBRATION.c.serial == serial)
    if not voided:
        query = query.where(_CALIBRATION.c.voided_by.is_(None))
    return tuple(_summary(row) for row in session.connection().execute(query))


def _summary(row: Any) -> CalibrationSummary:
    told = row._asdict()
    return CalibrationSummary(
        **told | {"points": tuple(CalibrationPoint.model_validate(one) for one in told["points"])}
    )


def measured_runs(engine: Engine, predicate: Predicate, serial: str | None) -> tuple[MeasuredRun, ...]:
    """The runs that the predicate catches, by (start, id), as far as the instrument with this serial could reach.

    None is for what reads nothing itself and is in the readings of others: a shunt, a lead, a calibration kit.
    """
    with snapshot(engine) as session:
        return tuple(_measured(session, predicate, serial))


def passed_again(engine: Engine, unit_ids: Collection[UUID], after: datetime) -> dict[UUID, tuple[str, ...]]:
    """The operations that these units passed in runs which began at this moment or later."""
    found: dict[UUID, set[str]] = {}
    with snapshot(engine) as session:
        for row in _PASSED.rows(session.connection(), unit_ids, after=after):
            found.setdefault(row.unit_id, set()).add(row.operation)
    return {unit_id: tuple(sorted(names)) for unit_id, names in found.items()}


def _measured(session: Session, predicate: Predicate, serial: str | None) -> Iterator[MeasuredRun]:
    connection = session.connection()
    ids: set[UUID] = set()
    for part in caught(wanted(predicate)):
        facts = part.subquery("facts")
        ids |= set(connection.execute(select(facts.c.fact_id).where(facts.c.fact == "test_run")).scalars())
    rows = sorted(_RUNS.rows(connection, ids), key=lambda row: (row.started_at, row.id))
    failed: dict[UUID, set[str]] = {}
    for row in _FAILURES.rows(connection, ids):
        failed.setdefault(row.run_id, set()).add(row.measurand)
    readers: dict[UUID, list[Any]] = {}
    for row in _READERS.rows(connection, ids):
        readers.setdefault(row.run_id, []).append(row)
    layouts: dict[str, list[Any]] = {}
    for row in _LAYOUTS.rows(connection, {row.plan_digest for row in rows}):
        layouts.setdefault(row.plan_digest, []).append(row)
    for row in rows:
        yield _run(
            row, layouts.get(row.plan_digest, ()), frozenset(failed.get(row.id, ())), readers.get(row.id, ()), serial
        )


def _run(
    row: Any, layout: Sequence[Any], failures: frozenset[str], readers: Iterable[Any], serial: str | None
) -> MeasuredRun:
    own: dict[int, str] = {}
    others: set[int] = set()
    told = False
    for reader in readers:
        for range_, places in reader.readings.items():
            if reader.serial == serial:
                own |= dict.fromkeys(places, range_)
            elif serial is not None:
                others |= set(places)
            told = told or bool(places)
    taken = []
    not_reached = []
    # A run that has not finished has no vector; any other of a wrong length is a row that contradicts its plan.
    for measurand, value in zip(layout if row.measurements else (), row.measurements, strict=True):
        place, name = measurand.place, measurand.name
        if value is None:
            required = measurand.definition.get("required", True)
            if required and name not in row.texts and name not in row.over_ranges:
                not_reached.append(name)
        elif place not in others:
            band = Band(measurand.low, measurand.high)
            taken.append(TakenValue(name, measurand.unit, value, band, own.get(place), place in own))
    judged = None
    if row.verdict in (Verdict.PASSED.value, Verdict.FAILED.value) and row.ending == RunEnding.COMPLETED.value:
        passed = row.verdict == Verdict.PASSED.value
        judged = JudgedRun(row.serial, str(row.id), passed, failures, {}, {}, tuple(not_reached))
    return MeasuredRun(row.unit_id, row.operation, row.station, row.started_at, judged, tuple(taken), told)


_RUN_COLUMNS = ("id", "unit_id", "operation", "station", "plan_digest", "started_at", "verdict", "ending")
_RUNS = Lookup(
    select(
        *(_RUN.c[name] for name in (*_RUN_COLUMNS, "measurements", "texts", "over_ranges")), _UNIT.c.serial
    ).join_from(_RUN, _UNIT, _UNIT.c.id == _RUN.c.unit_id),
    _RUN.c.id,
)
_PASSED = Lookup(
    select(_RUN.c.unit_id, _RUN.c.operation).where(
        _RUN.c.started_at >= bindparam("after", type_=_RUN.c.started_at.type),
        _RUN.c.verdict == Verdict.PASSED.value,
        _RUN.c.ending == RunEnding.COMPLETED.value,
        _RUN.c.voided_by.is_(None),
    ),
    _RUN.c.unit_id,
)
_FAILURES = Lookup(select(_FAILURE.c.run_id, _FAILURE.c.measurand), _FAILURE.c.run_id)
_READERS = Lookup(select(_INSTRUMENT.c.run_id, _INSTRUMENT.c.serial, _INSTRUMENT.c.readings), _INSTRUMENT.c.run_id)
_LAYOUTS = Lookup(select(_MEASURAND).order_by(_MEASURAND.c.plan_digest, _MEASURAND.c.place), _MEASURAND.c.plan_digest)
