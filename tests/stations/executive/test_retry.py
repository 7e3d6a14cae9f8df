"""A retry is a new event: nothing that an attempt found is lost, and nothing is washed away."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from drivers.errors import LinkTimeout
from mes.records import RunFinished
from mes.vocabulary import Outcome, RunEnding, Verdict
from stations.errors import PlanError
from stations.events import Event, Measured, StepRetried, deciding
from stations.plan import Retry, TestPlan
from stations.record import RunRecorder
from stations.recovery import recover
from stations.spool import Spool
from tests.stations.executive.rig import RAIL, Rig, measure, step

ON_BOTH = Retry(attempts=3, on=("ERROR", "FAILED"))


def recorded(rig: Rig, folder: Path, *, cut_at: type[Event] | None = None) -> Spool:
    """A spool that listens to the rig's run; the power goes after the first event of this kind was taken."""
    spool = Spool(folder / "spool.db", "s", lambda: "one")
    recorder = RunRecorder(spool, uuid4, ())
    dead = False

    def listen(event: Event) -> None:
        nonlocal dead
        if not dead:
            recorder(event)
        dead = dead or (cut_at is not None and isinstance(event, cut_at))

    rig.on_event = listen
    return spool


def finished(spool: Spool) -> RunFinished:
    """The last record of a spool."""
    return RunFinished.model_validate_json(spool.entries_from(1)[-1].body)


def test_an_error_that_goes_away_passes_at_the_second_attempt() -> None:
    """The meter did not answer once: the second attempt decides, the first one is told as an event."""
    rig = Rig()
    ended = rig.run(step(measure(LinkTimeout("meter: no answer"), 3.3), RAIL, name="power", retry=Retry()))
    assert (ended.verdict, ended.ending) == (Verdict.PASSED, RunEnding.COMPLETED)
    assert rig.retries() == [("power", 1, Outcome.ERROR)]
    assert rig.steps() == {"power": Outcome.PASSED}


def test_without_a_retry_nothing_is_tried_twice() -> None:
    """The same step without a retry is an error at once."""
    rig = Rig()
    ended = rig.run(step(measure(LinkTimeout("meter: no answer"), 3.3), RAIL, name="power"))
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
    assert rig.retries() == []


def test_only_the_outcomes_that_are_named_are_retried() -> None:
    """A retry on ERROR does not give a failed unit a second chance."""
    rig = Rig()
    assert rig.run(step(measure(9.9, 3.3), RAIL, name="power", retry=Retry())).verdict is Verdict.FAILED
    assert rig.retries() == []


def test_attempts_end_at_the_number_that_is_allowed() -> None:
    """Three attempts are three, the first one counted; the last one decides."""
    rig = Rig()
    ended = rig.run(step(measure(9.1, 9.2, 9.3, 3.3), RAIL, name="power", retry=ON_BOTH))
    assert ended.verdict is Verdict.FAILED
    assert rig.values() == [9.1, 9.2, 9.3]
    assert [m.value.value for m in deciding(rig.events) if not isinstance(m.value, str)] == [9.3]


def test_the_record_holds_the_deciding_value_and_every_attempt(tmp_path: Path) -> None:
    """The vector has one value; the step's result has what both attempts before it had found, first pass included."""
    rig = Rig()
    with recorded(rig, tmp_path) as spool:
        rig.run(step(measure(9.1, LinkTimeout("meter: no answer"), 3.3), RAIL, name="power", retry=ON_BOTH))
        run = finished(spool)
    assert run.values == (3.3,)
    assert run.failures == ()
    (result,) = run.steps
    assert [(a.outcome, a.values, a.message) for a in result.attempts] == [
        (Outcome.FAILED, {"rail": 9.1}, "rail is 5.7 V above 3.4 V"),
        (Outcome.ERROR, {}, "meter: no answer"),
    ]
    assert [f.measurand for f in result.attempts[0].failures] == ["rail"]
    assert (result.first_outcome, result.outcome) == (Outcome.FAILED, Outcome.PASSED)
    assert RunFinished.model_validate_json(run.model_dump_json()) == run


def test_a_record_from_before_retries_reads_as_one_attempt(tmp_path: Path) -> None:
    """Bytes that know nothing of attempts are a valid record still, whose first attempt was its last."""
    rig = Rig()
    with recorded(rig, tmp_path) as spool:
        rig.run(step(measure(3.3), RAIL, name="power"))
        whole = finished(spool).model_dump(mode="json")
    for key in ("group", "safe", "ambient_celsius", "gap_s"):
        del whole[key]
    for result in whole["steps"]:
        del result["attempts"], result["waited_s"]
    run = RunFinished.model_validate(whole)
    assert run.steps[0].first_outcome is Outcome.PASSED


def test_stop_in_a_retry_does_not_launder_the_failure_before_it(tmp_path: Path) -> None:
    """Failed, tried again, stopped: FAILED and ABORTED, with the value that failed."""
    rig = Rig()
    with recorded(rig, tmp_path) as spool:
        listen = rig.on_event

        def press_stop(event: Event) -> None:
            listen(event)
            if isinstance(event, StepRetried):
                rig.stop.request("STOP")

        rig.on_event = press_stop
        ended = rig.run(step(measure(9.9, 3.3), RAIL, name="power", retry=ON_BOTH))
        run = finished(spool)
    assert (ended.verdict, ended.ending) == (Verdict.FAILED, RunEnding.ABORTED)
    assert (run.values, [f.value for f in run.failures]) == ((9.9,), [9.9])
    assert run.steps[0].outcome is Outcome.ABORTED


def test_a_power_cut_in_a_retry_does_not_launder_the_failure_before_it(tmp_path: Path) -> None:
    """Failed, tried again, cut off: the recovered record is FAILED and ABORTED."""
    rig = Rig()
    with recorded(rig, tmp_path, cut_at=StepRetried) as spool:
        rig.run(step(measure(9.9, 3.3), RAIL, name="power", retry=ON_BOTH))
        (run,) = recover(spool, lambda: UUID(int=77), rig.clock, "cut off")
    assert (run.verdict, run.ending) == (Verdict.FAILED, RunEnding.ABORTED)
    assert (run.values, [f.value for f in run.failures]) == ((9.9,), [9.9])


def test_stop_is_never_answered_by_another_attempt() -> None:
    """A stopped step is ABORTED at once, whatever its retry says."""
    rig = Rig()
    rig.on_event = lambda e: rig.stop.request("STOP") if isinstance(e, Measured) else None
    ended = rig.run(step(measure(3.3, 3.3), RAIL, name="power", retry=ON_BOTH))
    assert ended.ending is RunEnding.ABORTED
    assert rig.retries() == []


def test_a_hazardous_step_is_not_tried_again_by_accident() -> None:
    """A plan that retries a hazardous step without saying so is refused when it is declared."""
    plan = TestPlan(name="p", revision="1", operation="o", family="f", fixture="dac_lane")
    with pytest.raises(PlanError, match=r"hazardous=True"):
        plan.step(RAIL, hazardous=True, retry=Retry())(measure(3.3))
    plan.step(RAIL, hazardous=True, retry=Retry(hazardous=True))(measure(3.3))


def test_between_two_attempts_at_a_hazard_the_bench_is_safe() -> None:
    """The output is off, proven, before the second attempt begins."""
    rig = Rig()
    seen = []

    def power(fixture: object, record: object) -> None:
        seen.append(rig.supply.on)
        rig.supply.set_output(True)
        raise LinkTimeout("supply: no answer")

    rig.run(step(power, RAIL, hazardous=True, retry=Retry(hazardous=True)))
    assert seen == [False, False]


def test_a_hazard_that_is_not_proven_off_is_not_tried_again() -> None:
    """The output reads on between the attempts: the run ends there."""
    rig = Rig()

    def power(fixture: object, record: object) -> None:
        rig.supply.stuck = 3
        raise LinkTimeout("supply: no answer")

    ended = rig.run(step(power, RAIL, hazardous=True, retry=Retry(hazardous=True)))
    assert rig.retries() == []
    assert "may be live" in ended.reason


@pytest.mark.parametrize("wrong", [{"attempts": 1}, {"on": ()}, {"on": ("ABORTED",)}])
def test_a_retry_that_could_never_retry_is_refused(wrong: dict[str, object]) -> None:
    """One attempt, no outcome, or STOP: none of them is a retry."""
    with pytest.raises(ValueError, match="a retry"):
        Retry(**wrong)  # type: ignore[arg-type]
