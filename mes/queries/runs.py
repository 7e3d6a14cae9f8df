"""Runs of a unit with every measurand beside its limits: the vector read through its plan revision.

Outcomes are read, not judged again: the station's verdict stands, and only what it called a failure is one.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from sqlmodel import Session, col, select

from mes.models.product import Plan, PlanMeasurand
from mes.models.test_run import RunFailure, RunInstrument, TestRun
from mes.queries.run_circumstances import (
    AttachedFile,
    InstrumentUse,
    PartnerRun,
    StepReport,
    attached_to,
    partners,
    steps_of,
)
from mes.queries.snapshot import InconsistentRow
from mes.vocabulary import OverRange, RunEnding, Verdict


class MeasurandOutcome(StrEnum):
    """What a run says about one measurand; a measurand that was not reached never counts as passed."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    ERROR = "ERROR"
    """A value was seen that nobody judged good: it left a range that must hold it, or its step broke off."""
    RECORDED = "RECORDED"
    """Measured for the record: the plan sets no limit."""
    NOT_MEASURED = "NOT_MEASURED"


@dataclass(frozen=True, slots=True)
class MeasuredValue:
    """One measurand of one run: value or text, limits, clause and outcome.

    `distance` is how far a failing value lies outside the limit it missed, in `unit`, unrounded; None when the
    value passed or has no distance (a text, an over-range).
    """

    name: str
    unit: str
    value: float | None
    text: str | None
    over_range: OverRange | None
    low: float | None
    high: float | None
    expected: str | None
    clause: str
    outcome: MeasurandOutcome
    marginal: bool
    distance: float | None


@dataclass(frozen=True, slots=True)
class RunReport:
    """One execution of a plan (ISA-95 job response); verdict and ending are None until the run is finished."""

    at: datetime
    id: UUID
    operation: str
    attempt: int
    station: str
    fixture: str
    slot: str
    fixture_cycles: int | None
    operator: str
    gate: UUID
    plan: str
    plan_revision: str
    plan_digest: str
    limit_revision: str | None
    simulated: bool
    finished_at: datetime | None
    verdict: Verdict | None
    ending: RunEnding | None
    reason: str
    group: UUID | None
    together: tuple[PartnerRun, ...]
    """The runs of the other units that were tested together with this one; only those that have arrived."""
    safe: str | None
    """What was proven off at the end of the run, and what was not; empty for a run whose end nobody saw."""
    ambient_celsius: float | None
    gap_s: float | None
    """For how long the run was cut off before it went on; 0 for a run in one piece."""
    retried_attempts: int | None
    """Attempts at its steps that decided nothing, because the step was tried again."""
    measurands: tuple[MeasuredValue, ...]
    steps: tuple[StepReport, ...]
    instruments: tuple[InstrumentUse, ...]
    attachments: tuple[AttachedFile, ...]
    voided_by: UUID | None = None
    fixture_revision: str | None = None
    provisional: bool = False
    """Begun while the centre was away; what its gate said as it arrived is an event of its own, under `gate`."""
    event: Literal["run"] = "run"


def runs_of_unit(session: Session, unit_id: UUID) -> tuple[RunReport, ...]:
    """Every run of a unit by (start, id). Raises `InconsistentRow` when a vector does not fit its plan."""
    runs = session.exec(
        select(TestRun, Plan)
        .join(Plan, col(Plan.digest) == col(TestRun.plan_digest))
        .where(col(TestRun.unit_id) == unit_id)
        .order_by(col(TestRun.started_at), col(TestRun.id))
    ).all()
    layouts: dict[str, list[PlanMeasurand]] = {}
    for measurand in session.exec(
        select(PlanMeasurand)
        .where(col(PlanMeasurand.plan_digest).in_({plan.digest for _, plan in runs}))
        .order_by(col(PlanMeasurand.plan_digest), col(PlanMeasurand.place))
    ):
        layouts.setdefault(measurand.plan_digest, []).append(measurand)
    run_ids = [run.id for run, _ in runs]
    failures: dict[UUID, dict[str, RunFailure]] = {}
    for failure in session.exec(select(RunFailure).where(col(RunFailure.run_id).in_(run_ids))):
        failures.setdefault(failure.run_id, {})[failure.measurand] = failure
    instruments: dict[UUID, list[RunInstrument]] = {}
    for instrument in session.exec(
        select(RunInstrument).where(col(RunInstrument.run_id).in_(run_ids)).order_by(col(RunInstrument.role))
    ):
        instruments.setdefault(instrument.run_id, []).append(instrument)
    together = partners(session, [run for run, _ in runs])
    return tuple(
        _report(
            run,
            plan,
            layouts.get(plan.digest, []),
            failures.get(run.id, {}),
            instruments.get(run.id, []),
            together.get(run.id, ()),
        )
        for run, plan in runs
    )


def _report(
    run: TestRun,
    plan: Plan,
    layout: list[PlanMeasurand],
    failures: dict[str, RunFailure],
    instruments: list[RunInstrument],
    together: tuple[PartnerRun, ...],
) -> RunReport:
    return RunReport(
        at=run.started_at,
        id=run.id,
        operation=run.operation,
        attempt=run.attempt,
        station=run.station,
        fixture=run.fixture,
        slot=run.slot,
        fixture_cycles=run.fixture_cycles,
        operator=run.operator,
        gate=run.gate_id,
        plan=plan.name,
        plan_revision=plan.revision,
        plan_digest=plan.digest,
        limit_revision=run.limit_revision,
        simulated=run.simulated,
        finished_at=run.finished_at,
        verdict=None if run.verdict is None else Verdict(run.verdict),
        ending=None if run.ending is None else RunEnding(run.ending),
        reason=run.reason,
        measurands=_measured(run, layout, failures),
        group=run.group_id,
        together=together,
        safe=run.safe,
        ambient_celsius=run.ambient_celsius,
        gap_s=run.gap_s,
        retried_attempts=run.retried_attempts,
        steps=steps_of(run),
        instruments=tuple(_use(instrument, layout) for instrument in instruments),
        attachments=attached_to(run),
        voided_by=run.voided_by,
        fixture_revision=run.fixture_revision,
        provisional=run.provisional,
    )


def _use(one: RunInstrument, layout: list[PlanMeasurand]) -> InstrumentUse:
    names = {measurand.place: measurand.name for measurand in layout}
    read = {told: tuple(names[place] for place in places) for told, places in one.readings.items()}
    return InstrumentUse(one.role, one.model, one.serial, one.firmware, one.calibration_due, read)


def _measured(run: TestRun, layout: list[PlanMeasurand], failures: dict[str, RunFailure]) -> tuple[MeasuredValue, ...]:
    if run.finished_at is None:
        return ()
    if len(run.measurements) != len(layout):
        raise InconsistentRow(
            f"run {run.id}: holds {len(run.measurements)} values where its plan {run.plan_digest[:12]} has "
            f"{len(layout)} measurands\ncheck the journal with `mes verify`, then run `mes rebuild`"
        )
    return tuple(
        _measured_value(run, measurand, value, failures.get(measurand.name))
        for measurand, value in zip(layout, run.measurements, strict=True)
    )


def _measured_value(
    run: TestRun, measurand: PlanMeasurand, value: float | None, failure: RunFailure | None
) -> MeasuredValue:
    name, text, over_range = measurand.name, run.texts.get(measurand.name), run.over_ranges.get(measurand.name)
    low, high = (measurand.low, measurand.high) if failure is None else (failure.low, failure.high)
    expected = expectation(measurand.definition) if failure is None else failure.expected
    if failure is not None:
        outcome = MeasurandOutcome.FAILED
    elif over_range is not None:
        passes = measurand.definition.get("over_range") == "pass"
        outcome = MeasurandOutcome.PASSED if passes else MeasurandOutcome.ERROR
    elif value is None and text is None:
        outcome = MeasurandOutcome.NOT_MEASURED
    elif low is None and high is None and expected is None:
        outcome = MeasurandOutcome.RECORDED
    elif distance_outside(value, low, high) is not None:
        # Outside and yet no failure: the step broke off before it was judged. Not a pass, and not ours to fail.
        outcome = MeasurandOutcome.ERROR
    else:
        outcome = MeasurandOutcome.PASSED
    return MeasuredValue(
        name=name,
        unit=measurand.unit,
        value=value,
        text=text,
        over_range=None if over_range is None else OverRange(over_range),
        low=low,
        high=high,
        expected=expected,
        clause=str(measurand.definition.get("clause", "")),
        outcome=outcome,
        marginal=name in run.marginal,
        distance=distance_outside(value, low, high),
    )


def expectation(definition: dict[str, Any]) -> str | None:
    """What a measurand without a band has to be, in words; None where only a band is set."""
    if definition.get("equals") is not None:
        return str(definition["equals"])
    if definition.get("one_of") is not None:
        return "one of " + ", ".join(definition["one_of"])
    if definition.get("matches") is not None:
        return f"matching {definition['matches']}"
    return None


def distance_outside(value: float | None, low: float | None, high: float | None) -> float | None:
    """How far a value lies outside its band, in the unit of the value; None inside (limits are inclusive)."""
    if value is None:
        return None
    if low is not None and value < low:
        return low - value
    if high is not None and value > high:
        return value - high
    return None
