"""What `station run` says of one unit: one document for a machine, a few lines for a person."""

from typing import Any

from mes.command_line import Exit
from mes.records import MeasurandFailure
from mes.vocabulary import RunEnding, Verdict
from stations.agent import Worked
from stations.composition import TestStation


def run_document(station: TestStation, worked: Worked, database: str) -> dict[str, Any]:
    """The unit's whole story at this station (schema 1)."""
    run = worked.run
    return {
        "schema": 1,
        "simulated": station.config.simulated,
        "station": station.config.station,
        "operator": station.config.operator,
        "unit": worked.unit.model_dump(mode="json"),
        "operation": station.plan.operation,
        "plan": {
            "name": station.plan.name,
            "revision": station.plan.revision,
            "limit_revision": station.plan.limit_revision,
            "digest": station.plan.digest,
        },
        "gate": {
            "id": str(worked.decision.request.id),
            "allowed": worked.decision.allowed,
            "refusals": [refusal.model_dump(mode="json") for refusal in worked.decision.refusals],
        },
        "run": None if run is None else str(run.run),
        "verdict": None if run is None else run.verdict,
        "ending": None if run is None else run.ending,
        "reason": "" if run is None else run.reason,
        "failures": [] if run is None else [_failure(f) for f in run.failures],
        "marginal": [] if run is None else list(run.marginal),
        "steps": [] if run is None else [s.model_dump(mode="json") for s in run.steps],
        "measurements": [] if run is None else _measurements(station, worked),
        "recorded": run is not None,
        "sent": worked.forwarded.remaining == 0,
        "queued": worked.forwarded.remaining,
        "forwarding_error": worked.forwarded.error,
        "database": database,
    }


def _measurements(station: TestStation, worked: Worked) -> list[dict[str, Any]]:
    run = worked.run
    if run is None:
        return []
    rows = []
    for measurand, value in zip(station.plan.measurands, run.values, strict=True):
        text = run.texts.get(measurand.name)
        over_range = run.over_ranges.get(measurand.name)
        if value is None and text is None and over_range is None:
            continue
        rows.append(
            {
                "name": measurand.name,
                "value": text if text is not None else value,
                "unit": measurand.unit,
                "over_range": over_range,
                "low": measurand.low,
                "high": measurand.high,
            }
        )
    return rows


def _failure(failure: MeasurandFailure) -> dict[str, Any]:
    return {**failure.model_dump(mode="json"), "by": failed_by(failure)}


def failed_by(failure: MeasurandFailure) -> float | None:
    """How far a value lies outside the limit that it broke, in its own unit; None for a text or an over-range."""
    if failure.value is None:
        return None
    if failure.low is not None and failure.value < failure.low:
        return failure.low - failure.value
    if failure.high is not None and failure.value > failure.high:
        return failure.value - failure.high
    return None


def run_lines(station: TestStation, worked: Worked) -> list[str]:
    """The same for a person: what happened, why, and what to do now."""
    mark = " (SIMULATED)" if station.config.simulated else ""
    lines = [f"{worked.unit} at {station.config.station}, operation {station.plan.operation}{mark}"]
    run = worked.run
    if run is None:
        lines.append("REFUSED by the gate: nothing was run")
        for refusal in worked.decision.refusals:
            lines.append(f"  {refusal.rule}: {refusal.message}")
            lines.append(f"    to unlock ({refusal.who.lower()}): {refusal.unlock}")
        return lines
    verdict = run.verdict if run.verdict is not Verdict.NONE else "NO VERDICT"
    lines.append(verdict if run.ending is RunEnding.COMPLETED else f"{verdict}, run ended {run.ending}: {run.reason}")
    lines += [f"  {_told(failure)}" for failure in run.failures]
    lines += [f"  marginal: {name}" for name in run.marginal]
    sent = worked.forwarded
    if sent.remaining:
        lines.append(f"recorded here, not yet sent: {sent.remaining} records wait ({sent.error})")
    else:
        lines.append("recorded and sent")
    return lines


def _told(failure: MeasurandFailure) -> str:
    if failure.over_range is not None:
        return f"{failure.measurand}: {failure.over_range.lower()} range, must be {failure.expected}"
    if failure.value is None:
        return f"{failure.measurand}: {failure.text}, must be {failure.expected}"
    by = failed_by(failure)
    value = f"{failure.measurand}: {failure.value:.6g} {failure.unit}, must be {failure.expected}"
    return value if by is None else f"{value}: out by {by:.3g} {failure.unit}"


def exit_code(worked: Worked) -> Exit:
    """How the command ends for this unit (page 6, section 6.4)."""
    run = worked.run
    if run is None:
        return Exit.NO
    if run.ending is RunEnding.ABORTED:
        return Exit.ABORTED
    if run.ending is RunEnding.ERROR:
        return Exit.STATION
    if run.verdict is not Verdict.PASSED:
        return Exit.NO
    return Exit.RETRY if worked.forwarded.remaining else Exit.OK
