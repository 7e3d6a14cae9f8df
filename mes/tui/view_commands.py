"""The command that gives in a shell what a screen shows: every screen is printable without one."""

import shlex

from mes.queries.identity import LotSummary, UnitSummary


def yield_command(database: str) -> str:
    """The yields of the line."""
    return _command("yield", [], database)


def unit_command(unit: UnitSummary, database: str) -> str:
    """A unit's history."""
    return _command("unit", ["--part", unit.part, "--maker", unit.maker], database, unit.serial)


def tree_command(unit: UnitSummary, database: str) -> str:
    """A unit's as-built tree."""
    return _command("tree", ["--part", unit.part, "--maker", unit.maker], database, unit.serial)


def where_used_command(lot: LotSummary, database: str) -> str:
    """Every unit that holds a lot."""
    return _command("where-used", ["--lot", lot.lot, "--part", lot.part, "--maker", lot.maker], database)


def _command(name: str, options: list[str], database: str, argument: str | None = None) -> str:
    pairs = [*zip(options[::2], options[1::2], strict=True), ("--db", database)]
    # A value that begins with a dash would be taken for an option.
    said = [f"{key}={_quoted(value)}" if value.startswith("-") else f"{key} {_quoted(value)}" for key, value in pairs]
    if argument is not None:
        said.append(f"-- {_quoted(argument)}" if argument.startswith("-") else _quoted(argument))
    return " ".join(["mes", name, *said])


def _quoted(text: str) -> str:
    """The text as one word for a POSIX shell; characters that cannot be seen as bash's ``$'\\x1b'``."""
    if text.isprintable():
        return shlex.quote(text)
    shown = "".join(c if c.isprintable() and c not in "'\\" else _octets(c) for c in text)
    return f"$'{shown}'"


def _octets(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
