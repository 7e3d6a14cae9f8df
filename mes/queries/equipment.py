"""Instruments and fixtures as runs, calibrations and checks know them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, or_, select
from sqlmodel import Session

from mes.models import table_of
from mes.models.equipment import FixtureLimit, Maintenance, StationCheck
from mes.models.test_run import RunInstrument, TestRun
from mes.quality.suspicion import in_order
from mes.queries.calibrations import CalibrationSummary, calibrations_in
from mes.queries.snapshot import snapshot
from mes.vocabulary import EquipmentKind

_RUN, _INSTRUMENT = table_of(TestRun), table_of(RunInstrument)
_MAINTENANCE, _LIMIT, _CHECK = table_of(Maintenance), table_of(FixtureLimit), table_of(StationCheck)


@dataclass(frozen=True, slots=True)
class InstrumentSeen:
    """An instrument as runs name it; `due` is the last day of validity that stations told last."""

    model: str
    serial: str
    runs: int
    first_run: datetime
    last_run: datetime
    due: date | None


@dataclass(frozen=True, slots=True)
class EquipmentSummary:
    """One piece of equipment: what its calibrations say, and when runs used it.

    `state` is a word: "good", "found bad, left good", "left bad", "not to be used" (without a due date), or "no
    calibration recorded". `due` is that of the newest calibration, else what stations told last.
    """

    kind: str
    model: str
    serial: str
    state: str
    last_good: datetime | None
    calibrated_at: datetime | None
    certificate: str | None
    due: date | None
    fixture: str | None
    runs: int
    last_run: datetime | None


@dataclass(frozen=True, slots=True)
class FixtureSummary:
    """One fixture: its cycles since its contacts were renewed, and how many it lasts."""

    fixture: str
    cycles: int | None
    cycles_max: int | None
    renewed_at: datetime | None
    runs: int
    last_run: datetime | None


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """The last golden or known-bad check of a station's operation."""

    station: str
    name: str
    operation: str
    serial: str
    fixture: str
    checked_at: datetime
    trouble: str


def instruments_seen(engine: Engine, serial: str | None = None) -> tuple[InstrumentSeen, ...]:
    """The instruments that runs name, voided runs aside, by model and serial; those without a serial are left out."""
    with snapshot(engine) as session:
        return _seen(session.connection(), serial)


def _seen(connection: Connection, serial: str | None = None) -> tuple[InstrumentSeen, ...]:
    query = (
        select(
            _INSTRUMENT.c.model,
            _INSTRUMENT.c.serial,
            func.count(func.distinct(_RUN.c.id)),
            func.min(_RUN.c.started_at),
            func.max(_RUN.c.started_at),
            func.max(_INSTRUMENT.c.calibration_due),
        )
        .join(_RUN, _RUN.c.id == _INSTRUMENT.c.run_id)
        .where(_RUN.c.voided_by.is_(None), _INSTRUMENT.c.serial != "")
        .group_by(_INSTRUMENT.c.model, _INSTRUMENT.c.serial)
        .order_by(_INSTRUMENT.c.model, _INSTRUMENT.c.serial)
    )
    if serial is not None:
        query = query.where(_INSTRUMENT.c.serial == serial)
    return tuple(InstrumentSeen(*row) for row in connection.execute(query))


@dataclass(frozen=True, slots=True)
class Equipment:
    """Everything that is known of equipment, at one moment."""

    equipment: tuple[EquipmentSummary, ...]
    fixtures: tuple[FixtureSummary, ...]
    checks: tuple[CheckSummary, ...]


def equipment(engine: Engine) -> Equipment:
    """All equipment that runs name or that was calibrated, the fixtures, and the last check of each station."""
    with snapshot(engine) as session:
        connection = session.connection()
        known: dict[tuple[str, str], list[CalibrationSummary]] = {}
        for one in calibrations_in(session):
            known.setdefault((one.model, one.serial), []).append(one)
        seen = {(one.model, one.serial): one for one in _seen(connection)}
        summaries = [_summary(key, known.get(key, ()), seen.get(key)) for key in sorted(known.keys() | seen.keys())]
        return Equipment(tuple(summaries), _fixtures(connection), _checks(connection))


def _summary(
    key: tuple[str, str], known: Sequence[CalibrationSummary], seen: InstrumentSeen | None
) -> EquipmentSummary:
    ordered = in_order(known)
    newest = ordered[-1] if ordered else None
    good = [one.calibrated_at for one in ordered if one.left_good]
    return EquipmentSummary(
        newest.kind if newest else EquipmentKind.INSTRUMENT.value,
        *key,
        state(newest),
        good[-1] if good else None,
        newest.calibrated_at if newest else None,
        newest.certificate if newest else None,
        newest.due if newest else seen.due if seen else None,
        newest.fixture if newest else None,
        seen.runs if seen else 0,
        seen.last_run if seen else None,
    )


def state(newest: CalibrationSummary | None) -> str:
    """What the newest calibration says, in words."""
    if newest is None:
        return "no calibration recorded"
    if not newest.left_good:
        return "left bad"
    if newest.due is None:
        return "not to be used"
    return "found bad, left good" if newest.found_good is False else "good"


def _fixtures(connection: Connection) -> tuple[FixtureSummary, ...]:
    renewed: dict[str, datetime] = {}
    rows: Any = connection.execute(
        select(_MAINTENANCE.c.serial, func.max(_MAINTENANCE.c.maintained_at).label("at"))
        .where(
            _MAINTENANCE.c.kind == EquipmentKind.FIXTURE.value,
            _MAINTENANCE.c.renewed.is_(True),
            _MAINTENANCE.c.voided_by.is_(None),
        )
        .group_by(_MAINTENANCE.c.serial)
    )
    renewed |= {row.serial: row.at for row in rows}
    limits: dict[str, int | None] = {}
    for row in connection.execute(select(_LIMIT).order_by(_LIMIT.c.released_at, _LIMIT.c.id)):
        limits[row.fixture] = row.cycles_max
    used = {
        row.fixture: row
        for row in connection.execute(
            select(
                _RUN.c.fixture,
                func.count().label("runs"),
                func.max(_RUN.c.started_at).label("last_run"),
            )
            .where(_RUN.c.voided_by.is_(None))
            .group_by(_RUN.c.fixture)
        )
    }
    found = []
    for fixture in sorted(used.keys() | renewed.keys() | limits.keys()):
        run = used.get(fixture)
        found.append(
            FixtureSummary(
                fixture,
                cycles_since(connection, fixture, renewed.get(fixture)),
                limits.get(fixture),
                renewed.get(fixture),
                run.runs if run else 0,
                run.last_run if run else None,
            )
        )
    return tuple(found)


def cycles_since(connection: Connection, fixture: str, renewed: datetime | None) -> int | None:
    """The cycles of a fixture as its runs told them last, less those it had when its contacts were renewed.

    None when no run told any. A voided run counts here: whatever it was worth, the contacts were closed.
    """
    told = select(func.max(_RUN.c.fixture_cycles)).where(_RUN.c.fixture == fixture)
    latest: int | None = connection.execute(told).scalar_one()
    if latest is None or renewed is None:
        return latest
    before: int | None = connection.execute(told.where(_RUN.c.started_at < renewed)).scalar_one()
    return latest - (before or 0)


def _checks(connection: Connection) -> tuple[CheckSummary, ...]:
    later = _CHECK.alias("later")
    same = and_(
        later.c.station == _CHECK.c.station,
        later.c.name == _CHECK.c.name,
        later.c.operation == _CHECK.c.operation,
        later.c.voided_by.is_(None),
        or_(
            later.c.checked_at > _CHECK.c.checked_at,
            and_(later.c.checked_at == _CHECK.c.checked_at, later.c.id > _CHECK.c.id),
        ),
    )
    query = (
        select(_CHECK)
        .where(_CHECK.c.voided_by.is_(None), ~select(later.c.id).where(same).exists())
        .order_by(_CHECK.c.station, _CHECK.c.operation, _CHECK.c.name)
    )
    return tuple(
        CheckSummary(row.station, row.name, row.operation, row.serial, row.fixture, row.checked_at, row.trouble)
        for row in connection.execute(query)
    )


@dataclass(frozen=True, slots=True)
class MaintenanceSummary:
    """Something that was done to equipment."""

    at: datetime
    done: str
    renewed: bool
    signed_by: str
    meaning: str
    id: Any
    voided_by: Any


def maintenance_of(session: Session, serial: str) -> tuple[MaintenanceSummary, ...]:
    """What was done to the equipment or fixture with this serial or name, oldest first; voided ones too."""
    rows = session.connection().execute(
        select(_MAINTENANCE)
        .where(_MAINTENANCE.c.serial == serial)
        .order_by(_MAINTENANCE.c.maintained_at, _MAINTENANCE.c.id)
    )
    return tuple(
        MaintenanceSummary(r.maintained_at, r.done, r.renewed, r.signed_by, r.meaning, r.id, r.voided_by) for r in rows
    )
