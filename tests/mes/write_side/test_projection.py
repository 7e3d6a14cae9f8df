"""What the tables say after records: states, attempts, intervals, rollups, and what no table can hold."""

import pytest
from sqlalchemy import delete

from mes.ledger import RecordRejected
from mes.models import projected_tables
from mes.models.product import Material, PlanMeasurand
from mes.models.test_run import Rollup, RunFailure, RunInstrument, TestRun
from mes.models.unit import Installation, Lot, Removal, Unit
from mes.projection import rebuild
from mes.projection.folding import modules
from mes.records import LotIdentity, StepAttempt, StepResult, parse_record
from mes.vocabulary import OperationKind, Outcome, RunEnding, Verdict

COUNTS = ("runs", "passed", "failed", "errors", "aborted", "first_runs", "first_passed")


def states(writer):
    """The state of every unit by serial."""
    return {row.serial: row.state for row in writer.rows(Unit)}


def attempts(writer):
    """Attempt number, minute of start and station of each run."""
    return sorted((row.attempt, row.started_at.minute, row.station) for row in writer.rows(TestRun))


def counts(writer):
    """The counts of each rollup row by station."""
    return {row.station: tuple(getattr(row, name) for name in COUNTS) for row in writer.rows(Rollup)}


def test_every_record_kind_has_its_module():
    """A kind that the wire knows can be folded, and nothing else is in the folder."""
    kinds = parse_record.__globals__["_RECORD"].json_schema()["discriminator"]["mapping"]
    assert set(modules()) == set(kinds)


def test_cable_goes_from_registered_to_installed(writer, story):
    """REGISTERED, IN_PROCESS at the first run, COMPLETED through its route, INSTALLED in its parent."""
    seen = []
    writer.tell(story.setting())
    for records in (
        story.run(story.bundle("B1"), "bundle_test", 2)[:1],
        story.run(story.bundle("B1"), "bundle_test", 3),
        story.assembled("C1", "B1", 4),
        story.run(story.cable("C1"), "final_test", 5),
    ):
        seen.append(states(writer))
        writer.tell(records)
    assert [*seen, states(writer)] == [
        {"B1": "REGISTERED", "C1": "REGISTERED"},
        {"B1": "IN_PROCESS", "C1": "REGISTERED"},
        {"B1": "COMPLETED", "C1": "REGISTERED"},
        {"B1": "INSTALLED", "C1": "IN_PROCESS"},
        {"B1": "INSTALLED", "C1": "COMPLETED"},
    ]


@pytest.mark.parametrize(
    ("verdict", "ending"),
    [(Verdict.FAILED, RunEnding.COMPLETED), (Verdict.NONE, RunEnding.COMPLETED), (Verdict.PASSED, RunEnding.ERROR)],
)
def test_newest_finished_run_decides(writer, story, verdict, ending):
    """A unit that passed and then did not is no longer complete; a run still under way changes nothing."""
    unit = story.bundle("B1")
    writer.tell([*story.setting(), *story.run(unit, "bundle_test", 2), story.run(unit, "bundle_test", 3)[0]])
    assert states(writer)["B1"] == "COMPLETED"
    writer.tell(story.run(unit, "bundle_test", 4, verdict, ending))
    assert states(writer)["B1"] == "IN_PROCESS"


def test_unit_made_elsewhere_enters_its_route_where_it_was_registered_to(writer, story):
    """A cable that was assembled elsewhere is complete when it passes here what its entry left to do."""
    cable = story.cable("C8")
    entered = story.registered(cable).model_copy(update={"enters_at": "final_test"})
    writer.tell([*story.setting(), entered])
    assert writer.ledger.gate(story.request(cable, "final_test")).allowed
    writer.tell(story.run(cable, "final_test", 2))
    assert states(writer)["C8"] == "COMPLETED"


@pytest.mark.parametrize(("metres", "state"), [((1.0, 1.9), "IN_PROCESS"), ((0.1, 2.9), "COMPLETED")])
def test_position_is_filled_by_its_quantity(writer, story, metres, state):
    """Wire from two reels fills a position when together it is long enough."""
    wire = LotIdentity(maker="Leoni", part="WIRE-1", lot="L1")
    cable = story.cable("C1")
    writer.tell([*story.setting(), story.installed(cable, "core", story.bundle("B1"), 2)])
    writer.tell(story.installed(cable, "jacket", wire, 2, quantity=length) for length in metres)
    writer.tell(story.run(cable, "final_test", 3))
    assert states(writer)["C1"] == state


def test_wrong_part_fills_no_position(writer, story):
    """A second cable in the bundle's place is recorded, and the assembly is not done."""
    writer.tell([*story.setting(("C1", "C2")), *story.assembled("C1", "B1", 2)[1:]])
    writer.tell([story.installed(story.cable("C1"), "core", story.cable("C2"), 2)])
    writer.tell(story.run(story.cable("C1"), "final_test", 3))
    assert states(writer) == {"C1": "IN_PROCESS", "C2": "INSTALLED", "B1": "REGISTERED"}


def test_new_route_moves_units_that_were_complete(writer, story):
    """A definition with one more operation puts the units of its revision back under way, and only those."""
    writer.tell([*story.setting(), story.registered(story.bundle("B2"), revision="B")])
    writer.tell([story.definition("BUNDLE-1", [("bundle_test", OperationKind.TEST)], revision="B", minute=1)])
    for serial in ("B1", "B2"):
        writer.tell(story.run(story.bundle(serial), "bundle_test", 2))
    longer = [("bundle_test", OperationKind.TEST), ("soak", OperationKind.TEST)]
    writer.tell([story.definition("BUNDLE-1", longer, minute=9)])
    assert states(writer) == {"C1": "REGISTERED", "B1": "IN_PROCESS", "B2": "COMPLETED"}
    current = [(row.revision, row.current) for row in writer.rows(Material) if row.part == "BUNDLE-1"]
    assert sorted(current) == [("A", False), ("A", True), ("B", False)]


def test_definition_released_late_does_not_become_current(writer, story):
    """The newest release is current by its own time; releasing an old definition again brings it back."""
    old = story.definition("BUNDLE-1", [("bundle_test", OperationKind.TEST)], revision="B", minute=-5, source="desk/2")
    writer.tell([*story.setting(), old])
    assert [row.revision for row in writer.rows(Material) if row.part == "BUNDLE-1" and row.current] == ["A"]
    again = old.model_copy(update={"id": story.new_id(), "at": story.at(3)})
    writer.tell([again])
    assert [row.revision for row in writer.rows(Material) if row.part == "BUNDLE-1" and row.current] == ["B"]


def test_late_run_recounts_attempts_and_first_pass(writer, story):
    """A run of a station that was offline becomes the first attempt, and the first-pass counts follow it."""
    unit = story.bundle("B1")
    writer.tell([*story.setting(), *story.run(unit, "bundle_test", 5)])
    assert counts(writer) == {"test-1": (1, 1, 0, 0, 0, 1, 1)}
    late = story.run(unit, "bundle_test", 3, Verdict.FAILED, source="test-2/1")
    writer.tell(late[:1])
    assert attempts(writer) == [(1, 3, "test-2"), (2, 5, "test-1")]
    assert counts(writer) == {"test-1": (1, 1, 0, 0, 0, 0, 0)}
    writer.tell(late[1:])
    assert counts(writer) == {"test-1": (1, 1, 0, 0, 0, 0, 0), "test-2": (1, 0, 1, 0, 0, 1, 0)}


@pytest.mark.parametrize(
    ("verdict", "ending", "expected"),
    [
        (Verdict.PASSED, RunEnding.COMPLETED, (1, 1, 0, 0, 0, 1, 1)),
        (Verdict.FAILED, RunEnding.COMPLETED, (1, 0, 1, 0, 0, 1, 0)),
        (Verdict.FAILED, RunEnding.ABORTED, (1, 0, 1, 0, 0, 1, 0)),
        (Verdict.NONE, RunEnding.ERROR, (1, 0, 0, 1, 0, 1, 0)),
        (Verdict.PASSED, RunEnding.ABORTED, (1, 0, 0, 0, 1, 1, 0)),
        (Verdict.NONE, RunEnding.COMPLETED, (1, 0, 0, 0, 0, 1, 0)),
    ],
)
def test_run_counts_once(writer, story, verdict, ending, expected):
    """FAILED outweighs how the run ended; only a completed pass counts as passed."""
    writer.tell([*story.setting(), *story.run(story.bundle("B1"), "bundle_test", 2, verdict, ending)])
    assert counts(writer) == {"test-1": expected}


def test_run_is_one_row_with_its_vector(writer, story):
    """The finished run replaces the started one; only what failed is a row of its own."""
    start, end = story.run(story.bundle("B1"), "bundle_test", 2, Verdict.FAILED)
    writer.tell([*story.setting(), start])
    (row,) = writer.rows(TestRun)
    assert (row.finished_at, row.verdict, row.measurements) == (None, None, [])
    writer.tell([end])
    (row,) = writer.rows(TestRun)
    assert (row.finished_at, row.verdict, row.measurements) == (end.at, "FAILED", [-18.14, None])
    assert [(row.measurand, row.value, row.low) for row in writer.rows(RunFailure)] == [("sdd21", -18.14, -17.16)]
    assert [(row.role, row.serial) for row in writer.rows(RunInstrument)] == [("vna", "MY1")]


def test_end_of_a_run_may_arrive_before_its_start(writer, story):
    """A quarantined spool sends the start later; the finished row stays."""
    start, end = story.run(story.bundle("B1"), "bundle_test", 2)
    writer.tell([*story.setting(), end, start.model_copy(update={"source": "test-1/2"})])
    assert [row.finished_at for row in writer.rows(TestRun)] == [end.at]


def test_removal_closes_its_installation_even_when_it_arrives_first(writer, story):
    """The interval closes whichever of the two is heard first, and a second installation opens another."""
    cable, bundle = story.cable("C1"), story.bundle("B1")
    facts = [
        story.installed(cable, "core", bundle, 2, source="assembly-1/1"),
        story.removed(cable, "core", bundle, 3, source="rework-1/1"),
        story.installed(cable, "core", bundle, 4, source="assembly-1/1"),
    ]
    writer.tell([*story.setting(), facts[1]])
    assert [row.installation_id for row in writer.rows(Removal)] == [None]
    writer.tell([facts[0], facts[2]])
    intervals = sorted((row.installed_at, row.removed_at, row.removal_reason) for row in writer.rows(Installation))
    assert intervals == [(story.at(2), story.at(3), "REWORK"), (story.at(4), None, None)]
    assert [row.installation_id for row in writer.rows(Removal)] == [facts[0].id]
    assert states(writer)["B1"] == "INSTALLED"


def test_child_of_two_parents_is_kept(writer, story):
    """Two stations bound one bundle while apart: both facts stand, nothing is refused."""
    writer.tell(story.setting(("C1", "C2")))
    writer.tell([story.installed(story.cable("C1"), "core", story.bundle("B1"), 2, source="assembly-1/1")])
    writer.tell([story.installed(story.cable("C2"), "core", story.bundle("B1"), 2, source="assembly-2/1")])
    assert [row.removed_at for row in writer.rows(Installation)] == [None, None]


def test_deliveries_of_one_lot_add_up(writer, story):
    """The second delivery adds its quantity; the earliest says where the lot came from."""
    late = story.received("L1", 50, minute=9, supplier="broker")
    early = story.received("L1", 25, minute=0.5, supplier="maker")
    writer.tell([*story.setting(), late, early])
    (row,) = writer.rows(Lot)
    assert (row.quantity, row.supplier, row.received_at) == (175, "maker", story.at(0.5))


def test_earlier_registration_counts_and_simulated_is_never_lost(writer, story):
    """Two stations register one serial: one unit, registered at the earlier time, simulated if either was."""
    unit = story.cable("C7")
    simulated = story.registered(unit, minute=5, source="desk/2")
    real = story.registered(unit, minute=3, source="desk/3").model_copy(update={"simulated": False})
    writer.tell([*story.setting((), ()), simulated, real])
    (row,) = writer.rows(Unit)
    assert (row.id, row.registered_at, row.source, row.simulated) == (simulated.id, story.at(3), "desk/3", True)


def test_plan_released_again_changes_nothing(writer, story):
    """A revision is immutable: its digest is known, so its rows stay."""
    writer.tell(story.setting())
    before = writer.rows(PlanMeasurand)
    writer.tell([story.plan("final_test")])
    assert writer.rows(PlanMeasurand) == before


def reads(record, *places):
    """The record's instrument, having read these places of the vector."""
    return record.instruments[0].model_copy(update={"readings": {"": places}})


def refused(story):
    """Records that no table can hold, with what is said of each."""
    unit, known = story.cable("C9"), story.bundle("B1")
    start, end = story.run(known, "bundle_test", 2)
    again = story.run(known, "bundle_test", 3)[1].model_copy(update={"run": start.run})
    return [
        ([story.run(unit, "final_test", 2)[0]], "C9 was never registered"),
        ([story.installed(story.cable("C1"), "core", unit, 2)], "C9 was never registered"),
        (
            [story.installed(story.cable("C1"), "jacket", LotIdentity(maker="x", part="y", lot="z"), 2)],
            "x y lot z was never received",
        ),
        ([start.model_copy(update={"plan": "f" * 64})], "plan ffffffffffff was never released"),
        ([start, start.model_copy(update={"id": story.new_id()})], "already started"),
        ([start, end, again], "already finished"),
        ([start, end.model_copy(update={"unit": story.cable("C1")})], "another unit"),
        ([end.model_copy(update={"values": (1.0,)})], "1 given, plan .* lays out 2"),
        (
            [end.model_copy(update={"instruments": end.instruments * 2})],
            "instrument role 'vna' occurs twice",
        ),
        ([end.model_copy(update={"instruments": (reads(end, 2),)})], r"readings of vna: \[2\] are not places of the 2"),
        ([end.model_copy(update={"instruments": (reads(end, 1, 1),)})], "each once"),
        (
            [story.definition("X", [("a", OperationKind.TEST), ("a", OperationKind.TEST)])],
            "operation 'a' occurs twice",
        ),
        ([end.model_copy(update={"fixture_cycles": 2**40})], "no count of cycles"),
    ]


def test_contradicting_records_are_refused_whole(writer, story):
    """What cannot be true of the journal so far is refused with its reason, and its batch leaves nothing."""
    writer.tell(story.setting())
    before = writer.dump()
    for records, reason in refused(story):
        with pytest.raises(RecordRejected, match=reason):
            writer.tell(records)
        assert writer.dump() == before, reason


def test_rebuild_brings_back_every_deleted_row(writer, story):
    """Without one projected row left, the journal gives all of them back, and says how far it is."""
    writer.tell([*story.setting(), *story.assembled("C1", "B1", 2), *story.run(story.cable("C1"), "final_test", 3)])
    writer.ledger.gate(story.request(story.cable("C1"), "final_test"))
    before = writer.dump()
    writer.change(lambda connection: [connection.execute(delete(table)) for table in reversed(projected_tables())])
    assert not any(writer.dump().values())
    told = []
    assert rebuild(writer.engine, lambda done, total: told.append((done, total))) == 12
    assert writer.dump() == before
    assert told == [(0, 12), (12, 12)]
    assert all(before[name] for name in ("unit", "test_run", "installation", "rollup", "gate_decision", "bom_line"))


def test_circumstances_of_a_run_are_in_its_row(writer, story):
    """Whose run it was together with, what was proven off, pause, ambient and attempts: known when it has finished."""
    attempt = StepAttempt(outcome=Outcome.ERROR, started_s=0, duration_s=1, message="no answer")
    step = StepResult(name="rf", outcome=Outcome.PASSED, started_s=2, duration_s=1, attempts=(attempt, attempt))
    group = story.new_id()
    facts = {"group": group, "safe": "proven off: ac", "gap_s": 720.0, "ambient_celsius": 23.5, "steps": (step, step)}
    start, end = story.run(story.cable("C1"), "final_test", 3, **facts)
    writer.tell([*story.setting(), start])
    told = ("group_id", "safe", "gap_s", "ambient_celsius", "retried_attempts")
    assert [[getattr(row, name) for name in told] for row in writer.rows(TestRun)] == [[group, None, None, None, None]]
    writer.tell([end])
    assert [[getattr(row, name) for name in told] for row in writer.rows(TestRun)] == [
        [group, "proven off: ac", 720.0, 23.5, 4]
    ]


def test_failed_rebuild_leaves_the_tables_as_they_were(writer, story):
    """A journal that cannot be folded is told, and nothing is lost."""
    writer.tell([*story.setting(), *story.run(story.bundle("B1"), "bundle_test", 2)])
    before = writer.dump()
    registration = "DELETE FROM journal WHERE kind = 'unit_registered'"
    writer.change(lambda connection: connection.exec_driver_sql(registration))
    with pytest.raises(RecordRejected, match="never registered"):
        rebuild(writer.engine)
    assert writer.dump() == before
