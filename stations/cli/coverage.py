"""Show what a plan catches and what it lets through."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from mes.command_line import CommandError, Exit, JsonOption
from stations.command_errors import explained

PlanArgument = Annotated[str, typer.Argument(help="The plan, such as dac_800g_final_test.")]
UnitsOption = Annotated[
    int, typer.Option("--units", min=0, max=900_000, help="How many units to draw: every other one has a defect.")
]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same report.")]
FirstOption = Annotated[
    int, typer.Option("--first", min=1, max=4_000_000, help="Number of the first unit, to go on where Ctrl-C stopped.")
]
RepeatsOption = Annotated[
    int, typer.Option("--repeats", min=1, max=10_000, help="How many units at each point of a detection curve.")
]
ProductOption = Annotated[Path | None, typer.Option("--product", help="Product file, instead of the station's.")]
LimitsOption = Annotated[Path | None, typer.Option("--limits", help="Limit revision to lay over the plan's limits.")]
DropOption = Annotated[
    list[str] | None,
    typer.Option("--drop", help="Delete the limits of this measurand (of all pairs, unless it names one). Repeatable."),
]
DefectOption = Annotated[
    list[str] | None, typer.Option("--defect", help="Look at this defect alone. Repeatable. [default: all]")
]
JobsOption = Annotated[int, typer.Option("--jobs", min=0, help="Processes to share the work. [default: 0, one a core]")]


def command(
    plan: PlanArgument,
    units: UnitsOption = 200,
    seed: SeedOption = 7,
    first: FirstOption = 1,
    repeats: RepeatsOption = 10,
    product: ProductOption = None,
    limits: LimitsOption = None,
    drop: DropOption = None,
    defect: DefectOption = None,
    jobs: JobsOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Run PLAN on simulated units whose true parameters are known, and report what it catches.

    The matrix of defects and measurands, each defect's detection curve, sole detectors, limits that nothing trips,
    escapes and overkills with their bounds, the golden unit, and what notices each defect of the fixture. Nothing is
    recorded anywhere.

    Exit codes: 0 clean; 1 an escape, an overkill, a defect not caught or a limit that nothing trips; 130 stopped.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from stations.coverage.crew import make_trials
    from stations.coverage.duplicate_serial import refusing_rules
    from stations.coverage.fixture_study import FlawRow, count_flaws, try_fixture
    from stations.coverage.page import page
    from stations.coverage.report import report_of
    from stations.coverage.study import DUPLICATE_SERIAL, Study, gate_rule, prepare
    from stations.lease import StopSwitch
    from stations.stop_signals import StopSignals

    stop = StopSwitch()
    study = Study(
        plan=plan,
        units=units,
        seed=seed,
        first=first,
        repeats=repeats,
        product=product,
        limits=limits,
        drop=tuple(drop or ()),
        defects=tuple(defect or ()),
    )
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with explained(), StopSignals(stop):
        prepared = prepare(study)
        orders = prepared.orders()
        refusals = None
        if not study.defects or DUPLICATE_SERIAL in study.defects:
            # Without its rule nobody asks: every second label would come to life.
            asked = gate_rule(DUPLICATE_SERIAL) not in study.drop
            refusals = (
                refusing_rules(prepared.product, prepared.serials(repeats), seed)
                if asked
                else [frozenset[str]()] * repeats
            )
        with bar:
            task = bar.add_task(f"coverage of {plan}", total=len(orders))
            trials = make_trials(
                study,
                orders,
                jobs=jobs or os.cpu_count() or 1,
                stop=stop,
                progress=lambda count: bar.advance(task, count),
            )
            fixture: tuple[FlawRow, ...] = ()
            if not study.defects and stop.reason is None:
                task = bar.add_task("its fixture", total=count_flaws(prepared))
                fixture = try_fixture(prepared, stop, lambda: bar.advance(task))
        stopped = len(trials) < len(orders)
        report = report_of(prepared, trials, refusals, stopped=stopped, fixture=fixture)
    sys.stdout.write(json.dumps(report.document()) + "\n" if as_json else page(report))
    if report.stopped:
        raise CommandError(
            f"{stop.reason} after {report.units} of {units} units and {len(trials)} of {len(orders)} trials;"
            f" the report is of those, and --first {first + report.units} goes on after them",
            Exit.ABORTED,
        )
    if not report.clean:
        raise typer.Exit(Exit.NO)
