"""How one deviation is shown, with the units made under it."""

from datetime import datetime

from mes.command_line import CommandError, Exit
from mes.console_output import Page, counted, moment, print_csv, print_document
from mes.queries.deviations import deviation_report
from mes.site_access import SiteAccess


def show_deviation(access: SiteAccess, number: str, now: datetime, *, as_json: bool, as_csv: bool) -> None:
    """Print a deviation and its units. Raises `CommandError` when there is none."""
    report = deviation_report(access.engine, number, now)
    if report is None:
        if as_json:
            print_document(access.site, deviation=None)
        raise CommandError(f"deviation {number}: there is none; `mes deviations --all` lists them", Exit.NO)
    if as_json:
        print_document(access.site, deviation=report.deviation, units=report.units)
        return
    columns = ("part", "serial", "permitted", "since", "decision")
    rows = [(one.part, one.serial, one.permit, moment(one.used_at), str(one.gate_id)) for one in report.units]
    if as_csv:
        print_csv(columns, rows)
        return
    one, page = report.deviation, Page(access.site)
    page.line(f"deviation {number} for {one.part}: {one.state.lower()}{page.mark(one.simulated)}", style="bold")
    for permit in one.permits:
        page.line(f"permits {permit}", indent=2)
    page.line(f"bounds: {one.bounds}", indent=2)
    page.line(f"{moment(one.approved_at)}  approved by {one.signed_by} ({one.meaning}): {one.reason}", indent=2)
    if one.withdrawn_at is not None:
        page.line(f"{moment(one.withdrawn_at)}  withdrawn by {one.withdrawn_by}: {one.withdrawn_for}", indent=2)
    page.heading(f"{counted(one.made, 'unit')} made under it")
    if rows:
        page.table(columns, rows, indent=2)
