"""The progress of a run: kept step by step, in few transactions, and folded into its end whoever comes to end it."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysqlite3 import dbapi2 as sqlite

from drivers.reading import InstrumentIdentity, Reading
from mes.records import (
    InstrumentUsed,
    MeasurandFailure,
    RunFinished,
    RunStarted,
    StepResult,
    UnitIdentity,
    parse_record,
)
from mes.vocabulary import Outcome, OverRange, RunEnding, Verdict
from stations.errors import SpoolDamaged, SpoolError
from stations.events import Event, Measured, RunBegan, RunEnded, RunOrder, StepEnded
from stations.limits import Measurand, judge
from stations.open_run import OpenRun, RunBasis, RunProgress
from stations.plan import BoundStep, PlanRevision
from stations.record import RunRecorder
from stations.recovery import CUT_OFF, aborted, recover
from stations.spool import Spool

START = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
RUN, GATE = UUID(int=7), UUID(int=8)
METER = InstrumentUsed(role="meter", model="34465A", serial="SN1", firmware="1", calibration_due=None)


class StandingClock:
    """A clock that stands at one time."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> float:
        return 0.0

    def utc(self) -> datetime:
        return self._at

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")


CHANCE = random.Random(3)


def ids() -> Callable[[], UUID]:
    return lambda: UUID(int=CHANCE.getrandbits(128))


MEASURANDS = (
    Measurand("rail", "V", low=3.2, high=3.4, marginal=0.1),
    Measurand("vendor", "", equals="Acme"),
    Measurand("isolation", "Ω", low=1e9, over_range="pass"),
    Measurand("ripple", "V", high=0.01),
)


def plan() -> PlanRevision:
    def body(fixture: object, record: object) -> None:
        """Nothing: only the declaration counts here."""

    steps = [
        BoundStep(name, body, measurands, timeout_s=60, hazardous=False, on_fail="continue", skipped=False)
        for name, measurands in (("power", MEASURANDS[:1]), ("labels", MEASURANDS[1:3]), ("noise", MEASURANDS[3:]))
    ]
    return PlanRevision(
        name="p",
        revision="1",
        part="DAC",
        operation="op",
        fixture="f",
        limit_revision="l",
        steps=tuple(steps),
        digest="a" * 64,
        code_digest="b" * 64,
    )


ORDER = RunOrder(
    run=RUN,
    unit=UnitIdentity(part="DAC", serial="DAC0001"),
    station="st-1",
    station_digest="c" * 64,
    fixture="F",
    slot="1",
    operator="o",
    gate=GATE,
    simulated=True,
)


def measured(step: str, name: str, value: Reading | str) -> Measured:
    measurand = next(m for m in MEASURANDS if m.name == name)
    return Measured(step, measurand, value, judge(measurand, value))


def ended(step: str, outcome: Outcome, at: float) -> StepEnded:
    return StepEnded(step, outcome, at, 1.5, "why" if outcome is not Outcome.PASSED else "")


WHOLE_RUN: tuple[Event, ...] = (
    RunBegan(ORDER, plan(), START),
    measured("power", "rail", Reading(3.39, "V")),
    ended("power", Outcome.PASSED, 0.0),
    measured("labels", "vendor", "Ecma"),
    measured("labels", "isolation", Reading(None, "Ω", over_range="OVER")),
    ended("labels", Outcome.FAILED, 2.0),
    measured("noise", "ripple", Reading(0.02, "V")),
    ended("noise", Outcome.FAILED, 4.0),
    RunEnded(START + timedelta(seconds=6), Verdict.FAILED, RunEnding.COMPLETED, "", (METER,)),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.db"


@pytest.fixture
def spool(path: Path):
    with Spool(path, "st-1", lambda: "spool-1") as opened:
        yield opened


def heard(spool: Spool, events: Sequence[Event]) -> RunRecorder:
    recorder = RunRecorder(spool, ids(), (METER,))
    for event in events:
        recorder(event)
    return recorder


def kinds(spool: Spool) -> list[str]:
    return [parse_record(entry.body).kind for entry in spool.entries_from(1)]


def test_a_run_that_ends_leaves_two_records_and_no_progress(spool):
    """run_started before anything is armed, run_finished with every value; what was kept meanwhile is gone."""
    finished = heard(spool, WHOLE_RUN).finished
    assert finished is not None
    assert kinds(spool) == ["run_started", "run_finished"]
    assert parse_record(spool.entries_from(2)[0].body) == finished
    assert spool.open_runs() == ()
    assert spool._file.row("SELECT count(*) FROM open_progress")[0] == 0
    assert finished.values == (3.39, None, None, 0.02)
    assert finished.texts == {"vendor": "Ecma"}
    assert finished.over_ranges == {"isolation": OverRange.OVER}
    assert finished.marginal == ("rail",)
    assert [failure.measurand for failure in finished.failures] == ["vendor", "ripple"]
    assert [step.name for step in finished.steps] == ["power", "labels", "noise"]


@pytest.mark.parametrize(
    ("events", "steps", "values", "verdict", "where"),
    [
        (1, [], (None, None, None, None), Verdict.NONE, "before its first step ended"),
        (2, [], (None, None, None, None), Verdict.NONE, "before its first step ended"),
        (3, ["power"], (3.39, None, None, None), Verdict.NONE, "after step power"),
        (5, ["power"], (3.39, None, None, None), Verdict.NONE, "after step power"),
        (6, ["power", "labels"], (3.39, None, None, None), Verdict.FAILED, "after step labels"),
        (8, ["power", "labels", "noise"], (3.39, None, None, 0.02), Verdict.FAILED, "after step noise"),
    ],
)
def test_a_run_that_is_cut_off_ends_with_what_its_finished_steps_found(path, events, steps, values, verdict, where):
    """ABORTED, never PASSED, FAILED once a value was outside its limits; the vector keeps the plan's length."""
    with Spool(path, "st-1", lambda: "spool-1") as spool:
        heard(spool, WHOLE_RUN[:events])
    with Spool(path, "st-1", lambda: "spool-1") as spool:
        (finished,) = recover(spool, ids(), StandingClock(START + timedelta(hours=4)), CUT_OFF)
        assert (finished.ending, finished.verdict, finished.values) == (RunEnding.ABORTED, verdict, values)
        assert [step.name for step in finished.steps] == steps
        assert finished.reason.startswith(f"the station was cut off {where}; ")
        assert finished.instruments == (METER,)
        assert (finished.started_at, finished.at) == (START, START + timedelta(hours=4))
        assert kinds(spool) == ["run_started", "run_finished"]
        assert spool.open_runs() == recover(spool, ids(), StandingClock(START), CUT_OFF) == ()


def test_what_was_found_before_the_cut_is_what_a_whole_run_would_have_recorded(spool):
    """One fold ends both: a run cut off after its last step differs from the whole one in its ending alone."""
    whole = heard(spool, WHOLE_RUN).finished
    again = WHOLE_RUN[:-1]
    order = RunOrder(**{**{name: getattr(ORDER, name) for name in ORDER.__slots__}, "run": UUID(int=9)})
    recorder = RunRecorder(spool, ids(), (METER,))
    for event in (RunBegan(order, plan(), START), *again[1:]):
        recorder(event)
    (open_run,) = spool.open_runs()
    cut = aborted(open_run, UUID(int=10), START, CUT_OFF)
    differing = {"id", "run", "at", "ending", "reason"}
    assert whole is not None
    assert cut.model_dump(exclude=differing) == whole.model_dump(exclude=differing)


def test_a_run_costs_one_small_transaction_a_step(spool):
    """Its beginning, each step that ends and its end are committed; a value alone is not."""
    commits = []
    spool._file.connection.set_trace_callback(lambda statement: commits.append(statement == "COMMIT"))
    heard(spool, WHOLE_RUN)
    spool._file.connection.set_trace_callback(None)
    assert sum(commits) == 2 + 3


@pytest.mark.parametrize("outcome", [Outcome.ERROR, Outcome.ABORTED])
def test_nothing_is_committed_between_stop_and_a_safe_bench(spool, outcome):
    """After an error or STOP, and through the steps left out after it, the bench is made safe before the disk is."""
    recorder = heard(spool, WHOLE_RUN[:3])
    before = spool.open_runs()
    for event in (
        measured("labels", "vendor", "Ecma"),
        ended("labels", outcome, 2.0),
        ended("noise", Outcome.SKIPPED, 4.0),
    ):
        recorder(event)
    assert spool.open_runs() == before
    recorder(RunEnded(START, Verdict.FAILED, RunEnding.ABORTED, "STOP", (METER,)))
    assert recorder.finished is not None
    assert [step.outcome for step in recorder.finished.steps] == [Outcome.PASSED, outcome, Outcome.SKIPPED]
    assert recorder.finished.texts == {"vendor": "Ecma"}


def test_values_of_a_step_that_never_ended_are_in_the_record_of_a_run_that_did(spool):
    """A process told to go in the middle of a step still records what the step had measured."""
    recorder = heard(spool, (*WHOLE_RUN[:4], WHOLE_RUN[-1]))
    assert recorder.finished is not None
    assert recorder.finished.texts == {"vendor": "Ecma"}


def test_a_piece_that_the_spool_refuses_is_still_in_the_end_of_the_run(spool):
    """When the disk was full for a moment, the run's own record has what its progress could not take."""
    recorder = heard(spool, WHOLE_RUN[:2])
    spool._file.connection.execute(f"PRAGMA max_page_count = {spool._file.row('PRAGMA page_count')[0]}")
    recorder(measured("labels", "vendor", "x" * 3900))

    def fill() -> None:
        for place in range(40):
            recorder(StepEnded(f"s{place}", Outcome.PASSED, 0.0, 1.0, "y" * 3900))

    with pytest.raises(SpoolError, match="free some space"):
        fill()
    spool._file.connection.execute("PRAGMA max_page_count = 1000000")
    recorder(WHOLE_RUN[-1])
    assert recorder.finished is not None
    assert len(recorder.finished.steps) > len([step for run in spool.open_runs() for step in run.steps])
    assert recorder.finished.texts["vendor"] == "x" * 3900


@pytest.mark.parametrize("cut_off", [False, True])
def test_each_value_that_an_instrument_read_is_told_of_it(spool, cut_off):
    """By its range, as places of the vector, also of a run that was cut off; what was computed is told of nobody."""
    identity = InstrumentIdentity(maker="Keysight", model="34465A", serial="SN1", firmware="1")
    read = measured("power", "rail", Reading(3.3, "V", range="10 V", instrument=identity))
    over = measured("labels", "isolation", Reading(None, "Ω", over_range="OVER", instrument=identity))
    events = [*WHOLE_RUN[:1], read, *WHOLE_RUN[2:4], over, *WHOLE_RUN[5:]]
    if cut_off:
        heard(spool, events[:-1])
        (finished,) = recover(spool, ids(), StandingClock(START), CUT_OFF)
    else:
        finished = heard(spool, events).finished
    (used,) = finished.instruments
    assert used.readings == {"10 V": (0,), "": (2,)}


def test_no_run_begins_or_ends_twice(spool):
    """A second beginning under one id, and a second end, are refused, and leave no record behind."""
    recorder = heard(spool, WHOLE_RUN)
    assert recorder.finished is not None
    with pytest.raises(SpoolError, match="run 00000000-0000-0000-0000-000000000007 is not open here"):
        spool.finish_run(recorder.finished.model_copy(update={"id": UUID(int=99)}))
    with pytest.raises(SpoolError, match="is not open here; it has ended"):
        spool.save_progress(RUN, RunProgress())
    started = RunStarted.model_validate_json(spool.entries_from(1)[0].body).model_copy(update={"run": UUID(int=5)})
    with pytest.raises(SpoolError, match="is here already"):
        spool.begin_run(started, basis())
    assert spool.open_runs() == ()
    spool.begin_run(started.model_copy(update={"id": UUID(int=97)}), basis())
    with pytest.raises(SpoolError, match="run 00000000-0000-0000-0000-000000000005 is open here already"):
        spool.begin_run(started.model_copy(update={"id": UUID(int=96)}), basis())
    assert kinds(spool) == ["run_started", "run_finished", "run_started"]


def test_open_runs_come_back_in_the_order_in_which_they_began(spool):
    """However the ids sort, the history is told in its own order."""
    for number in (9, 3, 6):
        spool.begin_run(started(run=number, record=number), basis())
    assert [open_run.run.int for open_run in spool.open_runs()] == [9, 3, 6]
    recovered = recover(spool, ids(), StandingClock(START), CUT_OFF)
    assert [finished.run.int for finished in recovered] == [9, 3, 6]


def test_a_recovery_that_is_cut_off_goes_on_where_it_stopped(spool):
    """Each end is committed by itself: what was ended stays so, and is not ended again."""
    for number in (1, 2):
        spool.begin_run(started(run=number, record=number), basis())
    taken = iter([UUID(int=50), UUID(int=50), UUID(int=51)])
    with pytest.raises(SpoolError, match="is here already"):
        recover(spool, lambda: next(taken), StandingClock(START), CUT_OFF)
    assert [finished.run.int for finished in recover(spool, lambda: next(taken), StandingClock(START), CUT_OFF)] == [2]
    assert kinds(spool) == ["run_started", "run_started", "run_finished", "run_finished"]


def test_a_run_does_not_end_before_its_last_step_whatever_the_clock_says(spool):
    """A clock that was set back, or a virtual one that begins anew, cannot make a run of negative length."""
    heard(spool, WHOLE_RUN[:6])
    (finished,) = recover(spool, ids(), StandingClock(START - timedelta(days=1)), CUT_OFF)
    assert finished.at == START + timedelta(seconds=3.5)


def test_progress_that_cannot_be_read_is_damage(path):
    """What another tool wrote into the progress is not guessed at."""
    with Spool(path, "st-1", lambda: "spool-1") as spool:
        heard(spool, WHOLE_RUN[:3])
    other = sqlite.connect(path, isolation_level=None)
    other.execute("UPDATE open_progress SET body = CAST('{\"steps\": 3}' AS BLOB)")
    other.close()
    with Spool(path, "st-1", lambda: "spool-1") as spool, pytest.raises(SpoolDamaged, match="cannot be read"):
        spool.open_runs()


NAMES = tuple(f"m{place}" for place in range(6))
PIECES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.one_of(
                st.floats(allow_nan=False, allow_infinity=False),
                st.sampled_from(["", "Acme", "µ"]),
                st.sampled_from(OverRange),
            )
            for name in NAMES
        },
    ),
    max_size=4,
)


@given(pieces=PIECES)
def test_however_a_run_is_cut_into_pieces_its_record_is_the_same(pieces):
    """Law: the fold of many pieces is the fold of one that holds them all, and every value is at its own place."""
    held: dict[str, object] = {}
    kept = []
    for number, piece in enumerate(pieces):
        fresh = {name: value for name, value in piece.items() if name not in held}
        held |= fresh
        kept.append(_piece(number, fresh))
    many = _finished(OpenRun(started(), basis(), tuple(kept)))
    steps = tuple(step for piece in kept for step in piece.steps)
    one = _finished(OpenRun(started(), basis(), (_piece(0, held).model_copy(update={"steps": steps}),)))
    assert many == one
    for place, name in enumerate(NAMES):
        value = held.get(name)
        assert many.values[place] == (value if isinstance(value, float) else None)
        assert many.over_ranges.get(name) == (value if isinstance(value, OverRange) else None)
        assert (name in many.texts) == (isinstance(value, str) and not isinstance(value, OverRange))


def _piece(number: int, values: dict[str, object]) -> RunProgress:
    return RunProgress(
        steps=(StepResult(name=f"s{number}", outcome=Outcome.PASSED, started_s=number, duration_s=1.0),),
        values={name: value for name, value in values.items() if isinstance(value, float)},
        texts={n: v for n, v in values.items() if isinstance(v, str) and not isinstance(v, OverRange)},
        over_ranges={name: value for name, value in values.items() if isinstance(value, OverRange)},
    )


def _finished(open_run: OpenRun) -> RunFinished:
    return aborted(open_run, UUID(int=1), START, CUT_OFF)


@given(failures=st.lists(st.sampled_from(NAMES), max_size=2, unique=True), steps=st.integers(0, 3))
def test_a_cut_run_never_passes_and_never_loses_a_failure(failures, steps):
    """Law: FAILED exactly when a value was outside its limits, otherwise no verdict; the ending is always ABORTED."""
    pieces = tuple(_piece(number, {}) for number in range(steps))
    failing = RunProgress(failures=tuple(MeasurandFailure(measurand=name, unit="V", value=9.0) for name in failures))
    finished = _finished(OpenRun(started(), basis(), (*pieces, failing)))
    assert finished.ending is RunEnding.ABORTED
    assert finished.verdict is (Verdict.FAILED if failures else Verdict.NONE)


def started(run: int = 7, record: int = 70) -> RunStarted:
    return RunStarted(
        id=UUID(int=record),
        source="st-1/spool-1",
        at=START,
        simulated=True,
        run=UUID(int=run),
        unit=UnitIdentity(part="DAC", serial="DAC0001"),
        operation="op",
        station="st-1",
        plan="a" * 64,
        fixture="F",
        operator="o",
        gate=GATE,
    )


def basis() -> RunBasis:
    return RunBasis(measurands=NAMES, limit_revision="l", station_digest="c" * 64, instruments=(METER,))
