"""The `station` program."""

from typing import NoReturn

from mes.command_line import command_group, run

app = command_group("stations.cli", "Rackline's test stations: run plans on fixtures, real or simulated.")


def main() -> NoReturn:
    """Entry point of the `station` script."""
    run(app, "station")
