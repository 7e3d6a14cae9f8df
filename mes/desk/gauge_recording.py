"""A gauge study in a file becomes a record: its results as the commands tell them, every reading as it was written."""

import hashlib
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from sqlalchemy import Engine

from mes.command_line import CommandError
from mes.desk.acts import Desk
from mes.pages.gauge import gauge_readings
from mes.queries.gauge_studies import PlannedMeasurand, measurands_at, planned_measurands
from mes.records import GaugeStudyRecorded, StudyReading
from mes.statistics.attribute_agreement import Judgement, attribute_agreement
from mes.statistics.errors import Unanswerable
from mes.statistics.gauge_anova import gauge_anova
from mes.statistics.gauge_bias import bias_study, linearity_study
from mes.statistics.gauge_ranges import gauge_ranges
from mes.statistics.gauge_study import crossed_study
from mes.statistics.gauge_variation import GaugeVariation
from mes.study_sample import Sample, sample_from_file
from mes.tidy_csv import TidyRow, read_tidy

Results = dict[str, float | None]

_NEEDED = {
    "rr": ("part", "appraiser", "trial"),
    "linearity": ("reference",),
    "attribute": ("part", "appraiser", "trial"),
    "bias": (),
}


@dataclass(frozen=True, slots=True)
class Studied:
    """What was studied, when and by whom."""

    part: str
    operation: str
    measurand: str
    method: str
    by: str
    on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class StudyLimits:
    """Limits as given, and the limit revision that says them where several do."""

    low: float | None
    high: float | None
    revision: str | None
    reference: float | None
    good: str | None


def record_study(desk: Desk, engine: Engine, studied: Studied, asked: StudyLimits, file: Path) -> GaugeStudyRecorded:
    """Record the study in this file.

    Raises `CommandError` for a measurand that no plan of the part at the operation has, for limits that are several
    and for a file that cannot be read, `Unanswerable` for readings that make no study; nothing is recorded then.
    """
    if str(file) == "-":
        raise CommandError("--record: a study is kept with the digest of its table; give it as a file, not as -")
    planned = _planned(engine, studied)
    low, high = _limits(planned, studied, asked)
    try:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise CommandError(f"{file}: cannot be read: {error}") from error
    rows = read_tidy(file, ("value", *_NEEDED[studied.method]), studied.measurand)
    results = _results(studied, asked, file, low, high)
    with desk.act() as act:
        record = GaugeStudyRecorded.model_validate(
            {
                **act.envelope(),
                "part": studied.part,
                "operation": studied.operation,
                "measurand": studied.measurand,
                "unit": planned[0].unit,
                "method": studied.method,
                "studied_on": studied.on or act.at.date(),
                "by": studied.by,
                "low": low,
                "high": high,
                "n": len(rows),
                "results": results,
                "digest": digest,
                "readings": tuple(_reading(row) for row in rows),
                "note": studied.note,
            }
        )
        act.write([record])
        return record


def _planned(engine: Engine, studied: Studied) -> tuple[PlannedMeasurand, ...]:
    planned = planned_measurands(engine, studied.part, studied.operation, studied.measurand)
    if not planned:
        known = measurands_at(engine, studied.part, studied.operation)
        near = get_close_matches(studied.measurand, known, n=3, cutoff=0.4) or known[:8]
        told = f"nearest are {', '.join(near)}" if near else "no plan of this part was released for this operation yet"
        raise CommandError(
            f"measurand {studied.measurand}: no plan of {studied.part} at {studied.operation} has it; {told}\n"
            "a study under a wrong name would never be found; nothing was recorded"
        )
    return planned


def _limits(
    planned: tuple[PlannedMeasurand, ...], studied: Studied, asked: StudyLimits
) -> tuple[float | None, float | None]:
    if asked.low is not None or asked.high is not None:
        return asked.low, asked.high
    chosen = [one for one in planned if asked.revision in (None, one.limit_revision)]
    bands = {(one.low, one.high) for one in chosen}
    if len(bands) != 1:
        revisions = ", ".join(sorted({one.limit_revision for one in planned}))
        raise CommandError(
            f"measurand {studied.measurand}: its limits are those of {revisions}; choose with --limit-revision, or"
            " give --low and --high"
        )
    return bands.pop()


def _results(studied: Studied, asked: StudyLimits, file: Path, low: float | None, high: float | None) -> Results:
    if studied.method == "attribute":
        return _agreement(file, asked.good)
    sample = sample_from_file(file, *_NEEDED[studied.method], measurand=studied.measurand)
    if studied.method == "rr":
        return _variations(sample, None if low is None or high is None else high - low)
    if studied.method == "linearity":
        line = linearity_study(sample.values, [row.reference_value(str(file)) for row in sample.tidy])
        names = ("slope", "intercept", "residual_standard_deviation", "r_squared", "p_slope", "p_intercept")
        return {name: getattr(line, name) for name in names} | {"acceptable": float(line.acceptable)}
    reference = asked.reference
    if reference is None:
        references = {row.reference_value(str(file)) for row in sample.tidy}
        if len(references) != 1:
            raise CommandError(f"{file}: {len(references)} reference values; bias is at one, use --method linearity")
        (reference,) = references
    bias = bias_study(sample.values, reference)
    names = ("reference", "mean", "bias", "repeatability", "t", "p")
    ends = {"bias_lower": bias.interval.lower, "bias_upper": bias.interval.upper}
    return {name: getattr(bias, name) for name in names} | ends | {"acceptable": float(bias.acceptable)}


def _variations(sample: Sample, tolerance: float | None) -> Results:
    study = crossed_study(gauge_readings(sample, "operator"))
    results = _told("", gauge_anova(study, tolerance).variation)
    try:
        by_hand = gauge_ranges(study, tolerance).variation
    except Unanswerable:
        # Its factors are printed for small studies only, and the record then has no result of this method.
        return results
    return results | _told("average_and_range_", by_hand)


def _told(prefix: str, variation: GaugeVariation) -> Results:
    sigmas = ("ev", "av", "interaction", "grr", "pv", "tv")
    return {
        **{prefix + name: getattr(variation, name) for name in sigmas},
        f"{prefix}percent_of_total": variation.percent_of_total(variation.grr),
        f"{prefix}percent_of_tolerance": variation.percent_of_tolerance(variation.grr),
        f"{prefix}ndc": None if variation.ndc is None else float(variation.ndc),
    }


def _agreement(file: Path, good: str | None) -> Results:
    rows = read_tidy(file, ("value", *_NEEDED["attribute"]))
    found = attribute_agreement(
        (
            Judgement(row.part or "", row.appraiser or "", row.trial or "", row.text, row.reference or None)
            for row in rows
        ),
        good,
    )
    results: Results = {"fleiss_kappa": found.fleiss_kappa, "parts": float(found.parts)}
    for one in found.appraisers:
        results[f"consistent {one.appraiser}"[:120]] = float(one.consistent)
        if one.against_reference is not None:
            results[f"kappa_to_reference {one.appraiser}"[:120]] = one.against_reference.kappa
    return results


def _reading(row: TidyRow) -> StudyReading:
    return StudyReading(
        value=row.text,
        part=row.part or None,
        appraiser=row.appraiser or None,
        trial=row.trial or None,
        reference=row.reference or None,
    )
