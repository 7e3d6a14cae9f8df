"""A gauge study was recorded: its results and its readings become a row."""

from mes.models.gauge import GaugeStudyRow
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import GaugeStudyRecorded


def mentions(record: GaugeStudyRecorded, mentions: Mentions) -> None:
    """Nothing: a gauge may be studied before the first unit is there."""


def project(record: GaugeStudyRecorded, work: WorkingSet) -> None:
    """Add the study."""
    work.known[record.id] = ("gauge_study", None)
    same = ("part", "operation", "measurand", "unit", "method", "studied_on", "low", "high", "n", "digest", "note")
    work.rows[GaugeStudyRow].append(
        {
            "id": record.id,
            **{name: getattr(record, name) for name in same},
            "studied_by": record.by,
            "results": record.results,
            "readings": [reading.model_dump() for reading in record.readings],
            "simulated": record.simulated,
            "recorded_at": record.at,
            "voided_by": None,
        }
    )
