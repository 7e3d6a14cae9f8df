"""What a station makes of runs whose end it never recorded: it was killed, lost power, or could not write.

They end as ABORTED, with everything that their finished steps had found; a value outside its limits makes the unit
FAILED however the run ended, and nothing can make it PASSED. Each end is committed together with the closing of its
run, so that a station which is killed while it recovers goes on where it stopped and recovers nothing twice.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from drivers.clock import Clock
from mes.records import RunFinished
from mes.vocabulary import RunEnding, Verdict
from stations.open_run import OpenRun
from stations.spool import Spool

CUT_OFF = "the station was cut off"
UNRECORDED = "its end could not be recorded"


def recover(
    spool: Spool, new_id: Callable[[], UUID], clock: Clock, cause: str, *, keep: Collection[UUID] = ()
) -> tuple[RunFinished, ...]:
    """End every open run of the spool and return their records, committed. The bench must be safe by now.

    The runs in `keep` stay open, to be gone on with. Raises `SpoolError`; what had been recovered by then stays so.
    """
    recovered = []
    for open_run in spool.open_runs():
        if open_run.run in keep:
            continue
        finished = aborted(open_run, new_id(), clock.utc(), cause)
        spool.finish_run(finished)
        recovered.append(finished)
    return tuple(recovered)


def aborted(open_run: OpenRun, record_id: UUID, now: datetime, cause: str) -> RunFinished:
    """The end of a run whose own end is not known: `cause` and the last finished step are its reason."""
    steps = open_run.steps
    known = max((step.started_s + step.duration_s for step in steps), default=0.0)
    where = f"after step {steps[-1].name}; " if steps else "before its first step ended; "
    kept = f"{len(steps)} finished step{'s' * (len(steps) != 1)}"
    return open_run.finished(
        record_id=record_id,
        # A clock that was set back, or a virtual one that begins anew, may stand before the steps that ended.
        at=max(now, open_run.started.at + timedelta(seconds=known)),
        verdict=Verdict.FAILED if open_run.failures else Verdict.NONE,
        ending=RunEnding.ABORTED,
        reason=f"{cause} {where}{kept} kept",
    )
