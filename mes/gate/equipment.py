"""What is known of what a request would be worked with: its instruments, its fixture, the checks of its station.

Nothing is asked that was never told: an instrument without a recorded calibration, a fixture without a released limit
and an operation that asks for no check cost a statement at most, and refuse nobody.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from mes.lookup import Lookup, Prepared
from mes.models import table_of
from mes.models.equipment import Calibration, FixtureLimit, Maintenance, StationCheck
from mes.models.test_run import TestRun
from mes.records import GateRequest
from mes.vocabulary import EquipmentKind

_CALIBRATION, _LIMIT = table_of(Calibration), table_of(FixtureLimit)
_MAINTENANCE, _CHECK, _RUN = table_of(Maintenance), table_of(StationCheck), table_of(TestRun)


@dataclass(frozen=True, slots=True)
class CalibrationFacts:
    """The newest calibration of something that takes part; `due` is its last day, None when it is not to be used."""

    equipment: str
    id: UUID
    certificate: str
    calibrated_at: datetime
    due: date | None
    left_good: bool


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """The last golden or known-bad check of the station for the operation; no `trouble`: it came out right."""

    id: UUID
    serial: str
    checked_at: datetime
    trouble: str
    plan: str
    fixture: str
    instruments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CycleFacts:
    """The cycles of the fixture since its contacts were renewed, and how many it lasts by a released limit."""

    limit_id: UUID
    cycles: int
    cycles_max: int


@dataclass(frozen=True, slots=True)
class EquipmentFacts:
    """Everything that the rules about equipment see; `checks` by their name in a station's file."""

    calibrations: tuple[CalibrationFacts, ...] = ()
    checks: Mapping[str, CheckFacts] = field(default_factory=dict)
    cycles: CycleFacts | None = None


def read_equipment(connection: Connection, request: GateRequest, checks: Collection[str]) -> EquipmentFacts:
    """The facts for a request whose operation asks for these checks."""
    return EquipmentFacts(
        _calibrations(connection, request),
        _checks(connection, request, checks),
        _cycles(connection, request),
    )


def _calibrations(connection: Connection, request: GateRequest) -> tuple[CalibrationFacts, ...]:
    newest: dict[tuple[str, str], Any] = {}
    serials = {end for named in request.instruments for end in _ends(named)}
    for row in _OF_SERIALS.rows(connection, serials):
        if f"{row.model} {row.serial}".strip() in request.instruments or row.serial in request.instruments:
            newest[row.model, row.serial] = row
    for row in _OF_FIXTURE.rows(connection, fixture=request.fixture):
        newest[row.model, row.serial] = row
    return tuple(
        CalibrationFacts(
            f"{row.model} {row.serial}".strip(), row.id, row.certificate, row.calibrated_at, row.due, row.left_good
        )
        for _, row in sorted(newest.items())
    )


def _ends(named: str) -> Iterator[str]:
    """Everything that could be the serial number in "model serial", where either may hold blanks."""
    words = named.split(" ")
    return (" ".join(words[start:]) for start in range(len(words)))


def _checks(connection: Connection, request: GateRequest, names: Collection[str]) -> dict[str, CheckFacts]:
    found = {}
    for name in names:
        row = connection.execute(
            _CHECKS,
            {
                "station": request.station,
                "operation": request.operation,
                "name": name,
                "simulated": request.simulated,
            },
        ).first()
        if row is not None:
            told = (row.checked_at, row.trouble, row.plan_digest, row.fixture, tuple(row.instruments))
            found[name] = CheckFacts(row.id, row.serial, *told)
    return found


def _cycles(connection: Connection, request: GateRequest) -> CycleFacts | None:
    limit = next(iter(_LIMITS.rows(connection, fixture=request.fixture)), None)
    if limit is None or limit.cycles_max is None:
        return None
    # The station counts the cycles of its fixture, and the last run there told the count; that index is short. A voided
    # run counts: whatever it was worth, the contacts were closed.
    told = (
        select(_RUN.c.fixture_cycles)
        .where(_RUN.c.station == request.station, _RUN.c.fixture == request.fixture, _RUN.c.fixture_cycles.is_not(None))
        .order_by(_RUN.c.started_at.desc())
        .limit(1)
    )
    cycles = connection.execute(told).scalar_one_or_none() or 0
    renewed = connection.execute(_RENEWALS.where(_MAINTENANCE.c.serial == request.fixture)).scalar_one_or_none()
    if renewed is not None:
        before = connection.execute(told.where(_RUN.c.started_at < renewed)).scalar_one_or_none()
        cycles -= before or 0
    return CycleFacts(limit.id, cycles, limit.cycles_max)


_ORDERED = (
    select(
        *(
            _CALIBRATION.c[name]
            for name in ("id", "model", "serial", "certificate", "calibrated_at", "due", "left_good")
        )
    )
    .where(_CALIBRATION.c.voided_by.is_(None))
    .order_by(_CALIBRATION.c.calibrated_at, _CALIBRATION.c.id)
)
_OF_SERIALS = Lookup(_ORDERED, _CALIBRATION.c.serial)
_OF_FIXTURE = Prepared(_ORDERED.where(_CALIBRATION.c.fixture == bindparam("fixture")))
_CHECKS = (
    select(_CHECK)
    .where(
        _CHECK.c.station == bindparam("station"),
        _CHECK.c.operation == bindparam("operation"),
        _CHECK.c.name == bindparam("name"),
        # A simulated bench shows nothing of a real one.
        _CHECK.c.simulated == bindparam("simulated"),
        _CHECK.c.voided_by.is_(None),
    )
    .order_by(_CHECK.c.checked_at.desc(), _CHECK.c.id.desc())
    .limit(1)
)
_LIMITS = Prepared(
    select(_LIMIT.c.id, _LIMIT.c.cycles_max)
    .where(_LIMIT.c.fixture == bindparam("fixture"))
    .order_by(_LIMIT.c.released_at.desc(), _LIMIT.c.id.desc())
    .limit(1)
)
_RENEWALS = (
    select(_MAINTENANCE.c.maintained_at)
    .where(
        _MAINTENANCE.c.kind == EquipmentKind.FIXTURE.value,
        _MAINTENANCE.c.renewed.is_(True),
        _MAINTENANCE.c.voided_by.is_(None),
    )
    .order_by(_MAINTENANCE.c.maintained_at.desc())
    .limit(1)
)
