"""Show when a station is planned to be busy: the stretches of its shift calendar in a window, and their sum."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption


def command(
    station: Annotated[str | None, typer.Argument(metavar="[STATION]", help="[default: list the calendars]")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="From here. [default: now]")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="To here. [default: a week on]")] = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from datetime import UTC, datetime, timedelta

    from mes.command_line import CommandError, Exit
    from mes.command_options import instant, one_form
    from mes.console_output import Page, lasting, moment, print_csv, print_document
    from mes.planned_time import planned_s, stretches
    from mes.queries.calendars import calendar_of, calendars
    from mes.site_access import reading

    one_form(as_json, as_csv)
    start = instant(since, "--since") or datetime.now(UTC)
    end = instant(until, "--until") or start + timedelta(days=7)
    if end <= start or end - start > timedelta(days=3660):
        raise CommandError("calendar: --until comes after --since, and at most ten years after it")
    with reading(home, database) as access:
        if station is None:
            told = [(one.name, rev) for one in calendars(access.engine) for rev in one.revisions]
            if as_json:
                print_document(access.site, calendars=[rev.calendar.model_dump(mode="json") for _, rev in told])
                return
            columns = ("calendar", "revision", "time zone", "for", "in force from", "released", "by")
            rows = [
                (
                    name,
                    rev.calendar.revision,
                    rev.calendar.time_zone,
                    ", ".join(rev.calendar.stations) or "the site",
                    "" if rev.calendar.since is None else rev.calendar.since.isoformat(),
                    moment(rev.released_at),
                    rev.released_by,
                )
                for name, rev in told
            ]
            if as_csv:
                print_csv(columns, rows)
                return
            page = Page(access.site)
            if rows:
                page.table(columns, rows)
            else:
                page.line("no shift calendar; load one by `mes load FILE` with a [[calendar]]")
            return
        calendar = calendar_of(access.engine, station)
        if calendar is None:
            raise CommandError(
                f"station {station}: has no shift calendar; load one by `mes load FILE` with a [[calendar]]", Exit.NO
            )
        planned = stretches(calendar.calendars, start, end)
        if as_json:
            document = {"calendar": calendar.name, "station": station, "since": start, "until": end}
            print_document(access.site, **document, planned_busy_s=planned_s(planned), stretches=planned)
            return
        if as_csv:
            print_csv(
                ("shift", "revision", "start", "end", "length_s"),
                [
                    (one.shift, one.revision, one.start.isoformat(), one.end.isoformat(), one.length_s)
                    for one in planned
                ],
            )
            return
        page = Page(access.site)
        page.line(
            f"{station}: {lasting(planned_s(planned))} planned by calendar {calendar.name}"
            f" from {moment(start)} to {moment(end)}"
        )
        if planned:
            page.table(
                ("shift", "revision", "from", "to", "length"),
                [(o.shift, o.revision, moment(o.start), moment(o.end), lasting(o.length_s)) for o in planned],
                right=("length",),
            )
