"""What every `mes` and `station` command shares: lazy discovery, where things live, and how a command ends.

A command is one file in a `cli` folder that defines `command`; its module docstring's first line is its help in
the list. Nothing is imported before the command is asked for, so that `--help` costs no database and no screen.
"""

import ast
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
import typer.core


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
DatabaseOption = Annotated[
    str | None,
    typer.Option("--db", help="Database: a file, sqlite:///FILE or postgresql://… [default: rackline.db in the home]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]


@dataclass(frozen=True, slots=True)
class Location:
    """Where a command's records live."""

    home: Path
    url: str


def locate(home: Path | None, database: str | None) -> Location:
    """The home folder and the database URL that these options mean. A bare path means an SQLite file."""
    folder = (home or Path(os.environ.get("RACKLINE_HOME") or Path.home() / ".rackline")).expanduser().resolve()
    if database is None:
        return Location(folder, f"sqlite:///{folder / 'rackline.db'}")
    if "://" not in database:
        return Location(folder, f"sqlite:///{Path(database).expanduser().resolve()}")
    scheme = database.split("://", 1)[0].split("+")[0]
    if scheme not in ("sqlite", "postgresql"):
        raise CommandError(
            f"database {database}: cannot open a {scheme!r} URL; give a file, sqlite:/// or postgresql://"
        )
    return Location(folder, database)


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
        app.command(cmd_name, help=module.__doc__)(module.command)
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


def run(app: Callable[[], object], program: str) -> NoReturn:
    """Run an application as a process: expected failures become one message on stderr and an exit code."""
    try:
        app()
    except CommandError as error:
        print(f"{program}: {error}", file=sys.stderr)  # noqa: T201 - the one place where errors are printed
        raise SystemExit(error.code) from None
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)  # noqa: T201
        raise SystemExit(Exit.ABORTED) from None
    except BrokenPipeError:
        # The reader of our output went away (`mes unit … | head`): nothing left to say, and no traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(Exit.OK) from None
    raise SystemExit(Exit.OK)
