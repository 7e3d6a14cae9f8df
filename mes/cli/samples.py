"""List samples: what each was drawn from, by which plan, and what its results say."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption


def command(
    every: Annotated[bool, typer.Option("--all", help="Also samples that were accepted or rejected.")] = False,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Drawn from this moment on.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Drawn before this moment.")] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_options import instant, one_form
    from mes.desk.sample_draw import SampleVerdict
    from mes.pages.sample import show_samples
    from mes.queries.samples import samples
    from mes.site_access import reading

    one_form(as_json, as_csv)
    start, end = instant(since, "--since"), instant(until, "--until")
    with reading(home, database) as access:
        found = [
            one
            for one in samples(access.engine)
            if (every or one.verdict is SampleVerdict.OPEN)
            and (start is None or one.drawn_at >= start)
            and (end is None or one.drawn_at < end)
        ]
        show_samples(access, found, as_json=as_json, as_csv=as_csv)
