"""The one listener that turns a run's events into what the spool keeps, each as soon as it is complete.

`RunBegan` becomes `run_started`, committed before anything is armed; each step after which the run goes on becomes a
piece of progress, in one small transaction, and so does a failed attempt at a step before the next one; `RunEnded`
becomes `run_finished`. What a step attached is on the disk before any of them names it.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from mes.records import InstrumentUsed, RunFinished, RunStarted, StepAttempt, StepResult
from mes.vocabulary import Outcome, RunEnding
from stations.attachment_policy import Keep
from stations.errors import RecordError, SpoolError
from stations.events import Attached, Event, Measured, RunBegan, RunEnded, RunResumed, StepEnded, StepRetried
from stations.limits import Measurand
from stations.measured_document import attempt_of, progress_of, shortened
from stations.open_run import OpenRun, RunBasis, RunProgress
from stations.run_attachments import RunAttachments
from stations.spool import Spool

_SAVED = (Outcome.PASSED, Outcome.FAILED)
"""After these the run goes on. After an error or STOP, and through all the steps that are then left out, the next
thing to do is to make the bench safe, which must not wait for a disk: their piece goes into `run_finished`."""


class RunRecorder:
    """Listens to one run. An event is recorded when the call returns; raises `SpoolError` when it is not.

    `instruments` are those of the bench before anything is armed; `keep` says which attachments are kept.
    """

    def __init__(
        self,
        spool: Spool,
        new_id: Callable[[], UUID],
        instruments: Sequence[InstrumentUsed],
        resumed: OpenRun | None = None,
        keep: Keep = Keep.FAILED,
    ) -> None:
        self._spool = spool
        self._new_id = new_id
        self._instruments = tuple(instruments)
        self._open = resumed
        self._attachments = RunAttachments(spool, keep)
        self._declared: dict[str, Measurand] = {}
        self._steps: list[StepResult] = []
        self._measured: list[Measured] = []
        self._attempts: list[tuple[StepAttempt, list[Measured]]] = []
        """The attempts at the present step that decided nothing."""
        self.finished: RunFinished | None = None

    def __call__(self, event: Event) -> None:
        """Take in one event.

        Raises `RecordError` for a value that was judged by other limits than those of the plan that the run began with:
        a record is of one plan revision.
        """
        if isinstance(event, RunBegan):
            self._begin(event)
        elif isinstance(event, RunResumed):
            self._go_on(event)
        elif isinstance(event, Measured):
            if self._declared.get(event.measurand.name) != event.measurand:
                raise RecordError(f"{event.measurand.name} was judged by another plan revision than this run's")
            self._measured.append(event)
        elif isinstance(event, Attached):
            self._attachments.take(event)
        elif isinstance(event, StepRetried):
            self._retried(event)
        elif isinstance(event, StepEnded):
            self._step_ended(event)
        elif isinstance(event, RunEnded):
            self._end(event)

    def _begin(self, began: RunBegan) -> None:
        order, plan = began.order, began.plan
        started = RunStarted(
            id=self._new_id(),
            source=self._spool.source,
            at=began.at,
            simulated=order.simulated,
            run=order.run,
            unit=order.unit,
            operation=plan.operation,
            station=order.station,
            plan=plan.digest,
            fixture=order.fixture,
            slot=order.slot,
            operator=order.operator,
            gate=order.gate,
            group=order.group,
            fixture_revision=order.fixture_revision,
            provisional=order.provisional,
        )
        basis = RunBasis(
            measurands=tuple(measurand.name for measurand in plan.measurands),
            limit_revision=plan.limit_revision,
            station_digest=order.station_digest,
            instruments=self._instruments,
            fixture_cycles=order.fixture_cycles,
        )
        self._spool.begin_run(started, basis)
        self._open = OpenRun(started, basis)
        self._declared = {measurand.name: measurand for measurand in plan.measurands}

    def _go_on(self, resumed: RunResumed) -> None:
        if self._open is None or self._open.run != resumed.order.run or self._open.started.plan != resumed.plan.digest:
            raise ValueError("a run goes on that is not the one that was cut off, or not by its plan")
        self._declared = {measurand.name: measurand for measurand in resumed.plan.measurands}
        self._add(RunProgress(gap_s=resumed.gap_s), save=True)

    def _retried(self, event: StepRetried) -> None:
        measured, self._measured = self._measured, []
        self._attempts.append((attempt_of(event, measured), measured))
        self._attachments.end_attempt(event.outcome, measured, event.attempt)
        if event.outcome is Outcome.FAILED:
            # A power cut must not wash away what this attempt has found.
            retried = {event.step: tuple(attempt for attempt, _ in self._attempts)}
            self._save(RunProgress(retried=retried))

    def _step_ended(self, event: StepEnded) -> None:
        attempts, self._attempts = self._attempts, []
        self._attachments.end_attempt(event.outcome, self._measured)
        if event.outcome not in _SAVED:
            for _, measured in attempts:
                failed = [m for m in measured if m.judgement.outcome is Outcome.FAILED]
                names = {m.measurand.name for m in failed}
                self._measured = [m for m in self._measured if m.measurand.name not in names] + failed
        self._steps.append(
            StepResult(
                name=event.step,
                outcome=event.outcome,
                started_s=event.started_s,
                duration_s=event.duration_s,
                message=shortened(event.message),
                waited_s=event.waited_s,
                attempts=tuple(attempt for attempt, _ in attempts),
            )
        )
        if event.outcome in _SAVED:
            self._save(self._piece())

    def _piece(self) -> RunProgress:
        """What came since the piece before, without what it attached."""
        # Taken before it is read: a step that was left behind may still be recording in its thread.
        steps, self._steps = self._steps, []
        measured, self._measured = self._measured, []
        return progress_of(steps, measured)

    def _save(self, piece: RunProgress) -> None:
        """Add a piece to the open run and to the spool, with what was attached, which is stored before.

        Raises `SpoolError`: where only the attachments could not be stored, the values are safe all the same.
        """
        try:
            attachments = self._attachments.stored()
        except BaseException:
            self._add(piece, save=True)
            raise
        self._add(piece.model_copy(update={"attachments": attachments}), save=True)

    def _add(self, piece: RunProgress, *, save: bool) -> OpenRun:
        if self._open is None:
            raise ValueError("a run went on that never began")
        self._open = OpenRun(self._open.started, self._open.basis, (*self._open.progress, piece))
        # Last, so that a piece which the spool refuses is still in the end of the run.
        if save:
            self._spool.save_progress(self._open.run, piece)
        return self._open

    def _end(self, ended: RunEnded) -> None:
        # What an attempt attached that nothing has ended: the process is being told to go.
        self._attachments.end_attempt(Outcome.ERROR, self._measured)
        piece, reason = self._piece(), ended.reason
        try:
            piece = piece.model_copy(update={"attachments": self._attachments.stored()})
        except (SpoolError, RecordError) as error:
            if ended.ending is RunEnding.COMPLETED:
                raise  # it must not stand there as passed, without its evidence
            reason += f"; not kept: {', '.join(self._attachments.waiting)}: {error}"
        finished = self._add(piece, save=False).finished(
            record_id=self._new_id(),
            at=ended.at,
            verdict=ended.verdict,
            ending=ended.ending,
            reason=shortened(reason),
            instruments=ended.instruments,
            safe=shortened(ended.safe),
            ambient_celsius=ended.ambient_celsius,
        )
        self._spool.finish_run(finished)
        self.finished = finished
