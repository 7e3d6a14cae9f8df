"""Real databases for every test folder: SQLite files, and a PostgreSQL server started from its own binaries."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from mes.postgres_server import PostgresServer as OwnServer

# No timing is judged in a test. CI looks at the same examples every time, so that a landing depends on the change
# and not on luck; everywhere else new ones are tried.
settings.register_profile("rackline", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("rackline")


class PostgresServer(OwnServer):
    """The product's own server, in a folder that is thrown away: nothing of it has to survive a power cut.

    A `durable` one survives one, and so takes the time that a real one takes.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        super().__init__(folder, durable=durable)
        self.start()

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements in one database, each outside any transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for all tests of this process."""
    with tempfile.TemporaryDirectory(prefix="rackline-pg-") as folder:
        server = PostgresServer(Path(folder))
        try:
            server.execute("CREATE DATABASE site")
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgresql_url(postgres_server: PostgresServer) -> str:
    """The URL of the server's maintenance database."""
    return postgres_server.url()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'site.db'}"


@pytest.fixture
def postgresql_database_url(postgres_server: PostgresServer) -> str:
    """The URL of an empty PostgreSQL database."""
    # Emptying one database takes a tenth of the time that making another one takes.
    name = "site"
    postgres_server.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()",
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        database=name,
    )
    return postgres_server.url(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, empty database, once on SQLite and once on PostgreSQL."""
    name = "sqlite_url" if request.param == "sqlite" else "postgresql_database_url"
    url: str = request.getfixturevalue(name)
    return url
