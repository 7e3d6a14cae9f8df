"""What every SCPI driver does: identify, check the error queue, refuse what it cannot read."""

from typing import Any

import pytest

from drivers.errors import DeviceError, Garbled, LinkError, LinkTimeout, NotSafe, WrongInstrument
from drivers.exchange import expected_exchange
from drivers.scpi import Identity
from drivers.switch_matrix.keysight_l4491a import KeysightL4491a

OK = ("SYST:ERR?", '+0,"No error"')
IDN = "Keysight Technologies,L4491A,MY12345678,2.43"
ALL = ",".join(str(channel) for channel in (*range(1101, 1117), *range(1201, 1217), *range(1301, 1317)))
OPEN = (("ROUT:OPEN:ALL", None), OK, (f"ROUT:CLOS? (@{ALL})", ",".join("0" * 48)))


def test_opening_identifies_drains_the_queue_and_makes_safe() -> None:
    """Old errors are read away before the first command, so that it is not blamed for them."""
    with expected_exchange(
        KeysightL4491a,
        ("*IDN?", IDN),
        ("SYST:ERR?", '-113,"Undefined header"'),
        OK,
        *OPEN,
        opening=True,
        serial="MY12345678",
    ) as matrix:
        assert matrix.identity.model == "L4491A"
        assert matrix.identity.serial == "MY12345678"
        assert matrix.identity.firmware == "2.43"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("Keysight Technologies,L4445A,MY12345678,2.43", "found Keysight Technologies,L4445A"),
        ("Keysight Technologies,L4491A,MY99999999,2.43", "promises L4491A serial MY12345678, found MY99999999"),
        ("Keysight Technologies,L4491A,MY12345678,9.01", "firmware 9.01"),
        ("Keysight Technologies,L4491A,MY12345678,1.99", "firmware 1.99"),
        ("L4491A", "not maker, model, serial and firmware"),
    ],
)
def test_a_wrong_instrument_is_refused_before_anything_is_sent_to_it(answer: str, message: str) -> None:
    """Another model, serial number or firmware than promised: nothing after *IDN? goes out."""
    with (
        pytest.raises(WrongInstrument, match=message),
        expected_exchange(KeysightL4491a, ("*IDN?", answer), opening=True, serial="MY12345678"),
    ):
        pass


def test_firmware_is_compared_as_far_as_the_range_goes() -> None:
    """2.43 is within (2,) to (2,), and 2.43 is newer than 2.9 allows."""
    assert Identity("M,X", (2,), (2,)).check("r", "M,X,1,2.43", None).firmware == "2.43"
    assert Identity("M,X", (2, 40), (2, 99)).check("r", "M,X,1,2.43", None).firmware == "2.43"
    with pytest.raises(WrongInstrument):
        Identity("M,X", (2, 0), (2, 9)).check("r", "M,X,1,2.43", None)


def test_everything_in_the_error_queue_is_in_the_message() -> None:
    """A refused command names itself and every entry."""
    with (
        expected_exchange(
            KeysightL4491a,
            ("ROUT:OPEN (@1101)", None),
            ("SYST:ERR?", '-222,"Data out of range"'),
            ("SYST:ERR?", '-350,"Queue overflow"'),
            OK,
        ) as matrix,
        pytest.raises(DeviceError, match=r"ROUT:OPEN \(@1101\).*out of range.*Queue overflow"),
    ):
        matrix.disconnect(1101)


def test_an_error_queue_that_answers_something_else_poisons() -> None:
    """A measured value where the error queue should be means that answers have shifted."""
    with expected_exchange(KeysightL4491a, ("ROUT:OPEN (@1101)", None), ("SYST:ERR?", "+1.00000000E+00")) as matrix:
        with pytest.raises(Garbled, match="error queue entry"):
            matrix.disconnect(1101)
        with pytest.raises(LinkError, match=r"resync\(\)"):
            matrix.disconnect(1101)


def test_an_error_queue_without_end_is_a_broken_instrument() -> None:
    """The queue is read until it is empty, but not for ever."""
    rows: list[Any] = [("SYST:ERR?", '-100,"Command error"')] * 102
    with (
        expected_exchange(KeysightL4491a, ("ROUT:OPEN (@1101)", None), *rows) as matrix,
        pytest.raises(DeviceError, match="never ends"),
    ):
        matrix.disconnect(1101)


def test_only_a_question_that_changes_nothing_is_asked_again() -> None:
    """A read-back that timed out is asked once more after a resynchronisation; a command is not."""
    with expected_exchange(
        KeysightL4491a,
        ("ROUT:CLOS (@1101)", None),
        OK,
        ("ROUT:CLOS? (@1101)", LinkTimeout("no answer")),
        ("*IDN?", IDN),
        ("*OPC?", "1"),
        ("SYST:ERR?", '-420,"Query UNTERMINATED"'),
        OK,
        ("ROUT:CLOS? (@1101)", "1"),
    ) as matrix:
        matrix.connect(1101)
    with expected_exchange(
        KeysightL4491a, ("ROUT:CLOS (@1101)", None), ("SYST:ERR?", LinkTimeout("no answer"))
    ) as matrix:
        with pytest.raises(LinkTimeout):
            matrix.connect(1101)
        with pytest.raises(LinkError, match=r"resync\(\)"):
            matrix.connect(1101)


def test_safe_state_brings_a_poisoned_session_back_first() -> None:
    """On the way out of a failure the outputs are still reached."""
    with expected_exchange(
        KeysightL4491a,
        ("ROUT:OPEN (@1101)", None),
        ("SYST:ERR?", LinkTimeout("no answer")),
        ("*IDN?", IDN),
        ("*OPC?", "1"),
        OK,
        *OPEN,
    ) as matrix:
        with pytest.raises(LinkTimeout):
            matrix.disconnect(1101)
        matrix.safe_state()


def test_a_relay_that_stays_closed_is_not_safe() -> None:
    """The safe state is proven by read-back or it is NotSafe, naming the relay."""
    flags = ["0"] * 48
    flags[2] = "1"
    with (
        expected_exchange(
            KeysightL4491a, ("ROUT:OPEN:ALL", None), OK, (f"ROUT:CLOS? (@{ALL})", ",".join(flags))
        ) as matrix,
        pytest.raises(NotSafe, match=r"\[1103\]"),
    ):
        matrix.safe_state()


def test_an_instrument_that_is_gone_is_not_safe() -> None:
    """Silence is no proof: the safe state of a lost instrument is NotSafe, with the cause attached."""
    silence = LinkTimeout("no answer")
    with (
        expected_exchange(
            KeysightL4491a, ("ROUT:OPEN:ALL", None), ("SYST:ERR?", silence), ("*IDN?", silence), ("*IDN?", silence)
        ) as matrix,
        pytest.raises(NotSafe, match="by hand") as raised,
    ):
        matrix.safe_state()
    assert isinstance(raised.value.__cause__, LinkTimeout)


def test_the_safe_state_is_tried_again_once_the_wire_is_back() -> None:
    """Off twice is off: an answer lost on the way to safety is no reason to give up."""
    with expected_exchange(
        KeysightL4491a,
        ("ROUT:OPEN:ALL", None),
        ("SYST:ERR?", LinkTimeout("no answer")),
        ("*IDN?", IDN),
        ("*OPC?", "1"),
        OK,
        *OPEN,
    ) as matrix:
        matrix.safe_state()


def test_closing_leaves_the_instrument_safe_and_happens_once() -> None:
    """close() goes through the safe state; a second close says nothing."""
    with expected_exchange(KeysightL4491a, *OPEN) as matrix:
        matrix.close()
        matrix.close()


@pytest.mark.parametrize("answer", ["1,0", "2", "", "1;"])
def test_flags_must_be_as_many_as_asked_for(answer: str) -> None:
    """A cut or foreign answer about relays is garbled, never read in part."""
    with (
        expected_exchange(
            KeysightL4491a,
            ("ROUT:CLOS (@1101)", None),
            OK,
            ("ROUT:CLOS? (@1101)", answer),
            *((("*IDN?", IDN), ("*OPC?", "1"), OK, ("ROUT:CLOS? (@1101)", answer)) if not answer else ()),
        ) as matrix,
        pytest.raises(Garbled),
    ):
        matrix.connect(1101)
