"""List what runs attached, such as waveforms, or write one out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from mes.command_line import CommandError, DatabaseOption, Exit, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption

if TYPE_CHECKING:
    from mes.attachment_store import AttachmentStore
    from mes.queries.attachments import AttachmentRow
    from mes.site_access import SiteAccess

_SHORTEST_DIGEST = 8


def command(
    what: Annotated[
        str,
        typer.Argument(
            metavar="SERIAL|RUN|SHA256", help="A unit's serial number, a run's id, or the beginning of a digest."
        ),
    ],
    name: Annotated[str | None, typer.Option("--name", help="Only those of this name, such as ripple.csv.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the one that is meant; - is stdout.")
    ] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what runs attached, such as waveforms, or write one out, proven to be what the record names.

    Exit codes: 0 found, 1 none, missing or altered, 2 not one that is meant, 3 the disk refuses.
    """
    from mes.attachment_store import AttachmentStore
    from mes.command_line import locate
    from mes.site_access import reading

    if output is not None and as_json:
        raise CommandError("--output writes a file and --json lists: give one of them")
    with reading(home, database) as access:
        rows = [
            row for row in _rows(access, what.strip(), part, maker, as_json=as_json) if name is None or row.name == name
        ]
        store = AttachmentStore(locate(home, database).attachments)
        if output is None:
            _list(access, what, rows, store, as_json=as_json)
            return
        _write(_one(what, rows), store, output)


def _rows(
    access: "SiteAccess", what: str, part: str | None, maker: str | None, *, as_json: bool
) -> "tuple[AttachmentRow, ...]":
    """What is meant: a serial number first, for a unit may be called anything."""
    from mes.identification import one_unit, units_meant
    from mes.queries.attachments import attachments_by_digest, attachments_of_run, attachments_of_unit

    found = units_meant(access, what, part, maker)
    if not found:
        if (run := _uuid(what)) is not None and (rows := attachments_of_run(access.engine, run)) is not None:
            return rows
        beginning = what.lower()
        if len(beginning) >= _SHORTEST_DIGEST and not set(beginning) - set("0123456789abcdef"):
            if rows := attachments_by_digest(access.engine, beginning):
                return rows
            raise CommandError(f"{what}: no run in {access.name} attached it, and no unit or run is called so", Exit.NO)
    unit = found[0] if len(found) == 1 else one_unit(access, what, part, maker, as_json=as_json, shown=True)
    return attachments_of_unit(access.engine, unit.id)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _list(
    access: "SiteAccess", what: str, rows: "list[AttachmentRow]", store: "AttachmentStore", *, as_json: bool
) -> None:
    from dataclasses import asdict

    from mes.console_output import Page, counted, moment, print_document

    states = [_state(row, store) for row in rows]
    if as_json:
        told = [{**asdict(row), "state": state} for row, state in zip(rows, states, strict=True)]
        print_document(access.site, folder=str(store.folder), attachments=told)
    else:
        page = Page(access.site)
        page.line(f"{what}: {counted(len(rows), 'attachment')}")
        cells = [
            (
                moment(row.at),
                str(row.unit) + page.mark(row.simulated),
                row.plan,
                row.name,
                row.media_type,
                str(row.size),
                row.sha256[:12],
                state,
            )
            for row, state in zip(rows, states, strict=True)
        ]
        if cells:
            columns = ("run began", "unit", "plan", "name", "media type", "bytes", "sha256", "state")
            page.table(columns, cells, right=("bytes",), indent=2)
    if not rows:
        raise CommandError(f"{what}: no run attached anything that is asked for", Exit.NO)
    if bad := [row.name for row, state in zip(rows, states, strict=True) if state != "here"]:
        raise CommandError(
            f"{what}: {', '.join(bad)} cannot be had from {store.folder}\n"
            "look for it beside the station's spool, or in a backup, and put it there under the same name",
            Exit.NO,
        )


def _state(row: "AttachmentRow", store: "AttachmentStore") -> str:
    from mes.attachment_store import AttachmentAltered, AttachmentMissing, AttachmentRefused

    try:
        store.read(row.sha256)
    except AttachmentMissing:
        return "missing"
    except AttachmentAltered:
        return "altered"
    except AttachmentRefused as error:
        raise CommandError(str(error), Exit.RETRY) from error
    return "here"


def _one(what: str, rows: "list[AttachmentRow]") -> "AttachmentRow":
    if not rows:
        raise CommandError(f"{what}: no run attached anything that is asked for", Exit.NO)
    if len({row.sha256 for row in rows}) > 1:
        named = ", ".join(f"{row.name} ({row.sha256[:12]})" for row in rows[:12])
        more = f" and {len(rows) - 12} more" if len(rows) > 12 else ""
        raise CommandError(
            f"{what}: --output writes one, and there are {len(rows)}: {named}{more}\n"
            "choose by --name, by the run's id, or by the digest"
        )
    return rows[0]


def _write(row: "AttachmentRow", store: "AttachmentStore", output: Path) -> None:
    """Nothing is written before the whole content is proven; a file comes whole under its name, or not at all."""
    import sys

    from mes.attachment_store import AttachmentError, AttachmentRefused
    from mes.console_output import narrate

    try:
        content = store.read(row.sha256)
    except AttachmentRefused as error:
        raise CommandError(str(error), Exit.RETRY) from error
    except AttachmentError as error:
        raise CommandError(f"{row.name} of {row.unit}: {error}", Exit.NO) from error
    if str(output) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        # Never over something that is there: a mistyped name must not cost a file.
        with output.open("xb") as file:
            try:
                file.write(content)
                file.flush()
            except BaseException:
                output.unlink()
                raise
    except FileExistsError as error:
        raise CommandError(f"--output {output}: there is such a file already; give another name") from error
    except OSError as error:
        raise CommandError(
            f"--output {output}: cannot be written: {error.strerror}; give another place", Exit.RETRY
        ) from error
    narrate(f"{output}: {row.name} of {row.unit}, {len(content)} bytes, sha256 {row.sha256}")
