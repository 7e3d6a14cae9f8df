"""A record was voided: it stays where it is, marked, and nothing is derived from it any more."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlmodel import SQLModel

from mes.models import table_of
from mes.models.equipment import Calibration, Maintenance, StationCheck
from mes.models.gauge import GaugeStudyRow
from mes.models.goods import UnitMove
from mes.models.naming import UnitAlias
from mes.models.rework import Defect, DefectClosure, Disposition, Disturbance, RecordVoid, Repair, Robbery
from mes.models.sampling import Sample, SampleResultRow
from mes.models.shop import EsdCheck
from mes.models.test_run import TestRun
from mes.models.unit import Installation, Lot, Removal
from mes.projection.goods import KINDS as GOODS
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import RecordVoided


def mentions(record: RecordVoided, mentions: Mentions) -> None:
    """What is voided, whose units are then known too."""
    mentions.voided.add(record.record)


def project(record: RecordVoided, work: WorkingSet) -> None:
    """Mark the row and take back what followed from it. Refuses what is unknown, or voided already."""
    if record.target == "run":
        _void_run(record, work)
    elif record.target == "component_installed":
        _void_link(record, work)
    elif record.target == "component_removed":
        _void_removal(record, work)
    elif record.target == "numbers_allocated":
        _void_allocation(record, work)
    elif record.target in GOODS:
        if not work.goods.void(record.target, record.record, record.id):
            _refuse(record, work, known=False)
        _take_back(record, work)
    else:
        _void_ruling(record, work)
    work.rows[RecordVoid].append(
        {
            "id": record.id,
            "target": record.target,
            "target_id": record.record,
            "reason": record.reason,
            "signed_by": record.signature.name,
            "meaning": record.signature.meaning,
            "simulated": record.simulated,
            "voided_at": record.at,
        }
    )


def _void_run(record: RecordVoided, work: WorkingSet) -> None:
    run = work.runs.get(record.record)
    if run is None or run.voided_by is not None:
        _refuse(record, work, known=run is not None)
        return
    work.runs[run.id] = replace(run, voided_by=record.id)
    work.touched_operations.add((run.unit_id, run.operation))
    _touch(work, run.unit_id)
    if run.id in work.run_rows:
        work.run_rows[run.id]["voided_by"] = record.id
    else:
        work.voided_runs.append(run)
        _mark(work, TestRun, run.id, record.id)


def _void_link(record: RecordVoided, work: WorkingSet) -> None:
    link = work.links.get(record.record)
    if link is None or link.voided_by is not None:
        _refuse(record, work, known=link is not None)
        return
    work.links[link.id] = replace(link, voided_by=record.id)
    work.touched_parents.add(link.place.parent_id)
    _touch(work, link.place.parent_id, link.place.child_id)
    if link.place.lot_id is not None:
        # What never went in was never used up.
        lot = table_of(Lot)
        returned = update(lot).where(lot.c.id == link.place.lot_id).values(used=lot.c.used - link.quantity)
        work.statements.append(returned)
    if link.id in work.link_rows:
        work.link_rows[link.id]["voided_by"] = record.id
    else:
        _mark(work, Installation, link.id, record.id)


def _void_removal(record: RecordVoided, work: WorkingSet) -> None:
    removal = work.removals.get(record.record)
    if removal is None or removal.voided_by is not None:
        _refuse(record, work, known=removal is not None)
        return
    work.removals[removal.id] = replace(removal, voided_by=record.id)
    work.touched_parents.add(removal.place.parent_id)
    _touch(work, removal.place.parent_id, removal.place.child_id)
    if removal.id in work.removal_rows:
        work.removal_rows[removal.id]["voided_by"] = record.id
    else:
        _mark(work, Removal, removal.id, record.id)


def _void_allocation(record: RecordVoided, work: WorkingSet) -> None:
    allocations = work.numbers.allocations
    if allocations.get(record.record, record.id) is not None:
        _refuse(record, work, known=record.record in allocations)
        return
    # Void or not, a number that may stand on a label is never given out again.
    allocations[record.record] = work.numbers.voided[record.record] = record.id


_RULINGS: dict[str, tuple[str, type[SQLModel]]] = {
    "defect_found": ("defect", Defect),
    "repair_done": ("repair", Repair),
    "disposition_made": ("disposition", Disposition),
    "equipment_calibrated": ("calibration", Calibration),
    "equipment_maintained": ("maintenance", Maintenance),
    "station_checked": ("station_check", StationCheck),
    "gauge_study_recorded": ("gauge_study", GaugeStudyRow),
    "sample_result": ("sample_result", SampleResultRow),
    "component_robbed": ("robbery", Robbery),
    "unit_moved": ("unit_move", UnitMove),
    "alias_given": ("unit_alias", UnitAlias),
    "esd_checked": ("esd_check", EsdCheck),
}


def _void_ruling(record: RecordVoided, work: WorkingSet) -> None:
    name, model = _RULINGS[record.target]
    if work.known.get(record.record, ("", None))[0] != name:
        _refuse(record, work, known=False)
        return
    del work.known[record.record]
    _mark(work, model, record.record, record.id)
    if model is SampleResultRow:
        _give_back_piece(record, work)
    _take_back(record, work)
    for unit_id, made in work.dispositions.items():
        if taken := {one for one in made if one.ruling.id == record.record}:
            made -= taken
            _touch(work, unit_id)


def _take_back(record: RecordVoided, work: WorkingSet) -> None:
    """Open the defects again that were closed by it, and let the results stand that it disturbed."""
    for consequences in (DefectClosure, Disturbance):
        table = table_of(consequences)
        work.statements.append(delete(table).where(table.c.cause_id == record.record))
    for unit_id, disturbed in work.disturbances.items():
        if taken_back := {one for one in disturbed if one.ruling.id == record.record}:
            disturbed -= taken_back
            _touch(work, unit_id)


def _give_back_piece(record: RecordVoided, work: WorkingSet) -> None:
    """A piece of a lot that no inspection destroyed was not used up by one."""
    result, sample, lot = table_of(SampleResultRow), table_of(Sample), table_of(Lot)
    used_up = (
        select(sample.c.lot_id)
        .join(result, result.c.sample_id == sample.c.id)
        .where(result.c.id == record.record, result.c.destroyed.is_(True), result.c.unit_id.is_(None))
    )
    work.statements.append(update(lot).where(lot.c.id.in_(used_up)).values(used=lot.c.used - 1))


def _mark(work: WorkingSet, model: type[SQLModel], id_: UUID, by: UUID) -> None:
    table = table_of(model)
    work.statements.append(update(table).where(table.c.id == id_).values(voided_by=by))


def _touch(work: WorkingSet, *ids: UUID | None) -> None:
    for unit in work.units.values():
        if unit.id in ids:
            work.touched[unit.id] = unit


def _refuse(record: RecordVoided, work: WorkingSet, *, known: bool) -> None:
    why = "was voided already" if known else "is not known, or was voided already; send its record first"
    work.reject(f"{record.target} {record.record} {why}")
