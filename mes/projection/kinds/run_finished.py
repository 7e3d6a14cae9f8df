"""A run in one document: its verdict, its ending and its measurement vector."""

from datetime import UTC

from mes.labels.mac_address import read_mac, write_mac
from mes.models.numbering import ReadBack
from mes.models.test_run import RunFailure, RunInstrument
from mes.projection.history import Run
from mes.projection.kinds.run_started import mentions, row, same_run
from mes.projection.working_set import Row, WorkingSet
from mes.records import RunFinished

__all__ = ["mentions", "project"]

_MAX_CYCLES = 2**31 - 1


def project(record: RunFinished, work: WorkingSet) -> None:
    """Write the finished run in the place of the started one, its failures and its instruments."""
    unit = work.unit(record.unit)
    _check(record, work)
    held = work.runs.get(record.run)
    if held is not None:
        same_run(work, held, record)
        if held.finished:
            work.reject(f"run {record.run} has already finished")
    run = Run(
        record.run,
        unit.id,
        record.operation,
        record.plan,
        record.station,
        record.source,
        record.simulated,
        record.started_at,
        record.verdict.value,
        record.ending.value,
        held.voided_by if held else None,
    )
    finished = row(run, record) | {
        "finished_at": record.at,
        "reason": record.reason,
        "measurements": record.values,
        "texts": record.texts,
        "over_ranges": record.over_ranges,
        "marginal": record.marginal,
        "steps": record.steps,
        "attachments": record.attachments,
        "fixture_cycles": record.fixture_cycles,
        "limit_revision": record.limit_revision,
        "station_digest": record.station_digest,
        "safe": record.safe,
        "ambient_celsius": record.ambient_celsius,
        "gap_s": record.gap_s,
        "seq": work.entry.seq,
        "retried_attempts": sum(len(step.attempts) for step in record.steps),
    }
    work.put_run(run, finished)
    work.touched[unit.id] = unit
    work.rows[RunFailure] += [{"run_id": run.id, **failure.model_dump(mode="json")} for failure in record.failures]
    work.rows[ReadBack] += _read_back(record, run, work)
    work.rows[RunInstrument] += [{"run_id": run.id, **instrument.__dict__} for instrument in record.instruments]


def _read_back(record: RunFinished, run: Run, work: WorkingSet) -> list[Row]:
    """What the unit's own memory said of it that something may follow from."""
    found = []
    for measurand, text in record.texts.items():
        tells, value = work.tells.get((run.plan, measurand)), text.strip()
        if tells == "serial" and value != record.unit.serial:
            found.append((measurand, tells, value))
        elif tells == "mac" and (address := _address(value)) is not None:
            found.append((measurand, tells, address))
    columns = {"run_id": run.id, "unit_id": run.unit_id, "read_at": run.started_at}
    return [columns | {"measurand": name, "tells": tells, "value": value} for name, tells, value in found]


def _address(text: str) -> str | None:
    """The address in the one way it is written here; None where nothing was told, or nothing that is one."""
    try:
        return write_mac(read_mac(text))
    except ValueError:
        return None


def _check(record: RunFinished, work: WorkingSet) -> None:
    """Refuse what no row could hold, or no plan could read."""
    expected = work.measurands(record.plan)
    if len(record.values) != expected:
        work.reject(f"values: {len(record.values)} given, plan {record.plan[:12]} lays out {expected}")
    work.distinct("failure of", [failure.measurand for failure in record.failures])
    work.distinct("instrument role", [instrument.role for instrument in record.instruments])
    for instrument in record.instruments:
        places = [place for told in instrument.readings.values() for place in told]
        if any(not 0 <= place < expected for place in places) or len(set(places)) < len(places):
            work.reject(f"readings of {instrument.role}: {places} are not places of the {expected} values, each once")
    if record.fixture_cycles is not None and not 0 <= record.fixture_cycles <= _MAX_CYCLES:
        work.reject(f"fixture_cycles: {record.fixture_cycles} is no count of cycles")
    try:
        record.started_at.astimezone(UTC)
    except OverflowError:
        work.reject(f"started_at: {record.started_at} has no UTC time")
