"""Hold every unit that a lot, a unit, a material, or work done with something or by somebody reaches."""

from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
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


def command(
    reason: Annotated[str, typer.Option("--reason", help="Why, as the refusals at the gates will say it.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who holds.")],
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
    ever: Annotated[bool, typer.Option("--ever", help="Also units that held it once and no longer do.")] = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from mes.command_line import CommandError
    from mes.console_output import Page, counted, print_document
    from mes.database import reading as one_state
    from mes.desk.acts import Desk
    from mes.desk.containing import place_hold
    from mes.queries.whereabouts import whereabouts
    from mes.site_access import writing

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
    for name, text in (("--reason", reason), ("--by", by)):
        if not text.strip():
            raise CommandError(f"hold: {name} is empty; a hold says why, and who placed it")
    with writing(home, database) as access:
        predicate, *_ = asked.predicate(access, as_json=as_json)
        placed = place_hold(Desk(access.engine), predicate, reason, by, ever=ever)
        with one_state(access.engine) as connection:
            where = whereabouts(connection, [use.unit.id for use in placed.reached])
        away: dict[tuple[str, str | None], int] = {}
        for use in placed.reached:
            at = where[use.unit.id]
            if use.top_level and at.customer is not None:
                away[at.customer, at.delivery_note] = away.get((at.customer, at.delivery_note), 0) + 1
        tops = sum(use.top_level for use in placed.reached)
        if as_json:
            told = {name: value for name, value in placed.predicate.model_dump(mode="json").items() if value}
            print_document(
                access.site,
                hold=placed.id,
                placed=placed.fresh,
                predicate=told,
                units=placed.reached,
                caught=len(placed.reached),
                top_level=tops,
                away=[{"customer": to, "delivery_note": note, "units": count} for (to, note), count in away.items()],
            )
            return
        page = Page(access.site)
        page.line(f"hold {placed.id} " + ("placed" if placed.fresh else "was placed before and stands"))
        page.line(f"on {placed.predicate}")
        page.line(
            f"{counted(len(placed.reached), 'unit')} reached now, {tops} of them at the top; each is refused at its"
            " next gate, and so is whatever comes under it later"
        )
        for (customer, note), count in away.items():
            papers = f" (delivery note {note})" if note else ""
            page.line(f"with customer {customer}: {count} at the top{papers}", indent=2)
        page.line(f"release it by `mes release {placed.id}`; its units are those of `mes where-used`")
