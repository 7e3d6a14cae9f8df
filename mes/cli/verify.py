"""Check every link of the journal's chain."""

from mes.command_line import DatabaseOption, HomeOption, JsonOption


def command(home: HomeOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    from mes.command_line import CommandError, Exit
    from mes.console_output import Page, counted, print_document
    from mes.journal import verify
    from mes.site_access import reading

    with reading(home, database) as access:
        report = verify(access.engine)
        ok = report.ok
        if as_json:
            print_document(access.site, ok=ok, sources=report.sources, records=report.records, faults=report.faults)
        else:
            page = Page(access.site)
            verdict = "unbroken" if ok else "BROKEN"
            page.line(f"{counted(report.records, 'record')} of {counted(report.sources, 'source')} checked: {verdict}")
            for fault in report.faults:
                page.line(f"{fault.source} entry {fault.seq}: {fault.reason}", indent=2)
        if not ok:
            found = counted(len(report.faults), "fault")
            raise CommandError(
                f"journal in {access.name}: {found}\nstop writing to it and compare with a backup", Exit.NO
            )
