"""Reads a unit as built, to the last part, in a fixed number of statements however large the tree is."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from mes.genealogy import Component, assembly
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.order import OrderUnit
from mes.models.product import BomLine, PlanMeasurand
from mes.models.rework import Disturbance
from mes.models.test_run import GateDecision, RunInstrument, TestRun
from mes.models.unit import Installation, Lot
from mes.projection.loading import load_units
from mes.projection.working_set import DefinitionEntry, UnitEntry, UnitKey, WorkingSet
from mes.quality.as_built import BillLine, BuiltPart, BuiltUnit, RouteOperation, StandingRun
from mes.queries.snapshot import snapshot
from mes.records import UnitIdentity
from mes.vocabulary import OWN_MAKER, CollectionMode, GatePhase, RunEnding, Tracking, Verdict


def built_unit(engine: Engine, unit_id: UUID, *, at: datetime | None = None) -> BuiltUnit:
    """The unit as built at `at` (aware; None: now), to the last part. Raises `UnknownUnit`."""
    with snapshot(engine) as session:
        built = assembly(session, unit_id, at=at)
        connection = session.connection()
        inside = {unit_id} | _unit_ids(built.components)
        return _Reader(connection, inside, at).unit(unit_id, built.components)


def _unit_ids(components: Collection[Component]) -> set[UUID]:
    found = {one.unit.id for one in components if one.unit is not None}
    return found.union(*(_unit_ids(one.components) for one in components))


_INSTALLATION, _RUN, _LOT, _BOM = table_of(Installation), table_of(TestRun), table_of(Lot), table_of(BomLine)
_MEASURAND, _INSTRUMENT, _DISTURBANCE = table_of(PlanMeasurand), table_of(RunInstrument), table_of(Disturbance)
_DECISION, _ORDER = table_of(GateDecision), table_of(OrderUnit)
_LINKS = Lookup(
    select(_INSTALLATION).where(_INSTALLATION.c.voided_by.is_(None)).order_by(_INSTALLATION.c.installed_at),
    _INSTALLATION.c.parent_id,
)
_RUNS = Lookup(select(_RUN).where(_RUN.c.voided_by.is_(None), _RUN.c.finished_at.is_not(None)), _RUN.c.unit_id)
_LOTS = Lookup(select(_LOT), _LOT.c.id)
_BILLS = Lookup(select(_BOM).order_by(_BOM.c.position), _BOM.c.material_id)
_LAYOUTS = Lookup(select(_MEASURAND).order_by(_MEASURAND.c.place), _MEASURAND.c.plan_digest)
_INSTRUMENTS = Lookup(select(_INSTRUMENT.c.run_id), _INSTRUMENT.c.run_id)
_DISTURBANCES = Lookup(select(_DISTURBANCE), _DISTURBANCE.c.unit_id)


_DECISIONS = Lookup(
    select(*(_DECISION.c[name] for name in ("maker", "part", "serial", "operation", "decided_at"))).where(
        _DECISION.c.allowed, _DECISION.c.phase == GatePhase.BEFORE.value, _DECISION.c.fixture.is_not(None)
    ),
    _DECISION.c.serial,
)


_ORDERS = Lookup(select(_ORDER), _ORDER.c.serial)


class _Reader:
    """Everything about the units of one tree, in a fixed number of statements however large it is."""

    def __init__(self, connection: Connection, ids: Collection[UUID], at: datetime | None) -> None:
        work: WorkingSet = load_units(connection, ids)
        self._units: dict[UUID, UnitEntry] = {unit.id: unit for unit in work.units.values()}
        self._defined: dict[UUID, DefinitionEntry | None] = {
            unit.id: work.newest((unit.key[0], unit.key[1]), unit.revision) for unit in work.units.values()
        }
        self._bills = _grouped(
            _BILLS.rows(connection, {entry.id for entry in self._defined.values() if entry}), "material_id"
        )
        links = [row for row in _LINKS.rows(connection, ids) if _holds(row, at)]
        self._links = {row.parent_id: [] for row in links} | _grouped(links, "parent_id")
        self._seats = _grouped([row for row in links if row.child_id is not None], "child_id")
        self._lots = {
            row.id: row for row in _LOTS.rows(connection, {row.lot_id for row in links if row.lot_id is not None})
        }
        disturbed = [row for row in _DISTURBANCES.rows(connection, ids) if at is None or row.disturbed_at <= at]
        self._disturbed = _newest_disturbance(disturbed)
        runs = [row for row in _RUNS.rows(connection, ids) if at is None or row.finished_at <= at]
        self._runs = self._standing(runs)
        standing = [row for rows in self._runs.values() for row in rows]
        self._layouts = _grouped(_LAYOUTS.rows(connection, {row.plan_digest for row in standing}), "plan_digest")
        self._benches: dict[UnitKey, frozenset[str]] = {}
        for row in _DECISIONS.rows(connection, {serial for _, _, serial in work.units}):
            if at is None or row.decided_at <= at:
                key = (row.maker, row.part, row.serial)
                self._benches[key] = self._benches.get(key, frozenset()) | {row.operation}
        self._orders: dict[UnitKey, str | None] = {
            (row.maker, row.part, row.serial): row.work_order
            for row in _ORDERS.rows(connection, {serial for _, _, serial in work.units})
            if at is None or row.assigned_at <= at
        }
        self._used = _grouped(_INSTRUMENTS.rows(connection, {row.id for row in standing}), "run_id")

    def unit(self, id_: UUID, components: Collection[Component]) -> BuiltUnit:
        """One unit and everything inside it."""
        entry, defined = self._units[id_], self._defined[id_]
        maker, part, serial = entry.key
        route = defined.definition.route if defined else ()
        operations = [step.operation for step in route]
        entered = operations.index(entry.enters_at) if entry.enters_at in operations else 0
        below = {one.unit.id: one for one in components if one.unit is not None}
        runs = self._runs.get(id_, [])
        return BuiltUnit(
            name=str(UnitIdentity(maker=maker, part=part, serial=serial)),
            revision=entry.revision,
            bought=maker != OWN_MAKER and not route and not runs,
            defined=defined is not None,
            work_order=self._orders.get(entry.key),
            bill=tuple(
                BillLine(row.position, row.part, row.quantity, row.unit, Tracking(row.tracking) is Tracking.UNIT)
                for row in (self._bills.get(defined.id, []) if defined else [])
            ),
            route=tuple(RouteOperation(step.operation, step.kind) for step in route),
            parts=tuple(self._part(row, below) for row in self._links.get(id_, [])),
            runs=tuple(self._run(row) for row in sorted(runs, key=lambda row: (row.started_at, row.id))),
            disturbed=frozenset(operation for unit, operation in self._disturbed if unit == id_),
            elsewhere=frozenset(operations[:entered]),
            benches=self._benches.get(entry.key, frozenset()),
        )

    def _part(self, row: Any, below: Mapping[UUID, Component]) -> BuiltPart:
        told = (row.operation, row.station, row.operator, CollectionMode(row.collection))
        if row.lot_id is not None:
            lot = self._lots[row.lot_id]
            # The same allowance for rounding as the gate's (`mes.gate.terms`).
            overdrawn = lot.used > lot.quantity * (1 + 1e-9)
            return BuiltPart(
                row.position, lot.maker, lot.part, row.quantity, *told, lot.lot, lot.date_code, overdrawn=overdrawn
            )
        component, entry = below[row.child_id], self._units[row.child_id]
        contradiction = component.contradiction
        if contradiction is None and len(self._seats.get(row.child_id, ())) > 1:
            contradiction = "the records put it into two positions at once"
        inner = self.unit(row.child_id, component.components) if component.contradiction is None else None
        maker, part, serial = entry.key
        return BuiltPart(
            row.position, maker, part, row.quantity, *told, serial=serial, contradiction=contradiction, unit=inner
        )

    def _standing(self, runs: Collection[Any]) -> dict[UUID, list[Any]]:
        newest: dict[tuple[UUID, str], Any] = {}
        for row in sorted(runs, key=lambda row: (row.started_at, row.source, row.id)):
            since = self._disturbed.get((row.unit_id, row.operation))
            if since is None or row.started_at > since:
                newest[row.unit_id, row.operation] = row
        return _grouped(newest.values(), "unit_id")

    def _run(self, row: Any) -> StandingRun:
        layout = self._layouts.get(row.plan_digest, [])
        unmeasured = tuple(
            measurand.name
            for measurand, value in zip(layout, row.measurements, strict=True)
            if value is None
            and measurand.name not in row.texts
            and measurand.name not in row.over_ranges
            and measurand.definition.get("required", True)
        )
        return StandingRun(
            row.operation,
            row.attempt,
            row.station,
            row.operator,
            row.fixture,
            row.fixture_revision,
            row.fixture_cycles,
            Verdict(row.verdict),
            RunEnding(row.ending),
            unmeasured,
            len(self._used.get(row.id, ())),
            row.ambient_celsius,
            tuple(str(file["media_type"]) for file in row.attachments),
        )


def _holds(row: Any, at: datetime | None) -> bool:
    if at is None:
        return row.removed_at is None
    return bool(row.installed_at <= at and (row.removed_at is None or row.removed_at > at))


def _newest_disturbance(rows: Collection[Any]) -> dict[tuple[UUID, str], datetime]:
    found: dict[tuple[UUID, str], datetime] = {}
    for row in rows:
        key = (row.unit_id, row.operation)
        found[key] = max(row.disturbed_at, found.get(key, row.disturbed_at))
    return found


def _grouped(rows: Any, column: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, column), []).append(row)
    return found
