"""One question, one state of the database: every query reads inside a single transaction that takes no lock."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlmodel import Session

from mes.database import reading
from mes.ledger import LedgerError


class InconsistentRow(LedgerError):
    """A projected row cannot be read, or contradicts what it belongs to (example: a table was edited by hand)."""


class UnknownUnit(LedgerError):
    """No unit has this id (example: an id kept from another database)."""


@contextmanager
def snapshot(engine: Engine) -> Iterator[Session]:
    """A session on one unchanging state.

    Raises `LedgerUnavailable` or `WrongDatabase`, and `InconsistentRow` for what is stored but says nothing.
    """
    try:
        with reading(engine) as connection, Session(connection) as session:
            yield session
    except (KeyError, TypeError, ValueError) as error:
        # What a damaged file gives to the column types: half a UUID, broken JSON, an outcome nobody knows.
        raise InconsistentRow(
            f"database: a stored row cannot be read: {type(error).__name__}: {error}\n"
            "check the journal with `mes verify`, then reproduce the tables with `mes rebuild`"
        ) from error
