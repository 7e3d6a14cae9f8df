"""What every `mes` and `station` command shares: lazy discovery, where things live, and how a command ends.

A command is one file in a `cli` folder that defines `command`; its module docstring's first line is its help in
the list. Nothing is imported before the command is asked for, so that `--help` costs no database and no screen.
"""

import ast
import errno
import io
import os
import re
import signal
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from enum import IntEnum
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn
from urllib.parse import quote, unquote

import typer
import typer.core
from typer._click.exceptions import ClickException

from mes.attachment_store import folder_of_database


class Exit(IntEnum):
    """Exit codes of every command."""

    OK = 0
    NO = 1
    """The answer is no: the unit failed, the chain is broken, the gate refused."""
    USAGE = 2
    """Wrong usage or configuration."""
    RETRY = 3
    """The centre or an instrument cannot be reached now; what was measured is spooled."""
    STATION = 4
    """The fixture or the test itself failed, not the unit."""
    ABORTED = 130


class CommandError(Exception):
    """A command cannot do what was asked: one or two lines for a person, and the exit code."""

    def __init__(self, message: str, code: Exit = Exit.USAGE) -> None:
        super().__init__(message)
        self.code = code


HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of databases and spools. [default: $RACKLINE_HOME, else ~/.rackline]"),
]
EMBEDDED_POSTGRES = "embedded-postgres"
"""What is said as --db for a PostgreSQL server that the command starts for itself."""

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--db",
        help="Database: a file, sqlite:///FILE, postgresql://… or embedded-postgres, a server of the home's own."
        " [default: rackline.db in the home]",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]


@dataclass(frozen=True, slots=True)
class Location:
    """Where a command's records live."""

    home: Path
    url: str

    @property
    def attachments(self) -> Path:
        """The folder of what runs attached: beside an SQLite file, else $RACKLINE_ATTACHMENTS, else in the home."""
        named = os.environ.get("RACKLINE_ATTACHMENTS")
        return folder_of_database(self.url) or (Path(named) if named else self.home / "attachments")

    @property
    def shown(self) -> str:
        """The database's URL without its password, for a person and for a document."""
        return re.sub(r"(//[^:/@]*):[^@/]*@", r"\1:***@", self.url)


def locate(home: Path | None, database: str | None) -> Location:
    """The home folder and the database URL that these options mean. A bare path means an SQLite file.

    For `embedded-postgres` a server is started, or one found that another command started; it is left at the end of
    this command, and stopped unless another one uses it.
    """
    folder = _resolved(home or Path(os.environ.get("RACKLINE_HOME") or Path.home() / ".rackline"))
    if database is None:
        return Location(folder, sqlite_url(folder / "rackline.db"))
    if database == EMBEDDED_POSTGRES:
        return Location(folder, _embedded_url(folder))
    if "://" not in database:
        return Location(folder, sqlite_url(_resolved(Path(database))))
    scheme, rest = database.split("://", 1)
    if scheme == "sqlite" and "?" not in rest:
        # A relative file means the same database wherever the next command is run.
        return Location(folder, sqlite_url(_resolved(Path(unquote(rest.removeprefix("/"))))))
    if scheme not in ("postgresql", "postgresql+psycopg"):
        raise CommandError(f"database {scheme}://…: cannot be opened; give a file, sqlite:///FILE or postgresql://…")
    return Location(folder, database)


_at_end = ExitStack()
"""What lasts as long as the command."""

_embedded: dict[Path, str] = {}


def _embedded_url(home: Path) -> str:
    from mes.embedded_postgres import shared_server  # noqa: PLC0415 - only who asks for a server needs it

    if home not in _embedded:
        _embedded[home] = _at_end.enter_context(shared_server(home))
        _at_end.callback(_embedded.pop, home)
    return _embedded[home]


def _leave(program: str) -> None:
    """Let go of what lasts as long as the command."""
    if not _embedded:
        return
    # The command is as good as over: no second Ctrl-C leaves a server behind.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        _at_end.close()
    except CommandError as error:
        _end(f"{program}: {error}", error.code)


def _resolved(path: Path) -> Path:
    try:
        return path.expanduser().resolve()
    except RuntimeError as error:
        raise CommandError(f"path {path}: {error}; write it without ~") from error


def sqlite_url(file: Path) -> str:
    """The URL of an SQLite file, quoted: %20, ? and # in a name belong to the name."""
    try:
        return f"sqlite:///{quote(str(file))}"
    except UnicodeEncodeError as error:
        raise CommandError(
            f"database {str(file)!a}: its name is no UTF-8 text; rename the file or its folder"
        ) from error


class _LazyGroup(typer.core.TyperGroup):
    """The commands of one package, each imported only when it is called or explained."""

    package = ""

    def list_commands(self, ctx: Any) -> list[str]:
        folder = Path(str(import_module(self.package).__file__)).parent
        return sorted(p.stem.replace("_", "-") for p in folder.glob("*.py") if p.stem not in ("__init__", "main"))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"{self.package}.{cmd_name.replace('-', '_')}")
        app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
        app.command(cmd_name, help=module.command.__doc__ or module.__doc__)(module.command)
        return typer.main.get_command(app)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        folder = Path(str(import_module(self.package).__file__)).parent
        rows = []
        for name in self.list_commands(ctx):
            text = (folder / f"{name.replace('-', '_')}.py").read_text(encoding="utf-8")
            rows.append((name, (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def command_group(package: str, summary: str) -> typer.Typer:
    """A Typer application whose commands are the modules of `package`."""
    group = type("Group", (_LazyGroup,), {"package": package})
    app = typer.Typer(
        cls=group, help=summary, rich_markup_mode=None, no_args_is_help=True, pretty_exceptions_enable=False
    )
    app.callback()(lambda: None)
    return app


def run(app: typer.Typer, program: str) -> NoReturn:
    """Run an application as a process: expected failures become one message on stderr and an exit code.

    SIGTERM ends a command as Ctrl-C does, so that whatever is open is closed in order.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 shows µ as an escape, not a crash
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        _run(app, program)
    finally:
        _leave(program)


def _run(app: typer.Typer, program: str) -> NoReturn:
    code = int(Exit.OK)
    try:
        if f"_{program.upper()}_COMPLETE" in os.environ:
            app(prog_name=program)  # a shell asks what could come next
        # Not through the framework's own main, which ends a broken pipe with 1: here that means "no".
        group = typer.main.get_command(app)
        with group.make_context(program, sys.argv[1:]) as context:
            group.invoke(context)
        sys.stdout.flush()
    except CommandError as error:
        _end(f"{program}: {error}", error.code)
    except typer.Exit as done:
        code = done.exit_code
    except ClickException as error:
        error.show()
        _end(None, Exit.USAGE)
    except (KeyboardInterrupt, typer.Abort):
        _end(f"{program}: interrupted", Exit.ABORTED)
    except BrokenPipeError:
        # The reader of our output went away (`mes unit … | head`): nothing left to say, and nothing went wrong.
        _end(None, Exit.OK)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EBADF):
            raise
        _end(f"{program}: cannot write the answer: {error.strerror}; what was done is done", Exit.RETRY)
    raise SystemExit(code)


def _interrupted(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _end(message: str | None, code: Exit) -> NoReturn:
    if message is not None:
        print(message, file=sys.stderr)  # noqa: T201 - the one place where errors are printed
    # Whatever is still buffered has no reader: without this the interpreter would complain of it on its way out.
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(code) from None
