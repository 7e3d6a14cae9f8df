"""The bus trace is strict: anything unsaid, said differently or left over fails."""

import pytest

from drivers.errors import LinkTimeout
from drivers.exchange import ExchangeMismatch, definite_block, expected_exchange
from drivers.module_eeprom.two_wire import TwoWireModule
from drivers.safety_tester.chroma_19053 import Chroma19053
from drivers.switch_matrix.keysight_l4491a import KeysightL4491a

OK = '+0,"No error"'


def test_another_command_than_the_row_fails_with_a_diff() -> None:
    """The message shows what was played, what was expected and what was said."""
    with (
        pytest.raises(ExchangeMismatch) as raised,
        expected_exchange(KeysightL4491a, ("ROUT:OPEN (@1103)", None), ("SYST:ERR", OK)) as matrix,
    ):
        matrix.disconnect(1103)
    message = str(raised.value)
    assert "row 2 of 2" in message
    assert "'ROUT:OPEN (@1103)' -> None" in message
    assert "- 'SYST:ERR'" in message
    assert "+ 'SYST:ERR?'" in message


def test_rows_left_over_fail() -> None:
    """A driver that says less than the trace is not the driver that was recorded."""
    with (
        pytest.raises(ExchangeMismatch, match="never sent: 'ROUT:OPEN:ALL'"),
        expected_exchange(KeysightL4491a, ("ROUT:OPEN:ALL", None)),
    ):
        pass


def test_more_than_the_rows_fails() -> None:
    """A driver that says more than the trace fails at its first extra word."""
    with (
        pytest.raises(ExchangeMismatch, match="after the last row"),
        expected_exchange(KeysightL4491a, ("ROUT:OPEN (@1101)", None)) as matrix,
    ):
        matrix.disconnect(1101)


def test_an_answer_that_nobody_read_fails() -> None:
    """A row with an answer for a command without one is a wrong trace."""
    with (
        pytest.raises(ExchangeMismatch, match="before the answer '1' was read"),
        expected_exchange(KeysightL4491a, ("ROUT:OPEN (@1101)", "1")) as matrix,
    ):
        matrix.disconnect(1101)


def test_a_question_without_an_answer_in_its_row_fails() -> None:
    """Silence must be written as an error, so that a forgotten answer is not taken for it."""
    with (
        pytest.raises(ExchangeMismatch, match="no row has an answer"),
        expected_exchange(KeysightL4491a, ("ROUT:OPEN (@1101)", None), ("SYST:ERR?", None)) as matrix,
    ):
        matrix.disconnect(1101)


def test_the_first_mismatch_is_reported_whatever_the_driver_does_after_it() -> None:
    """A driver that makes itself safe after the mismatch does not hide it."""
    with (
        pytest.raises(ExchangeMismatch, match="row 1 of 1"),
        expected_exchange(Chroma19053, ("SAFE:STEP1:IR 100", None)) as tester,
    ):
        tester.measure_insulation_resistance(200.0, 1.0, 1e7)


def test_an_error_in_a_row_is_raised_by_the_read() -> None:
    """A timeout is a row like any other."""
    with (
        expected_exchange(
            KeysightL4491a, ("ROUT:OPEN (@1101)", None), ("SYST:ERR?", LinkTimeout("no answer within 5 s"))
        ) as matrix,
        pytest.raises(LinkTimeout, match="5 s"),
    ):
        matrix.disconnect(1101)


def test_a_block_states_its_length() -> None:
    """IEEE 488.2, 8.7.9: the number of length digits, the length, the content."""
    assert definite_block(b"hello") == b"#15hello\n"
    assert definite_block(bytes(100)) == b"#3100" + bytes(100) + b"\n"


def test_a_two_wire_bus_is_held_to_its_rows_too() -> None:
    """Register reads and writes are rows."""
    with (
        pytest.raises(ExchangeMismatch, match="write 50h 127 11"),
        expected_exchange(TwoWireModule, ("read 50h 126 2", "00 00"), ("write 50h 127 12", None)) as module,
    ):
        module.read_page(0x11)
