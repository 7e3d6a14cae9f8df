"""The schema's history (Alembic). A site says in `alembic_version` which revision it stands at.

A maintainer adds a revision with `revise`, which compares the models with a database made by the
revisions so far, and then sets `mes.schema.SCHEMA_REVISION`.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

FOLDER = Path(__file__).parent
"""Where the revisions are."""


def configuration(connection: Connection) -> Config:
    """Alembic's settings for one connection, inside whatever transaction it is in."""
    config = Config()
    # Alembic interpolates its options, so a percent sign in the path must be doubled.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to a revision, in the transaction of the caller."""
    command.upgrade(configuration(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Take the schema back to a revision, in the transaction of the caller."""
    command.downgrade(configuration(connection), revision)


def revise(connection: Connection, message: str, revision: str) -> None:
    """Write a new revision file from what the models say and this database does not yet hold."""
    config = configuration(connection)
    config.set_main_option("file_template", "revision_%%(rev)s_%%(slug)s")
    command.revision(config, message, autogenerate=True, rev_id=revision)
