"""Reproduce every table from the journal; brings an older database to this release, or makes an empty one anew."""

from typing import Annotated

import typer

from mes.command_line import CommandError, DatabaseOption, Exit, HomeOption, JsonOption


def command(
    source: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="DB", help="Carry the journal of this database into the empty one that --db names."
        ),
    ] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.attachment_store import AttachmentRefused, AttachmentStore
    from mes.command_line import locate
    from mes.console_output import Page, counted, narrate, print_document
    from mes.database import reading as one_state
    from mes.projection import rebuild
    from mes.site_access import SiteAccess, display_name, reading, writing
    from mes.site_copy import copy_attachments, copy_site
    from mes.verification import verify

    def progress(done: int, total: int) -> None:
        narrate(f"folded {done} of {counted(total, 'record')}")

    def require_whole(access: SiteAccess) -> None:
        report = verify(access.engine)
        if not report.ok:
            fault = report.faults[0]
            raise CommandError(
                f"journal in {access.name}: broken at {len(report.faults)} places, first {fault.source} {fault.seq}:"
                f" {fault.reason}\nnothing was rebuilt; see `mes verify`, and restore the journal from a backup",
                Exit.NO,
            )

    if source is None:
        with writing(home, database, older=True) as access:
            require_whole(access)
            records = rebuild(access.engine, progress=progress)
            if as_json:
                print_document(access.site, records=records)
            else:
                Page(access.site).line(
                    f"every table of {access.name} was folded again from {counted(records, 'record')}"
                )
        return
    here, there = locate(home, source), locate(home, database)
    shown = display_name(there.url)
    if here.url == there.url:
        raise CommandError(f"database {shown}: --from names the same database; without --from it is folded in place")
    with reading(home, source, older=True) as access:
        require_whole(access)
        with one_state(access.engine) as original:
            records, attached = copy_site(original, there.url, shown, progress)
        try:
            lost = copy_attachments(attached, AttachmentStore(here.attachments), AttachmentStore(there.attachments))
        except AttachmentRefused as error:
            raise CommandError(f"{error}\nevery table of {shown} was made; copy the attachments by hand") from error
        if as_json:
            attachments = {"attachments": len(attached), "attachments_lost": lost}
            print_document(access.site, database=shown, records=records, **attachments)
            return
        page = Page(access.site)
        page.line(f"every table of {shown} was made from {counted(records, 'record')} of {access.name}")
        if attached:
            gone = f", {lost} of them missing or altered there (`mes verify` names them)" if lost else ""
            page.line(f"{counted(len(attached), 'attachment')} beside it{gone}")
