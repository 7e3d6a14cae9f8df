"""What a database driver's error means to a ledger: try again later, or not ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mes.ledger import LedgerUnavailable, WrongDatabase

# SQLITE_BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN: the state of the moment, not of the data.
_PASSING = frozenset({5, 6, 8, 10, 13, 14})
# SQLITE_CORRUPT, NOTADB.
_NOT_A_DATABASE = frozenset({11, 26})


@contextmanager
def translated(shown: str) -> Iterator[None]:
    """Turn what the drivers raise about the state of the database `shown` into `LedgerUnavailable` or `WrongDatabase`.

    What is a fault of ours (a wrong statement, a broken constraint) passes through.
    """
    try:
        yield
    except PoolTimeout as error:
        raise LedgerUnavailable(
            f"database {shown}: cannot write: another thread has held it too long\ntry again"
        ) from error
    except DBAPIError as error:
        cause = str(error.orig).strip().partition("\n")[0]
        code = getattr(error.orig, "sqlite_errorcode", None)
        if (code is not None and code & 0xFF in _NOT_A_DATABASE) or _names_no_database(error):
            raise WrongDatabase(
                f"database {shown}: cannot use it: {cause}\ngive another database, or `mes init` a new one"
            ) from error
        if _is_passing(error, code):
            raise LedgerUnavailable(f"database {shown}: cannot use it now: {cause}\ntry again") from error
        raise


def is_damage(error: DBAPIError) -> bool:
    """Whether the database found stored bytes that it cannot read: a broken page, a text in no encoding."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    # Class XX: corrupted data or index; class 22 while stored columns are only read: a value that is none.
    return (code is not None and code & 0xFF in _NOT_A_DATABASE) or (_state(error) or "")[:2] in {"XX", "22"}


def _names_no_database(error: DBAPIError) -> bool:
    # libpq gives no SQLSTATE for a connection that was refused, only the server's words.
    return _state(error) == "3D000" or (
        isinstance(error, OperationalError) and 'database "' in str(error.orig) and "does not exist" in str(error.orig)
    )


def _is_passing(error: DBAPIError, code: int | None) -> bool:
    if code is not None:
        return code & 0xFF in _PASSING
    state = _state(error)
    # Class 08 connection, 40 rollback, 53 resources, 55 object state (lock timeout), 57 operator, 58 system.
    passing = state is None or state[:2] in {"08", "40", "53", "55", "57", "58"} or state == "25006"
    return isinstance(error, OperationalError | InterfaceError) and passing


def _state(error: DBAPIError) -> str | None:
    """The SQLSTATE that PostgreSQL gave."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state
