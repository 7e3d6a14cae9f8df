"""What an engineering run prints: a page, one document, or tidy values for a gauge study."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, Final

from mes.command_line import Exit
from mes.records import UnitIdentity
from mes.vocabulary import Outcome, RunEnding
from stations.config import StationConfig
from stations.engineering_run import Spread, Trial, spreads

CSV_HEADER: Final = "value,part,trial,measurand\n"
"""One value a line: `part` is the unit's serial number, `trial` counts from 1."""


def csv_rows(trial: Trial) -> str:
    """The values of a repetition, tidy, unrounded."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for name, value in trial.values:
        writer.writerow((repr(value), trial.record.unit.serial, trial.number, name))
    return text.getvalue()


def trial_lines(trial: Trial) -> list[str]:
    """One repetition for a person: each step, and what failed in it."""
    record = trial.record
    lines = [f"trial {trial.number}"]
    for step in record.steps:
        message = f": {step.message}" if step.message else ""
        lines.append(f"  {step.outcome:8} {step.name} ({step.duration_s:.3g} s){message}")
    if record.ending is not RunEnding.COMPLETED:
        lines.append(f"  run ended {record.ending}: {record.reason}")
    return lines


def value_lines(trial: Trial) -> list[str]:
    """Every value of a single repetition with its limits."""
    values = dict(trial.values)
    record = trial.record
    lines = []
    for measurand in trial.plan.measurands:
        name = measurand.name
        over = record.over_ranges.get(name)
        if name in values:
            shown = f"{values[name]:.6g} {measurand.unit}"
        elif name in record.texts:
            shown = record.texts[name]
        elif over is not None:
            shown = f"{over.lower()} range"
        else:
            continue
        lines.append(f"  {name}: {shown}" + (f", must be {measurand.expected}" if measurand.expected else ""))
    return lines


def spread_lines(found: Sequence[Spread]) -> list[str]:
    """The table of repetitions: n, least, mean, greatest and standard deviation of every measurand."""
    cells = [["measurand", "unit", "n", "min", "mean", "max", "s"]]
    cells += [
        [
            one.measurand,
            one.unit,
            str(one.count),
            *(f"{value:.7g}" for value in (one.least, one.mean, one.greatest)),
            "" if one.deviation is None else f"{one.deviation:.3g}",
        ]
        for one in found
    ]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def unit_lines(config: StationConfig, unit: UnitIdentity, trials: Sequence[Trial], wanted: int) -> list[str]:
    """All repetitions on one unit for a person."""
    mark = " (SIMULATED)" if config.simulated else ""
    lines = [f"ENGINEERING run of {unit} at {config.station}{mark}: no gate was asked, nothing is recorded"]
    if wanted == 1:
        for trial in trials:
            lines += trial_lines(trial) + value_lines(trial)
    else:
        for trial in trials:
            lines += [] if trial.passed else trial_lines(trial)
        lines += spread_lines(spreads(trials))
    good = sum(trial.passed for trial in trials)
    steps = ", ".join(step.name for step in trials[0].plan.steps) if trials else ""
    lines.append(f"{good} of {len(trials)} repetitions within limits ({steps}); this is no verdict on the unit")
    return lines


def unit_document(config: StationConfig, unit: UnitIdentity, trials: Sequence[Trial], wanted: int) -> dict[str, Any]:
    """All repetitions on one unit for a machine (schema 1)."""
    return {
        "schema": 1,
        "engineering": True,
        "recorded": False,
        "simulated": config.simulated,
        "station": config.station,
        "operator": config.operator,
        "unit": unit.model_dump(mode="json"),
        "wanted": wanted,
        "trials": [_trial_document(trial) for trial in trials],
        "spread": [
            {
                "measurand": one.measurand,
                "unit": one.unit,
                "n": one.count,
                "min": one.least,
                "mean": one.mean,
                "max": one.greatest,
                "s": one.deviation,
            }
            for one in spreads(trials)
        ],
    }


def _trial_document(trial: Trial) -> dict[str, Any]:
    record = trial.record
    return {
        "trial": trial.number,
        "within_limits": trial.passed,
        "ending": record.ending,
        "reason": record.reason,
        "steps": [step.model_dump(mode="json") for step in record.steps],
        "values": dict(trial.values),
        "texts": record.texts,
        "over_ranges": record.over_ranges,
        "failures": [failure.model_dump(mode="json") for failure in record.failures],
    }


def unit_exit(trials: Sequence[Trial]) -> Exit:
    """How the command ends: 130 stopped, 4 a step could not be run, 1 something out of limits, else 0."""
    endings = {trial.record.ending for trial in trials}
    if RunEnding.ABORTED in endings or not trials:
        return Exit.ABORTED
    if any(step.outcome is Outcome.ERROR for trial in trials for step in trial.record.steps):
        return Exit.STATION
    if any(step.outcome is Outcome.FAILED for trial in trials for step in trial.record.steps):
        return Exit.NO
    return Exit.OK if RunEnding.ERROR not in endings else Exit.STATION


def document_line(document: dict[str, Any]) -> str:
    """One document on a line of its own."""
    return json.dumps(document) + "\n"
