"""List the test plans, or show one plan's measurands and limits."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mes.command_line import CommandError, JsonOption
from stations.command_errors import explained

PlanArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[[show] PLAN]", help="A plan to show; without one, all are listed.")
]
ProductOption = Annotated[
    Path | None,
    typer.Option("--product", help="Product file that gives the plan its numbers. [default: a shipped one]"),
]
LimitsOption = Annotated[Path | None, typer.Option("--limits", help="Limit revision to lay over the plan's limits.")]


def command(
    words: PlanArgument = None, product: ProductOption = None, limits: LimitsOption = None, as_json: JsonOption = False
) -> None:
    """List every plan, or the measurands of one plan for a product: unit, limits, clause."""
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
