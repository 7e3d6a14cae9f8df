"""The values that a statistics command works on, from the database or from a CSV file, with all that explains them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from mes.command_line import CommandError, Exit
from mes.ledger import Site
from mes.queries.gauge_studies import GaugeStudySummary, newest_study
from mes.queries.values import StoredValue, ValueScope, all_values, first_values, measurands_like
from mes.site_access import SiteAccess, reading
from mes.statistics.errors import Unanswerable
from mes.tidy_csv import TidyRow, read_tidy
from mes.vocabulary import SiteKind


@dataclass(frozen=True, slots=True)
class Limits:
    """Inclusive limits in the unit of the values, and what set them: a limit revision, or "as given"."""

    low: float | None
    high: float | None
    origin: str

    @property
    def tolerance(self) -> float | None:
        """high - low; None without both."""
        return None if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True, slots=True)
class Sample:
    """Values in the order of time, each with the name that it is told by; `rows` are what they were read from."""

    source: dict[str, object]
    """What was asked, for a document: the scope in the database, or the file."""
    description: str
    values: tuple[float, ...]
    names: tuple[str, ...]
    subgroups: tuple[str, ...] | None
    unit: str
    nominal: float | None
    over_range: int
    """Units whose first value left the instrument's range: they have no number and are in no figure."""
    limit_revisions: dict[str, int]
    """Values by limit revision."""
    stored: tuple[StoredValue, ...]
    tidy: tuple[TidyRow, ...]
    gauge_study: GaugeStudySummary | None = None
    """The newest study of the measurand's gauge that the database knows."""

    def limits(self, low: float | None, high: float | None) -> Limits:
        """The limits as given, else those of the one limit revision. Raises `CommandError` when there are several."""
        if low is not None or high is not None:
            return Limits(low, high, "as given")
        bands = {(value.limit_revision, value.low, value.high) for value in self.stored}
        if len(bands) > 1:
            told = ", ".join(f"{revision} ({count})" for revision, count in sorted(self.limit_revisions.items()))
            raise CommandError(
                f"{self.description}: values of several limit revisions or bands: {told}; choose one with "
                "--limit-revision, or judge all by --low and --high"
            )
        for revision, lowest, highest in bands:
            return Limits(lowest, highest, f"limit revision {revision}")
        return Limits(None, None, "none given")


@contextmanager
def answers_told() -> Iterator[None]:
    """Turn "these values have no such statistic" into a `CommandError` with exit code 1."""
    try:
        yield
    except Unanswerable as error:
        raise CommandError(str(error), Exit.NO) from error


def sample_from_file(path: Path, *needed: str, measurand: str | None = None) -> Sample:
    """The values of a CSV file, named by subgroup, part or line. Raises `CommandError` as `read_tidy`."""
    rows = read_tidy(path, ("value", *needed), measurand)
    return Sample(
        source={"csv": str(path), "measurand": measurand},
        description=str(path),
        values=tuple(row.value(str(path)) for row in rows),
        names=tuple(row.part or f"line {row.line}" for row in rows),
        subgroups=tuple(row.subgroup or "" for row in rows) if rows[0].subgroup is not None else None,
        unit="",
        nominal=None,
        over_range=0,
        limit_revisions={},
        stored=(),
        tidy=rows,
    )


@contextmanager
def sampled(
    file: Path | None,
    scope: ValueScope,
    home: Path | None,
    database: str | None,
    *,
    needed: tuple[str, ...] = (),
    simulated: bool = False,
    every_run: bool = False,
) -> Iterator[tuple[Site | None, Sample]]:
    """The sample of a file, of no site, or of the database with its site. Raises `CommandError` for every trouble."""
    with answers_told():
        if file is None:
            with reading(home, database) as access:
                yield access.site, sample_from_database(access, scope, simulated=simulated, every_run=every_run)
            return
        narrowed = [key for key, value in asdict(scope).items() if value is not None and key != "measurand"]
        if narrowed or simulated:
            options = ", ".join("--" + key.replace("_", "-") for key in [*narrowed, *["simulated"] * simulated])
            raise CommandError(f"--csv-in {file}: {options} narrow a database; a file is taken whole")
        yield None, sample_from_file(file, *needed, measurand=scope.measurand)


def counts_simulated(access: SiteAccess, asked: bool) -> bool:
    """Simulated runs count always at a simulated site, and at a real one only when asked for."""
    return asked or access.site.kind is SiteKind.SIMULATED


def sample_from_database(access: SiteAccess, scope: ValueScope, *, simulated: bool, every_run: bool = False) -> Sample:
    """First valid values by unit, or with `every_run` all of them, of one measurand of one plan.

    Raises `CommandError`: exit 2 for a measurand that no plan has and for one that several plans have, exit 1 for an
    empty window.
    """
    if scope.measurand is None:
        raise CommandError("give --measurand NAME, or values of your own with --csv-in FILE")
    query = all_values if every_run else first_values
    found = query(access.engine, scope, simulated=counts_simulated(access, simulated))
    told = _told(scope)
    if not found:
        near = measurands_like(access.engine, scope.measurand)
        if scope.measurand not in near:
            raise CommandError(
                f"measurand {scope.measurand}: no plan in {access.name} has it"
                + (f"; nearest are {', '.join(near)}" if near else "; no plan was released yet")
            )
        raise CommandError(
            f"{told}: no valid value in this window; widen it, or leave an option out (simulated runs count only at a"
            " simulated site or with --simulated)",
            Exit.NO,
        )
    kinds = sorted({(value.plan, value.part, value.operation, value.unit) for value in found})
    if len(kinds) > 1:
        listed = "; ".join(f"plan {p} of part {part} at {operation} in {unit}" for p, part, operation, unit in kinds)
        raise CommandError(f"{told}: measured by several plans: {listed}; choose with --plan, --part or --operation")
    measured = tuple(value for value in found if value.value is not None)
    return Sample(
        source={key: value for key, value in asdict(scope).items() if value is not None},
        description=told,
        values=tuple(value.value for value in measured if value.value is not None),
        names=tuple(value.serial for value in measured),
        subgroups=None,
        unit=found[0].unit,
        nominal=found[-1].nominal,
        over_range=len(found) - len(measured),
        limit_revisions=dict(Counter(value.limit_revision for value in measured)),
        stored=measured,
        tidy=(),
        gauge_study=newest_study(
            access.engine,
            found[0].part,
            found[0].operation,
            scope.measurand,
            simulated=counts_simulated(access, simulated),
        ),
    )


def _told(scope: ValueScope) -> str:
    parts = [f"measurand {scope.measurand}"]
    for word, value in (
        ("of part", scope.part),
        ("plan", scope.plan),
        ("at", scope.operation),
        ("on", scope.station),
        ("by limit revision", scope.limit_revision),
    ):
        if value is not None:
            parts.append(f"{word} {value}")
    if scope.since is not None:
        parts.append(f"since {scope.since:%Y-%m-%dT%H:%MZ}")
    if scope.until is not None:
        parts.append(f"until {scope.until:%Y-%m-%dT%H:%MZ}")
    return " ".join(parts)
