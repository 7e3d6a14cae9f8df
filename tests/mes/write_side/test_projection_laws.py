"""Laws of the projection: whatever order and whatever batches the same facts arrive in, the tables say the same."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mes.ledger import JournalEntry
from mes.projection import rebuild
from mes.records import LotIdentity, Record, StepAttempt, StepResult, UnitIdentity, encode_record
from mes.vocabulary import Outcome, RunEnding, Verdict

CABLES = ("C1", "C2")
BUNDLES = ("B1", "B2")
SOURCES = ("test-1/1", "test-2/1", "assembly-1/1")
EXAMPLES = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def step_tried_again(times: int) -> StepResult:
    """A step that passed after so many attempts that ended in error."""
    attempt = StepAttempt(outcome=Outcome.ERROR, started_s=0.0, duration_s=1.0, message="no answer")
    return StepResult(
        name="rf", outcome=Outcome.PASSED, started_s=5.0, duration_s=1.0, waited_s=0.5, attempts=(attempt,) * times
    )


# Few minutes, so that facts fall on the same moment.
minutes = st.integers(2, 12)
sources = st.sampled_from(SOURCES)
run_facts = st.tuples(
    st.just("run"),
    st.sampled_from(["C1", "C2", "B1", "B2"]),
    minutes,
    st.sampled_from(list(Verdict)),
    st.sampled_from(list(RunEnding)),
    sources,
    st.booleans(),
    st.fixed_dictionaries(
        {},
        optional={
            "group": st.sampled_from([UUID(int=7), UUID(int=8)]),
            "safe": st.sampled_from(["", "proven off: vna", "NOT proven off: vna"]),
            "gap_s": st.floats(0, 1e6),
            "ambient_celsius": st.floats(-40, 80),
            "steps": st.integers(0, 3).map(lambda tried: (step_tried_again(tried),)),
        },
    ),
)
link_facts = st.tuples(
    st.sampled_from(["installed", "removed"]),
    st.sampled_from(CABLES),
    st.sampled_from([*BUNDLES, "L1"]),
    minutes,
    sources,
)
histories = st.lists(run_facts | link_facts, min_size=1, max_size=14)


def identity(serial: str) -> UnitIdentity | LotIdentity:
    """The cable, bundle or lot of wire with this name."""
    if serial == "L1":
        return LotIdentity(maker="Leoni", part="WIRE-1", lot="L1")
    return UnitIdentity(part="CABLE-1" if serial.startswith("C") else "BUNDLE-1", serial=serial)


def told(story: Any, history: list[Any]) -> list[Record]:
    """The records of a history, each source telling its own in the order of the list."""
    records: list[Record] = []
    for kind, *facts in history:
        if kind == "run":
            serial, minute, verdict, ending, source, finished, more = facts
            operation = "final_test" if serial.startswith("C") else "bundle_test"
            start, end = story.run(identity(serial), operation, minute, verdict, ending, source, **more)
            records += [start, end] if finished else [start]
        else:
            parent, component, minute, source = facts
            position = "jacket" if component == "L1" else "core"
            quantity = 3.0 if component == "L1" else 1.0
            make = story.installed if kind == "installed" else story.removed
            records.append(
                make(identity(parent), position, identity(component), minute, source=source, quantity=quantity)
            )
    return records


@st.composite
def interleavings(draw: st.DrawFn) -> tuple[list[Any], list[int], int]:
    """A history, an order in which its sources are heard, and a batch size."""
    history = draw(histories)
    return history, draw(st.lists(st.integers(0, 2), max_size=40)), draw(st.integers(1, 5))


def merged(records: list[Record], order: list[int]) -> list[Record]:
    """The same records, every source in its own order, the sources heard as `order` says."""
    queues: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        queues[record.source].append(record)
    heard = []
    for choice in order:
        queue = queues[SOURCES[choice]]
        if queue:
            heard.append(queue.pop(0))
    return heard + [record for queue in queues.values() for record in queue]


@given(interleavings())
@EXAMPLES
def test_any_order_of_arrival_gives_the_same_rows(writer, story, case):
    """States, attempts, intervals and rollups follow from what happened, not from which station was heard first."""
    history, order, batch = case
    setting, records = story.setting(CABLES, BUNDLES), told(story, history)
    writer.empty()
    writer.tell(setting)
    writer.tell(records)
    first = folded_alone(writer)
    writer.empty()
    writer.tell(setting)
    writer.tell(merged(records, order), batch)
    assert folded_alone(writer) == first


def folded_alone(writer):
    """The rows but for what the gate says of a run as it is told: that is a fact of its own, of what was known then."""
    return {table: rows for table, rows in writer.dump().items() if table != "gate_decision"}


@given(histories)
@EXAMPLES
def test_rebuilding_gives_identical_rows(writer, story, history):
    """The tables are nothing but the journal, folded: deleted and folded again they are the same."""
    writer.empty()
    writer.tell(story.setting(CABLES, BUNDLES))
    writer.tell(told(story, history), batch=2)
    before = writer.dump()
    rebuild(writer.engine)
    assert writer.dump() == before


@given(histories)
@EXAMPLES
def test_ingesting_twice_changes_nothing(writer, story, history):
    """A station that never heard the answer may send the same entries again."""
    writer.empty()
    writer.tell(story.setting(CABLES, BUNDLES))
    entries: dict[str, list[JournalEntry]] = defaultdict(list)
    for record in told(story, history):
        own = entries[record.source]
        own.append(JournalEntry(record.source, len(own) + 1, encode_record(record)))
    receipts = [writer.ledger.append(own) for own in entries.values()]
    before = writer.dump()
    assert [writer.ledger.append(own) for own in entries.values()] == receipts
    assert writer.dump() == before
