"""Judge stored values by another limit revision: units that flip each way, capability before and after."""

from pathlib import Path
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import (
    CsvOption,
    LimitRevisionOption,
    ProductOption,
    SimulatedOption,
    SinceOption,
    StationOption,
    UntilOption,
)


def command(
    limits: Annotated[Path, typer.Argument(metavar="LIMITS", help="Limit revision, a TOML file as stations take it.")],
    part: ProductOption = None,
    station: StationOption = None,
    limit_revision: LimitRevisionOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    simulated: SimulatedOption = False,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_options import instant, one_form
    from mes.limit_proposal import load_limit_proposal
    from mes.pages.what_if import considered, print_what_if
    from mes.queries.values import ValueScope
    from mes.site_access import reading

    one_form(as_json, as_csv)
    proposal = load_limit_proposal(limits)
    with reading(home, database) as access:
        scope = ValueScope(
            None,
            part or proposal.part,
            proposal.plan,
            None,
            station,
            limit_revision,
            instant(since, "--since"),
            instant(until, "--until"),
        )
        answer = considered(access, proposal, scope, simulated)
        print_what_if(access.site, answer, "json" if as_json else "csv" if as_csv else "page")
