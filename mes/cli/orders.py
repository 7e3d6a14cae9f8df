"""List work orders with their counts; read them from a file of ERP or PLM, and give it their progress back."""

from pathlib import Path
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption


def command(
    every: Annotated[bool, typer.Option("--all", help="Also orders that are closed.")] = False,
    read: Annotated[
        Path | None, typer.Option("--import", metavar="FILE", help="Read orders from a file: CSV or JSON.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what a file would change, and change nothing.")
    ] = False,
    by: Annotated[str | None, typer.Option("--by", help="Who reads the file. [default: your login name]")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Released from this moment on.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Released before this moment.")] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_line import CommandError, Exit
    from mes.command_options import instant, login_name, one_form
    from mes.console_output import Page, counted, print_document
    from mes.desk.acts import Desk
    from mes.desk.order_file import read_orders, settle_lines
    from mes.pages.order import show_orders
    from mes.queries.orders import orders
    from mes.site_access import reading, writing

    one_form(as_json, as_csv)
    if read is None:
        if dry_run or by is not None:
            raise CommandError("orders: --dry-run and --by belong to --import FILE")
        start, end = instant(since, "--since"), instant(until, "--until")
        with reading(home, database) as access:
            found = orders(access.engine, closed=every, since=start, until=end)
            show_orders(access, found, as_json=as_json, as_csv=as_csv)
        return
    if every or since is not None or until is not None or as_csv:
        raise CommandError("orders: --import reads a file; list orders by another `mes orders`")
    who = login_name("orders", by)
    lines = read_orders(read)
    with writing(home, database) as access:
        taken, refused = settle_lines(Desk(access.engine), lines, read.name, who, keep=not dry_run)
        if as_json:
            print_document(access.site, file=str(read), applied=not dry_run, orders=taken, refused=refused)
        else:
            page = Page(access.site)
            for line in taken:
                page.line(f"order {line.number}: {line.outcome.lower()}")
            for fault in refused:
                page.line(f"{read.name} line {fault.line}: {fault.problem}", style="bold")
            changed = sum(line.outcome != "UNCHANGED" for line in taken)
            said = "would change" if dry_run else "changed"
            page.line(f"{counted(changed, 'order')} {said}, {counted(len(refused), 'line')} refused")
    if refused:
        raise typer.Exit(Exit.NO)
