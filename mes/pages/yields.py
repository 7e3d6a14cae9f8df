"""Yields told apart by any dimension, as a page, a document or CSV: every yield by its full name, with its counts."""

from collections.abc import Sequence
from dataclasses import asdict

from mes.console_output import Page, percent, print_csv, print_document
from mes.ledger import Site
from mes.quality.yield_groups import GroupYields, YieldScope, whole_of
from mes.quality.yields import Yield
from mes.statistics.interval import Interval
from mes.statistics.proportions import clopper_pearson

_YIELDS = ("first_pass", "first_valid", "final", "report")


def print_groups(
    site: Site,
    dimensions: Sequence[str],
    scope: YieldScope,
    groups: Sequence[GroupYields],
    simulated: bool,
    form: str,
) -> None:
    """Print the rows and what they add up to; `form` is page, json or csv."""
    names = [name for one in dimensions for name in (("maker", "part") if one == "product" else (one,))]
    if form == "json":
        print_document(
            site,
            asked={name: value for name, value in asdict(scope).items() if value is not None},
            simulated_runs=simulated,
            by=dimensions,
            rows=[dict(zip(names, row.group, strict=True)) | _document(row) for row in groups],
            whole=_document(whole_of(groups)),
        )
    elif form == "csv":
        print_csv(
            (*names, "yield", "passed", "seen", "value", "interval_lower", "interval_upper"),
            [
                (*row.group, name, one.passed, one.seen, one.value, *_ends(one))
                for row in groups
                for name, one in _of(row)
            ],
        )
    else:
        _print_page(Page(site), names, groups, simulated)


def _of(row: GroupYields) -> list[tuple[str, Yield]]:
    return [(name, getattr(row, name)) for name in _YIELDS]


def _document(row: GroupYields) -> dict[str, object]:
    return {
        "units": row.units,
        "runs": row.runs,
        **{
            name: {"passed": one.passed, "seen": one.seen, "value": one.value, "interval": _interval(one)}
            for name, one in _of(row)
        },
    }


def _interval(one: Yield) -> Interval | None:
    return clopper_pearson(one.passed, one.seen) if one.seen else None


def _ends(one: Yield) -> tuple[float | None, float | None]:
    limits = _interval(one)
    return (None, None) if limits is None else (limits.lower, limits.upper)


def _print_page(page: Page, names: Sequence[str], groups: Sequence[GroupYields], simulated: bool) -> None:
    told = ", ".join(name.replace("_", " ") for name in names)
    if not groups:
        page.line("no run has ended in this window: there is nothing to count; widen it, or drop an option")
        return
    page.line(f"yields by {told}, runs {'with' if simulated else 'without'} simulated ones")
    page.line("a unit is told where its first run was, a run where it ran")
    figures = [f"{name.replace('_', '-')} yield" for name in _YIELDS]
    rows = [(*row.group, str(row.units), str(row.runs), *(_shown(one) for _, one in _of(row))) for row in groups]
    if len(groups) > 1:
        whole = whole_of(groups)
        blank = ["whole", *("" for _ in names[1:])]
        rows.append((*blank, str(whole.units), str(whole.runs), *(_shown(one) for _, one in _of(whole))))
    columns = [*(name.replace("_", " ") for name in names), "units", "runs", *figures]
    page.table(columns, rows, right=("units", "runs", *figures))
    page.heading("first-pass yield, 95 % interval (Clopper-Pearson)")
    for row in groups:
        limits = _interval(row.first_pass)
        between = "undefined" if limits is None else f"{100 * limits.lower:.2f} to {100 * limits.upper:.2f} %"
        page.line(f"{' '.join(row.group)}: {between}", indent=2)


def _shown(one: Yield) -> str:
    return f"{percent(one.value)} ({one.passed}/{one.seen})"
