"""Reproduce published numbers of statistics beside ours, each with its source; needs no database."""

from mes.command_line import JsonOption
from mes.command_options import CsvOption


def command(as_json: JsonOption = False, as_csv: CsvOption = False) -> None:
    from mes.command_line import CommandError, Exit
    from mes.command_options import one_form
    from mes.console_output import Page, counted, print_csv, print_document
    from mes.statistics.selftest.checks import checks

    one_form(as_json, as_csv)
    found = tuple(checks())
    wrong = [check for check in found if not check.ok]
    if as_json:
        print_document(
            None,
            ok=not wrong,
            checks=[
                {
                    "name": check.name,
                    "source": check.source,
                    "published": float(check.published),
                    "ours": check.ours,
                    "ok": check.ok,
                }
                for check in found
            ],
        )
    elif as_csv:
        print_csv(
            ("name", "source", "published", "ours", "ok"),
            ((check.name, check.source, float(check.published), check.ours, check.ok) for check in found),
        )
    else:
        page = Page(None)
        page.table(
            ("", "number", "published", "ours", "source"),
            [
                ("ok" if check.ok else "NO", check.name, check.published, repr(check.ours), check.source)
                for check in found
            ],
            right=("published", "ours"),
        )
        page.line(f"{len(found) - len(wrong)} of {counted(len(found), 'published number')} reproduced")
    if wrong:
        raise CommandError(f"selftest: {', '.join(check.name for check in wrong)}: not reproduced", Exit.NO)
