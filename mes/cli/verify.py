"""Check every link of the journal's chain, and every attachment; --tables also every row that follows from it."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption


def command(
    tables: Annotated[
        bool, typer.Option("--tables", help="Fold the journal anew beside the tables, and compare every row.")
    ] = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.attachment_store import AttachmentStore
    from mes.command_line import CommandError, Exit, locate
    from mes.console_output import Page, counted, narrate, print_document
    from mes.journal import verify
    from mes.site_access import reading
    from mes.table_comparison import compare_tables

    def progress(done: int, total: int) -> None:
        narrate(f"folded {done} of {counted(total, 'record')}")

    with reading(home, database) as access:
        report = verify(access.engine, AttachmentStore(locate(home, database).attachments))
        ok = report.ok
        lost = report.attachment_faults
        # A broken journal cannot be folded: what its tables should say is then not known.
        compared = compare_tables(access.engine, progress) if tables and ok else None
        wrong = () if compared is None else compared.faults
        if as_json:
            print_document(
                access.site,
                ok=ok and not lost and not wrong,
                sources=report.sources,
                records=report.records,
                faults=report.faults,
                attachments=report.attachments,
                attachment_faults=lost,
                **({"tables": compared} if tables else {}),
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
            if compared is not None:
                rows, verdict = counted(compared.rows, "row"), f"{len(wrong)} NOT" if wrong else "each"
                page.line(f"{rows} of {compared.tables} tables folded anew: {verdict} as the journal says")
            for table in wrong:
                page.line(
                    f"{table.table}: {table.missing} missing, {table.unexpected} unexpected, {table.different}"
                    f" different: {'; '.join(table.keys)}",
                    indent=2,
                )
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
        if wrong:
            raise CommandError(
                f"tables of {access.name}: {', '.join(table.table for table in wrong)} are not what the journal says;"
                " the journal is whole\nfold them again by `mes rebuild`, and look for who writes to them",
                Exit.NO,
            )
