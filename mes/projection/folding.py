"""Folds journalled records into rows, in batches; every kind of record is one module of `mes.projection.kinds`."""

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from itertools import islice
from pkgutil import iter_modules
from types import ModuleType

from sqlalchemy import Connection, Engine, delete, func, select

from mes.database import writing
from mes.journal import Journalled, entries_in_order, understand
from mes.models import projected_tables, table_of
from mes.models.journal import JournalRow
from mes.projection import kinds
from mes.projection.loading import load
from mes.projection.settlement import settle
from mes.projection.working_set import Mentions
from mes.schema import bring_up

_BATCH = 500


@cache
def modules() -> dict[str, ModuleType]:
    """The module of each record kind, found by walking the folder: its name is the kind's."""
    return {found.name: import_module(f"{kinds.__name__}.{found.name}") for found in iter_modules(kinds.__path__)}


def fold(connection: Connection, journalled: Sequence[Journalled]) -> None:
    """Write the rows that follow from these records, in the transaction that journalled them.

    Raises `RecordRejected` for a record that refers to what was never registered or released, or that contradicts
    what is already recorded; nothing of the batch is then kept.
    """
    for start in range(0, len(journalled), _BATCH):
        batch = journalled[start : start + _BATCH]
        mentions = Mentions()
        for one in batch:
            modules()[one.record.kind].mentions(one.record, mentions)
        work = load(connection, mentions)
        for one in batch:
            work.entry = one.entry
            modules()[one.record.kind].project(one.record, work)
        settle(connection, work)


def rebuild(engine: Engine, progress: Callable[[int, int], None] | None = None) -> int:
    """Delete every projected row and fold the journal again, in one transaction; the number of records folded.

    A site of an older schema is brought to this release's before, in the same transaction.
    `progress` is told how many records are done, and how many there are. Raises `RecordRejected` when the journal
    holds what cannot be folded, and then leaves the tables as they were.
    """
    tell = progress or (lambda _done, _total: None)
    with writing(engine) as connection:
        bring_up(connection)
        total = connection.execute(select(func.count()).select_from(table_of(JournalRow))).scalar_one()
        for table in reversed(projected_tables()):
            connection.execute(delete(table))
        tell(0, total)
        done = 0
        entries = iter(entries_in_order(connection))
        while batch := [understand(entry) for entry in islice(entries, _BATCH)]:
            fold(connection, batch)
            done += len(batch)
            tell(done, total)
    return done
