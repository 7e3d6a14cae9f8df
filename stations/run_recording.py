"""A run on record, byte for byte: what `station run --record` writes.

Beside the traffic the file holds what the run was given (station, plan, order, digests) and the record that came of
it, so that whoever plays it can tell whether the same comes of it again.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TextIO

from pydantic import TypeAdapter

from drivers.recorder import Recorder
from drivers.recording import RecordingError, RecordingWriter, Row, content, content_of, load_recording, rewritten
from mes.records import RunFinished
from stations.composition import PreparedStation
from stations.errors import ConfigurationError, Fenced, RunStopped, StepTimeout
from stations.events import Event, RunBegan, RunEnded, RunOrder
from stations.lease import Lease, StopSwitch
from stations.step_runner import Act, StepRunner, ThreadRunner, run_inline

ORDER: Final = TypeAdapter(RunOrder)
"""How a run's order stands in a recording."""

_SHORTEST_SERIAL: Final = 4


class RecordedStop(StopSwitch):
    """A STOP that puts on record where the run first saw it pressed."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._seen = False
        self._reason: str | None = None
        super().__init__()

    @property
    def reason(self) -> str | None:
        """Why STOP was pressed; None while it was not."""
        if self._reason is not None and not self._seen and self._recorder.attends:
            self._seen = True
            self._recorder.mark("stop", reason=self._reason)
        return self._reason

    @reason.setter
    def reason(self, reason: str | None) -> None:
        self._reason = reason

    def close(self) -> None:
        """The run is over: who asks from now on is none of its steps."""
        self._seen = True


def attended(recorder: Recorder, runner: StepRunner) -> StepRunner:
    """The runner, with the recorder attending to whatever thread runs the act."""

    def run(lease: Lease, act: Act) -> None:
        raised: list[BaseException] = []

        def body() -> None:
            with recorder.attending():
                try:
                    act()
                except BaseException as error:
                    raised.append(error)
                    raise

        try:
            runner(lease, body)
        except Fenced as error:
            # What the act itself did not raise was said by whoever gave up waiting for it.
            recorder.take_over(left=None if error in raised else error)
            raise
        except BaseException:
            recorder.take_over()
            raise
        recorder.take_over()

    return run


class AttendedThreads(ThreadRunner):
    """Steps in a thread of their own, attended to, without a look at the interlock beside them.

    What another thread asks the bench has no place in a strict order. The step's own writes still look; a step that
    hangs while it is recorded ends by its time limit.
    """

    def __init__(self, stop: StopSwitch, recorder: Recorder) -> None:
        super().__init__(stop)
        self._pressed = stop
        self._attended = attended(recorder, super().__call__)

    def __call__(self, lease: Lease, act: Act) -> None:
        """Run the act under its lease and wait for its end, its deadline or STOP, whichever comes first."""
        self._attended(lease, act)

    def _look_at(self, lease: Lease) -> None:
        if self._pressed.reason is not None:
            lease.revoke("the run was stopped")
            raise RunStopped(self._pressed.reason)
        if lease.is_overdue:
            lease.revoke("it did not end in time")
            raise StepTimeout(f"step {lease.step} did not end within its {lease.timeout_s:g} s")


class RunRecording:
    """A recording of one run, from before the bench is opened until after it is closed. A context manager.

    One to be sanitised is made beside, as `<name>.unsanitised`, and comes under its own name only when it is clean.
    Where no run came of it, nobody knows what to clean, and it stays beside. Raises `ConfigurationError` when the file
    exists already or cannot be made.
    """

    def __init__(self, path: Path, started_at: datetime, *, sanitised: bool, steps: tuple[str, ...] = ()) -> None:
        self._path = path
        self._raw = path.with_name(f"{path.name}.unsanitised") if sanitised else path
        self._started_at = started_at
        self._sanitised = sanitised
        self._steps = steps
        self._recorder: Recorder | None = None
        self._stop: RecordedStop | None = None
        self._finished: RunFinished | None = None
        try:
            if path.exists():
                raise FileExistsError
            self._stream: TextIO = self._raw.open("x", encoding="ascii", newline="\n")
        except FileExistsError as error:
            there = path if path.exists() else self._raw
            raise ConfigurationError(f"recording {there}: there is such a file already; give another name") from error
        except OSError as error:
            raise ConfigurationError(f"recording {path}: cannot be made: {error.strerror}; check the path") from error

    @property
    def recorder(self) -> Recorder:
        """The recorder; there is one from `watch` on."""
        if self._recorder is None:
            raise ValueError("nothing is watched yet")
        return self._recorder

    @property
    def has_run(self) -> bool:
        """Whether there is a run to play."""
        return self._finished is not None

    def watch(self, prepared: PreparedStation) -> Callable[[StopSwitch], StepRunner]:
        """Begin: listen to the place of a station whose bench is not open yet. How its steps are run from now on."""
        config, plan = prepared.config, prepared.plan
        simulation = config.simulation
        recorder = self._recorder = Recorder(
            RecordingWriter(self._stream),
            station=config.station,
            station_digest=config.digest,
            plan=plan.name,
            plan_digest=plan.digest,
            steps=list(self._steps),
            seed=None if simulation is None else simulation.seed,
            simulated=config.simulated,
            started_at=self._started_at.isoformat(),
            serials={},
        )
        prepared.place.record(recorder)
        if config.simulated:
            return lambda _: attended(recorder, run_inline)
        return lambda stop: AttendedThreads(stop, recorder)

    def make_stop(self) -> StopSwitch:
        """The STOP of the run."""
        self._stop = RecordedStop(self.recorder)
        return self._stop

    def listen(self, event: Event) -> None:
        """Take in an event of the run."""
        if isinstance(event, RunBegan):
            self.recorder.mark("run", order=ORDER.dump_python(event.order, mode="json"))
        elif isinstance(event, RunEnded) and self._stop is not None:
            self._stop.close()

    def finish(self, finished: RunFinished | None) -> None:
        """Take in what came of the run; None when the gate did not allow any."""
        if finished is not None:
            self._finished = finished
            self.recorder.mark("finished", record=finished.model_dump(mode="json"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._recorder is not None:
            self._recorder.end()
        self._stream.close()
        if self._recorder is None:
            self._raw.unlink()  # nothing was opened: an empty file would only be in the way
        if self._sanitised and error is None and self._finished is not None:
            sanitise(self._raw, self._path, {one.role: one.serial for one in self._finished.instruments})
            self._raw.unlink()


def sanitise(path: Path, clean: Path, serials: Mapping[str, str]) -> None:
    """Write a recording to `clean` with made-up serial numbers of the instruments, of the same length, sealed anew.

    The unit's own serial number stays: it is what the run is about. Raises `RecordingError` for a serial number that
    could be taken for a measured value.
    """
    made_up: dict[str, str] = {}
    for number, (role, serial) in enumerate(serials.items(), 1):
        if not serial:
            continue
        if len(serial) < _SHORTEST_SERIAL or (serial.isdigit() and len(serial) <= _SHORTEST_SERIAL + 1):
            raise RecordingError(
                f"recording {path}: serial number {serial!r} of {role} is too short to be told from a measured value;"
                " nothing was sanitised, do not pass the file on"
            )
        made_up.setdefault(serial, f"{number:0{len(serial)}d}")
    recording = load_recording(path)
    # Longest first: where one begins with another, the whole is found. A message may show bytes as \x06, \r or \n.
    any_of = "|".join(re.escape(s) for s in sorted(made_up, key=len, reverse=True)) or "(?!)"
    pattern = re.compile(
        rf"(?:(?<![0-9A-Za-z])|(?<=\\x[0-9a-f][0-9a-f])|(?<=\\[nrt]))(?:{any_of})(?![0-9A-Za-z])", re.ASCII
    )

    def cleaned(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(lambda found: made_up[found[0]], value)
        if isinstance(value, Mapping) and "wire" in value and "hex" in value:
            # Latin-1 has a character for every byte, so that a serial number among others is found as it is in text.
            replaced = cleaned(content_of(value).decode("latin-1")).encode("latin-1")
            return {**{key: cleaned(item) for key, item in value.items()}, **content(replaced)}
        if isinstance(value, Mapping):
            return {key: cleaned(item) for key, item in value.items()}
        return [cleaned(item) for item in value] if isinstance(value, list) else value

    renamed = {role: made_up[serial] for role, serial in serials.items() if serial}
    end: Row = {"n": 0, "do": "end", **({} if recording.spoiled is None else {"spoiled": recording.spoiled})}
    rows = [cleaned(row) for row in recording.rows]
    with clean.open("x", encoding="ascii", newline="\n") as stream:
        stream.write(rewritten([{**recording.header, "serials": renamed}, *rows, end]))
