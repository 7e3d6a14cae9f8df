"""`--db embedded-postgres`: a site on a PostgreSQL server that commands start for themselves and stop again.

Every command that uses the server holds a shared lock on a file beside its data, which the system takes back from a
process however it ends. Who starts or stops the server holds another one. So two commands share a server, the last
one stops it, and a command that was killed blocks nobody: the next one finds its server and stops it at its own end.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mes.command_line import EMBEDDED_POSTGRES, CommandError
from mes.postgres_server import DATABASE, PostgresServer, ServerError


@contextmanager
def shared_server(home: Path) -> Iterator[str]:
    """The URL of the site's database on the server of this home, while it is needed. Raises `CommandError`."""
    try:
        with _shared(home / "postgresql") as url:
            yield url
    except ServerError as error:
        raise CommandError(f"database {EMBEDDED_POSTGRES}: {error}") from error


@contextmanager
def _shared(folder: Path) -> Iterator[str]:
    server = PostgresServer(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Whoever reaches the socket is let in.
        folder.chmod(0o700)
        turn, users = (folder / "lock").open("a"), (folder / "users").open("a")
    except OSError as error:
        raise ServerError(f"cannot have its data in {folder}: {error.strerror}\ngive another --home") from error
    with turn, users:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            server.start()
            fcntl.flock(turn, fcntl.LOCK_UN)
            yield server.url(DATABASE)
        finally:
            fcntl.flock(turn, fcntl.LOCK_EX)
            try:
                # Nobody joins while we hold the turn: whoever is alone now stays so.
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                server.stop()
