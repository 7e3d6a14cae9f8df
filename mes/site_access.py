"""How a command comes to a database: found from --home and --db, opened, and its troubles told plainly.

Every trouble with a database ends as one `CommandError`: exit 2 when the database is absent, not ours or broken,
exit 3 when it cannot be reached now and the same command may work later.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from mes.command_line import CommandError, Exit, locate
from mes.database import open_engine, read_only_engine, read_site
from mes.database import reading as one_state
from mes.ledger import LedgerError, LedgerUnavailable, Site


@dataclass(frozen=True, slots=True)
class SiteAccess:
    """An open database, the site it belongs to, and how to name it to a person (without a password)."""

    engine: Engine
    site: Site
    name: str


@contextmanager
def reading(home: Path | None, database: str | None, *, older: bool = False) -> Iterator[SiteAccess]:
    """The database these options mean, read-only. Raises `CommandError` for whatever is wrong with it."""
    with _opened(partial(read_only_engine, older=older), locate(home, database).url) as access:
        yield access


@contextmanager
def writing(home: Path | None, database: str | None, *, older: bool = False) -> Iterator[SiteAccess]:
    """The same, writable, for the few commands that write tables; with `older` either also of an older schema."""
    with _opened(partial(open_engine, older=older), locate(home, database).url) as access:
        yield access


def display_name(url: str) -> str:
    """The database as people name it: the file of an SQLite database, a server's URL without its password.

    Raises `CommandError` for what is no URL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise CommandError(f"database {url!a}: cannot read this URL\ngive sqlite:///FILE or postgresql://…") from error
    return parsed.database or "" if parsed.get_backend_name() == "sqlite" else parsed.render_as_string()


@contextmanager
def troubles_told(name: str) -> Iterator[None]:
    """Turn every trouble with the database of this name into a `CommandError` that says the next step."""
    try:
        yield
    except LedgerUnavailable as error:
        raise CommandError(str(error), Exit.RETRY) from error
    except LedgerError as error:
        raise CommandError(str(error)) from error
    except DBAPIError as error:
        cause = str(error.orig).strip().partition("\n")[0]
        raise CommandError(
            f"database {name}: cannot answer: {cause}\ncompare it with its journal by `mes verify`, or restore a backup"
        ) from error


@contextmanager
def _opened(open_database: Callable[[str], Engine], url: str) -> Iterator[SiteAccess]:
    name = display_name(url)
    with troubles_told(name):
        engine = open_database(url)
        try:
            with one_state(engine) as connection:
                site = read_site(connection)
            yield SiteAccess(engine, site, name)
        finally:
            engine.dispose()
