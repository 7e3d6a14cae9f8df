"""The step boundary: whatever a plan's or a fixture's code raises becomes an outcome, and its lease is over."""

from collections.abc import Callable

from drivers.errors import InstrumentError, LinkLost
from mes.vocabulary import Outcome
from stations.errors import Fenced, RecordError, RunStopped, WrongFixture
from stations.lease import Lease
from stations.step_runner import StepRunner


def guarded(runner: StepRunner, lease: Lease, act: Callable[[], None]) -> tuple[Outcome, str]:
    """Run one act under its lease; PASSED here says only that it came to its end in time."""
    try:
        runner(lease, act)
        lease.check()  # a step that swallowed its own timeout has timed out all the same
    except RunStopped as stopped:
        return Outcome.ABORTED, str(stopped)
    except LinkLost as lost:
        # Whoever hung up may have been switched off: what set-up has set in it is gone, and no retry brings it back.
        return Outcome.ABORTED, f"instrument lost: {lost}"
    except (Fenced, InstrumentError, RecordError, WrongFixture) as error:
        return Outcome.ERROR, str(error)
    except Exception as error:  # noqa: BLE001 - a plan is other people's code: its bug must not lose the run
        return Outcome.ERROR, f"{type(error).__name__}: {error}"
    finally:
        lease.revoke("its time is over")
    return Outcome.PASSED, ""
