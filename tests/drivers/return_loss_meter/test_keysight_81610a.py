"""The bus trace of the return loss meter."""

from typing import Any

import pytest

from drivers.errors import DeviceError, OutOfRange, WrongInstrument
from drivers.exchange import expected_exchange
from drivers.reading import Reading
from drivers.return_loss_meter.keysight_81610a import Keysight81610a

OK = ("SYST:ERR?", '+0,"No error"')


def command(text: str) -> list[Any]:
    """A command and the look at the error queue behind it."""
    return [(text, None), OK]


def test_a_mainframe_without_the_module_is_refused() -> None:
    """The mainframe's own identity does not say what is in its slots."""
    rows = (
        ("*IDN?", "Keysight Technologies,8163B,DE43600102,V5.25"),
        OK,
        ("SLOT1:IDN?", "Keysight Technologies,81654A,DE1,V1.0"),
    )
    with pytest.raises(WrongInstrument, match="81610A"), expected_exchange(Keysight81610a, *rows, opening=True):
        raise AssertionError("opened")


def test_settings_are_proven_and_the_termination_is_waited_for() -> None:
    """The module measures its own reflections while the fibre throws nothing back."""
    rows = [
        *command("INIT1:CHAN1:CONT 0"),
        *command("SENS1:CHAN1:POW:WAV 1.31e-06"),
        ("SENS1:CHAN1:POW:WAV?", "+1.31000000E-06"),
        *command("SENS1:CHAN1:POW:ATIM 1"),
        ("SENS1:CHAN1:POW:ATIM?", "+1.00000000E+00"),
        *command("SENS1:RET:CAL:COLL:TERM"),
        ("*OPC?", "1"),
    ]
    with expected_exchange(Keysight81610a, *rows) as meter:
        meter.configure(1310e-9, 1.0)
        meter.calibrate_termination()


@pytest.mark.parametrize(
    ("answer", "reading"),
    [
        ("+6.05000000E+01", Reading(60.5, "dB")),
        ("+7.90000000E+01", Reading(None, "dB", over_range="OVER")),
    ],
)
def test_less_than_the_meter_can_tell_is_over_range(answer: str, reading: Reading) -> None:
    """A return loss beyond 75 dB is its own noise."""
    with expected_exchange(Keysight81610a, ("READ1:CHAN1:RET?", answer), OK) as meter:
        assert meter.measure_return_loss() == reading


def test_without_light_the_module_refuses() -> None:
    """No light from the source is no return loss, however good it would look."""
    rows = (("READ1:CHAN1:RET?", "+0.00000000E+00"), ("SYST:ERR?", '-231,"Data questionable"'), OK)
    with expected_exchange(Keysight81610a, *rows) as meter, pytest.raises(DeviceError, match="-231"):
        meter.measure_return_loss()


def test_what_the_module_cannot_do_never_reaches_the_wire() -> None:
    """Refused, never truncated."""
    with expected_exchange(Keysight81610a) as meter, pytest.raises(OutOfRange):
        meter.configure(850e-9, 1.0)
