"""The coverage report as a page for a person: verdict first, then the matrix, the curves and what to doubt."""

from collections.abc import Iterator

from stations.coverage.report import Report
from stations.coverage.tally import DefectRow
from stations.coverage.trial import Trial

_NEAR_SIGMAS = 6.0
"""Healthy units nearer to a limit than this are named."""

_SHOWN = 20
"""How many escapes or overkills are listed one by one."""


def page(report: Report) -> str:
    """The report as text, at most about 110 columns wide."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    study = report.study
    yield (
        f"SIMULATED coverage of {study.plan}, revision {report.revision}, part {report.part},"
        f" limits {report.limit_revision}, seed {study.seed}"
    )
    if study.drop:
        yield f"limits deleted for this study: {', '.join(study.drop)}"
    yield f"{report.units} units: {report.defective} out of specification, {report.healthy} within it"
    yield (
        f"  {_count(len(report.escapes), 'escape')} of {report.defective}: at most {report.escape_bound:.2%}"
        " of such defects, with 95 % confidence (Clopper-Pearson)"
    )
    yield (
        f"  {_count(len(report.overkills), 'overkill')} of {report.healthy}: at most {report.overkill_bound:.2%}"
        " of good units, with 95 % confidence"
    )
    yield f"  golden unit: {'clean' if report.golden_clean else 'NOT CLEAN'}"
    if report.errors:
        yield f"  {_count(len(report.errors), 'run')} did not come to an end: {report.errors[0].reason}"
    yield from _each("escaped", report.escapes)
    yield from _each("failed although within specification", report.overkills)
    if report.rows:
        yield ""
        yield from _matrix(report.rows)
        yield ""
        yield from _curves(report.rows)
    if report.fixture:
        yield ""
        yield from _fixture(report)
    yield ""
    yield from _soles(report)
    if report.uncaught:
        yield f"NOT ALWAYS CAUGHT although clearly out of specification: {', '.join(report.uncaught)}"
    if report.unexplained:
        yield f"NOTHING TRIPS: {', '.join(report.unexplained)}"
    for one in report.untripped:
        if one.explanation:
            yield f"nothing trips {one.limit}: {one.explanation}"
    if report.unseen:
        yield f"out of this fixture's reach, and so not tried: {', '.join(report.unseen)}"
    yield from _margins(report)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _each(act: str, trials: tuple[Trial, ...]) -> Iterator[str]:
    for trial in trials[:_SHOWN]:
        what = f"{trial.order.defect} {trial.order.magnitude:g}" if trial.order.defect else "healthy"
        facts = ", ".join(trial.out[:3]) or ", ".join(sorted(map(str, trial.tripped))[:3])
        yield f"  {act}: {trial.serial} ({what}): {facts}"
    if len(trials) > _SHOWN:
        yield f"  … and {len(trials) - _SHOWN} more"


def _matrix(rows: tuple[DefectRow, ...]) -> Iterator[str]:
    families = list(dict.fromkeys(family for row in rows for family in row.caught_by))
    width = max(len(row.name) for row in rows)
    yield "defect × measurand: ● trips on every unit clearly out of specification, ○ on some"
    for number, family in enumerate(families, start=1):
        yield f"  {number:>2} {family}"
    yield f"{'':{width}}  " + " ".join(f"{number:>2}" for number in range(1, len(families) + 1)) + "  caught"
    for row in rows:
        cells = (_cell(row.caught_by.get(family, 0.0)) for family in families)
        yield (
            f"{row.name:{width}}  "
            + " ".join(f"{cell:>2}" for cell in cells)
            + (f"  {row.clear - row.missed} of {row.clear}")
        )


def _cell(share: float) -> str:
    return "●" if share == 1.0 else "○" if share else "·"


def _curves(rows: tuple[DefectRow, ...]) -> Iterator[str]:
    names = {row.name: row.name if row.unit == "1" else f"{row.name}, {row.unit}" for row in rows}
    width = max(map(len, names.values()))
    counts = sorted({point.trials for row in rows for point in row.curve})
    yield f"share caught at each magnitude, n = {' or '.join(map(str, counts))} units a point; | is the specification"
    for row in rows:
        points: list[str] = []
        before = False
        for point in row.curve:
            outside = 2 * point.out > point.trials
            if outside and not before:
                points.append("|")
            before = outside
            points.append(f"{point.magnitude:g}: {point.caught / point.trials:.0%}")
        yield f"{names[row.name]:{width}}  {'  '.join(points)}"


def _fixture(report: Report) -> Iterator[str]:
    """The fixture's own defects: what notices the least magnitude that is noticed, and from which one on it must be."""
    yield "the fixture itself, with the golden unit in it: what notices each defect"
    width = max(len(row.name) for row in report.fixture)
    for row in report.fixture:
        first = next((trial for trial in row.trials if trial.caught_by), None)
        size = "" if len(row.trials) == 1 or first is None else f" (from {first.magnitude:g} {row.unit})"
        told = "NOTHING" if row.missed or first is None else first.caught_by
        yield f"  {row.name:{width}}  {told}{size if told != 'NOTHING' else ''}"
    if report.unnoticed:
        yield f"NOTHING NOTICES: {', '.join(report.unnoticed)}"
    for gap in report.untold:
        yield f"  known gap, noticed by nothing: {gap}"
    yield "  what the golden unit alone shows is noticed when it is run: [golden] in the station's file says how often"


def _soles(report: Report) -> Iterator[str]:
    soles = [row for row in report.rows if row.sole is not None]
    if soles:
        yield "sole detectors (some units with the defect trip nothing else, and escape when the limit is deleted):"
        for row in soles:
            yield f"  {row.sole}: {row.name}"


def _margins(report: Report) -> Iterator[str]:
    near = [margin for margin in report.margins if margin.sigmas < _NEAR_SIGMAS] or list(report.margins[:1])
    for margin in near:
        yield (
            f"nearest healthy value to {margin.limit} ({margin.bound:g} {margin.unit}): {margin.nearest:.4g},"
            f" {margin.sigmas:.1f} σ inside"
        )
