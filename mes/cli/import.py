"""Bring history from files: the same way as a station's records, resumable, every refused line listed."""  # noqa: N999 - the command's name, which users type

from pathlib import Path
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption


def command(
    format_: Annotated[str, typer.Argument(metavar="FORMAT", help="How the file is written: csv.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file with the history.")],
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="MAP.toml", help="What the columns of the file mean.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of this history, in the place of the map's.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check everything, and write nothing.")] = False,
    refused: Annotated[
        Path | None, typer.Option("--refused", metavar="FILE.csv", help="Write every refused line into this file.")
    ] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import the history in FILE: runs with their values become records of the source import/NAME.

    A call that was cut off is finished by the same call; a finished one does nothing. Exit codes: 0 everything is in,
    1 some lines were refused (the others are in), 2 usage, or file and map do not fit, 3 the database cannot be
    reached now.
    """
    import time

    from mes.command_line import CommandError, Exit
    from mes.console_output import narrate, print_document
    from mes.importers import load_importer
    from mes.importing.arrived import Arrived, Rehearsed
    from mes.importing.history import HistoryRefused
    from mes.importing.transfer import Summary, Transfer
    from mes.local_ledger import ledger_on
    from mes.pages.imports import RefusalLog, print_summary
    from mes.site_access import reading, writing
    from mes.vocabulary import SiteKind

    try:
        importer = load_importer(format_)
    except LookupError as error:
        raise CommandError(f"import: {error}") from error
    began = told_at = time.monotonic()
    read = 0

    def progress(summary: Summary, line: int) -> None:
        nonlocal told_at, read
        read, now = line, time.monotonic()
        if now - told_at >= 1.0:
            told_at = now
            rate = line / (now - began)
            narrate(
                f"{line} of {summary.lines} lines read, {summary.new_records} new records, "
                f"{summary.refused_lines} lines refused, {rate:.0f} lines/s"
            )

    try:
        history = importer.open_history(file, map_file, name)
        with (
            (reading if dry_run else writing)(home, database) as access,
            RefusalLog(refused, str(file)) as log,
        ):
            arrived = Rehearsed(access.engine) if dry_run else Arrived(access.engine)
            try:
                summary = Transfer(
                    history,
                    arrived,
                    None if dry_run else ledger_on(access.engine),
                    simulated=access.site.kind is SiteKind.SIMULATED,
                    refuse=log.refuse,
                    remark=log.remark,
                    progress=progress,
                ).run()
            finally:
                arrived.close()
            site = access.site
    except HistoryRefused as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt as stopped:
        raise CommandError(
            f"import: interrupted after {read} lines; whole batches are in, and the same call goes on there",
            Exit.ABORTED,
        ) from stopped
    if as_json:
        print_document(site, dry_run=dry_run, file=str(file), **log.document(summary))
    else:
        print_summary(site, summary, log, dry_run=dry_run)
    if summary.refused_lines:
        raise typer.Exit(Exit.NO)
