"""Overall equipment effectiveness of a station (ISO 22400-2): availability, effectiveness, quality ratio, index."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption, SimulatedOption, SinceOption, UntilOption


def command(
    station: Annotated[str, typer.Argument(metavar="STATION", help="Name of the station.")],
    planned_busy: Annotated[
        float, typer.Option("--planned-busy", min=0, help="Planned busy time in the window, in hours (PBT).")
    ],
    planned_run: Annotated[
        float, typer.Option("--planned-run", min=0, help="Planned run time of one item, in seconds (PRI).")
    ],
    since: SinceOption = None,
    until: UntilOption = None,
    simulated: SimulatedOption = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_line import CommandError, Exit
    from mes.command_options import instant, one_form
    from mes.console_output import Page, counted, inert, lasting, percent, print_csv, print_document
    from mes.queries.station_time import station_time
    from mes.site_access import reading
    from mes.statistics.oee import OverallEquipmentEffectiveness
    from mes.study_sample import counts_simulated

    one_form(as_json, as_csv)
    start, end = instant(since, "--since"), instant(until, "--until")
    with reading(home, database) as access:
        done = station_time(
            access.engine, station, since=start, until=end, simulated=counts_simulated(access, simulated)
        )
        if not done.runs:
            raise CommandError(
                f"station {inert(station)}: no finished run in this window; check the name, or widen the window",
                Exit.NO,
            )
        oee = OverallEquipmentEffectiveness(planned_busy * 3600.0, done.busy_s, planned_run, done.runs, done.passed)
        figures = {
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
        if as_csv:
            print_csv(("quantity", "value"), figures.items())
            return
        if as_json:
            print_document(access.site, station=station, since=start, until=end, **figures)
            return
        page = Page(access.site)
        page.line(
            f"{station}: {counted(done.runs, 'run')}, {done.passed} good, at work for {lasting(done.busy_s)} of"
            f" {lasting(oee.planned_busy_s)} planned"
        )
        for name, value in (
            ("availability", oee.availability),
            ("effectiveness", oee.effectiveness),
            ("quality ratio", oee.quality_ratio),
            ("OEE", oee.index),
        ):
            page.line(f"{name}: {percent(value)}", indent=2)
        if oee.availability is not None and oee.availability > 1.0:
            page.line("note: at work for longer than planned: is the planned busy time that of this window?")
