"""Study of a gauge: crossed R&R, linearity, bias, attribute agreement; --record keeps it, bare lists what is kept."""

from datetime import date
from typing import Annotated

import typer

from mes.command_line import CommandError, DatabaseOption, HomeOption, JsonOption
from mes.command_options import (
    CsvInOption,
    CsvOption,
    HighOption,
    LimitRevisionOption,
    LowOption,
    MeasurandOption,
    OperationOption,
    PlanOption,
    ProductOption,
    SimulatedOption,
    SinceOption,
    StationOption,
    UntilOption,
)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--on {text!a}: is no date; write it as 2026-03-31") from error


def command(
    measurand: MeasurandOption = None,
    part: ProductOption = None,
    plan: PlanOption = None,
    operation: OperationOption = None,
    station: StationOption = None,
    limit_revision: LimitRevisionOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    csv_in: CsvInOption = None,
    method: Annotated[
        str, typer.Option("--method", help="rr (both ways), linearity, bias, or attribute (verdicts in words).")
    ] = "rr",
    appraiser: Annotated[
        str, typer.Option("--appraiser", help="From the database: operator, station or fixture is the appraiser.")
    ] = "operator",
    low: LowOption = None,
    high: HighOption = None,
    reference: Annotated[
        float | None, typer.Option("--reference", help="For bias: the reference value, where no column says it.")
    ] = None,
    good: Annotated[
        str | None, typer.Option("--good", help="For attribute: the word of a good part; gives misses, false alarms.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Keep the study in --csv-in; names --part, --operation, --measurand, --by.")
    ] = False,
    by: Annotated[str | None, typer.Option("--by", help="For --record: who studied.")] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="For --record: the day of the study. [default: today]")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="For --record: what else there is to say.")] = "",
    study: Annotated[
        str | None, typer.Option("--study", metavar="ID", help="Show this recorded study, by the beginning of its id.")
    ] = None,
    simulated: SimulatedOption = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_options import instant, one_form, said
    from mes.desk.acts import Desk
    from mes.desk.gauge_recording import Studied, StudyLimits, record_study
    from mes.pages.attribute import print_agreement
    from mes.pages.bias import print_bias, print_linearity
    from mes.pages.gauge import gauge_readings, print_gauge
    from mes.pages.gauge_study import print_studies, print_study
    from mes.queries.gauge_studies import gauge_studies, study_readings
    from mes.queries.values import ValueScope
    from mes.site_access import reading, writing
    from mes.study_sample import answers_told, counts_simulated, sampled

    one_form(as_json, as_csv)
    form = "json" if as_json else "csv" if as_csv else "page"
    if method not in ("rr", "linearity", "bias", "attribute"):
        raise CommandError(f"--method {method}: there are rr, linearity, bias and attribute")
    if appraiser not in ("operator", "station", "fixture"):
        raise CommandError(f"--appraiser {appraiser}: there are operator, station and fixture")
    if record:
        if csv_in is None or part is None or operation is None or measurand is None or by is None:
            raise CommandError("--record: give --csv-in, --part, --operation, --measurand and --by: whose gauge it is")
        said("gauge", by=by)
        studied = Studied(part, operation, measurand, method, by, None if on is None else _day(on), note)
        asked = StudyLimits(low, high, limit_revision, reference, good)
        with writing(home, database) as access, answers_told():
            kept = record_study(Desk(access.engine), access.engine, studied, asked, csv_in)
            found = gauge_studies(access.engine, simulated=True, part=part, operation=operation, measurand=measurand)
            print_study(
                access.site, next(one for one in found if one.id == kept.id), kept.model_dump()["readings"], form
            )
        return
    if study is not None or (csv_in is None and measurand is None and method == "rr"):
        with reading(home, database) as access:
            counted = counts_simulated(access, simulated)
            studies = gauge_studies(access.engine, simulated=counted, part=part, operation=operation)
            if study is None:
                print_studies(access.site, studies, form)
                return
            named = [one for one in studies if str(one.id).startswith(study.lower())]
            if len(named) != 1:
                raise CommandError(
                    f"gauge study {study}: {len(named)} studies have an id that begins so; see `mes gauge`"
                )
            print_study(access.site, named[0], study_readings(access.engine, named[0].id), form)
        return
    if method in ("linearity", "attribute") and csv_in is None:
        raise CommandError(
            f"--method {method}: records hold no references and no attribute studies; give --csv-in FILE"
        )
    if method == "attribute" and csv_in is not None:
        with answers_told():
            print_agreement(csv_in, good, form)
        return
    needed = {"rr": ("part", "appraiser", "trial"), "linearity": ("reference",)}.get(method, ())
    if method == "bias" and reference is None:
        if csv_in is None:
            raise CommandError("--method bias: give --reference VALUE")
        needed = ("reference",)
    scope = ValueScope(
        measurand, part, plan, operation, station, limit_revision, instant(since, "--since"), instant(until, "--until")
    )
    with sampled(csv_in, scope, home, database, needed=needed, simulated=simulated, every_run=True) as (site, sample):
        if method == "rr":
            print_gauge(site, sample, gauge_readings(sample, appraiser), sample.limits(low, high), form)
        elif method == "linearity":
            print_linearity(site, sample, form)
        else:
            print_bias(site, sample, reference, form)
