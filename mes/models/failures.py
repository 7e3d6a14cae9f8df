"""Counts of failures, kept in the ingest transaction, so that a Pareto costs the same among a million runs."""

from datetime import date

from sqlmodel import Field, SQLModel


class RollupFailure(SQLModel, table=True):
    """Runs of one plan at one station on one UTC day in which a measurand failed, by when it had failed before.

    What counts is a run that has finished and was not voided, on the day it started. `before` is the day of the run in
    which the measurand failed last on the same unit, at the same operation and under plans of the same part;
    `before_here` of the last of these at the same station; the first of January of the year 1 stands for never. Both
    keep simulated runs and real ones apart. A unit is thereby counted once in any window of whole days, by addition:
    in the run before which it had not failed since the window began.
    """

    __tablename__ = "rollup_failure"
    # Rows lie in the order of their days: a window reads what is in it, one after the other.
    __table_args__ = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    plan_digest: str = Field(primary_key=True, foreign_key="plan.digest")
    station: str = Field(primary_key=True)
    simulated: bool = Field(primary_key=True)
    operation: str = Field(primary_key=True)
    measurand: str = Field(primary_key=True)
    before: date = Field(primary_key=True)
    before_here: date = Field(primary_key=True)
    runs: int
    first_runs: int
    """Runs that were their unit's first at the operation (attempt 1)."""
    led: int
    """Runs of whose failed measurands this is the first by name: over all measurands, every failing run once."""
