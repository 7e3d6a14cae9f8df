"""Gauge studies as they were recorded."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel


class GaugeStudyRow(SQLModel, table=True):
    """One study of the gauge of a measurand, with its results and every reading (AIAG MSA-4).

    `voided_by` is the record that voided the study: it stays and counts nowhere.
    """

    __tablename__ = "gauge_study"
    __table_args__ = (Index("ix_gauge_study_measurand", "part", "operation", "measurand"),)

    id: UUID = Field(primary_key=True)
    part: str
    operation: str
    measurand: str
    unit: str
    method: str
    studied_on: date
    studied_by: str
    low: float | None
    high: float | None
    n: int
    results: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    digest: str
    readings: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    note: str
    simulated: bool
    recorded_at: datetime
    voided_by: UUID | None = Field(default=None)
