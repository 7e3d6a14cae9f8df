"""Explain what a scanned label says: its fields, what they mean, and what is wrong with it; touches no database."""

from typing import Annotated

import typer

from mes.command_line import JsonOption
from mes.command_options import CsvOption


def command(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The scan; - for one line of standard input.")],
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    import sys

    from mes.command_line import CommandError, Exit
    from mes.command_options import one_form
    from mes.console_output import Page, print_csv, print_document
    from mes.labels.errors import LabelError
    from mes.labels.label import Syntax, plain_text, read_label

    one_form(as_json, as_csv)
    scan = text if text != "-" else sys.stdin.readline().rstrip("\r\n")
    if not scan:
        raise CommandError("scan: it is empty; give the text that the scanner sent, or - to scan now")
    try:
        label = read_label(scan)
    except LabelError as error:
        if as_json:
            print_document(None, readable=False, reason=str(error), position=error.position, raw=scan)
        raise CommandError(f"scan: {error}", Exit.NO) from error
    if label.syntax is Syntax.PLAIN:
        said: dict[str, object] = {"number": plain_text(scan)}
    else:
        names = ["part", "maker_part", "revision", "serials", "lot", "quantity", "quantity_unit", "date_code"]
        names += ["expires", "country", "maker", "supplier", "trade_item"]
        said = {name: value for name in names if (value := getattr(label, name)) not in (None, ())}
    if as_json:
        print_document(
            None,
            readable=True,
            syntax=label.syntax.value,
            symbology=label.symbology or None,
            **said,
            fields=label.fields,
            raw=scan,
        )
        return
    columns = ("field", "means", "value", "at")
    rows = [(one.identifier, one.title, one.value, str(one.position)) for one in label.fields]
    if as_csv:
        print_csv(columns, rows)
        return
    page = Page(None)
    forms = {
        Syntax.ISO_15434: "ISO/IEC 15434 message",
        Syntax.GS1: "GS1 element strings",
        Syntax.PLAIN: "plain number: the pattern of a part says whether it is a serial number",
    }
    page.line(forms[label.syntax] + (f", symbol {label.symbology}" if label.symbology else ""), style="bold")
    if rows:
        page.table(columns, rows, right=("at",))
    for name, value in said.items():
        shown = ", ".join(value) if isinstance(value, tuple) else f"{value:g}" if isinstance(value, float) else value
        page.line(f"{name.replace('_', ' ')}: {shown}")
