"""Every transport fault, as a driver meets it through a real PyVISA resource."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import pyvisa
from hypothesis import given
from hypothesis import strategies as st
from pyvisa.constants import StatusCode
from pyvisa.errors import VisaIOError
from pyvisa.resources import MessageBasedResource

from sim_hardware.clock import Deadlock, VirtualClock
from sim_hardware.faults import Fault, FaultPlan, FaultRules
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.scpi_grammar import scpi
from sim_hardware.visa_library import SimVisaLibrary

INSTR, SOCKET = "TCPIP::10.0.0.1::INSTR", "TCPIP::10.0.0.1::5025::SOCKET"
IDENTITY = "ACME,DMM,1,1.0"


class Meter(ScpiDevice):
    """Counts its readings, so that an old one shows."""

    idn = IDENTITY
    readings = 0
    configured = 0

    @scpi("READ?")
    def read(self) -> str:
        self.readings += 1
        return f"{self.readings:+.6E}"

    @scpi("CONFigure")
    def configure(self) -> None:
        self.configured += 1


class Bench:
    """One meter on a message-exchange wire and on a socket, with faults to inject."""

    def __init__(self, name: str) -> None:
        self.clock = VirtualClock(datetime(2026, 3, 1, tzinfo=UTC))
        self.meter = Meter(self.clock, random.Random(1))
        self.faults = FaultPlan(seed=7)
        self.library = SimVisaLibrary.for_bench(name, {INSTR: self.meter, SOCKET: self.meter}, self.faults)
        self.manager = pyvisa.ResourceManager(self.library)

    def open(self, resource: str = INSTR) -> MessageBasedResource:
        opened = self.manager.open_resource(
            resource, read_termination="\n", write_termination="\n", timeout=2000, encoding="latin-1"
        )
        assert isinstance(opened, MessageBasedResource)
        return opened


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench("faults")
    yield bench
    bench.library.forget()


def refused(act: Callable[[], object]) -> StatusCode:
    """The status with which PyVISA refuses an act."""
    with pytest.raises(VisaIOError) as caught:
        act()
    return StatusCode(caught.value.error_code)


def test_a_dropped_answer_costs_the_timeout_and_no_wall_time(bench):
    """The instrument did measure; its answer never comes, and it has done nothing wrong."""
    bench.faults.inject(INSTR, Fault("drop", "READ", nth=1))
    meter = bench.open()
    assert refused(lambda: meter.query("READ?")) == StatusCode.error_timeout
    assert bench.clock.now() == 2.0
    assert bench.meter.readings == 1
    assert meter.query("READ?") == "+2.000000E+00"
    assert meter.query("SYST:ERR?") == '+0,"No error"'


def test_a_lost_answer_waited_for_without_timeout_is_a_deadlock(bench):
    """A simulation cannot hang on it: it is told what it waits for."""
    bench.faults.inject(INSTR, Fault("drop"))
    meter = bench.open()
    meter.timeout = None
    with pytest.raises(Deadlock):
        meter.query("READ?")


@pytest.mark.parametrize(("seconds", "in_time"), [(1.5, True), (2.5, False)])
def test_a_delayed_answer_is_in_time_or_not(bench, seconds, in_time):
    """The delay counts in bench time against the session's timeout."""
    bench.faults.inject(INSTR, Fault("delay", "READ", seconds=seconds))
    meter = bench.open()
    if in_time:
        assert meter.query("READ?") == "+1.000000E+00"
        assert bench.clock.now() == 1.5
    else:
        assert refused(lambda: meter.query("READ?")) == StatusCode.error_timeout


def test_a_late_answer_on_a_socket_is_taken_for_the_next(bench):
    """Why a session must be resynchronised after a timeout: the next query reads the previous answer."""
    bench.faults.inject(SOCKET, Fault("delay", "READ", nth=1, seconds=2.5))
    meter = bench.open(SOCKET)
    assert refused(lambda: meter.query("READ?")) == StatusCode.error_timeout
    assert meter.query("*IDN?") == "+1.000000E+00"


@pytest.mark.parametrize("count", [1, 4])
def test_garbage_replaces_bytes_and_keeps_the_terminator(bench, count):
    """The answer looks complete and is not."""
    bench.faults.inject(INSTR, Fault("garbage", r"\*IDN\?", count=count))
    answer = bench.open().query("*IDN?")
    assert len(answer) == len(IDENTITY)
    assert sum(a != b for a, b in zip(answer, IDENTITY, strict=True)) == count


def test_a_truncated_answer_ends_in_a_timeout(bench):
    """Five bytes come, without an end; the rest never does."""
    bench.faults.inject(INSTR, Fault("truncate", "READ", count=5))
    meter = bench.open()
    meter.write("READ?")
    assert meter.read_bytes(5) == b"+1.00"
    assert refused(meter.read) == StatusCode.error_timeout


def test_a_split_answer_is_whole_for_a_patient_reader(bench):
    """Two parts with a pause between are one message."""
    bench.faults.inject(INSTR, Fault("split", "READ", seconds=0.3))
    meter = bench.open()
    assert meter.query("READ?") == "+1.000000E+00"
    assert bench.clock.now() == 0.3


def test_a_stale_answer_is_the_previous_one(bench):
    """What came before comes again; before the first answer nothing old can come."""
    bench.faults.inject(INSTR, Fault("stale", "READ"))
    meter = bench.open()
    assert meter.query("READ?") == "+1.000000E+00"
    assert meter.query("READ?") == "+1.000000E+00"
    assert bench.meter.readings == 2


def test_a_duplicated_answer_shifts_a_socket_by_one(bench):
    """From then on every query reads the answer to the one before."""
    bench.faults.inject(SOCKET, Fault("duplicate", "READ", nth=1))
    meter = bench.open(SOCKET)
    assert meter.query("READ?") == "+1.000000E+00"
    assert meter.query("*IDN?") == "+1.000000E+00"
    assert meter.query("READ?") == IDENTITY


def test_a_duplicated_answer_interrupts_a_message_exchange(bench):
    """Where the protocol holds, the second copy is thrown away with -410."""
    bench.faults.inject(INSTR, Fault("duplicate", "READ", nth=1))
    meter = bench.open()
    assert meter.query("READ?") == "+1.000000E+00"
    assert meter.query("*IDN?") == IDENTITY
    assert meter.query("SYST:ERR?").startswith("-410,")


def test_a_closed_link_stays_closed_until_it_is_opened_again(bench):
    """Reading, writing, clearing and polling all report the loss; a new session works."""
    bench.faults.inject(INSTR, Fault("close", "READ", nth=1))
    meter = bench.open()
    for act in (lambda: meter.query("READ?"), lambda: meter.write("*CLS"), meter.clear, meter.read_stb):
        assert refused(act) == StatusCode.error_connection_lost
    meter.close()
    assert bench.open().query("READ?") == "+1.000000E+00"


def test_an_injected_error_stands_in_the_queue_and_nothing_is_done(bench):
    """The instrument refuses, says why, and does not act."""
    bench.faults.inject(INSTR, Fault("error", "CONF", code=-241, text="Hardware missing"))
    meter = bench.open()
    meter.write("CONF")
    assert bench.meter.configured == 0
    assert meter.query("SYST:ERR?") == '-241,"Hardware missing"'


def test_another_identity_answers(bench):
    """As after a reboot into another personality, or a swapped cable; other answers are untouched."""
    bench.faults.inject(INSTR, Fault("identity", nth=2, identity="OTHER,PSU,9,2.0"))
    meter = bench.open()
    assert [meter.query("*IDN?") for _ in range(3)] == [IDENTITY, "OTHER,PSU,9,2.0", IDENTITY]
    assert meter.query("READ?") == "+1.000000E+00"


def test_faults_of_one_resource_leave_the_others_alone(bench):
    """Rules go by resource name."""
    bench.faults.inject(SOCKET, Fault("drop"))
    assert bench.open(INSTR).query("*IDN?") == IDENTITY
    bench.faults.clear()
    assert bench.open(SOCKET).query("*IDN?") == IDENTITY


def test_several_faults_act_together(bench):
    """A duplicated and delayed answer comes twice, late."""
    bench.faults.inject(SOCKET, Fault("duplicate", "READ"))
    bench.faults.inject(SOCKET, Fault("delay", "READ", seconds=1))
    meter = bench.open(SOCKET)
    meter.write("READ?")
    assert [meter.read(), meter.read()] == ["+1.000000E+00"] * 2
    assert bench.clock.now() == 1


@given(st.integers(1, 10), st.lists(st.booleans(), max_size=40))
def test_the_nth_matching_message_is_hit_and_no_other(nth, matching):
    """Messages that do not match are not counted."""
    rules = FaultRules(random.Random(1))
    rules.add(Fault("drop", "READ", nth=nth))
    hits = [bool(rules.strike("READ?" if match else "*IDN?")) for match in matching]
    positions = [position for position, match in enumerate(matching) if match]
    assert [position for position, hit in enumerate(hits) if hit] == positions[nth - 1 : nth]


@given(st.integers(), st.floats(0, 1))
def test_chance_is_seeded_per_resource(seed, probability):
    """The same seed hits the same messages, whatever rules other resources have."""
    alone, together = FaultPlan(seed), FaultPlan(seed)
    together.inject("another", Fault("drop", probability=0.5))
    hits: list[list[bool]] = []
    for plan in (alone, together):
        plan.inject("meter", Fault("drop", probability=probability))
        struck = []
        for _ in range(50):
            plan.rules("another").strike("READ?")
            struck.append(bool(plan.rules("meter").strike("READ?")))
        hits.append(struck)
    assert hits[0] == hits[1]
    assert probability > 0 or not any(hits[0])
    assert probability < 1 or all(hits[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "explode"}, "unknown fault 'explode'; known: drop, delay"),
        ({"kind": "drop", "nth": 0}, "count from 1"),
        ({"kind": "drop", "probability": 1.5}, r"outside \[0, 1\]"),
        ({"kind": "delay", "seconds": -1.0}, "negative"),
        ({"kind": "garbage", "count": -1}, "negative"),
        ({"kind": "drop", "match": "*IDN?"}, "no regular expression"),
        ({"kind": "identity"}, "give the identity"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(arguments, message):
    """Found when it is written down, not when it should strike."""
    with pytest.raises(ValueError, match=message):
        Fault(**arguments)
