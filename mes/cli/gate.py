"""Explain what the gate would say to a unit: every rule, its evidence and what unlocks it; acts on nothing."""

from enum import StrEnum
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import MakerOption, PartOption


class Act(StrEnum):
    """What the gate is asked, as it is typed."""

    WORK = "work"
    PACK = "pack"
    SHIP = "ship"


def command(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Serial number of the unit.")],
    operation: Annotated[str, typer.Argument(metavar="OPERATION", help="Operation that would be worked.")],
    station: Annotated[str, typer.Option("--station", help="Station that would ask.")] = "desk",
    operator: Annotated[str, typer.Option("--operator", help="Who would work.")] = "desk",
    fixture: Annotated[str, typer.Option("--fixture", help="Fixture that would be used.")] = "desk",
    plan: Annotated[
        str | None, typer.Option("--plan", help="Plan that would be run: its name, or how its digest begins.")
    ] = None,
    instruments: Annotated[
        list[str] | None, typer.Option("--instrument", help="Serial number of an instrument; may be repeated.")
    ] = None,
    components: Annotated[
        list[str] | None,
        typer.Option("--component", metavar="PART:SERIAL", help="Unit that would be built in; may be repeated."),
    ] = None,
    lots: Annotated[
        list[str] | None,
        typer.Option("--lot", metavar="PART:LOT", help="Lot that would be built in; may be repeated."),
    ] = None,
    order: Annotated[str | None, typer.Option("--order", help="Work order that the unit would be made for.")] = None,
    act: Annotated[Act, typer.Option("--act", help="What is asked: to work, to pack or to ship.")] = Act.WORK,
    container: Annotated[
        str | None, typer.Option("--container", help="Container that it would be packed into or shipped in.")
    ] = None,
    creates: Annotated[bool, typer.Option("--creates", help="The operation brings the serial number to life.")] = False,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Moment of the question. [default: now]")
    ] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    from datetime import UTC, datetime

    from pydantic import ValidationError

    from mes.command_line import CommandError, Exit
    from mes.command_options import instant
    from mes.console_output import Page, counted, print_document
    from mes.database import reading as one_state
    from mes.desk.acts import identity_at
    from mes.gate.decision import explain
    from mes.gate.facts import read_facts
    from mes.identification import intended_unit, named_lot, named_unit, one_plan
    from mes.records import GateRequest
    from mes.site_access import reading
    from mes.vocabulary import GateAct, SiteKind

    when = instant(at, "--at") or datetime.now(UTC)
    with reading(home, database) as access:
        try:
            # With its part a serial number that nobody knows is a question too: the gate has an answer to that.
            unit = intended_unit(access, serial, part, maker, as_json=as_json)
            request = GateRequest(
                id=identity_at(when, 0),
                at=when,
                unit=unit,
                operation=operation,
                station=station,
                operator=operator,
                fixture=fixture,
                plan=None if plan is None else one_plan(access, plan),
                instruments=tuple(instruments or ()),
                creates=creates,
                components=tuple(named_unit(access, name) for name in components or ()),
                lots=tuple(named_lot(access, name) for name in lots or ()),
                order=order,
                simulated=access.site.kind is SiteKind.SIMULATED,
                act=GateAct[act.name],
                container=container,
            )
        except ValidationError as error:
            wrong = error.errors(include_url=False)[0]
            raise CommandError(
                f"gate: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}; write it otherwise"
            ) from error
        with one_state(access.engine) as connection:
            judged = explain(request, read_facts(connection, access.site, request))
        refused = [one.refusal for one in judged if one.refusal is not None]
        if as_json:
            print_document(
                access.site,
                allowed=not refused,
                recorded=False,
                request=request.model_dump(mode="json"),
                rules=[
                    {
                        "rule": one.rule,
                        "asks": one.asks,
                        "verdict": "ALLOWED" if one.refusal is None else "REFUSED",
                        "permits": [permit.model_dump(mode="json") for permit in one.permits],
                        **(
                            {"message": None, "evidence": [], "unlock": None, "who": None}
                            if one.refusal is None
                            else one.refusal.model_dump(mode="json", exclude={"rule"})
                        ),
                    }
                    for one in judged
                ],
            )
        else:
            page = Page(access.site)
            said = "allowed" if not refused else f"refused by {counted(len(refused), 'rule')}"
            page.line(f"{unit} at {operation}: {said}; nothing was recorded", style="bold")
            for one in judged:
                page.line(f"{'ok     ' if one.refusal is None else 'REFUSED'}  {one.rule}: {one.asks}", indent=2)
                for permit in one.permits:
                    page.line(f"by deviation {permit.deviation}: {permit.permit}", indent=11)
                if one.refusal is not None:
                    page.line(one.refusal.message, indent=11)
                    page.line(f"unlock: {one.refusal.unlock} ({one.refusal.who.value.lower()})", indent=11)
                    for evidence in one.refusal.evidence:
                        page.line(f"evidence: {evidence}", indent=11)
        if refused:
            raise typer.Exit(Exit.NO)
