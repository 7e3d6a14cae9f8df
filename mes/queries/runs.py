"""Runs of a unit with every measurand beside its limits: the vector read through its plan revision.

Outcomes are read, not judged again: the station's verdict stands, and only what it called a failure is one.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, NamedTuple
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import Connection, Text, bindparam, cast, select

from mes.lookup import Lookup, Prepared
from mes.models import table_of
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


class _Meaning(NamedTuple):
    """What a plan says of the measurand at one place of the vector."""

    name: str
    unit: str
    low: float | None
    high: float | None
    expected: str | None
    clause: str
    over_range_passes: bool
    place: int


_RUN, _PLAN, _MEASURAND = table_of(TestRun), table_of(Plan), table_of(PlanMeasurand)
_FAILURE, _INSTRUMENT = table_of(RunFailure), table_of(RunInstrument)
_UNASKED = ("unit_id", "source", "station_digest", "seq")
_RUNS = Prepared(
    select(
        *(column for column in _RUN.c if column.name not in _UNASKED),
        _PLAN.c.name.label("plan"),
        _PLAN.c.revision.label("plan_revision"),
    )
    .join(_PLAN, _PLAN.c.digest == _RUN.c.plan_digest)
    .where(_RUN.c.unit_id == bindparam("unit_id"))
    .order_by(_RUN.c.started_at, _RUN.c.id)
)
_LAYOUTS = Lookup(
    select(
        *(_MEASURAND.c[name] for name in ("plan_digest", "place", "name", "unit", "low", "high")),
        cast(_MEASURAND.c.definition, Text),
    ).order_by(_MEASURAND.c.plan_digest, _MEASURAND.c.place),
    _MEASURAND.c.plan_digest,
)
_FAILURES = Lookup(select(_FAILURE), _FAILURE.c.run_id)
_INSTRUMENTS = Lookup(select(_INSTRUMENT).order_by(_INSTRUMENT.c.role), _INSTRUMENT.c.run_id)


def runs_of_unit(connection: Connection, unit_id: UUID) -> tuple[RunReport, ...]:
    """Every run of a unit by (start, id). Raises `InconsistentRow` when a vector does not fit its plan."""
    runs = _RUNS.rows(connection, unit_id=unit_id)
    layouts: dict[str, list[_Meaning]] = {}
    for digest, *told in _LAYOUTS.rows(connection, {run.plan_digest for run in runs}):
        layouts.setdefault(digest, []).append(_meaning(*told))
    run_ids = [run.id for run in runs]
    failures: dict[UUID, dict[str, Any]] = {}
    for failure in _FAILURES.rows(connection, run_ids):
        failures.setdefault(failure.run_id, {})[failure.measurand] = failure
    instruments: dict[UUID, list[Any]] = {}
    for instrument in _INSTRUMENTS.rows(connection, run_ids):
        instruments.setdefault(instrument.run_id, []).append(instrument)
    together = partners(connection, runs)
    return tuple(
        _report(
            run,
            layouts.get(run.plan_digest, []),
            failures.get(run.id, {}),
            instruments.get(run.id, []),
            together.get(run.id, ()),
        )
        for run in runs
    )


@lru_cache(maxsize=8192)
def _meaning(place: int, name: str, unit: str, low: float | None, high: float | None, definition_text: str) -> _Meaning:
    # Remembered by all that it is made of: the plans of a site are few, and every history reads some of them.
    definition = from_json(definition_text)
    passes = definition.get("over_range") == "pass"
    return _Meaning(name, unit, low, high, expectation(definition), str(definition.get("clause", "")), passes, place)


def _report(
    run: Any,
    layout: list[_Meaning],
    failures: dict[str, Any],
    instruments: list[Any],
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
        plan=run.plan,
        plan_revision=run.plan_revision,
        plan_digest=run.plan_digest,
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


def _use(one: Any, layout: list[_Meaning]) -> InstrumentUse:
    names = {measurand.place: measurand.name for measurand in layout}
    read = {told: tuple(names[place] for place in places) for told, places in one.readings.items()}
    return InstrumentUse(one.role, one.model, one.serial, one.firmware, one.calibration_due, read)


def _measured(run: Any, layout: list[_Meaning], failures: dict[str, Any]) -> tuple[MeasuredValue, ...]:
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


def _measured_value(run: Any, measurand: _Meaning, value: float | None, failure: Any) -> MeasuredValue:
    name, text, over_range = measurand.name, run.texts.get(measurand.name), run.over_ranges.get(measurand.name)
    low, high = (measurand.low, measurand.high) if failure is None else (failure.low, failure.high)
    expected = measurand.expected if failure is None else failure.expected
    distance = distance_outside(value, low, high)
    if failure is not None:
        outcome = MeasurandOutcome.FAILED
    elif over_range is not None:
        outcome = MeasurandOutcome.PASSED if measurand.over_range_passes else MeasurandOutcome.ERROR
    elif value is None and text is None:
        outcome = MeasurandOutcome.NOT_MEASURED
    elif low is None and high is None and expected is None:
        outcome = MeasurandOutcome.RECORDED
    elif distance is not None:
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
        clause=measurand.clause,
        outcome=outcome,
        marginal=name in run.marginal,
        distance=distance,
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
