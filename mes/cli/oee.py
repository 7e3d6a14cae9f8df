"""Overall equipment effectiveness of a station (ISO 22400-2): availability, effectiveness, quality ratio, index."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption, SimulatedOption, SinceOption, UntilOption


def command(
    station: Annotated[str, typer.Argument(metavar="STATION", help="Name of the station.")],
    planned_run: Annotated[
        float, typer.Option("--planned-run", min=0, help="Planned run time of one item, in seconds (PRI).")
    ],
    planned_busy: Annotated[
        float | None,
        typer.Option(
            "--planned-busy",
            min=0,
            help="Planned busy time in the window, in hours (PBT). [default: that of the shift calendar]",
        ),
    ] = None,
    by_shift: Annotated[bool, typer.Option("--by-shift", help="A line for each shift of the calendar.")] = False,
    since: SinceOption = None,
    until: UntilOption = None,
    simulated: SimulatedOption = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from datetime import UTC, datetime

    from mes.command_line import CommandError, Exit
    from mes.command_options import instant, one_form
    from mes.console_output import Page, counted, inert, lasting, percent, print_csv, print_document
    from mes.planned_time import planned_s, stretches
    from mes.queries.calendars import calendar_of
    from mes.queries.station_time import StationTime, shift_times, station_time
    from mes.site_access import reading
    from mes.statistics.oee import OverallEquipmentEffectiveness
    from mes.study_sample import counts_simulated

    def told(oee: OverallEquipmentEffectiveness) -> dict[str, float | None]:
        return {
            "planned_busy_s": oee.planned_busy_s,
            "actual_production_s": oee.actual_production_s,
            "planned_run_s_per_item": oee.planned_run_s_per_item,
            "produced": oee.produced,
            "good": oee.good,
            "availability": oee.availability,
            "effectiveness": oee.effectiveness,
            "quality_ratio": oee.quality_ratio,
            "oee": oee.index,
        }

    def effectiveness(planned: float, done: StationTime) -> OverallEquipmentEffectiveness:
        return OverallEquipmentEffectiveness(planned, done.busy_s, planned_run, done.runs, done.passed)

    one_form(as_json, as_csv)
    if by_shift and planned_busy is not None:
        raise CommandError("oee: --by-shift takes planned busy time from the shift calendar; leave --planned-busy out")
    start, end = instant(since, "--since"), instant(until, "--until")
    with reading(home, database) as access:
        counts = counts_simulated(access, simulated)
        told_by, planned = "option --planned-busy", planned_busy
        by_name: dict[str, OverallEquipmentEffectiveness] = {}
        if planned is None:
            calendar = calendar_of(access.engine, station)
            if calendar is None:
                raise CommandError(
                    f"station {inert(station)}: has no shift calendar; give --planned-busy HOURS, or load a calendar by"
                    " `mes load`"
                )
            if start is None:
                raise CommandError("oee: the shift calendar plans a window; say where it begins by --since")
            end = end or datetime.now(UTC)
            within = stretches(calendar.calendars, start, end) if start < end else ()
            revisions = ", ".join(dict.fromkeys(one.revision for one in within)) or "none in force"
            planned, told_by = planned_s(within) / 3600.0, f"calendar {calendar.name} revision {revisions}"
            if by_shift:
                times = shift_times(access.engine, station, within, simulated=counts)
                by_name = {shift: effectiveness(seconds, done) for shift, seconds, done in times}
        done = station_time(access.engine, station, since=start, until=end, simulated=counts)
        if not done.runs:
            raise CommandError(
                f"station {inert(station)}: no finished run in this window; check the name, or widen the window",
                Exit.NO,
            )
        oee = effectiveness(planned * 3600.0, done)
        figures = {"planned_busy_by": told_by} | told(oee)
        if as_csv:
            if by_shift:
                names = tuple(told(oee))
                print_csv(("shift", *names), [(shift, *told(one).values()) for shift, one in by_name.items()])
            else:
                print_csv(("quantity", "value"), figures.items())
            return
        if as_json:
            shifts = {"shifts": [{"shift": shift, **told(one)} for shift, one in by_name.items()]} if by_shift else {}
            print_document(access.site, station=station, since=start, until=end, **figures, **shifts)
            return
        page = Page(access.site)
        page.line(
            f"{station}: {counted(done.runs, 'run')}, {done.passed} good, at work for {lasting(done.busy_s)} of"
            f" {lasting(oee.planned_busy_s)} planned by {told_by}"
        )
        for name, value in (
            ("availability", oee.availability),
            ("effectiveness", oee.effectiveness),
            ("quality ratio", oee.quality_ratio),
            ("OEE", oee.index),
        ):
            page.line(f"{name}: {percent(value)}", indent=2)
        if by_shift:
            columns = ("shift", "planned", "at work", "runs", "good", "availability", "quality ratio", "OEE")
            rows = [
                (
                    shift,
                    lasting(one.planned_busy_s),
                    lasting(one.actual_production_s),
                    str(one.produced),
                    str(one.good),
                    percent(one.availability),
                    percent(one.quality_ratio),
                    percent(one.index),
                )
                for shift, one in by_name.items()
            ]
            page.table(columns, rows, right=columns[1:])
        if oee.availability is not None and oee.availability > 1.0:
            page.line("note: at work for longer than planned: is the planned busy time that of this window?")
