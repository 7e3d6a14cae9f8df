"""Which schema a database has, whether this release reads it, and the way from an older one to this one.

A schema is brought up together with a rebuild (`mes rebuild`): new columns say what the journal has known all along.
"""

from sqlalchemy import Connection, inspect, text

from mes.ledger import WrongDatabase
from mes.models.journal import SiteRow

APPLICATION_ID = 0x524B4C4E
"""SQLite `application_id` of a Rackline site ("RKLN"), so that a file says whose it is."""

SCHEMA_REVISION = "0012"
"""The Alembic revision that this release reads and writes."""

OLDER_REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")
"""The revisions that this release can bring up to its own."""


def require_schema(connection: Connection, shown: str, *, older: bool) -> None:
    """Raise `WrongDatabase` unless this is a site of this release's schema, or with `older` of one before it."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        raise WrongDatabase(f"database {shown}: cannot open it: it is empty\nmake the site with `mes init`")
    ours = {"alembic_version", SiteRow.__tablename__} <= tables
    if connection.dialect.name == "sqlite":
        ours = ours and connection.exec_driver_sql("PRAGMA application_id").scalar_one() == APPLICATION_ID
    if not ours:
        raise WrongDatabase(
            f"database {shown}: cannot open it: it is not a Rackline site\n"
            "give another database, or `mes init` a new one"
        )
    revision = stored_revision(connection)
    if revision == SCHEMA_REVISION or (older and revision in OLDER_REVISIONS):
        return
    next_step = (
        "back it up, stop what writes to it, then bring it up by `mes rebuild`"
        if revision in OLDER_REVISIONS
        else "use the release of Rackline that wrote it, or give another database"
    )
    raise WrongDatabase(
        f"database {shown}: cannot open it: its schema is version {revision}, "
        f"this release reads {SCHEMA_REVISION}\n{next_step}"
    )


def stored_revision(connection: Connection) -> str | None:
    """The revision at which the database stands."""
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return revision


def bring_up(connection: Connection) -> bool:
    """Bring an older schema to this release's, in the transaction of the caller; whether there was anything to do."""
    if stored_revision(connection) == SCHEMA_REVISION:
        return False
    from mes.migrations import upgrade  # noqa: PLC0415 - Alembic is heavy, and only an older site needs it

    upgrade(connection, SCHEMA_REVISION)
    return True
