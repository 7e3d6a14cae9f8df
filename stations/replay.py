"""Playing a recorded run: the same plan, fixture and drivers over the recording, and the same record or a diff.

No simulator, no instrument and no database take part. Ids and moments are those of the recording: identity and time
come in by argument here as everywhere.
"""

import difflib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from drivers.errors import InstrumentError
from drivers.recording import Recording, RecordingError, Row, load_recording
from drivers.replayer import Replayer, ReplayMismatch
from drivers.trace import Trace
from mes.records import RunFinished
from mes.vocabulary import Verdict
from stations.attachment_policy import Keep
from stations.composition import PreparedStation, prepare_station
from stations.config import StationConfig
from stations.engineering_plan import ENGINEERING, chosen_steps
from stations.errors import ConfigurationError, ReplayRefused, RunStopped, StationError, StepTimeout
from stations.events import RunOrder
from stations.executive import Executive
from stations.lease import Lease, StopSwitch
from stations.leased_place import LeasedPlace
from stations.nowhere_spool import nowhere_spool
from stations.plan import PlanRevision
from stations.record import RunRecorder
from stations.run_recording import ORDER
from stations.step_runner import StepRunner, run_inline

_LEFT = {kind.__name__: kind for kind in (StepTimeout, RunStopped)}


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run that was played: its order, its plan and its record, the same as then."""

    order: RunOrder
    plan: PlanRevision
    record: RunFinished
    rows: int


class ReplayedStop(StopSwitch):
    """A STOP that is pressed where the recorded run saw it pressed."""

    def __init__(self, replayer: Replayer) -> None:
        self._replayer = replayer
        self._reason: str | None = None
        super().__init__()

    @property
    def reason(self) -> str | None:
        """Why STOP was pressed then; None while it was not."""
        if (row := self._replayer.take("stop")) is not None:
            self._reason = str(row["reason"])
        return self._reason

    @reason.setter
    def reason(self, reason: str | None) -> None:
        self._reason = reason


def replay(config: StationConfig, path: Path, *, trace: Trace | None = None) -> Replayed:
    """Play a recording of this station and hold what comes of it against the record in it.

    Raises `RecordingError` for a file that cannot be read, `ConfigurationError` or `PlanError` when station or plan are
    not those that were recorded, `ReplayRefused` with a diff for everything else that differs.
    """
    recording = load_recording(path)
    if recording.damage is None:
        _require_same("station", "the station's file with its options", recording, "station_digest", config.digest)
        if recording.spoiled is not None:
            raise RecordingError(f"recording {path}: cannot be played: {recording.spoiled}; record a run without that")
        played, difference = _played(config, recording, trace)
    else:
        try:
            played, difference = _played(config, recording, trace)
        except (StationError, InstrumentError) as error:
            played, difference = None, str(error)
        damage = recording.damage
        row = recording.rows[damage.row - 2] if 2 <= damage.row < len(recording.rows) + 2 else recording.header
        raise ReplayRefused(
            f"recording {path}: row {damage.row} was changed after it was recorded: {damage.problem}\n"
            f"> {json.dumps(row, ensure_ascii=False)[:300]}\n"
            + (difference or "played, it leads to the same record: the change shows in nothing else")
        )
    if difference or played is None:
        raise ReplayRefused(difference)
    return played


def _require_same(what: str, said: str, recording: Recording, key: str, digest: str) -> None:
    then = str(recording.header.get(key))
    if then != digest:
        raise ConfigurationError(
            f"recording {recording.path}: was made with another {what} ({then[:12]}…, now {digest[:12]}…): {said}"
            " must be what they were; check them out as they were, or record anew"
        )


def _played(config: StationConfig, recording: Recording, trace: Trace | None) -> tuple[Replayed | None, str]:
    """What came of playing, and what differed (empty when nothing did)."""
    replayer = Replayer(recording)
    try:
        recorded = RunFinished.model_validate_json(json.dumps(_only(recording, "finished")["record"]))
        order = ORDER.validate_json(json.dumps(_only(recording, "run")["order"]))
        place = LeasedPlace(played=replayer)
        if trace is not None:
            place.trace(trace)
        with prepare_station(renamed(config, recording.header), place.clock, place=place) as prepared:
            _require_same("plan", "plan, fixture, product and limits", recording, "plan_digest", prepared.plan.digest)
            plan = chosen_steps(prepared.plan, tuple(recording.header["steps"]))
            record = _run(prepared, plan, order, recorded, replayer)
        replayer.finish()
    except ReplayMismatch as error:
        return None, str(replayer.failure or error)
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        if replayer.failure is not None:
            return None, str(replayer.failure)
        return None, f"recording {recording.path}: holds something that cannot be: {type(error).__name__}: {error}"
    except (StationError, InstrumentError):
        if replayer.failure is not None:
            return None, str(replayer.failure)
        raise
    difference = _difference(recording.path, recorded, record)
    return Replayed(order, plan, record, len(recording.rows)), difference


def _run(
    prepared: PreparedStation, plan: PlanRevision, order: RunOrder, recorded: RunFinished, replayer: Replayer
) -> RunFinished:
    with prepared.open_bench() as bench:
        fixture = prepared.fixture(bench)
        fixture.unit = order.unit
        # The id of a record is no result: it comes in, as from the station's own id maker.
        # What was attached is encoded and hashed again, and kept nowhere.
        keep = Keep.NONE if recorded.source == ENGINEERING else prepared.config.attachments.keep
        recorder = RunRecorder(nowhere_spool(recorded.source), lambda: recorded.id, bench.instruments_used(), keep=keep)
        Executive(bench, fixture, replayed_runner(replayer), ReplayedStop(replayer), recorder).run(order, plan)
        if recorder.finished is None:
            raise ReplayMismatch(f"the run of {order.unit} came to no end")
        return recorder.finished


def replayed_runner(replayer: Replayer) -> StepRunner:
    """Runs a step in this thread, and leaves it where it was left behind then."""

    def run(lease: Lease, act: Callable[[], None]) -> None:
        try:
            run_inline(lease, act)
        except Exception as error:
            if (left := replayer.take("left")) is None:
                raise
            raise _left_error(left) from error
        if (left := replayer.take("left")) is not None:
            raise _left_error(left)

    return run


def _left_error(row: Row) -> StationError:
    return _LEFT.get(str(row["error"]), StepTimeout)(str(row["message"]))


def _only(recording: Recording, do: str) -> Row:
    found = [row for row in recording.rows if row.get("do") == do]
    if len(found) != 1:
        raise RecordingError(
            f"recording {recording.path}: holds {len(found)} rows {do!r}, not one: no whole run was recorded;"
            " record one with `station run CONFIG --serial SERIAL --record FILE`"
        )
    return found[0]


def renamed(config: StationConfig, header: Row) -> StationConfig:
    """The station with the made-up serial numbers of a sanitised recording."""
    serials: dict[str, str] = dict(header["serials"])
    instruments = {
        role: one.model_copy(update={"serial": serials[role]}) if one.serial and role in serials else one
        for role, one in config.instruments.items()
    }
    return config.model_copy(update={"instruments": instruments}) if serials else config


def _difference(path: Path, recorded: RunFinished, record: RunFinished) -> str:
    if recorded == record and recorded.model_dump_json() == record.model_dump_json():
        return ""
    lines = difflib.unified_diff(_lines(recorded), _lines(record), "recorded", "replayed", lineterm="", n=1)
    return "\n".join([f"recording {path}: leads to another record than the one in it", *lines])


def _lines(record: RunFinished) -> list[str]:
    content: dict[str, Any] = record.model_dump(mode="json")
    return json.dumps(content, indent=1, ensure_ascii=False).splitlines()


def replay_document(played: Replayed, path: Path) -> dict[str, Any]:
    """What `station run --replay` prints for a machine (schema 1): the record, which is the one in the recording."""
    return {
        "schema": 1,
        "replayed": True,
        "recording": str(path),
        "rows": played.rows,
        "identical": True,
        "record": played.record.model_dump(mode="json"),
    }


def replay_lines(played: Replayed, path: Path) -> list[str]:
    """The same for a person."""
    record = played.record
    mark = " (SIMULATED)" if record.simulated else ""
    mark += " ENGINEERING" if record.source == ENGINEERING else ""
    verdict = record.verdict if record.verdict is not Verdict.NONE else "no verdict"
    return [
        f"{record.unit} at {record.station}, operation {record.operation}{mark}, {record.started_at:%F %H:%M} UTC",
        f"{verdict}, {record.ending}" + (f": {record.reason}" if record.reason else ""),
        f"replayed from {path}: {played.rows} rows, the identical record {record.id}; nothing was recorded anew",
    ]
