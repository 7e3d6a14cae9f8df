"""Reads what a batch of records refers to, in a fixed number of statements however long the batch is."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, func, null, select

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.deviation import Deviation, DeviationUse
from mes.models.equipment import Calibration, Maintenance, StationCheck
from mes.models.gauge import GaugeStudyRow
from mes.models.goods import UnitMove
from mes.models.hold import Hold
from mes.models.naming import UnitAlias, UnitConversion
from mes.models.product import BomLine, Material, Plan, PlanMeasurand
from mes.models.product import RouteStep as RouteStepRow
from mes.models.rework import Defect, Disposition, Disturbance, Repair, Robbery
from mes.models.sampling import Sample, SampleResultRow
from mes.models.shop import EsdCheck
from mes.models.test_run import TestRun
from mes.models.unit import Installation, Lot, Removal, Unit
from mes.projection.history import Definition, Link, Place, Position, Removed, RouteStep, Ruling, Run
from mes.projection.permits import PermitUsed
from mes.projection.rollups import counted
from mes.projection.working_set import (
    DefinitionEntry,
    Disposed,
    Disturbed,
    LotEntry,
    Mentions,
    UnitEntry,
    UnitKey,
    WorkingSet,
)
from mes.records import Alternate, ChildRequirement, Conversion, PermitKind
from mes.vocabulary import DispositionKind, OfflinePolicy, OperationKind, UnitState


def load(connection: Connection, mentions: Mentions) -> WorkingSet:
    """The working set of a batch: what is stored of everything that it mentions."""
    work = WorkingSet()
    serials = {serial for _, _, serial in mentions.units}
    for row in _UNITS_BY_SERIAL.rows(connection, serials):
        if (row.maker, row.part, row.serial) in mentions.units:
            _hold_unit(work, row)
    if missing := mentions.units - work.units.keys():
        for row in _FORMER.rows(connection, {serial for _, _, serial in missing}):
            if (former := (row.maker, row.from_part, row.serial)) in missing:
                work.former[former] = work.units.get((row.maker, row.part, row.serial)) or _hold_unit(work, row)
    for row in _LOTS.rows(connection, {lot for _, _, lot in mentions.lots}):
        if (row.maker, row.part, row.lot) in mentions.lots:
            work.lots[row.maker, row.part, row.lot] = LotEntry(row._asdict(), stored=True)
    for row in _PLANS.rows(connection, mentions.plans):
        work.plans[row.digest] = row.measurands
    for row in _TELLS.rows(connection, mentions.plans):
        work.tells[row.plan_digest, row.name] = row.tells
    work.shop.load(connection, mentions.code_tables, mentions.operators)
    work.numbers.load(connection, mentions.numbers, mentions.voided)
    work.orders.load(connection, mentions.assigned)
    load_facts(connection, work, mentions)
    traded = {unit.id for key in mentions.goods if (unit := work.named(key)) is not None}
    work.goods.load(connection, traded, mentions.inner)
    load_histories(connection, work)
    for row in _RUNS.rows(connection, mentions.runs - work.runs.keys()):
        _hold_run(work, row)
    load_permits(connection, work, mentions.units | work.units.keys())
    # What is known now is more than was mentioned: the units of what is voided are found through it.
    parts = mentions.parts | {(maker, part) for maker, part, _ in mentions.units | work.units.keys()}
    load_definitions(connection, work, {part for _, part in parts})
    return work


def former_ids(connection: Connection, keys: Collection[UnitKey]) -> dict[UnitKey, UUID]:
    """The units that were called this before they were converted."""
    rows = _FORMER.rows(connection, {serial for _, _, serial in keys})
    return {key: row.id for row in rows if (key := (row.maker, row.from_part, row.serial)) in keys}


def load_units(connection: Connection, ids: Collection[UUID]) -> WorkingSet:
    """The working set of these units."""
    work = WorkingSet()
    for row in _UNITS.rows(connection, ids):
        _hold_unit(work, row)
    load_histories(connection, work)
    load_permits(connection, work, work.units.keys())
    load_definitions(connection, work, {part for _, part, _ in work.units})
    return work


def load_facts(connection: Connection, work: WorkingSet, mentions: Mentions) -> None:
    """The holds, defects, rulings and studies of a batch, and the units whose history a voided record changes."""
    for table, lookup in _FACTS.items():
        for row in lookup.rows(connection, mentions.facts | mentions.voided):
            work.known[row.id] = (table, row.unit_id)
    changed = work.goods.load_voided(connection, mentions.voided) if mentions.voided else set()
    for lookup in _UNITS_OF_VOIDED:
        for row in lookup.rows(connection, mentions.voided):
            changed |= {id_ for id_ in row if id_ is not None}
    for row in _UNITS.rows(connection, changed - {unit.id for unit in work.units.values()}):
        _hold_unit(work, row)


def load_permits(connection: Connection, work: WorkingSet, keys: Collection[UnitKey]) -> None:
    """What deviations gave to these units."""
    for row in _PERMITS.rows(connection, {serial for _, _, serial in keys}):
        key = (row.maker, row.part, row.serial)
        if key in keys:
            kind = PermitKind(row.kind)
            given = PermitUsed(kind, row.position, row.component_part, row.operation, row.used_at, row.gate_id)
            work.permits[key].add(given)


def load_histories(connection: Connection, work: WorkingSet) -> None:
    """The runs and links of the units held so far."""
    ids = {unit.id for unit in work.units.values()}
    for row in _RUNS_OF_UNITS.rows(connection, ids):
        _hold_run(work, row)
    for links in (_LINKS_IN, _LINKS_TO):
        for row in links.rows(connection, ids):
            place = Place(row.parent_id, row.position, row.child_id, row.lot_id)
            ended = (row.removed_at, row.removal_reason, row.voided_by)
            work.hold_link(Link(row.id, place, row.part, row.quantity, row.installed_at, *ended))
    for row in _REMOVALS.rows(connection, ids):
        place = Place(row.parent_id, row.position, row.child_id, row.lot_id)
        work.removals[row.id] = Removed(row.id, place, row.reason, row.removed_at, row.installation_id, row.voided_by)
        work.removals_in[row.parent_id].add(row.id)
    for row in _DISTURBANCES.rows(connection, ids):
        work.disturbances[row.unit_id].add(Disturbed(row.operation, Ruling(row.disturbed_at, row.cause_id)))
    for row in _DISPOSITIONS.rows(connection, ids):
        if row.voided_by is None:
            made = Disposed(DispositionKind(row.disposition), row.operation, Ruling(row.made_at, row.id))
            work.dispositions[row.unit_id].add(made)


def load_definitions(connection: Connection, work: WorkingSet, parts: Collection[str]) -> None:
    """Every released definition of these part numbers, of whatever maker."""
    entries: dict[UUID, DefinitionEntry] = {}
    for row in _MATERIALS.rows(connection, parts):
        part = (row.maker, row.part)
        entries[row.id] = work.definitions[part][row.digest] = DefinitionEntry(
            row.id,
            row.digest,
            part,
            row.revision,
            row.released_at,
            row.current,
            Definition((), (), row.serial_pattern, tuple(row.supersedes), _conversions(row)),
            stored=True,
            released_by=row.released_by,
        )
    routes: dict[UUID, list[RouteStep]] = {id_: [] for id_ in entries}
    for row in _ROUTES.rows(connection, entries):
        routes[row.material_id].append(_route_step(row))
    bills: dict[UUID, list[Position]] = {id_: [] for id_ in entries}
    for row in _BILLS.rows(connection, entries):
        bills[row.material_id].append(_position(row))
    for id_, entry in entries.items():
        entry.definition = replace(entry.definition, route=tuple(routes[id_]), bill=tuple(bills[id_]))


_UNIT, _LOT, _PLAN, _RUN = table_of(Unit), table_of(Lot), table_of(Plan), table_of(TestRun)
_MEASURAND, _MATERIAL, _ROUTE, _BOM = (
    table_of(PlanMeasurand),
    table_of(Material),
    table_of(RouteStepRow),
    table_of(BomLine),
)
_INSTALLATION, _REMOVAL = table_of(Installation), table_of(Removal)
_DISTURBANCE, _DISPOSITION = table_of(Disturbance), table_of(Disposition)

# Neither measurements nor documents: a history is read for its order and its verdicts.
_RUN_FACTS = select(
    *(_RUN.c[name] for name in ("id", "unit_id", "operation", "plan_digest", "station", "source", "simulated")),
    *(_RUN.c[name] for name in ("started_at", "verdict", "ending", "attempt", "voided_by")),
)
_LINK_FACTS = (
    select(_INSTALLATION, func.coalesce(_UNIT.c.part, _LOT.c.part).label("part"))
    .outerjoin(_UNIT, _UNIT.c.id == _INSTALLATION.c.child_id)
    .outerjoin(_LOT, _LOT.c.id == _INSTALLATION.c.lot_id)
)
_UNITS, _UNITS_BY_SERIAL = Lookup(select(_UNIT), _UNIT.c.id), Lookup(select(_UNIT), _UNIT.c.serial)
_CONVERSION = table_of(UnitConversion)
_FORMER = Lookup(
    select(_UNIT, _CONVERSION.c.from_part).join(_CONVERSION, _CONVERSION.c.unit_id == _UNIT.c.id), _UNIT.c.serial
)
_LOTS = Lookup(select(_LOT), _LOT.c.lot)
_RUNS, _RUNS_OF_UNITS = Lookup(_RUN_FACTS, _RUN.c.id), Lookup(_RUN_FACTS, _RUN.c.unit_id)
_LINKS_IN, _LINKS_TO = (Lookup(_LINK_FACTS, _INSTALLATION.c[name]) for name in ("parent_id", "child_id"))
_REMOVALS = Lookup(select(_REMOVAL), _REMOVAL.c.parent_id)
_DISTURBANCES = Lookup(select(_DISTURBANCE), _DISTURBANCE.c.unit_id)
_DISPOSITIONS = Lookup(select(_DISPOSITION), _DISPOSITION.c.unit_id)
# Records that others may name or void: each table's ids, and the unit of each where it is about one.
_NAMED = (table_of(Hold), table_of(Deviation), table_of(Sample))
_ROBBERY = table_of(Robbery)
_VOIDABLE: dict[Table, ColumnElement[Any]] = {
    table_of(model): null() for model in (GaugeStudyRow, Calibration, Maintenance, StationCheck, EsdCheck)
} | {_ROBBERY: _ROBBERY.c.donor_id}
_OF_UNITS = tuple(table_of(model) for model in (Defect, Repair, Disposition, SampleResultRow, UnitMove, UnitAlias))
_FACTS = {table.name: Lookup(select(table.c.id, null().label("unit_id")), table.c.id) for table in _NAMED}
_FACTS |= {
    table.name: Lookup(select(table.c.id, unit.label("unit_id")).where(table.c.voided_by.is_(None)), table.c.id)
    for table, unit in [*_VOIDABLE.items(), *((table, table.c.unit_id) for table in _OF_UNITS)]
}
_UNITS_OF_VOIDED = (
    Lookup(select(_RUN.c.unit_id), _RUN.c.id),
    Lookup(select(_INSTALLATION.c.parent_id, _INSTALLATION.c.child_id), _INSTALLATION.c.id),
    Lookup(select(_REMOVAL.c.parent_id, _REMOVAL.c.child_id), _REMOVAL.c.id),
    Lookup(select(_DISTURBANCE.c.unit_id), _DISTURBANCE.c.cause_id),
    Lookup(select(_DISPOSITION.c.unit_id), _DISPOSITION.c.id),
)
_DEVIATION_USE = table_of(DeviationUse)
_PERMITS = Lookup(select(_DEVIATION_USE), _DEVIATION_USE.c.serial)
_MATERIALS = Lookup(select(_MATERIAL), _MATERIAL.c.part)
_ROUTES = Lookup(select(_ROUTE).order_by(_ROUTE.c.place), _ROUTE.c.material_id)
_BILLS = Lookup(select(_BOM).order_by(_BOM.c.position), _BOM.c.material_id)
_PLANS = Lookup(
    select(_PLAN.c.digest, func.count(_MEASURAND.c.place).label("measurands"))
    .outerjoin(_MEASURAND, _MEASURAND.c.plan_digest == _PLAN.c.digest)
    .group_by(_PLAN.c.digest),
    _PLAN.c.digest,
)


_TELLS = Lookup(
    select(_MEASURAND.c.plan_digest, _MEASURAND.c.name, _MEASURAND.c.tells).where(_MEASURAND.c.tells.is_not(None)),
    _MEASURAND.c.plan_digest,
)


def _route_step(row: Any) -> RouteStep:
    offline = None if row.offline is None else OfflinePolicy(row.offline)
    requires = tuple(ChildRequirement.model_validate(one) for one in row.requires)
    checks = {"golden": row.golden_every_s, "challenge": row.challenge_every_s}
    return RouteStep(
        row.operation,
        OperationKind(row.kind),
        row.retests,
        offline,
        tuple(row.skills),
        requires,
        {name: every_s for name, every_s in checks.items() if every_s is not None},
        tuple(row.calibrated),
        bool(row.needs_order),
        row.esd,
    )


def _conversions(row: Any) -> tuple[Conversion, ...]:
    return tuple(Conversion.model_validate(one) for one in row.converts)


def _position(row: Any) -> Position:
    # From JSON text as it was stored: there a day is a text.
    alternates = tuple(Alternate.model_validate(one) for one in row.alternates)
    return Position(row.position, row.part, row.quantity, alternates, tuple(row.revisions))


def _hold_unit(work: WorkingSet, row: Any) -> UnitEntry:
    key = (row.maker, row.part, row.serial)
    work.units[key] = entry = UnitEntry(
        row.id,
        key,
        row.revision,
        UnitState(row.state),
        row.simulated,
        row.registered_at,
        row.source,
        stored=True,
        enters_at=row.enters_at,
        container=row.container,
        shipment_id=row.shipment_id,
        converted_at=row.converted_at,
    )
    return entry


def _hold_run(work: WorkingSet, row: Any) -> None:
    run = Run(
        row.id,
        row.unit_id,
        row.operation,
        row.plan_digest,
        row.station,
        row.source,
        row.simulated,
        row.started_at,
        row.verdict,
        row.ending,
        row.voided_by,
    )
    work.runs[run.id] = run
    work.runs_of[run.unit_id].add(run.id)
    work.attempts[run.id] = row.attempt
    work.counted[run.id] = counted(run, row.attempt)
