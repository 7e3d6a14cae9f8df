"""A site's journal carried into an empty database, of either kind, and folded there: the same site, made anew.

The journal's bytes, their order and hashes are taken as they are, and so is whose site it is: stations go on with the
copy as with the original. Tables are not copied. That they come out equal is what shows that the journal is the truth.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update
from sqlmodel import col

from mes.attachment_store import AttachmentAltered, AttachmentMissing, AttachmentStore
from mes.database import is_empty, make_site, open_engine, writing
from mes.journal import understand
from mes.ledger import JournalEntry, WrongDatabase
from mes.models import table_of
from mes.models.journal import JournalRow, SiteRow, SourceHead
from mes.projection import fold
from mes.records import attachments_named
from mes.row_writer import insert_rows
from mes.vocabulary import SiteKind

_BATCH = 500
_JOURNAL, _HEAD, _SITE = table_of(JournalRow), table_of(SourceHead), table_of(SiteRow)
# Without its position: the order is kept, and the database counts anew.
_ENTRY = tuple(column for column in _JOURNAL.c if column.name != "position")


def copy_site(
    original: Connection, url: str, shown: str, progress: Callable[[int, int], None] | None = None
) -> tuple[int, frozenset[str]]:
    """Make the site that `original` reads in the empty database behind `url`: records folded, attachments they name.

    A database that holds this very site without one record, as a copy that was broken off leaves it, is taken as empty.
    Raises `WrongDatabase` for one that holds anything else, and `RecordRejected` when the journal holds what cannot be
    folded; the copy has no record then.
    """
    site = original.execute(select(_SITE)).one()
    if is_empty(url):
        make_site(url, site.name, SiteKind(site.kind), lambda: site.created_at)
        _name(url, site.identity)
    engine = open_engine(url)
    try:
        with writing(engine) as connection:
            _require_copy_of(connection, site.identity, shown)
            return _carry(original, connection, progress or (lambda _done, _total: None))
    finally:
        engine.dispose()


def copy_attachments(digests: Iterable[str], source: AttachmentStore, target: AttachmentStore) -> int:
    """Keep in `target` what it lacks of these; how many were missing or altered in `source`, as `mes verify` names.

    Raises `AttachmentRefused` when the disk does not allow it.
    """
    lost = 0
    for digest in sorted(target.missing(digests)):
        try:
            content = source.read(digest)
        except (AttachmentMissing, AttachmentAltered):
            lost += 1
            continue
        target.keep([content])
    return lost


def _name(url: str, identity: UUID) -> None:
    engine = open_engine(url)
    try:
        with writing(engine) as connection:
            connection.execute(update(_SITE).values(identity=identity))
    finally:
        engine.dispose()


def _require_copy_of(connection: Connection, identity: UUID, shown: str) -> None:
    records = connection.execute(select(func.count()).select_from(_JOURNAL)).scalar_one()
    if records or connection.execute(select(_SITE.c.identity)).scalar_one() != identity:
        raise WrongDatabase(
            f"database {shown}: cannot be made from another: it holds a site of its own, with {records} records\n"
            "give the name of a new file or of an empty database"
        )


def _carry(
    original: Connection, connection: Connection, tell: Callable[[int, int], None]
) -> tuple[int, frozenset[str]]:
    total = original.execute(select(func.count()).select_from(_JOURNAL)).scalar_one()
    tell(0, total)
    done = 0
    attached: set[str] = set()
    stored = original.execute(
        select(*_ENTRY).order_by(col(JournalRow.position)), execution_options={"yield_per": _BATCH}
    )
    rows = iter(stored)
    while batch := [row._asdict() for row in islice(rows, _BATCH)]:
        insert_rows(connection, _JOURNAL, batch)
        fold(connection, [understand(JournalEntry(row["source"], row["seq"], row["body"])) for row in batch])
        for row in batch:
            attached |= {attachment.sha256 for attachment in attachments_named(row["body"])}
        done += len(batch)
        tell(done, total)
    heads = [row._asdict() for row in original.execute(select(_HEAD))]
    if heads:
        connection.execute(insert(_HEAD), heads)
    return done, frozenset(attached)
