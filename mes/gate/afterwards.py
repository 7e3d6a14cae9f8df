"""What the gate says of work that went on without it: of a run that has finished, and of one that arrives unasked for.

A run takes time, and what allowed it may be gone when it ends: a hold was placed, a defect was found. So the rules that
can have changed (`AT_FINISH` in their modules) are asked again as the end of the run is journalled, in the same
transaction, whether the station is at the line or sends it a day later. The record of the run stays what it is; only a
refusal is journalled, under an identity that follows from the run's, so that there is one for each run and none for
the many against which nothing stands.

A run that began while the centre was away was asked about by nobody: as its beginning arrives, the gate answers the
question that its station could not put, on what is known then and before the run itself is folded, under the identity
that the run names. Allowed, the run counts like any other; refused, it stays, and what comes after waits
(`mes.gate.rules.provisional`).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection, select

from mes.gate.contents import doubled, inside
from mes.gate.decision import SOURCE, decision_of, is_journalled, journal_by_gate, judge
from mes.gate.holds import caught_units
from mes.gate.read_backs import mistellers
from mes.gate.rulings import unsound
from mes.gate.standing import superseded
from mes.gate.terms import overdrawing
from mes.journal import Journalled, understand
from mes.ledger import JournalEntry, Site
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.unit import Unit
from mes.projection.loading import former_ids, load
from mes.projection.working_set import Mentions, UnitKey, unit_key
from mes.records import NO_DECISION, GateDecided, GateRequest, RunFinished, RunStarted, UnitRegistered
from mes.vocabulary import CollectionMode, GatePhase

_NO_REVISION = "unknown"
"""Written where nothing is released of the part."""

_UNIT = table_of(Unit)
_UNITS = Lookup(select(_UNIT.c.id, _UNIT.c.maker, _UNIT.c.part, _UNIT.c.serial), _UNIT.c.serial)


def finish_id(run: UUID) -> UUID:
    """The identity of the decision at the end of a run (RFC 9562 §5.5, in the name space of the run)."""
    return uuid5(run, "finish")


def at_finish(connection: Connection, run: UUID) -> GateDecided | None:
    """What stood against a unit when this run of it had finished; None when nothing did."""
    return decision_of(connection, finish_id(run))


def portions(fresh: Sequence[Journalled]) -> Iterator[Sequence[Journalled]]:
    """The entries in their order, cut before every run that began while the centre was away."""
    start = 0
    for place, one in enumerate(fresh):
        if place > start and _is_provisional(one):
            yield fresh[start:place]
            start = place
    if fresh:
        yield fresh[start:]


def register_unknown(connection: Connection, entries: Sequence[JournalEntry], received_at: datetime) -> None:
    """Write down, before these entries, the units of provisional runs among them that nobody has registered.

    What happened is kept: a station that was cut off could not know that the serial number is nobody's. The gate
    refuses such a unit until somebody registers it.
    """
    runs: dict[UnitKey, RunStarted] = {}
    for entry in entries:
        if b'"provisional":true' in entry.body and isinstance(record := understand(entry).record, RunStarted):
            runs.setdefault(unit_key(record.unit), record)
    if not runs:
        return
    work = load(connection, Mentions(units=set(runs)))
    born = {
        unit_key(record.unit)
        for entry in entries
        if b'"unit_registered"' in entry.body and isinstance(record := understand(entry).record, UnitRegistered)
    }
    for key, run in runs.items():
        if work.named(key) is not None or key in born:
            continue
        newest = work.newest((run.unit.maker, run.unit.part))
        record = UnitRegistered(
            id=uuid5(run.run, "unit"),
            source=SOURCE,
            at=run.at,
            simulated=run.simulated,
            unit=run.unit,
            revision=newest.revision if newest else _NO_REVISION,
            collection=CollectionMode.MANUAL,
        )
        journal_by_gate(connection, record, received_at)


def judge_arrival(connection: Connection, site: Site, first: Journalled, received_at: datetime) -> None:
    """Answer for a run that began while the centre was away what its station would have asked; not for any other.

    Where the question was answered after all and only the answer was lost, that stands.
    """
    run = first.record
    if not isinstance(run, RunStarted) or not run.provisional or is_journalled(connection, run.gate):
        return
    request = GateRequest(
        id=run.gate,
        at=run.at,
        unit=run.unit,
        operation=run.operation,
        station=run.station,
        operator=run.operator,
        fixture=run.fixture,
        plan=run.plan,
        simulated=run.simulated,
        phase=GatePhase.ARRIVAL,
        run=run.run,
    )
    journal_by_gate(connection, judge(connection, site, request), received_at)


def _is_provisional(one: Journalled) -> bool:
    return isinstance(one.record, RunStarted) and one.record.provisional


def judge_finished(connection: Connection, site: Site, fresh: Sequence[Journalled], received_at: datetime) -> None:
    """Ask the rules that can have changed about every run that finished here, and journal what refuses.

    Of history nothing is asked: no gate allowed it, so nothing that allowed it can be gone.
    """
    finished = [one.record for one in fresh if isinstance(one.record, RunFinished) and one.record.gate != NO_DECISION]
    for run in _in_question(connection, finished):
        request = GateRequest(
            id=finish_id(run.run),
            at=run.at,
            unit=run.unit,
            operation=run.operation,
            station=run.station,
            operator=run.operator,
            fixture=run.fixture,
            plan=run.plan,
            instruments=tuple(f"{one.model} {one.serial}" for one in run.instruments),
            simulated=run.simulated,
            phase=GatePhase.FINISH,
            run=run.run,
        )
        decided = judge(connection, site, request)
        if not decided.allowed:
            journal_by_gate(connection, decided, received_at)


def _in_question(connection: Connection, finished: Sequence[RunFinished]) -> list[RunFinished]:
    """The runs of whose units there is something to say: few, and found in some statements for a whole batch."""
    wanted = {unit_key(run.unit) for run in finished}
    rows = _UNITS.rows(connection, {serial for _, _, serial in wanted})
    ids = {key: row.id for row in rows if (key := (row.maker, row.part, row.serial)) in wanted}
    ids |= former_ids(connection, wanted - ids.keys())
    contents = inside(connection, ids.values())
    noted = caught_units(connection, contents) | unsound(connection, contents) | doubled(connection, contents)
    noted |= overdrawing(connection, contents) | superseded(connection, ids.values())
    noted |= mistellers(connection, contents)
    if not noted:
        return []
    return [run for run in finished if inside(connection, [ids[unit_key(run.unit)]]) & noted]
