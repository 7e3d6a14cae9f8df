"""The bus trace of the optical attenuator."""

from typing import Any

import pytest

from drivers.errors import DeviceError, NotSafe, OutOfRange
from drivers.exchange import expected_exchange
from drivers.optical_attenuator.keysight_n7764a import KeysightN7764a

OK = ("SYST:ERR?", '+0,"No error"')


def command(text: str) -> list[Any]:
    """A command and the look at the error queue behind it."""
    return [(text, None), OK]


def test_attenuation_wavelength_and_shutter_are_proven() -> None:
    """The second attenuator is slot 3."""
    rows = [
        *command("INP3:WAV 1.311e-06"),
        ("INP3:WAV?", "+1.31100000E-06"),
        *command("INP3:ATT 4.5"),
        ("INP3:ATT?", "+4.50000000E+00"),
        *command("OUTP3:STAT 1"),
        ("OUTP3:STAT?", "1"),
    ]
    with expected_exchange(KeysightN7764a, *rows) as attenuator:
        attenuator.configure(1311e-9, 2)
        attenuator.set_attenuation(4.5, 2)
        attenuator.set_output(True, 2)


def test_an_attenuation_that_is_not_held_is_an_error() -> None:
    """A receiver would be judged at another power."""
    rows = [*command("INP1:ATT 4.5"), ("INP1:ATT?", "+4.00000000E+00")]
    with expected_exchange(KeysightN7764a, *rows) as attenuator, pytest.raises(DeviceError, match="reads 4"):
        attenuator.set_attenuation(4.5)


@pytest.mark.parametrize(("attenuation_db", "channel"), [(-1.0, 1), (41.0, 1), (3.0, 5), (float("nan"), 1)])
def test_what_is_not_there_never_reaches_the_wire(attenuation_db: float, channel: int) -> None:
    """Four attenuators of 0 to 40 dB."""
    with expected_exchange(KeysightN7764a) as attenuator, pytest.raises(OutOfRange):
        attenuator.set_attenuation(attenuation_db, channel)


def test_a_shutter_that_does_not_shut_is_not_safe() -> None:
    """Safe is every shutter shut, and proven."""
    rows = [*command("OUTP1:STAT 0"), ("OUTP1:STAT?", "1")]
    with expected_exchange(KeysightN7764a, *rows) as attenuator, pytest.raises(NotSafe, match="uncouple"):
        attenuator.safe_state()
