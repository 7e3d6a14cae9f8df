"""The bus trace of the GPIO module."""

import pytest

from drivers.digital_io.numato_gpio import NumatoGpio
from drivers.errors import DeviceError, Garbled, NotSafe, OutOfRange
from drivers.exchange import Row, expected_exchange


def said(command: str, answer: str = "") -> Row:
    """A command, its echo, its answer if there is one; the prompt is the frame's end."""
    return f"{command}\r", f"{command}\n\r" + (f"{answer}\n\r" if answer else "")


PROBES = (said("ver", "00000010"), said("id get", "GP160001"))


def test_opening_makes_every_line_an_input() -> None:
    """As after power-up: nothing is driven until it is asked for, and the safe state has nothing to switch."""
    rows = (
        ("\r", "\n\r"),
        *PROBES,
        said("gpio readall", "0003"),
        said("gpio iomask ffff"),
        said("gpio iodir ffff"),
        said("gpio readall", "0003"),
    )
    with expected_exchange(NumatoGpio, *rows, opening=True) as lines:
        assert lines.identity.serial == "GP160001"


def test_an_input_is_high_or_low() -> None:
    """1 is high; lines from 10 on are letters."""
    with expected_exchange(NumatoGpio, said("gpio read 0", "1"), said("gpio read C", "0"), channels=16) as lines:
        assert lines.read_input(0) is True
        assert lines.read_input(12) is False


def test_a_driven_line_is_read_without_changing_its_direction() -> None:
    """`gpio read` would make it an input again and let a clamp go; the register of all lines does not."""
    rows = (said("gpio set 5"), said("gpio readall", "0020"), said("gpio readall", "0020"))
    with expected_exchange(NumatoGpio, *rows, channels=16) as lines:
        lines.set_output(5, True)
        assert lines.read_input(5) is True


def test_a_line_that_does_not_follow_is_an_error() -> None:
    """Something outside holds it: the output is not what was asked for."""
    with (
        expected_exchange(NumatoGpio, said("gpio set 5"), said("gpio readall", "0000"), channels=16) as lines,
        pytest.raises(DeviceError, match=r"channels \[5\] did not go on"),
    ):
        lines.set_output(5, True)


def test_safe_is_every_driven_line_low_by_read_back() -> None:
    """Inputs are left alone, whatever their level; a driven line that stays high is not safe."""
    high = (said("gpio set 5"), said("gpio readall", "0023"))
    with expected_exchange(NumatoGpio, *high, said("gpio clear 5"), said("gpio readall", "0003"), channels=16) as lines:
        lines.set_output(5, True)
        lines.safe_state()
    rows = (*high, said("gpio clear 5"), said("gpio readall", "0023"))
    with expected_exchange(NumatoGpio, *rows, channels=16) as lines:
        lines.set_output(5, True)
        with pytest.raises(NotSafe, match=r"\[5\] did not go off"):
            lines.safe_state()


def test_an_answer_that_is_no_level_is_garbled() -> None:
    """Neither 0 nor 1 is a broken line: an interlock that cannot be read is never taken as closed."""
    with (
        expected_exchange(NumatoGpio, said("gpio read 0", "2"), channels=16) as lines,
        pytest.raises(Garbled, match="expected 0 or 1"),
    ):
        lines.read_input(0)


def test_a_line_that_is_not_there_never_reaches_the_wire() -> None:
    """0 to 15."""
    with expected_exchange(NumatoGpio, channels=16) as lines:
        for act in (lambda: lines.read_input(16), lambda: lines.set_output(-1, True)):
            with pytest.raises(OutOfRange, match="there is no channel"):
                act()


def test_many_inputs_are_read_in_one_look() -> None:
    """The register has them all at one moment, in the order that was asked for; a line that is not there is refused."""
    with expected_exchange(NumatoGpio, said("gpio readall", "8005"), channels=16) as lines:
        assert lines.read_inputs((15, 0, 1, 2)) == (True, True, False, True)
    with expected_exchange(NumatoGpio, channels=16) as lines, pytest.raises(OutOfRange, match="no channel 16"):
        lines.read_inputs((0, 16))
