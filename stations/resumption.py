"""Runs that a power cut ended and that may go on: which they are, and what they had found.

Only a plan that says `resumable` is gone on with, only where the station's file sets a time within which it may be,
and only under the very plan revision that the run began with. Everything else ends as ABORTED (`stations.recovery`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from drivers.reading import Reading
from mes.vocabulary import Outcome, OverRange
from stations.limits import Judgement, judge
from stations.open_run import OpenRun
from stations.plan_revision import PlanRevision
from stations.unit_run import Earlier


def resumable_runs(
    open_runs: Sequence[OpenRun], plan: PlanRevision, now: datetime, within_s: float | None
) -> tuple[OpenRun, ...]:
    """The runs that go on: the youngest one, or all those of its group. None where the policy or the plan says no."""
    if within_s is None or not plan.resumable or not open_runs:
        return ()
    youngest = open_runs[-1]
    group = youngest.started.group
    runs = tuple(one for one in open_runs if one.run == youngest.run or (group and one.started.group == group))
    least, most = plan.units
    fits = all(one.started.plan == plan.digest and gap_s(one, now) <= within_s for one in runs)
    return runs if fits and least <= len(runs) <= most else ()


def gap_s(open_run: OpenRun, now: datetime) -> float:
    """Seconds since the last thing that is known of a run; not less than none, for a clock may have been set back."""
    known = open_run.started.at + timedelta(seconds=elapsed_s(open_run) + sum(p.gap_s for p in open_run.progress))
    return max(0.0, (now - known).total_seconds())


def elapsed_s(open_run: OpenRun) -> float:
    """How long the run had worked when its last finished step ended, without what it was cut off for."""
    return max((step.started_s + step.duration_s for step in open_run.steps), default=0.0)


def earlier_of(open_run: OpenRun, plan: PlanRevision, now: datetime) -> Earlier:
    """What the finished steps of a run had found, judged again by the same limits."""
    steps = open_run.steps
    return Earlier(
        steps=frozenset(step.name for step in steps),
        judgements=_judgements(open_run, plan),
        elapsed_s=elapsed_s(open_run),
        gap_s=gap_s(open_run, now),
        after=steps[-1].name if steps else "",
        values={name: value for piece in open_run.progress for name, value in piece.values.items()},
    )


def stopped_at_failure(open_run: OpenRun, plan: PlanRevision) -> bool:
    """Whether a failed critical step had ended the plan for this unit."""
    critical = {step.name for step in plan.steps if step.on_fail == "stop"}
    return any(step.outcome is Outcome.FAILED and step.name in critical for step in open_run.steps)


def _judgements(open_run: OpenRun, plan: PlanRevision) -> dict[str, Judgement]:
    found: dict[str, Judgement] = {}
    for measurand in plan.measurands:
        value: Reading | str | None = None
        for piece in open_run.progress:
            if measurand.name in piece.texts:
                value = piece.texts[measurand.name]
            elif measurand.name in piece.over_ranges:
                above = piece.over_ranges[measurand.name] is OverRange.OVER
                value = Reading(None, measurand.unit, over_range="OVER" if above else "UNDER")
            elif measurand.name in piece.values:
                value = Reading(piece.values[measurand.name], measurand.unit)
        if value is not None:
            found[measurand.name] = judge(measurand, value)
    return found
