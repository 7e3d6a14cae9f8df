"""What was found out about a gauge: a study of it, with its readings (AIAG MSA-4)."""

from datetime import date
from typing import Literal

from pydantic import Field, FiniteFloat

from mes.records.document import Digest, Document, Name, Record, Text


class StudyReading(Document):
    """One line of a study's table, as it was written; a column that the method does not need is None."""

    value: Name
    part: Name | None = None
    appraiser: Name | None = None
    trial: Name | None = None
    reference: Name | None = None


class GaugeStudyRecorded(Record):
    """The gauge of one measurand was studied: what came out, and the readings that it can be had from again.

    `results` names every quantity; None is one that the study does not have, as a share of a tolerance without two
    limits.
    """

    kind: Literal["gauge_study_recorded"] = "gauge_study_recorded"
    part: Name
    operation: Name
    measurand: Name
    unit: Text
    method: Literal["rr", "linearity", "bias", "attribute"]
    studied_on: date
    by: Name
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    n: int = Field(ge=2)
    results: dict[Name, FiniteFloat | None] = Field(min_length=1)
    digest: Digest
    """SHA-256 of the table as it was handed in."""
    readings: tuple[StudyReading, ...]
    note: Text = ""
