"""Moments of measured values, kept in the ingest transaction, so that a trend costs the same among a million runs."""

from datetime import date

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from mes.vector import MeasurementVector


def _vector() -> Column[list[float | None]]:
    return Column(MeasurementVector, nullable=False)


class RollupMoments(SQLModel, table=True):
    """Moments of every measurand of one plan over the runs that one source told of one station and UTC day.

    What counts is a value of a run that ended COMPLETED and was not voided. Each column is a vector laid out by the
    plan, as a run's values are; a measurand without a number has the count 0, and None for its extremes. A source has
    a row of its own because its chain is the order in which values are folded: rows then follow from what each source
    told, and neither from batches nor from whose records arrived first.
    """

    __tablename__ = "rollup_moments"

    plan_digest: str = Field(primary_key=True, foreign_key="plan.digest")
    station: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    simulated: bool = Field(primary_key=True)
    runs: int
    origins: list[float | None] = Field(sa_column=_vector())
    """What the means are told from: see `mes.statistics.moments.fixed_origin`."""
    counts: list[float | None] = Field(sa_column=_vector())
    offsets: list[float | None] = Field(sa_column=_vector())
    """Mean less origin."""
    m2s: list[float | None] = Field(sa_column=_vector())
    """Sum of the squared deviations from the mean; None when it is beyond every number."""
    minima: list[float | None] = Field(sa_column=_vector())
    maxima: list[float | None] = Field(sa_column=_vector())
