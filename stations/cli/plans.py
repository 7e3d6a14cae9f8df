"""List the test plans, show one plan's measurands and limits, or lint plans before they are run."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from mes.command_line import CommandError, Exit, JsonOption
from stations.command_errors import explained

PlanArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[[show] PLAN | lint [PLAN…]]", help="A plan to show, or plans to lint; without one, all of them."
    ),
]
ProductOption = Annotated[
    Path | None,
    typer.Option("--product", help="Product file that gives the plan its numbers. [default: a shipped one]"),
]
LimitsOption = Annotated[Path | None, typer.Option("--limits", help="Limit revision to lay over the plan's limits.")]
StationOption = Annotated[
    Path | None,
    typer.Option("--station", help="With lint: the station to hold the plan against. [default: the shipped ones]"),
]


def command(
    words: PlanArgument = None,
    product: ProductOption = None,
    limits: LimitsOption = None,
    station: StationOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every plan, or the measurands of one plan for a product: unit, limits, clause.

    `plans lint` looks at plans before they are run: what is declared twice, without unit or with low above high; roles
    that plan, fixture and station do not share; limits that no range reaches; a bench that cannot carry the unit;
    time limits; fixture options that nothing asks for; and the ratio of each limit to the uncertainty of what it
    judges, a warning below 4. For that one healthy unit is run on the station's bench, simulated: (high − low) / 2U
    with two limits (ANSI/NCSL Z540.3), with one the unit's distance from it by U; U is the expanded uncertainty, k = 2.

    Exit codes: 0 listed, or nothing worse than warnings; 1 lint found errors; 2 usage or configuration.
    """
    if (words or [])[:1] == ["lint"]:
        _lint((words or [])[1:], product, limits, station, as_json=as_json)
        return
    if station is not None:
        raise CommandError("--station says where `plans lint` looks; write: station plans lint --station FILE")
    plan = _plan_named(words or [])
    from stations.plan_listing import bound_plan, measurand_rows, plan_rows

    with explained():
        if plan is None:
            rows = plan_rows()
            columns = ["name", "revision", "family", "part", "operation", "fixture", "measurands"]
            document: dict[str, Any] = {"schema": 1, "plans": rows}
        else:
            bound = bound_plan(plan, product, limits)
            rows = measurand_rows(bound)
            columns = ["step", "name", "unit", "expected", "over_range", "clause"]
            document = {
                "schema": 1,
                "plan": bound.name,
                "revision": bound.revision,
                "part": bound.part,
                "limit_revision": bound.limit_revision,
                "digest": bound.digest,
                "measurands": rows,
            }
    sys.stdout.write(json.dumps(document) + "\n" if as_json else _table(columns, rows))


def _lint(names: list[str], product: Path | None, limits: Path | None, station: Path | None, *, as_json: bool) -> None:
    from stations.config import StationConfig, load_station_config
    from stations.finding import Severity
    from stations.plan import plan_names
    from stations.plan_lint import PlanLint, lint_lines, lint_plan, stations_of

    lints: list[PlanLint] = []
    with explained():
        config = load_station_config(station) if station is not None else None
        if config is not None and names not in ([], [config.plan]):
            raise CommandError(f"{station}: runs plan {config.plan}, not {' '.join(names)}; name that one, or none")
        if not names and config is None and (product is not None or limits is not None):
            raise CommandError("--product and --limits are for one plan: write station plans lint PLAN")
        chosen = names or ([config.plan] if config is not None else list(plan_names()))
        for name in chosen:
            benches: Sequence[StationConfig | None] = [config] if config is not None else stations_of(name) or [None]
            lints += [lint_plan(name, product=product, limits=limits, config=bench) for bench in benches]
    if as_json:
        document = {
            "schema": 1,
            "plans": [lint.document() for lint in lints],
            "errors": sum(lint.count(Severity.ERROR) for lint in lints),
            "warnings": sum(lint.count(Severity.WARNING) for lint in lints),
        }
        sys.stdout.write(json.dumps(document) + "\n")
    else:
        sys.stdout.write("\n".join(lint_lines(lints)) + "\n")
    if any(lint.count(Severity.ERROR) for lint in lints):
        raise typer.Exit(Exit.NO)


def _plan_named(words: list[str]) -> str | None:
    """The plan to show: `plans PLAN` and `plans show PLAN` are the same."""
    names = words[1:] if words[:1] == ["show"] else words
    if len(names) > 1 or (words and not names):
        raise CommandError(f"plans {' '.join(words)}: name one plan to show; `station plans` lists them")
    return names[0] if names else None


def _table(columns: list[str], rows: list[dict[str, Any]]) -> str:
    cells = [columns, *([str(row[column]) for column in columns] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells)
    return "\n".join(lines) + "\n"
