"""Reproduce every table from the journal; brings the database of an older release to this one."""

from mes.command_line import CommandError, DatabaseOption, Exit, HomeOption, JsonOption


def command(home: HomeOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    from mes.console_output import Page, counted, narrate, print_document
    from mes.projection import rebuild
    from mes.site_access import writing
    from mes.verification import verify

    def progress(done: int, total: int) -> None:
        narrate(f"folded {done} of {counted(total, 'record')}")

    with writing(home, database, older=True) as access:
        report = verify(access.engine)
        if not report.ok:
            fault = report.faults[0]
            raise CommandError(
                f"journal in {access.name}: broken at {len(report.faults)} places, first {fault.source} {fault.seq}:"
                f" {fault.reason}\nnothing was rebuilt; see `mes verify`, and restore the journal from a backup",
                Exit.NO,
            )
        records = rebuild(access.engine, progress=progress)
        if as_json:
            print_document(access.site, records=records)
        else:
            Page(access.site).line(f"every table of {access.name} was folded again from {counted(records, 'record')}")
