"""The `mes` program."""

from typing import NoReturn

from mes.command_line import command_group, run

app = command_group("mes.cli", "Rackline's central traceability: units, genealogy, yields, the journal.")


def main() -> NoReturn:
    """Entry point of the `mes` script."""
    run(app, "mes")
