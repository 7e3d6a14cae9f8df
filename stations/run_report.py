"""What `station run` says of one unit: one document for a machine, a few lines for a person."""

from collections.abc import Sequence
from typing import Any

from mes.command_line import Exit
from mes.records import MeasurandFailure, Refusal, RunFinished, UnitIdentity
from mes.vocabulary import RunEnding, Verdict
from stations.composition import TestStation
from stations.forwarder import DrainReport
from stations.worked import Worked


def run_document(station: TestStation, worked: Worked, database: str) -> dict[str, Any]:
    """The unit's whole story at this station (schema 1)."""
    gate = {
        "id": str(worked.decision.request.id),
        "allowed": worked.decision.allowed,
        "refusals": [refusal.model_dump(mode="json") for refusal in worked.decision.refusals],
    }
    return {
        **_document(station, worked.unit, worked.run, gate, worked.forwarded),
        "provisional": worked.provisional,
        "at_finish": None
        if worked.at_finish is None
        else {
            "id": str(worked.at_finish.id),
            "refusals": [refusal.model_dump(mode="json") for refusal in worked.at_finish.refusals],
        },
        "recovered": [recovered_document(one) for one in worked.recovered],
        "warnings": list(worked.warnings),
        "database": database,
    }


def resumed_document(station: TestStation, run: RunFinished, forwarded: DrainReport, database: str) -> dict[str, Any]:
    """The same of a run that was gone on with after a power cut: the gate had allowed it before."""
    gate = {"id": str(run.gate), "allowed": True, "refusals": []}
    document = _document(station, run.unit, run, gate, forwarded)
    return {**document, "recovered": [], "warnings": list(station.producer.warnings()), "database": database}


def _document(
    station: TestStation, unit: UnitIdentity, run: RunFinished | None, gate: dict[str, Any], forwarded: DrainReport
) -> dict[str, Any]:
    return {
        "schema": 1,
        "simulated": station.config.simulated,
        "station": station.config.station,
        "operator": station.config.operator,
        "unit": unit.model_dump(mode="json"),
        "operation": station.plan.operation,
        "plan": {
            "name": station.plan.name,
            "revision": station.plan.revision,
            "limit_revision": station.plan.limit_revision,
            "digest": station.plan.digest,
        },
        "gate": gate,
        "run": None if run is None else str(run.run),
        "group": None if run is None or run.group is None else str(run.group),
        "slot": None if run is None else run.slot,
        "gap_s": 0.0 if run is None else run.gap_s,
        "verdict": None if run is None else run.verdict,
        "ending": None if run is None else run.ending,
        "reason": "" if run is None else run.reason,
        "failures": [] if run is None else [_failure(f) for f in run.failures],
        "marginal": [] if run is None else list(run.marginal),
        "steps": [] if run is None else [s.model_dump(mode="json") for s in run.steps],
        "measurements": [] if run is None else _measurements(station, run),
        "attachments": [] if run is None else [one.model_dump(mode="json") for one in run.attachments],
        "recorded": run is not None,
        "sent": is_sent(forwarded),
        "queued": forwarded.remaining,
        "forwarding_error": forwarded.error,
    }


def _measurements(station: TestStation, run: RunFinished) -> list[dict[str, Any]]:
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


def recovered_document(run: RunFinished) -> dict[str, Any]:
    """A run that was cut off earlier and has been ended now."""
    return {
        "run": str(run.run),
        "unit": run.unit.model_dump(mode="json"),
        "operation": run.operation,
        "started_at": run.started_at.isoformat(),
        "verdict": run.verdict,
        "ending": run.ending,
        "reason": run.reason,
        "steps": [step.name for step in run.steps],
    }


def recovered_line(run: RunFinished) -> str:
    """The same in one line for a person."""
    verdict = run.verdict if run.verdict is not Verdict.NONE else "no verdict"
    return f"recovered: run of {run.unit}, {run.operation}, is recorded as {run.ending}, {verdict}: {run.reason}"


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
    run = worked.run
    if run is None:
        if worked.decision.allowed:
            return [_heading(station, worked.unit), "not run: the gate refused another unit of this run"]
        refused = [_heading(station, worked.unit), "REFUSED by the gate: nothing was run"]
        return refused + refusal_lines(worked.decision.refusals)
    lines = finished_lines(station, run, worked.forwarded)
    if worked.provisional:
        lines.insert(2, "PROVISIONAL: recorded locally, route not checked; the centre judges it when it arrives")
    if worked.at_finish is not None:
        lines[1] += f"{', but' if run.verdict is Verdict.PASSED else ', and'} HELD: put it aside"
        lines += refusal_lines(worked.at_finish.refusals)
    # Those of an earlier process were told when the station was opened.
    lines += [recovered_line(one) for one in worked.recovered if one not in station.agent.recovered]
    lines += [f"warning: {warning}" for warning in worked.warnings]
    return lines


def refusal_lines(refusals: Sequence[Refusal]) -> list[str]:
    """Each rule that said no, and what unlocks it."""
    lines = []
    for refusal in refusals:
        lines.append(f"  {refusal.rule}: {refusal.message}")
        lines.append(f"    to unlock ({refusal.who.lower()}): {refusal.unlock}")
    return lines


def finished_lines(station: TestStation, run: RunFinished, sent: DrainReport) -> list[str]:
    """What a finished run says of its unit, and whether the centre knows it."""
    lines = [_heading(station, run.unit)]
    verdict = run.verdict if run.verdict is not Verdict.NONE else "NO VERDICT"
    lines.append(verdict if run.ending is RunEnding.COMPLETED else f"{verdict}, run ended {run.ending}: {run.reason}")
    lines += [f"  {_told(failure)}" for failure in run.failures]
    lines += [f"  marginal: {name}" for name in run.marginal]
    if is_sent(sent):
        lines.append("recorded and sent")
    else:
        lines.append(f"recorded here, not sent: {sent.remaining} records wait ({sent.error})")
    return lines


def _heading(station: TestStation, unit: UnitIdentity) -> str:
    mark = " (SIMULATED)" if station.config.simulated else ""
    return f"{unit} at {station.config.station}, operation {station.plan.operation}{mark}"


def is_sent(forwarded: DrainReport) -> bool:
    """Whether the centre has everything that this station has recorded."""
    return forwarded.remaining == 0 and forwarded.error is None


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
    if worked.run is None:
        return Exit.NO
    ended = finished_exit(worked.run, worked.forwarded)
    # It passed, and goes no further all the same.
    return Exit.NO if ended is Exit.OK and worked.at_finish is not None else ended


def finished_exit(run: RunFinished, forwarded: DrainReport) -> Exit:
    """The same for a run that came to an end."""
    if run.ending is RunEnding.ABORTED:
        return Exit.ABORTED
    if run.ending is RunEnding.ERROR:
        return Exit.STATION
    if run.verdict is not Verdict.PASSED:
        return Exit.NO
    return Exit.OK if is_sent(forwarded) else Exit.RETRY
