"""The report of a study: what was tried, what escaped, what was failed for nothing, and what proves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mes.vocabulary import Verdict
from stations.coverage.binomial import upper_bound
from stations.coverage.fixture_flaw import untold_of
from stations.coverage.fixture_study import FlawRow
from stations.coverage.study import DUPLICATE_SERIAL, Prepared, Study, gate_rule
from stations.coverage.tally import (
    CurvePoint,
    DefectRow,
    Margin,
    Untripped,
    defect_row,
    margins,
    untripped_limits,
)
from stations.coverage.trial import Trial, limits_of


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a coverage report says; `clean` is whether it says nothing bad."""

    study: Study
    revision: str
    part: str
    limit_revision: str
    units: int
    defective: int
    healthy: int
    escapes: tuple[Trial, ...]
    overkills: tuple[Trial, ...]
    errors: tuple[Trial, ...]
    golden_clean: bool
    rows: tuple[DefectRow, ...]
    uncaught: tuple[str, ...]
    untripped: tuple[Untripped, ...]
    margins: tuple[Margin, ...]
    unseen: tuple[str, ...]
    stopped: bool
    fixture: tuple[FlawRow, ...] = ()
    """What notices each defect of the fixture itself; empty when that was not tried."""
    untold: tuple[str, ...] = ()
    """What of the fixture is known to be noticed by nothing."""

    @property
    def unexplained(self) -> tuple[str, ...]:
        """The limits that nothing trips although something should."""
        return tuple(str(one.limit) for one in self.untripped if not one.explanation)

    @property
    def unnoticed(self) -> tuple[str, ...]:
        """The defects of the fixture that nothing notices."""
        return tuple(row.name for row in self.fixture if row.missed)

    @property
    def clean(self) -> bool:
        """Whether every defect is caught, nothing escapes, nothing good fails, and every limit earns its place."""
        bad = (self.escapes, self.overkills, self.errors, self.uncaught, self.unexplained, self.unnoticed)
        return self.golden_clean and not any(bad) and not self.stopped

    @property
    def escape_bound(self) -> float:
        """The share of clearly defective units that may escape, at 95 % (Clopper and Pearson)."""
        return upper_bound(len(self.escapes), self.defective)

    @property
    def overkill_bound(self) -> float:
        """The share of healthy units that may be failed, at 95 % (Clopper and Pearson)."""
        return upper_bound(len(self.overkills), self.healthy)

    def document(self) -> dict[str, Any]:
        """The report as one JSON document."""
        return {
            "schema": 1,
            "plan": self.study.plan,
            "units": self.units,
            "escapes": len(self.escapes),
            "overkills": len(self.overkills),
            "defects": [
                {
                    "name": row.name,
                    "caught_by": list(row.caught_by),
                    "sole": row.sole,
                    "detected": [[point.magnitude, point.caught / point.trials] for point in row.curve],
                    "unit": row.unit,
                    "n": [point.trials for point in row.curve],
                    "clear": row.clear,
                    "missed": row.missed,
                    "shares": dict(row.caught_by),
                }
                for row in self.rows
            ],
            "uncaught": list(self.uncaught),
            "untripped_limits": list(self.unexplained),
            "simulated": True,
            "clean": self.clean,
            "stopped": self.stopped,
            "revision": self.revision,
            "part": self.part,
            "limit_revision": self.limit_revision,
            "seed": self.study.seed,
            "first": self.study.first,
            "dropped": list(self.study.drop),
            "defective": self.defective,
            "healthy": self.healthy,
            "errors": len(self.errors),
            "escape_bound_95": self.escape_bound,
            "overkill_bound_95": self.overkill_bound,
            "golden_clean": self.golden_clean,
            "escaped": [_named(trial) for trial in self.escapes],
            "overkilled": [_named(trial) for trial in self.overkills],
            "explained_limits": {str(one.limit): one.explanation for one in self.untripped if one.explanation},
            "healthy_margins": {str(margin.limit): margin.sigmas for margin in self.margins},
            "out_of_reach": list(self.unseen),
            "fixture": [row.document() for row in self.fixture],
            "fixture_unnoticed": list(self.unnoticed),
            "fixture_untold": list(self.untold),
        }


def _named(trial: Trial) -> dict[str, Any]:
    return {
        "serial": trial.serial,
        "defect": trial.order.defect,
        "magnitude": trial.order.magnitude,
        "out_of_specification": list(trial.out),
        "wronged": list(trial.wronged),
        "tripped": sorted(map(str, trial.tripped)),
    }


def report_of(
    prepared: Prepared,
    trials: Sequence[Trial],
    refusals: Sequence[frozenset[str]] | None,
    *,
    stopped: bool,
    fixture: Sequence[FlawRow] = (),
) -> Report:
    """The report of what was tried; `refusals` are the rules that refused each duplicate, None when nobody asked."""
    study, plan = prepared.study, prepared.plan
    drawn = [trial for trial in trials if trial.order.kind == "unit"]
    golden = [trial for trial in trials if trial.order.kind == "golden"]
    by_name: Mapping[str, list[Trial]] = {sweep.name: [] for sweep in prepared.chosen}
    for trial in trials:
        if trial.order.defect is not None:
            by_name[trial.order.defect].append(trial)
    rows = [defect_row(sweep.name, sweep.unit, by_name[sweep.name]) for sweep in prepared.chosen if by_name[sweep.name]]
    if refusals:
        rows.append(_duplicate_row(refusals))
    limits = limits_of(plan, study.drop)
    # A study of some defects, or a part of one, says nothing of the limits that the others trip.
    whole = not study.defects and not stopped
    return Report(
        study=study,
        revision=plan.revision,
        part=plan.part,
        limit_revision=plan.limit_revision,
        units=len(drawn),
        defective=sum(bool(trial.out) for trial in drawn),
        healthy=sum(not trial.out for trial in drawn),
        escapes=tuple(trial for trial in drawn if trial.escaped),
        overkills=tuple(trial for trial in drawn if trial.overkilled),
        errors=tuple(trial for trial in trials if trial.erred),
        golden_clean=all(trial.verdict is Verdict.PASSED and not trial.marginal for trial in golden),
        rows=tuple(rows),
        uncaught=tuple(row.name for row in rows if row.missed or not row.clear),
        untripped=untripped_limits(limits, trials) if whole else (),
        margins=margins(limits, (trial for trial in drawn if trial.order.defect is None)),
        unseen=prepared.unseen,
        stopped=stopped,
        fixture=tuple(fixture),
        untold=untold_of(prepared.kind, prepared.config),
    )


def _duplicate_row(refusals: Sequence[frozenset[str]]) -> DefectRow:
    rules = [frozenset(gate_rule(rule) for rule in refused) for refused in refusals]
    names = sorted(frozenset().union(*rules))
    caught = sum(bool(refused) for refused in rules)
    return DefectRow(
        name=DUPLICATE_SERIAL,
        unit="1",
        caught_by={name: sum(name in refused for refused in rules) / len(rules) for name in names},
        sole=names[0] if len(names) == 1 and caught == len(rules) else None,
        curve=(CurvePoint(1.0, len(rules), len(rules), caught),),
        clear=len(rules),
        missed=len(rules) - caught,
    )
