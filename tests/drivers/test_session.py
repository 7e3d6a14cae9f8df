"""A session keeps question and answer together, or refuses to speak."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO

import pytest

from drivers.errors import Garbled, LinkError, LinkLost, LinkTimeout
from drivers.place import Place
from drivers.session import Session

IDN = b"Maker,Model,1,1.0\n"


def say(wire: BinaryIO, *messages: bytes) -> None:
    for message in messages:
        wire.write(message)
    wire.flush()


def common(wire: BinaryIO, line: bytes) -> None:
    """Answer what every instrument answers, and echo every other question without its mark."""
    answers = {b"*IDN?\n": IDN, b"*OPC?\n": b"1\n"}
    if line in answers:
        say(wire, answers[line])
    elif line.endswith(b"?\n"):
        say(wire, line.replace(b"?", b""))


@pytest.fixture
def connect(tcp_instrument: Callable[..., Any], place: Place) -> Iterator[Callable[..., Session]]:
    opened: list[Session] = []

    def open_session(serve: Callable[[BinaryIO, int], None], **options: Any) -> Session:
        instrument = tcp_instrument(serve)
        session = Session(place.transport(instrument.resource, 0.1), timeout_s=0.1, **options)
        opened.append(session)
        return session

    yield open_session
    for session in opened:
        session.close()


def test_two_threads_on_one_session_never_swap_answers(connect: Callable[..., Session]) -> None:
    """Each thread gets the answers to its own questions, 200 times each."""
    session = connect(lambda wire, _: [common(wire, line) for line in wire] and None, lock=threading.Lock())
    session.timeout_s = 5.0
    wrong: list[tuple[str, str]] = []

    def ask(name: str) -> None:
        for number in range(200):
            expected = f"{name}{number}"
            if (answer := session.query(f"{expected}?")) != expected:
                wrong.append((expected, answer))

    threads = [threading.Thread(target=ask, args=(name,)) for name in "AB"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_exclusive_keeps_other_threads_out_of_a_conversation(connect: Callable[..., Session]) -> None:
    """Between two questions of one holder comes no question of another thread, however soon it was asked."""
    heard: list[bytes] = []

    def serve(wire: BinaryIO, _: int) -> None:
        for line in wire:
            heard.append(line)
            common(wire, line)

    session = connect(serve)
    session.timeout_s = 5.0
    waiting = threading.Event()

    def intrude() -> None:
        waiting.set()
        session.query("INTRUDER?")

    with session.exclusive():
        session.query("FIRST?")
        thread = threading.Thread(target=intrude)
        thread.start()
        waiting.wait()
        session.query("SECOND?")
    thread.join()
    assert heard == [b"FIRST?\n", b"SECOND?\n", b"INTRUDER?\n"]


def test_a_late_answer_is_never_taken_for_the_next_one(connect: Callable[..., Session]) -> None:
    """After a timeout the session refuses to speak, and after resync() the late answer is gone."""

    def serve(wire: BinaryIO, _: int) -> None:
        for line in wire:
            if line == b"SLOW?\n":
                continue
            if line == b"*IDN?\n":
                say(wire, b"the late answer\n")
            common(wire, line)

    session = connect(serve)
    with pytest.raises(LinkTimeout):
        session.query("SLOW?")
    with pytest.raises(LinkError, match=r"call resync\(\)"):
        session.query("NEXT?")
    with pytest.raises(LinkError, match=r"call resync\(\)"):
        session.write("NEXT")
    session.resync()
    assert session.query("NEXT?") == "NEXT"


def test_a_late_identification_does_not_end_the_resynchronisation_early(connect: Callable[..., Session]) -> None:
    """When *IDN? itself was late there are two identifications on the wire, and both are read."""
    late = iter([True])

    def serve(wire: BinaryIO, _: int) -> None:
        for line in wire:
            if line == b"*IDN?\n" and next(late, False):
                continue
            if line == b"*IDN?\n":
                say(wire, IDN)
            common(wire, line)

    session = connect(serve)
    with pytest.raises(LinkTimeout):
        session.query("*IDN?")
    session.resync()
    assert session.query("NEXT?") == "NEXT"


def test_a_late_one_is_not_taken_for_the_seal(connect: Callable[..., Session]) -> None:
    """A sweep's *OPC? that comes late stands before the identification and seals nothing."""
    late = iter([True])

    def serve(wire: BinaryIO, _: int) -> None:
        for line in wire:
            if line == b"*OPC?\n" and next(late, False):
                continue
            if line == b"*IDN?\n":
                say(wire, b"1\n")
            common(wire, line)

    session = connect(serve)
    with pytest.raises(LinkTimeout):
        session.query("*OPC?")
    session.resync()
    assert session.query("NEXT?") == "NEXT"


def test_resync_opens_a_new_connection_when_the_old_one_stays_mute(connect: Callable[..., Session]) -> None:
    """An instrument that hung with its connection is reached over a new one."""

    def serve(wire: BinaryIO, connection: int) -> None:
        for line in wire:
            if connection > 1:
                common(wire, line)

    session = connect(serve)
    with pytest.raises(LinkTimeout):
        session.query("FIRST?")
    session.resync()
    assert session.query("NEXT?") == "NEXT"


def test_a_failed_resync_leaves_the_session_poisoned(connect: Callable[..., Session]) -> None:
    """An instrument that answers nothing at all stays refused, and both attempts are reported."""
    session = connect(lambda wire, _: [None for _ in wire] and None)
    with pytest.raises(LinkTimeout):
        session.query("FIRST?")
    with pytest.raises(LinkTimeout) as raised:
        session.resync()
    assert any("before reopening" in note for note in raised.value.__notes__)
    with pytest.raises(LinkError, match=r"call resync\(\)"):
        session.query("NEXT?")


def test_another_instrument_is_not_accepted_by_resync(connect: Callable[..., Session]) -> None:
    """Once the identification is known, only the same one proves that the wire is in step."""
    session = connect(lambda wire, _: [common(wire, line) for line in wire] and None)
    session.identification = "Other,Model,2,1.0"
    with pytest.raises(LinkError):
        session.resync()


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (b"\n", Garbled, "empty"),
        (b"\xff\xfe\n", Garbled, "not ASCII"),
        (b"half an ans", LinkTimeout, "half an ans"),
        (b"", LinkTimeout, "no answer"),
    ],
)
def test_an_answer_that_is_none_poisons(
    connect: Callable[..., Session], answer: bytes, error: type[LinkError], message: str
) -> None:
    """Empty, foreign and cut answers are refused, and so is every question after them."""
    session = connect(lambda wire, _: [say(wire, answer) for _ in wire] and None)
    with pytest.raises(error, match=message):
        session.query("X?")
    assert session.broken is not None


def test_an_answer_that_came_twice_is_noticed_before_the_next_question(connect: Callable[..., Session]) -> None:
    """Bytes that nobody asked for poison the session instead of becoming the next answer."""
    session = connect(lambda wire, _: [say(wire, b"1\n", b"1\n") for _ in wire] and None)
    with suppress(Garbled):
        # The second copy may come with the first or just after it: either this question or the next finds it.
        assert session.query("X?") == "1"
        session.query("Y?")
    assert session.broken is not None
    assert "unasked" in session.broken


def test_a_block_is_read_whole_whatever_bytes_it_holds(connect: Callable[..., Session]) -> None:
    """Terminators inside a block are content, and the next answer follows in step."""
    content = bytes(range(256)) * 300 + b"\n\n"

    def serve(wire: BinaryIO, _: int) -> None:
        for line in wire:
            if line == b"BLOCK?\n":
                say(wire, b"#5%d" % len(content) + content + b"\n")
            else:
                common(wire, line)

    session = connect(serve)
    assert session.query_block("BLOCK?") == content
    assert session.query("NEXT?") == "NEXT"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"1.0E+00\n", Garbled),
        (b"#0abc\n", Garbled),
        (b"#2x5hello\n", Garbled),
        (b"#15hello!\n", Garbled),
        (b"#15hell", LinkTimeout),
    ],
)
def test_a_block_that_does_not_hold_what_it_says_is_refused(
    connect: Callable[..., Session], answer: bytes, error: type[LinkError]
) -> None:
    """No header, indefinite length, a length that is no number, too much, too little."""
    session = connect(lambda wire, _: [say(wire, answer) for _ in wire] and None)
    with pytest.raises(error):
        session.query_block("BLOCK?")
    assert session.broken is not None


def test_a_peer_that_goes_in_the_middle_is_lost_and_not_late(connect: Callable[..., Session]) -> None:
    """A closed connection is LinkLost at once, not a timeout."""

    def serve(wire: BinaryIO, _: int) -> None:
        wire.readline()
        say(wire, b"1.0")

    session = connect(serve)
    session.timeout_s = 30.0
    with pytest.raises(LinkLost):
        session.query("X?")
