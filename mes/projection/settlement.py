"""Derives what follows from a batch of facts, and writes the rows.

Attempts, intervals, states and rollups are recomputed from the whole history of whatever the batch touched, so a
record that arrives late lands as if it had come in time. Only what differs is written.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlmodel import col

from mes.models import projected_tables, table_of
from mes.models.product import Material
from mes.models.test_run import TestRun
from mes.models.unit import Installation, Lot, Removal, Unit
from mes.projection.failures import fold_failures
from mes.projection.history import attempts, pair, progress, unit_state
from mes.projection.loading import load_units
from mes.projection.moments import fold_moments
from mes.projection.rollups import RollupChanges, counted
from mes.projection.working_set import PartKey, Row, UnitEntry, WorkingSet
from mes.row_writer import insert_rows, update_rows

_PAGE = 500


def settle(connection: Connection, work: WorkingSet) -> None:
    """Write everything that the batch changed."""
    rollups = RollupChanges()
    attempt_changes = _number_attempts(work, rollups)
    link_changes, removal_changes = _pair_links(work)
    _place_goods(work)
    for unit in work.touched.values():
        _fold_state(work, unit)
    restated = _choose_current(work)
    _queue_rows(work)
    _insert(connection, work)
    _update_units(connection, work)
    work.goods.write(connection)
    update_rows(connection, table_of(Lot), [lot.row for lot in work.lots.values() if lot.stored and lot.changed])
    update_rows(connection, table_of(TestRun), [row for id_, row in work.run_rows.items() if id_ in work.attempts])
    update_rows(connection, table_of(TestRun), attempt_changes)
    update_rows(connection, table_of(Installation), link_changes)
    update_rows(connection, table_of(Removal), removal_changes)
    rollups.write(connection)
    fold_failures(connection, work)
    work.shop.write(connection)
    work.numbers.write(connection)
    work.orders.write(connection)
    for statement in work.statements:
        connection.execute(statement)
    # Once runs stand as they are, those that were voided just now included.
    fold_moments(connection, work.voided_runs, work.run_rows.values())
    for part, revision in restated:
        _restate(connection, part, revision)


def _number_attempts(work: WorkingSet, rollups: RollupChanges) -> list[Row]:
    """Recount the touched (unit, operation) pairs; the changes to runs that are stored and not otherwise written."""
    changes = []
    for unit_id, operation in work.touched_operations:
        runs = [work.runs[id_] for id_ in work.runs_of[unit_id] if work.runs[id_].operation == operation]
        numbered = attempts(run for run in runs if run.voided_by is None)
        for id_ in (run.id for run in runs):
            attempt = numbered.get(id_, 0)
            if id_ in work.run_rows:
                work.run_rows[id_]["attempt"] = attempt
            elif work.attempts[id_] != attempt:
                changes.append({"id": id_, "attempt": attempt})
            rollups.replace(work.counted.get(id_), counted(work.runs[id_], attempt))
    return changes


def _pair_links(work: WorkingSet) -> tuple[list[Row], list[Row]]:
    """Pair installations and removals again in the touched parents; the changes to stored rows of both tables."""
    link_changes: list[Row] = []
    removal_changes: list[Row] = []
    for parent_id in work.touched_parents:
        removals = [work.removals[id_] for id_ in work.removals_in[parent_id]]
        links = [work.links[id_] for id_ in work.links_in[parent_id]]
        closed = pair(links, removals)
        for removal in removals:
            if removal.installation_id != closed.get(removal.id):
                work.removals[removal.id] = replace(removal, installation_id=closed.get(removal.id))
                change: Row = {"installation_id": closed.get(removal.id)}
                if removal.id in work.removal_rows:
                    work.removal_rows[removal.id].update(change)
                else:
                    removal_changes.append({"id": removal.id, **change})
        closing = {link_id: work.removals[removal_id] for removal_id, link_id in closed.items()}
        for link in links:
            after = work.close_link(link, closing.get(link.id))
            if after != link:
                change = {"removed_at": after.removed_at, "removal_reason": after.removal_reason}
                if link.id in work.link_rows:
                    work.link_rows[link.id].update(change)
                else:
                    link_changes.append({"id": link.id, **change})
    return link_changes, removal_changes


def _place_goods(work: WorkingSet) -> None:
    """Note on each unit that was packed, shipped or returned where that leaves it."""
    placed = work.goods.settle()
    for unit in work.units.values() if placed else ():
        if unit.id in placed and (unit.container, unit.shipment_id) != placed[unit.id]:
            unit.container, unit.shipment_id = placed[unit.id]
            unit.changed = True
            work.touched[unit.id] = unit


def _fold_state(work: WorkingSet, unit: UnitEntry) -> None:
    runs = [work.runs[id_] for id_ in work.runs_of.get(unit.id, ())]
    links = [work.links[id_] for id_ in work.links_in.get(unit.id, ())]
    rulings = work.rulings_of(unit)
    steps = progress(work.definition_of(unit), runs, links, unit.enters_at, rulings)
    installed = any(work.links[id_].removed_at is None for id_ in work.links_to.get(unit.id, ()))
    touched = any(run.voided_by is None for run in runs) or any(link.voided_by is None for link in links)
    shipped = unit.shipment_id is not None
    scrapped = rulings.scrapped is not None
    state = unit_state(steps, installed=installed, touched=touched, scrapped=scrapped, shipped=shipped)
    if state is not unit.state:
        unit.state, unit.moved = state, True


def _choose_current(work: WorkingSet) -> list[tuple[PartKey, str]]:
    """Mark the newest definition of each part; the (part, revision) pairs whose units may now stand elsewhere."""
    restated = []
    for part, released in work.definitions.items():
        newest = work.newest(part)
        for entry in released.values():
            if entry.current != (entry is newest):
                entry.current = entry is newest
                entry.row["current"] = entry.current
            if "released_at" in entry.row:
                restated.append((part, entry.revision))
    return sorted(set(restated))


def _queue_rows(work: WorkingSet) -> None:
    """Put what is new and was still open to change with the rows to insert."""
    for released in work.definitions.values():
        work.rows[Material] += [entry.row for entry in released.values() if not entry.stored]
    work.rows[Unit] += [_unit_row(unit) for unit in work.units.values() if not unit.stored]
    work.rows[Lot] += [lot.row for lot in work.lots.values() if not lot.stored]
    work.rows[TestRun] += [row for id_, row in work.run_rows.items() if id_ not in work.attempts]
    work.rows[Installation] += work.link_rows.values()
    work.rows[Removal] += work.removal_rows.values()


def _insert(connection: Connection, work: WorkingSet) -> None:
    rows = {table_of(model): queued for model, queued in work.rows.items()}
    for table in projected_tables():
        if rows.get(table):
            insert_rows(connection, table, rows[table])
    stored = [entry for released in work.definitions.values() for entry in released.values() if entry.stored]
    for entry in stored:
        if entry.row:
            connection.execute(update(Material).where(col(Material.id) == entry.id).values(entry.row))


def _update_units(connection: Connection, work: WorkingSet) -> None:
    # Setting a column rewrites its index, whether or not the value is another: mostly only the state has changed.
    stored = [unit for unit in work.units.values() if unit.stored]
    changes = [_unit_row(unit) for unit in stored if unit.changed]
    changes += [{"id": unit.id, "state": unit.state.value} for unit in stored if unit.moved and not unit.changed]
    update_rows(connection, table_of(Unit), changes)


def _unit_row(unit: UnitEntry) -> dict[str, Any]:
    maker, part, serial = unit.key
    return {
        "id": unit.id,
        "maker": maker,
        "part": part,
        "serial": serial,
        "revision": unit.revision,
        "enters_at": unit.enters_at,
        "state": unit.state.value,
        "simulated": unit.simulated,
        "registered_at": unit.registered_at,
        "source": unit.source,
        "container": unit.container,
        "shipment_id": unit.shipment_id,
        "converted_at": unit.converted_at,
    }


def _restate(connection: Connection, part: PartKey, revision: str) -> None:
    """Fold the state of every unit of a revision whose route or bill of material has changed, page by page."""
    table = table_of(Unit)
    of_revision = (
        select(table.c.id)
        .where(table.c.maker == part[0], table.c.part == part[1], table.c.revision == revision)
        .order_by(table.c.id)
        .limit(_PAGE)
    )
    last: UUID | None = None
    while ids := list(
        connection.execute(of_revision if last is None else of_revision.where(table.c.id > last)).scalars()
    ):
        work = load_units(connection, ids)
        for unit in work.units.values():
            _fold_state(work, unit)
        _update_units(connection, work)
        last = ids[-1]
