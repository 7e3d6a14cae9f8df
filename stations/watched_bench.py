"""What an engineer hangs on a bench: a trace of its buses, a recording of its run, or neither."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from drivers.clock import Clock
from drivers.trace import Trace
from drivers.trace_file import TraceFile
from mes.records import RunFinished
from stations.composition import PreparedStation
from stations.errors import ConfigurationError
from stations.events import Event
from stations.lease import StopSwitch
from stations.run_recording import RunRecording
from stations.step_runner import StepRunner


@contextmanager
def open_trace(path: Path | None, clock: Clock | None) -> Iterator[Trace | None]:
    """A trace into this file, over what stands in it; None without one. Raises `ConfigurationError`."""
    if path is None:
        yield None
        return
    try:
        stream = path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigurationError(f"trace {path}: cannot be written: {error.strerror}; check the path") from error
    with stream:
        yield TraceFile(stream, clock)


class WatchedBench:
    """The trace and the recording of one session at a station; a context manager around the open bench.

    Raises `ConfigurationError` when a file cannot be made.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        trace: Path | None = None,
        record: Path | None = None,
        sanitised: bool = False,
        steps: tuple[str, ...] = (),
    ) -> None:
        self._clock = clock
        self._trace_path = trace
        self._record_path = record
        self._sanitised = sanitised
        self._steps = steps
        self._stack = ExitStack()
        self._trace: Trace | None = None
        self._recording: RunRecording | None = None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._trace = stack.enter_context(open_trace(self._trace_path, self._clock))
            if self._record_path is not None:
                recording = RunRecording(
                    self._record_path, self._clock.utc(), sanitised=self._sanitised, steps=self._steps
                )
                self._recording = stack.enter_context(recording)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def watch(self, prepared: PreparedStation) -> Callable[[StopSwitch], StepRunner]:
        """Listen to the place of a station whose bench is not open yet; how its steps are run from now on."""
        if self._trace is not None:
            prepared.place.trace(self._trace)
        return prepared.runner if self._recording is None else self._recording.watch(prepared)

    def make_stop(self) -> StopSwitch:
        """The STOP of a run."""
        return StopSwitch() if self._recording is None else self._recording.make_stop()

    def listen(self, event: Event) -> None:
        """Take in an event of the run."""
        if self._recording is not None:
            self._recording.listen(event)

    def finish(self, finished: RunFinished | None) -> None:
        """Take in what came of a run."""
        if self._recording is not None:
            self._recording.finish(finished)
