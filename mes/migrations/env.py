"""Alembic's door: runs the revisions on the connection that `mes.migrations` hands over."""

from alembic import context
from sqlmodel import SQLModel

import mes.models  # noqa: F401 - fills the metadata that autogeneration compares with

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata)
with context.begin_transaction():
    context.run_migrations()
