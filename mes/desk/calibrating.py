"""Recording what happened to equipment: each one act, checked and recorded in one transaction.

Every function raises `CommandError` with what stands against it, and records nothing then.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Table, func, select
from sqlmodel import Session

from mes.command_line import CommandError
from mes.desk.acts import Act, Desk
from mes.desk.certificate import Certificate, told
from mes.desk.containing import PlacedHold, place_in
from mes.instrument_doubt import window_of
from mes.ledger import RecordRejected
from mes.models import table_of
from mes.models.equipment import Calibration
from mes.models.test_run import RunInstrument, TestRun
from mes.queries.calibrations import calibrations_in
from mes.records import (
    EquipmentCalibrated,
    EquipmentIdentity,
    EquipmentMaintained,
    FixtureLimitReleased,
    Record,
    Signature,
)
from mes.vocabulary import EquipmentKind, SiteKind

_RUN, _INSTRUMENT, _CALIBRATION = table_of(TestRun), table_of(RunInstrument), table_of(Calibration)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What was recorded, and the calibration before it in time, if any is known."""

    record: EquipmentCalibrated
    previous: UUID | None
    newest: bool
    """Whether nothing later is known of it: then it says what the instrument is worth now."""
    hold: PlacedHold | None = None
    known_as: tuple[str, ...] = ()
    """Other models under which runs name this serial number: the gate goes by what an instrument tells of itself."""


def calibrate(desk: Desk, certificate: Certificate, recorded_by: str, *, hold: str | None = None) -> Calibrated:
    """Record a calibration; one that comes in late takes its place by its own moment.

    With `hold`, a reason, everything in doubt is held in the same act when it was found out of tolerance.

    Without a moment it was now, at a simulated site after the instrument's last run. A moment that is still to come is
    refused at a real site.
    """
    if certificate.serial is None:
        raise CommandError("calibrate: SERIAL is missing; give it, or let the file say `serial`")
    for name in ("certificate", "performed_by"):
        if getattr(certificate, name) is None:
            option = name.replace("_", "-")
            raise CommandError(f"calibrate: --{option} is missing; give it, or let the file say `{name}`")
    if certificate.fixture is not None and certificate.kind in (None, EquipmentKind.INSTRUMENT):
        raise CommandError(
            f"calibrate: --fixture {certificate.fixture}: runs name their instruments by themselves; leave it out,"
            " or say what it is by --kind"
        )
    with desk.act() as act:
        now = act.at
        kind = certificate.kind or EquipmentKind.INSTRUMENT
        serial = certificate.serial
        seen = _models(act, _INSTRUMENT, serial)
        model = _model(act, serial, seen) if certificate.model is None else certificate.model
        _set_moment(act, certificate.calibrated_at, serial)
        try:
            record = EquipmentCalibrated(
                **act.envelope(),
                equipment=EquipmentIdentity(kind=kind, model=model, serial=serial),
                certificate=certificate.certificate or "",
                performed_by=certificate.performed_by or "",
                due=_sensible(certificate.due, act.at),
                points=certificate.points,
                fixture=certificate.fixture,
                recorded_by=recorded_by,
            )
        except ValidationError as error:
            raise CommandError(f"calibrate: {told(error)}; nothing was recorded") from error
        known = act.connection.execute(
            select(_CALIBRATION.c.id, _CALIBRATION.c.calibrated_at)
            .where(_CALIBRATION.c.serial == serial, _CALIBRATION.c.model == model, _CALIBRATION.c.voided_by.is_(None))
            .order_by(_CALIBRATION.c.calibrated_at, _CALIBRATION.c.id)
        ).all()
        if any(row.calibrated_at == act.at for row in known):
            raise CommandError(
                f"instrument {record.equipment}: a calibration at {act.at.isoformat()} is recorded already; void it by"
                " `mes void calibration` before it is recorded otherwise"
            )
        _write(act, record, "calibrate")
        before = [row.id for row in known if row.calibrated_at < act.at]
        placed = None
        if hold is not None and record.found_good is False:
            act.at = max(now, act.at)
            with Session(act.connection) as session:
                _, predicate = window_of(calibrations_in(session, serial), record.id)
            placed = place_in(act, predicate, hold, recorded_by)
        known_as = tuple(sorted(seen - {model}))
        return Calibrated(record, before[-1] if before else None, len(before) == len(known), placed, known_as)


def maintain(
    desk: Desk, equipment: EquipmentIdentity, done: str, signature: Signature, *, renewed: bool, at: datetime | None
) -> EquipmentMaintained:
    """Record what was done to equipment; with `renewed` a fixture's cycles count from here."""
    with desk.act() as act:
        _set_moment(act, at, equipment.serial, fixture=equipment.kind is EquipmentKind.FIXTURE)
        record = EquipmentMaintained(
            **act.envelope(), equipment=equipment, done=done, renewed=renewed, signature=signature
        )
        _write(act, record, "maintain")
        return record


def limit_cycles(desk: Desk, fixture: str, cycles_max: int | None, by: str) -> FixtureLimitReleased:
    """Release how many cycles a fixture lasts; None lifts the limit."""
    with desk.act() as act:
        record = FixtureLimitReleased(**act.envelope(), fixture=fixture, cycles_max=cycles_max, released_by=by)
        _write(act, record, "cycles")
        return record


def _write(act: Act, record: Record, command: str) -> None:
    try:
        act.write([record])
    except RecordRejected as error:
        raise CommandError(f"{command}: {error.reason}; nothing was recorded") from error


def _models(act: Act, table: Table, serial: str) -> set[str]:
    return set(act.connection.execute(select(table.c.model).where(table.c.serial == serial).distinct()).scalars())


def _model(act: Act, serial: str, seen: set[str]) -> str:
    """The model that runs and calibrations know under this serial."""
    models = seen | _models(act, _CALIBRATION, serial)
    if len(models) != 1:
        listed = ", ".join(sorted(models))
        known = f"{len(models)} models have this serial: {listed}" if models else "nothing names it yet"
        raise CommandError(f"instrument {serial}: {known}; give --model")
    return models.pop()


def _set_moment(act: Act, at: datetime | None, serial: str, *, fixture: bool = False) -> None:
    if at is not None:
        # One day: a laboratory on the other side of the date line is no clock gone wrong.
        if at > act.at + timedelta(days=1) and act.site.kind is SiteKind.REAL:
            raise CommandError(f"--at {at.isoformat()}: is still to come; the clock here says {act.at.isoformat()}")
        act.at = at
        return
    newest = select(func.max(func.coalesce(_RUN.c.finished_at, _RUN.c.started_at)))
    if fixture:
        newest = newest.where(_RUN.c.fixture == serial)
    else:
        newest = newest.join(_INSTRUMENT, _INSTRUMENT.c.run_id == _RUN.c.id).where(_INSTRUMENT.c.serial == serial)
    last: Any = act.connection.execute(newest).scalar_one()
    if last is not None:
        act.not_before(last)


def _sensible(due: date | None, calibrated_at: datetime) -> date | None:
    if due is not None and due < calibrated_at.date():
        raise CommandError(f"--due {due}: lies before the calibration itself, {calibrated_at.date()}")
    return due
