"""Runs and the gate decisions before them. A run is one row; its measurements are one vector."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Index, text
from sqlmodel import Field, SQLModel

from mes.vector import MeasurementVector


class TestRun(SQLModel, table=True):
    """One execution of a plan on a unit (ISA-95 job response).

    Until `run_finished` arrives, `finished_at`, `verdict` and `ending` are None. `attempt` counts the runs of
    this unit at this operation from 1 in the order (started_at, source, id) and is recounted on late arrival.
    `group_id` ties the runs of units that were tested together; `safe` says what was proven off at the end and what
    was not (empty: nobody saw the end); `gap_s` is for how long the run was cut off before it went on;
    `retried_attempts` counts the attempts at its steps that decided nothing, because the step was tried again.
    `voided_by` is the record that voided the run: it stays and counts nowhere, and its `attempt` is 0. `seq` is the
    entry in the journal of its `source` that says how it ended.
    `voided_by` is the record that voided the run: it stays and counts nowhere, and its `attempt` is 0. A `provisional`
    run was begun while the centre was away; its `gate_id` is the decision that the gate made when it arrived.
    """

    __tablename__ = "test_run"
    # With the start in it: the last run of a station takes 0.1 ms and not a second among a million runs.
    __table_args__ = (
        Index("ix_test_run_station_started_at", "station", "started_at"),
        # And a window of values of a plan what is in it.
        Index("ix_test_run_plan_digest_started_at", "plan_digest", "started_at"),
        # What began while the centre was away is asked about at every gate, and is next to nothing.
        Index(
            "ix_test_run_provisional", "unit_id", sqlite_where=text("provisional"), postgresql_where=text("provisional")
        ),
    )
    __test__ = False  # pytest: this is a table, not a test class

    id: UUID = Field(primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    operation: str = Field(index=True)
    attempt: int
    station: str
    plan_digest: str = Field(foreign_key="plan.digest")
    fixture: str
    slot: str
    operator: str
    gate_id: UUID
    source: str
    simulated: bool
    started_at: datetime = Field(index=True)
    finished_at: datetime | None = Field(default=None)
    verdict: str | None = Field(default=None)
    ending: str | None = Field(default=None)
    reason: str = Field(default="")
    measurements: list[float | None] = Field(default_factory=list, sa_column=Column(MeasurementVector, nullable=False))
    texts: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    over_ranges: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    marginal: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    steps: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    attachments: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    fixture_cycles: int | None = Field(default=None)
    limit_revision: str | None = Field(default=None)
    station_digest: str | None = Field(default=None)
    group_id: UUID | None = Field(default=None, index=True)
    safe: str | None = Field(default=None)
    ambient_celsius: float | None = Field(default=None)
    gap_s: float | None = Field(default=None)
    retried_attempts: int | None = Field(default=None)
    voided_by: UUID | None = Field(default=None)
    seq: int | None = Field(default=None, sa_type=BigInteger)
    fixture_revision: str | None = Field(default=None)
    provisional: bool = Field(default=False)


class RunFailure(SQLModel, table=True):
    """One measurand that failed: the only measurements that are rows, for Pareto and defect work."""

    __tablename__ = "run_failure"

    run_id: UUID = Field(primary_key=True, foreign_key="test_run.id")
    measurand: str = Field(primary_key=True)
    unit: str
    value: float | None
    text: str | None
    over_range: str | None
    low: float | None
    high: float | None
    expected: str | None


class RunInstrument(SQLModel, table=True):
    """An instrument that took part in a run (ISA-95 equipment actual).

    `readings` are the places of the run's vector that it read itself, by the range that it told.
    """

    __tablename__ = "run_instrument"

    run_id: UUID = Field(primary_key=True, foreign_key="test_run.id")
    role: str = Field(primary_key=True)
    model: str
    serial: str = Field(index=True)
    firmware: str
    calibration_due: date | None
    readings: dict[str, list[int]] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class GateDecision(SQLModel, table=True):
    """What the gate answered, and why.

    `phase` says when it was asked: before the work, when a run (`run_id`) had finished, or when one arrived that was
    begun without it. `fixture` is where the unit was to be worked.
    """

    __tablename__ = "gate_decision"
    # An audit trail asks for the refusals of a time: they are few among the decisions of years.
    __table_args__ = (
        Index(
            "ix_gate_decision_refused",
            "decided_at",
            sqlite_where=text("NOT allowed"),
            postgresql_where=text("NOT allowed"),
        ),
    )

    id: UUID = Field(primary_key=True)
    maker: str
    part: str
    serial: str = Field(index=True)
    operation: str
    station: str
    operator: str
    allowed: bool
    refusals: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    simulated: bool
    decided_at: datetime
    phase: str = Field(default="BEFORE")
    run_id: UUID | None = Field(default=None)
    fixture: str | None = Field(default=None)


class Reservation(SQLModel, table=True):
    """A component that an allowed gate decision promised to one station, until it is built in or time runs out."""

    __tablename__ = "reservation"

    gate_id: UUID = Field(primary_key=True, foreign_key="gate_decision.id")
    maker: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    serial: str = Field(primary_key=True, index=True)
    parent: str
    station: str
    reserved_at: datetime


class Rollup(SQLModel, table=True):
    """Counts of one plan at one station and operation on one UTC day, kept in the ingest transaction.

    Only finished runs count, on the day they started. A run counts once as `failed` (verdict FAILED, however it
    ended), else as `errors` or `aborted` (its ending), else as `passed` (verdict PASSED); a completed run that
    proved nothing (verdict NONE) is in `runs` alone.
    """

    __tablename__ = "rollup"

    plan_digest: str = Field(primary_key=True, foreign_key="plan.digest")
    station: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    simulated: bool = Field(primary_key=True)
    operation: str = Field(primary_key=True)
    """As the runs name it."""
    runs: int
    passed: int
    failed: int
    errors: int
    aborted: int
    first_runs: int
    """Runs that were their unit's first at the operation (attempt 1)."""
    first_passed: int
    """First runs that count as `passed`."""
