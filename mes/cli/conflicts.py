"""List what the records contradict each other in: it was kept, and stops its units until somebody decides."""

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption


def command(
    home: HomeOption = None, database: DatabaseOption = None, as_json: JsonOption = False, as_csv: CsvOption = False
) -> None:
    from mes.command_options import one_form
    from mes.console_output import Page, counted, print_csv, print_document
    from mes.queries.conflicts import conflicts
    from mes.site_access import reading

    one_form(as_json, as_csv)
    with reading(home, database) as access:
        found = conflicts(access.engine)
        if as_json:
            print_document(access.site, conflicts=found)
            return
        if as_csv:
            print_csv(
                ("rule", "about", "said", "evidence"),
                [(one.rule, one.about, one.said, " ".join(one.evidence)) for one in found],
            )
            return
        page = Page(access.site)
        if not found:
            page.line("no records contradict each other")
            return
        page.table(("rule", "what was recorded"), [(one.rule, one.said) for one in found])
        stops = counted(len(found), "conflict")
        page.line(f"{stops}: each stops its units; `mes gate SERIAL OPERATION` says what unlocks them")
