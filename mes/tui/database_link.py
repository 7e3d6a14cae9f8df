"""The database behind a screen: opened when it can be, given up when it goes, found again when it comes back.

A screen lives longer than a database server's uptime, so the engine is not the screen's to hold. Questions come from
worker threads, several at a time; an engine that is no longer good is disposed of by the last one that leaves it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Engine, event, make_url

from mes.command_line import CommandError, Exit
from mes.database import read_only_engine, read_site, reading
from mes.ledger import Site
from mes.queries.overview import journal_position
from mes.site_access import display_name, troubles_told

T = TypeVar("T")

_BUSY_MS = 1000
"""A reader behind a lock asks again rather than holding on: leaving the screen waits for it."""

_POSTGRESQL_PATIENCE = {
    # A cable pulled out says nothing: without these a query would wait a quarter of an hour for an answer.
    "tcp_user_timeout": "5000",
    "keepalives_idle": "2",
    "keepalives_interval": "2",
    "keepalives_count": "2",
}
_STATEMENT_TIMEOUT_MS = 10_000


@dataclass(frozen=True, slots=True)
class Pulse:
    """Whose database it is and where its journal stands; an equal pulse means that no answer has changed."""

    site: Site
    opening: int
    """Counts how often the database was opened: another file under the same name is another database."""
    position: int


@dataclass(slots=True)
class _Opened:
    engine: Engine
    site: Site
    number: int
    identity: tuple[int, int] | None
    asking: int = 0
    retired: bool = False


@dataclass(slots=True)
class DatabaseLink:
    """Asks questions of the database behind `url`, from any thread. Every trouble is a `CommandError`."""

    url: str
    _lock: Lock = field(default_factory=Lock)
    _current: _Opened | None = None
    _openings: int = 0
    _closed: bool = False

    @property
    def name(self) -> str:
        """The database as people name it, without a password."""
        return display_name(self.url)

    def pulse(self) -> Pulse:
        """The database's pulse. Raises `CommandError`."""
        return self._asked(lambda opened: Pulse(opened.site, opened.number, journal_position(opened.engine)))

    def ask(self, question: Callable[[Engine], T]) -> T:
        """The answer to a question. Raises `CommandError` with what a person has to know and do."""
        return self._asked(lambda opened: question(opened.engine))

    def close(self) -> None:
        """Let go of the database; a question under way ends first, and a later one is refused."""
        with self._lock:
            self._closed = True
            self._retire()

    def _asked(self, question: Callable[[_Opened], T]) -> T:
        with troubles_told(self.name):
            opened = self._enter()
            try:
                return question(opened)
            finally:
                self._leave(opened)

    def _enter(self) -> _Opened:
        with self._lock:
            if self._closed:
                raise CommandError(f"database {self.name}: was closed", Exit.RETRY)
            # Before opening: a file that is replaced in between then counts as another one at the next question.
            identity = self._identity()
            if self._current is not None and self._current.identity != identity:
                self._retire()
            if self._current is None:
                self._current = _open(self.url, self._openings + 1, identity)
                self._openings += 1
            self._current.asking += 1
            return self._current

    def _leave(self, opened: _Opened) -> None:
        with self._lock:
            opened.asking -= 1
            if opened.retired and not opened.asking:
                opened.engine.dispose()

    def _retire(self) -> None:
        if self._current is not None:
            self._current.retired = True
            if not self._current.asking:
                self._current.engine.dispose()
            self._current = None

    def _identity(self) -> tuple[int, int] | None:
        """Which file it is: an open one goes on answering after it was removed or replaced. None for a server."""
        target = make_url(self.url)
        if target.get_backend_name() != "sqlite":
            return None
        try:
            found = os.stat(str(target.database))
        except OSError as error:
            if not self._openings:
                # Never seen: opening it says what is missing.
                return None
            self._retire()
            raise CommandError(
                f"database {self.name}: is not there: {error.strerror}\nwaiting for it to come back", Exit.RETRY
            ) from error
        return found.st_dev, found.st_ino


def _open(url: str, number: int, identity: tuple[int, int] | None) -> _Opened:
    engine = read_only_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            event.listen(engine, "checkout", _do_not_wait_long)
        else:
            event.listen(engine, "do_connect", _do_not_wait_for_the_dead)
            # The connection that the check made knows nothing of this.
            engine.dispose()
        with reading(engine) as connection:
            return _Opened(engine, read_site(connection), number, identity)
    except BaseException:
        engine.dispose()
        raise


def _do_not_wait_long(connection: Any, _record: Any, _proxy: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")


def _do_not_wait_for_the_dead(_dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
    for name, value in _POSTGRESQL_PATIENCE.items():
        parameters.setdefault(name, value)
    parameters["options"] = f"{parameters.get('options', '')} -c statement_timeout={_STATEMENT_TIMEOUT_MS}".strip()
