"""Check every link of the journal's chain, and every attachment."""

from mes.command_line import DatabaseOption, HomeOption, JsonOption


def command(home: HomeOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    from mes.attachment_store import AttachmentStore
    from mes.command_line import CommandError, Exit, locate
    from mes.console_output import Page, counted, print_document
    from mes.journal import verify
    from mes.site_access import reading

    with reading(home, database) as access:
        report = verify(access.engine, AttachmentStore(locate(home, database).attachments))
        ok = report.ok
        lost = report.attachment_faults
        if as_json:
            print_document(
                access.site,
                ok=ok and not lost,
                sources=report.sources,
                records=report.records,
                faults=report.faults,
                attachments=report.attachments,
                attachment_faults=lost,
            )
        else:
            page = Page(access.site)
            verdict = "unbroken" if ok else "BROKEN"
            page.line(f"{counted(report.records, 'record')} of {counted(report.sources, 'source')} checked: {verdict}")
            for fault in report.faults:
                page.line(f"{fault.source} entry {fault.seq}: {fault.reason}", indent=2)
            if report.attachments:
                whole = f"{len(lost)} NOT WHOLE" if lost else "whole"
                page.line(f"{counted(report.attachments, 'attachment')} read back: {whole}")
            for fault in lost:
                page.line(f"{fault.source} entry {fault.seq}: {fault.reason}", indent=2)
        if not ok:
            found = counted(len(report.faults), "fault")
            raise CommandError(
                f"journal in {access.name}: {found}\nstop writing to it and compare with a backup", Exit.NO
            )
        if lost:
            raise CommandError(
                f"attachments of {access.name}: {len(lost)} of {report.attachments} missing or altered; the journal is"
                " whole\nbring them back from a backup or from beside the station's spool (…/spools/*.attachments)",
                Exit.NO,
            )
