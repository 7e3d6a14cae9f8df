"""Show every unit that holds a lot or a unit, or that something or somebody worked on, up to the top."""

from typing import TYPE_CHECKING, Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption
from mes.predicate_options import (
    Asked,
    CalibrationOption,
    DateCodeOption,
    FixtureOption,
    InstrumentOption,
    LimitRevisionOption,
    LotOption,
    MakerOption,
    OperatorOption,
    OrderOption,
    PartOption,
    PlanOption,
    SerialOption,
    SinceLastGoodOption,
    SinceOption,
    StationOption,
    UntilOption,
)

if TYPE_CHECKING:
    from mes.queries.whereabouts import Whereabouts

_WHERE = ("customer", "delivery_note", "location", "container")
"""Where each unit is now, also when the question is about another moment."""


def command(
    lot: LotOption = None,
    serial: SerialOption = None,
    part: PartOption = None,
    maker: MakerOption = None,
    date_code: DateCodeOption = None,
    instrument: InstrumentOption = None,
    fixture: FixtureOption = None,
    plan: PlanOption = None,
    limit_revision: LimitRevisionOption = None,
    operator: OperatorOption = None,
    station: StationOption = None,
    order: OrderOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    since_last_good: SinceLastGoodOption = False,
    calibration: CalibrationOption = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Moment, as 2026-03-31T14:05:00Z. [default: now]")
    ] = None,
    ever: Annotated[bool, typer.Option("--ever", help="Also units that held it once and no longer do.")] = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_options import instant, one_form
    from mes.console_output import Page, counted, moment, plain_values, print_csv, print_document
    from mes.database import reading as one_state
    from mes.queries.whereabouts import whereabouts
    from mes.site_access import reading
    from mes.where_used import where_used

    one_form(as_json, as_csv)
    asked = Asked(
        lot,
        serial,
        part,
        maker,
        date_code,
        instrument,
        fixture,
        plan,
        limit_revision,
        operator,
        station,
        since,
        until,
        since_last_good,
        calibration,
        order=order,
    )
    when = instant(at, "--at")
    with reading(home, database) as access:
        predicate, lot_item, unit_item = asked.predicate(access, as_json=as_json)
        if unit_item is not None:
            uses = where_used(access.engine, unit_id=unit_item.id, at=when)
        else:
            uses = where_used(access.engine, predicate=predicate, at=when)
        shown = uses if ever else tuple(use for use in uses if use.inside)
        if since_last_good and instrument is not None:
            from mes.instrument_doubt import in_doubt
            from mes.pages.doubt import print_doubt

            form = "json" if as_json else "csv" if as_csv else "page"
            print_doubt(access, instrument, in_doubt(access, instrument, calibration), shown, when, form)
            return
        with one_state(access.engine) as connection:
            where = whereabouts(connection, [use.unit.id for use in shown])
        formerly = sum(not use.inside for use in uses)
        if as_json:
            subject = {"lot": lot_item} if lot_item else {"unit": unit_item} if unit_item else {}
            told = {name: value for name, value in predicate.model_dump(mode="json").items() if value is not None}
            print_document(
                access.site,
                **subject,
                predicate=told,
                at=when,
                units=[{**plain_values(use), "whereabouts": where[use.unit.id]} for use in shown],
                formerly=formerly,
            )
            return
        if as_csv:
            print_csv(
                ("depth", "maker", "part", "serial", "revision", "state", "top_level", "inside", *_WHERE),
                [
                    (
                        use.depth,
                        use.unit.maker,
                        use.unit.part,
                        use.unit.serial,
                        use.unit.revision,
                        use.unit.state.value,
                        use.top_level,
                        use.inside,
                        *_told(where[use.unit.id]),
                    )
                    for use in shown
                ],
            )
            return
        page = Page(access.site)
        item = str(lot_item or unit_item or predicate)
        reached = counted(sum(use.inside for use in uses), "unit")
        verb = "is used in" if lot_item or unit_item else "reaches"
        page.line(f"{item} {verb} {reached} " + (moment(when) or "now"))
        if shown:
            places = [_told(where[use.unit.id]) for use in shown]
            # On a page only what somebody has said: most units are where they were made.
            said = [column for column in range(len(_WHERE)) if any(place[column] for place in places)]
            page.table(
                (
                    *("depth", "part", "serial", "state", "top level", "inside"),
                    *(_WHERE[column].replace("_", " ") for column in said),
                ),
                [
                    (
                        str(use.depth),
                        use.unit.part,
                        use.unit.serial,
                        use.unit.state.value,
                        "yes" if use.top_level else "no",
                        "yes" if use.inside else "no, removed",
                        *(place[column] or "" for column in said),
                    )
                    for use, place in zip(shown, places, strict=True)
                ],
                right=("depth",),
            )
        if formerly and not ever:
            page.line(f"{formerly} more held it once and no longer do: show them with --ever")


def _told(where: "Whereabouts") -> tuple[str | None, ...]:
    return (where.customer, where.delivery_note, where.location, " in ".join(where.containers) or None)
