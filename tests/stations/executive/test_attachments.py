"""What a step attaches: kept by policy, durable before it is named, each unit's own, and never without its verdict."""

import os
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import LinkTimeout
from drivers.reading import Reading
from mes.records import Attachment, RunFinished
from mes.vocabulary import Outcome, RunEnding, Verdict
from stations.attachment_policy import LARGEST, Keep, is_kept
from stations.errors import RecordError, SpoolError
from stations.events import Attached, Event, StepEnded, StepRetried
from stations.limits import Measurand
from stations.nowhere_spool import nowhere_spool
from stations.plan import BoundStep, Record, Retry
from stations.record import RunRecorder
from stations.recovery import CUT_OFF, recover
from stations.spool import Spool
from tests.stations.executive.rig import RAIL, Rig, SteppingClock, order, step

RIPPLE = Measurand("ripple", "V", high=0.1)


def attaching(*values: float | Exception, name: str = "power") -> BoundStep:
    """A step that attaches the text of its value before it records it, in every attempt the next one."""
    left = list(values)

    def body(fixture: Any, record: Record) -> None:
        value = left.pop(0)
        record.attach(f"{name}.csv", "text/csv", f"rail_v\n{value}\n".encode())
        if isinstance(value, Exception):
            raise value
        record("rail", Reading(value, "V"))

    return step(body, RAIL, name=name)


def run(folder: Path, *steps: BoundStep, keep: Keep = Keep.ALL, cut_at: type[Event] | None = None) -> tuple[Rig, Spool]:
    """A run of these steps into a spool of its own; the power goes after the first event of this kind was taken."""
    rig, spool = Rig(), Spool(folder / "spool.db", "s", lambda: "one")
    recorder = RunRecorder(spool, uuid4, (), keep=keep)
    dead = False

    def listen(event: Event) -> None:
        nonlocal dead
        if not dead:
            recorder(event)
        dead = dead or (cut_at is not None and isinstance(event, cut_at))

    rig.on_event = listen
    rig.run(*steps)
    return rig, spool


def finished(spool: Spool) -> RunFinished:
    """The last record of a spool."""
    return RunFinished.model_validate_json(spool.entries_from(1)[-1].body)


def contents(spool: Spool, attachments: tuple[Attachment, ...]) -> dict[str, bytes]:
    """What is kept under the names of a record, each proven to be of the size that the record says."""
    found = {one.name: spool.attachments.read(one.sha256) for one in attachments}
    assert [len(content) for content in found.values()] == [one.size for one in attachments]
    return found


def test_the_record_names_what_lies_beside_the_spool(tmp_path: Path) -> None:
    """Name, media type, size and SHA-256 of the very bytes that the step attached."""
    _, spool = run(tmp_path, attaching(3.3))
    with spool:
        (one,) = finished(spool).attachments
        assert (one.name, one.media_type) == ("power.csv", "text/csv")
        assert one.sha256 == sha256(b"rail_v\n3.3\n").hexdigest()
        assert contents(spool, (one,)) == {"power.csv": b"rail_v\n3.3\n"}
        assert spool.attachments.folder == tmp_path / "spool.db.attachments"


@given(
    keep=st.sampled_from(Keep),
    outcome=st.sampled_from(Outcome),
    shows=st.sets(st.sampled_from("abc")),
    failed=st.sets(st.sampled_from("abc")),
)
def test_the_policy_never_drops_what_explains_a_failure(
    keep: Keep, outcome: Outcome, shows: set[str], failed: set[str]
) -> None:
    """`all` keeps everything, `none` nothing; `failed` all that shows a failure, or an attempt without an end."""
    kept = is_kept(keep, outcome, shows, failed)
    if keep is not Keep.FAILED:
        assert kept is (keep is Keep.ALL)
    elif outcome is Outcome.PASSED:
        assert not kept
    elif outcome is Outcome.FAILED:
        assert kept is (not shows or bool(shows & failed))
    else:
        assert kept


def test_only_what_is_kept_is_encoded(tmp_path: Path) -> None:
    """Of a step with one measurand out of limits, `failed` encodes and keeps what shows that one, and nothing else."""
    made: list[str] = []

    def body(fixture: Any, record: Record) -> None:
        for name in ("rail", "ripple"):
            record.attach(
                f"{name}.csv", "text/csv", lambda name=name: made.append(name) or name.encode(), shows=(name,)
            )
        record("rail", Reading(3.3, "V"))
        record("ripple", Reading(0.3, "V"))

    _, spool = run(tmp_path, step(body, RAIL, RIPPLE), attaching(3.3, name="later"), keep=Keep.FAILED)
    with spool:
        assert contents(spool, finished(spool).attachments) == {"ripple.csv": b"ripple"}
    assert made == ["ripple"]


def test_an_attempt_that_decided_nothing_keeps_its_number(tmp_path: Path) -> None:
    """Two failed attempts and a good one: under `all` three files, under `failed` the two that did not pass."""
    for keep, names in (
        (Keep.ALL, ["attempt_1_power.csv", "attempt_2_power.csv", "power.csv"]),
        (Keep.FAILED, ["attempt_1_power.csv", "attempt_2_power.csv"]),
        (Keep.NONE, []),
    ):
        again = step(
            attaching(9.1, LinkTimeout("meter: no answer"), 3.3).function,
            RAIL,
            name="power",
            retry=Retry(attempts=3, on=("ERROR", "FAILED")),
        )
        (tmp_path / keep).mkdir()
        _, spool = run(tmp_path / keep, again, keep=keep)
        with spool:
            record = finished(spool)
            assert record.verdict is Verdict.PASSED
            assert [one.name for one in record.attachments] == names
            assert list(contents(spool, record.attachments).values())[:1] == [b"rail_v\n9.1\n"][: len(names)]


def test_each_unit_of_a_run_has_its_own(tmp_path: Path) -> None:
    """Two units attach under one name: each record names its own content; with several, `record.attach` is refused."""
    rig = Rig(units=2)
    spools = [Spool(tmp_path / f"{k}.db", "s", lambda: "one") for k in range(2)]
    recorders = [RunRecorder(spool, uuid4, (), keep=Keep.ALL) for spool in spools]

    def body(fixture: Any, record: Record) -> None:
        for unit in record.units:
            record.unit(unit).attach("ripple.csv", "text/csv", b"of unit %d" % unit)
            record.unit(unit)("rail", Reading(3.3, "V"))

    def for_nobody(fixture: Any, record: Record) -> None:
        record.attach("share.csv", "text/csv", b"whose?")

    rig.told = [Told(recorder) for recorder in recorders]
    rig.run(step(body, RAIL), step(for_nobody))
    for k, spool in enumerate(spools):
        with spool:
            record = finished(spool)
            assert contents(spool, record.attachments) == {"ripple.csv": b"of unit %d" % (k + 1)}
            assert "write record.unit(k).attach('share.csv', …)" in record.reason


class Told(list[Event]):
    """The events of one unit, told on to its recorder."""

    def __init__(self, recorder: RunRecorder) -> None:
        super().__init__()
        self._recorder = recorder

    def append(self, event: Event) -> None:
        """Hear an event."""
        super().append(event)
        self._recorder(event)


@pytest.mark.parametrize(
    ("name", "media_type", "shows", "words"),
    [
        ("../rail.csv", "text/csv", (), "is no file name"),
        ("rail", "text/csv", (), "is no file name"),
        ("rail\x1b.csv", "text/csv", (), "is no file name"),
        ("rail.csv", "CSV", (), "is no media type"),
        ("rail.csv", "text/csv", ("ripple",), "shows ripple, which is not declared above step body"),
        ("taken.csv", "text/csv", (), "taken.csv was attached already in step first"),
    ],
)
def test_what_cannot_be_attached_is_an_error_of_the_test(
    name: str, media_type: str, shows: tuple[str, ...], words: str
) -> None:
    """The plan is wrong, not the unit: ERROR, with the step and what to write."""

    def first(fixture: Any, record: Record) -> None:
        record.attach("taken.csv", "text/csv", b"x")

    def body(fixture: Any, record: Record) -> None:
        record.attach(name, media_type, b"x", shows=shows)
        record("rail", Reading(3.3, "V"))

    ended = Rig().run(step(first), step(body, RAIL))
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
    assert words in ended.reason


def test_one_name_twice_in_a_step_is_an_error() -> None:
    """The second would hide the first."""

    def body(fixture: Any, record: Record) -> None:
        record.attach("rail.csv", "text/csv", b"x")
        record.attach("rail.csv", "text/csv", b"y")

    assert "attached already in step body" in Rig().run(step(body)).reason


def test_a_step_whose_time_is_over_attaches_nothing() -> None:
    """As every value, an attachment needs the lease."""
    rig = Rig()

    def late(fixture: Any, record: Record) -> None:
        rig.clock.sleep(61.0)
        record.attach("rail.csv", "text/csv", b"x")

    assert rig.run(step(late)).ending is RunEnding.ERROR
    assert not [event for event in rig.events if isinstance(event, Attached)]


def test_what_is_too_large_is_not_passed_over(tmp_path: Path) -> None:
    """An attachment of gigabytes would fill the disk: the run has no pass, and its reason names it."""

    def huge(fixture: Any, record: Record) -> None:
        record.attach("huge.csv", "text/csv", lambda: bytes(LARGEST + 1))

    rig = Rig()
    with Spool(tmp_path / "spool.db", "s", lambda: "one") as spool:
        rig.on_event = RunRecorder(spool, uuid4, (), keep=Keep.ALL)
        with pytest.raises(RecordError, match="more than an attachment may have"):
            rig.run(step(huge))
        record = finished(spool)
        assert (record.verdict, record.ending) == (Verdict.NONE, RunEnding.ABORTED)
        assert "not kept: huge.csv" in record.reason
        assert record.attachments == ()


@pytest.mark.parametrize("cut_at", [StepEnded, StepRetried])
def test_a_run_that_is_cut_off_keeps_what_finished_attempts_attached(tmp_path: Path, cut_at: type[Event]) -> None:
    """Killed after its first step, or between two attempts: recovered with what those had attached, readable."""
    again = Retry(attempts=2, on=("FAILED",)) if cut_at is StepRetried else None
    first = step(attaching(9.9, 9.8, name="first").function, RAIL, name="first", retry=again)
    _, spool = run(tmp_path, first, attaching(3.3, name="second"), cut_at=cut_at)
    spool.close()
    with Spool(tmp_path / "spool.db", "s", lambda: "one") as spool:
        (record,) = recover(spool, uuid4, SteppingClock(), CUT_OFF)
        assert (record.verdict, record.ending) == (Verdict.FAILED, RunEnding.ABORTED)
        name = "attempt_1_first.csv" if cut_at is StepRetried else "first.csv"
        assert contents(spool, record.attachments) == {name: b"rail_v\n9.9\n"}


def test_a_step_that_broke_off_keeps_what_it_had_attached(tmp_path: Path) -> None:
    """The instrument is lost after the waveform was taken: ERROR, and the waveform is there to explain it."""
    _, spool = run(tmp_path, attaching(LinkTimeout("meter: no answer")), keep=Keep.FAILED)
    with spool:
        record = finished(spool)
        assert record.ending is RunEnding.ERROR
        assert contents(spool, record.attachments) == {"power.csv": b"rail_v\nmeter: no answer\n"}


@pytest.mark.parametrize("value", [3.3, 9.9])
def test_without_its_evidence_no_run_is_passed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: float) -> None:
    """The disk takes none: safe state, ABORTED with the reason; what was measured is recorded, and FAILED stays."""

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    def body(fixture: Any, record: Record) -> None:
        fixture.supply.set_output(True)
        record.attach("power.csv", "text/csv", b"x")
        record("rail", Reading(value, "V"))
        monkeypatch.setattr(os, "fsync", full)

    rig, spool = Rig(), Spool(tmp_path / "spool.db", "s", lambda: "one")
    recorder = RunRecorder(spool, uuid4, (), keep=Keep.ALL)
    rig.on_event = recorder
    with spool:
        with pytest.raises(SpoolError, match=r"attachments .*cannot be written: No space left on device; check"):
            rig.run(step(body, RAIL), attaching(3.3, name="later"))
        monkeypatch.undo()
        record = finished(spool)
        assert recorder.finished == record
        assert record.verdict is (Verdict.FAILED if value > 3.4 else Verdict.NONE)
        assert record.ending is RunEnding.ABORTED
        assert "not kept: power.csv" in record.reason
        assert "No space left on device" in record.reason
        assert (record.values[0], record.attachments) == (value, ())
        assert not rig.supply.on
        assert "later" not in {one.name for one in record.steps}


def test_a_run_that_counts_nowhere_keeps_nothing(tmp_path: Path) -> None:
    """An engineer's run encodes nothing and names nothing that nobody has."""
    rig = Rig()
    recorder = RunRecorder(nowhere_spool("engineering"), lambda: UUID(int=0), (), keep=Keep.NONE)
    rig.on_event = recorder

    def body(fixture: Any, record: Record) -> None:
        record.attach("rail.csv", "text/csv", lambda: pytest.fail("nobody wants it"))

    rig.run(step(body), step(lambda f, r: r("rail", Reading(9.9, "V")), RAIL))
    assert recorder.finished is not None
    assert recorder.finished.attachments == ()
    assert order().run == recorder.finished.run
