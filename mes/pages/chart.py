"""Control charts of a sample, as a page, a document or CSV."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mes.command_line import CommandError
from mes.console_output import Page, counted, print_csv, print_document, quantity
from mes.ledger import Site
from mes.queries.values import ValueScope, first_run_counts
from mes.rational_subgroups import subgroups_of
from mes.site_access import SiteAccess
from mes.statistics.control_chart import (
    ChartPair,
    ControlChart,
    individuals_chart,
    mean_and_range_chart,
    proportion_chart,
)
from mes.statistics.errors import Unanswerable
from mes.statistics.run_rules import RULE_SETS
from mes.study_sample import Sample

ASKED_LENGTH = 20
"""How many signals a page lists; all of them are in --json and --csv."""


@dataclass(frozen=True, slots=True)
class ChartAnswer:
    """Charts with what was asked and the quantities by name that their limits come from."""

    asked: dict[str, object]
    description: str
    unit: str
    charts: tuple[ControlChart, ...]
    quantities: dict[str, float | int]
    limit_revisions: dict[str, int]
    over_range: int
    left_over: int

    @property
    def stable(self) -> bool:
        """Whether no chart has a signal."""
        return all(chart.stable for chart in self.charts)


def chart_rules(text: str) -> tuple[str, ...]:
    """The rules in an option: a set's name, or rules with commas. Raises `CommandError` for one that is not there."""
    chosen: dict[str, None] = {}
    for name in text.split(","):
        if name.strip() not in RULE_SETS:
            raise CommandError(f"--rules {name.strip()!a}: there are {', '.join(RULE_SETS)}")
        chosen |= dict.fromkeys(RULE_SETS[name.strip()])
    return tuple(chosen)


def charted(
    sample: Sample, kind: str | None, size: int | None, low: float | None, high: float | None, rules: Sequence[str]
) -> ChartAnswer:
    """The charts of a sample. Raises `Unanswerable` and `CommandError` for values that make none."""
    if kind == "proportion":
        return _proportion_of_values(sample, size, low, high, rules)
    if kind == "mean" or (kind is None and (size is not None or sample.subgroups is not None)):
        groups = subgroups_of(sample, size)
        pair = mean_and_range_chart(groups.groups, groups.names, rules)
        return _answer(sample, (pair.location, pair.spread), _quantities(pair), groups.left_over)
    pair = individuals_chart(sample.values, sample.names, rules)
    return _answer(sample, (pair.location, pair.spread), _quantities(pair), 0)


def charted_first_runs(access: SiteAccess, scope: ValueScope, simulated: bool, rules: Sequence[str]) -> ChartAnswer:
    """The proportion of units whose first run did not pass, by UTC day. Raises `Unanswerable` without any."""
    days = first_run_counts(access.engine, scope, simulated=simulated)
    if not days:
        raise Unanswerable("no first run has ended in this window: there is nothing to chart; widen it")
    bad, sizes = [d.first_runs - d.first_passed for d in days], [d.first_runs for d in days]
    chart = proportion_chart(bad, sizes, [d.day.isoformat() for d in days], rules)
    return ChartAnswer(
        asked={
            key: value
            for key in ("part", "plan", "operation", "station", "limit_revision", "since", "until")
            if (value := getattr(scope, key)) is not None
        },
        description="units whose first run"
        + (" at any operation" if scope.operation is None and scope.plan is None else "")
        + " did not pass, by UTC day",
        unit="",
        charts=(chart,),
        quantities=_proportion_quantities(chart, bad, sizes),
        limit_revisions={},
        over_range=0,
        left_over=0,
    )


def print_charts(site: Site | None, answer: ChartAnswer, form: str) -> None:
    """Print the charts; `form` is page, json or csv."""
    if form == "json":
        print_document(
            site,
            asked=answer.asked,
            unit=answer.unit,
            stable=answer.stable,
            quantities=answer.quantities,
            limit_revisions=answer.limit_revisions,
            over_range=answer.over_range,
            left_over=answer.left_over,
            charts=[
                {
                    "kind": chart.kind,
                    "stable": chart.stable,
                    "rules": chart.rules,
                    "signals": chart.signals,
                    "points": chart.points,
                }
                for chart in answer.charts
            ],
        )
    elif form == "csv":
        columns = ("chart", "point", "value", "lower", "centre", "upper", "sigma", "signals")
        print_csv(columns, (row for chart in answer.charts for row in _rows(chart)))
    else:
        _print_page(Page(site), answer)


def _rows(chart: ControlChart) -> list[tuple[object, ...]]:
    # By place and not by name: a unit that was measured at two moments has two points of one name.
    broken: dict[int, list[str]] = {}
    for signal in chart.signals:
        broken.setdefault(signal.index, []).append(signal.rule)
    return [
        (chart.kind, p.name, p.value, p.lower, p.centre, p.upper, p.sigma, " ".join(broken.get(i, ())))
        for i, p in enumerate(chart.points)
    ]


def _print_page(page: Page, answer: ChartAnswer) -> None:
    page.line(f"{answer.description}: " + ("no signal" if answer.stable else "OUT OF CONTROL"))
    if len(answer.limit_revisions) > 1:
        told = ", ".join(f"{name} ({count})" for name, count in answer.limit_revisions.items())
        page.line(f"values of several limit revisions: {told}", indent=2)
    for name, value in answer.quantities.items():
        page.line(f"{name.replace('_', ' ')}: {quantity(value)}", indent=2)
    if answer.over_range:
        page.line(f"{counted(answer.over_range, 'value')} left the instrument's range and have no number", indent=2)
    if answer.left_over:
        page.line(f"{counted(answer.left_over, 'value')} at the end make no whole subgroup and are left out", indent=2)
    page.table(
        ("chart", "points", "lower limit", "centre", "upper limit", "rules", "signals"),
        [
            (
                chart.kind,
                str(len(chart.points)),
                _band(chart, "lower", answer.unit),
                _band(chart, "centre", answer.unit),
                _band(chart, "upper", answer.unit),
                ", ".join(chart.rules),
                str(len(chart.signals)),
            )
            for chart in answer.charts
        ],
        right=("points", "lower limit", "centre", "upper limit", "signals"),
    )
    for chart in answer.charts:
        for signal in chart.signals[:ASKED_LENGTH]:
            through = f" (from {signal.points[0]})" if len(signal.points) > 1 else ""
            page.line(f"{chart.kind}: {signal.point}{through}: {signal.rule}, {signal.meaning}", indent=2)
        if len(chart.signals) > ASKED_LENGTH:
            more = len(chart.signals) - ASKED_LENGTH
            page.line(f"{chart.kind}: {counted(more, 'signal')} more: see --json or --csv", indent=2)


def _band(chart: ControlChart, side: str, unit: str) -> str:
    values = [getattr(point, side) for point in chart.points]
    lowest, highest = min(values), max(values)
    return quantity(lowest, unit) if lowest == highest else f"{quantity(lowest)} to {quantity(highest, unit)}"


def _answer(
    sample: Sample, charts: tuple[ControlChart, ...], quantities: dict[str, float | int], left_over: int
) -> ChartAnswer:
    return ChartAnswer(
        sample.source,
        sample.description,
        sample.unit,
        charts,
        quantities,
        sample.limit_revisions,
        sample.over_range,
        left_over,
    )


def _quantities(pair: ChartPair) -> dict[str, float | int]:
    name = "mean_moving_range" if pair.subgroup_size == 1 else "mean_range"
    return {
        "n": pair.n,
        "subgroup_size": pair.subgroup_size,
        "mean": pair.mean,
        name: pair.mean_range,
        "d2": pair.d2,
        "sigma_within": pair.sigma_within,
    }


def _proportion_quantities(chart: ControlChart, bad: Sequence[int], sizes: Sequence[int]) -> dict[str, float | int]:
    return {"n": sum(sizes), "nonconforming": sum(bad), "mean_proportion": chart.points[0].centre}


def _proportion_of_values(
    sample: Sample, size: int | None, low: float | None, high: float | None, rules: Sequence[str]
) -> ChartAnswer:
    """By subgroup, `size` in a row or UTC day: values outside their limits; without any limit a value is 0 or 1."""
    judged = []
    for i, value in enumerate(sample.values):
        below, above = low, high
        if low is None and high is None and sample.stored:
            below, above = sample.stored[i].low, sample.stored[i].high
        if below is None and above is None:
            if value not in (0.0, 1.0):
                raise CommandError(
                    f"{sample.description}: {sample.names[i]} is {value!r}, neither 0 nor 1 (nonconforming); give --low"
                    " or --high to judge values by"
                )
            judged.append(value)
        else:
            outside = (below is not None and value < below) or (above is not None and value > above)
            judged.append(float(outside))
    days = tuple(stored.at.date().isoformat() for stored in sample.stored) or sample.subgroups
    marked = replace(sample, values=tuple(judged), subgroups=days, unit="", nominal=None)
    groups = subgroups_of(marked, size)
    bad, sizes = [int(sum(group)) for group in groups.groups], [len(group) for group in groups.groups]
    chart = proportion_chart(bad, sizes, groups.names, rules)
    return _answer(marked, (chart,), _proportion_quantities(chart, bad, sizes), groups.left_over)
