"""The bus trace of the optical power meter."""

from typing import Any

import pytest

from drivers.errors import DeviceError, Garbled, InstrumentError, OutOfRange
from drivers.exchange import expected_exchange
from drivers.optical_power_meter.keysight_n7745a import KeysightN7745a
from drivers.reading import InstrumentIdentity, Reading

OK = ("SYST:ERR?", '+0,"No error"')
FOUR = InstrumentIdentity(maker="Keysight Technologies", model="N7744A", serial="1", firmware="V1.170")


def command(text: str) -> list[Any]:
    """A command and the look at the error queue behind it."""
    return [(text, None), OK]


def test_a_detector_is_set_to_dbm_and_its_settings_are_proven() -> None:
    """Wavelength and averaging time read back; measuring is triggered, not continuous."""
    rows = [
        *command("INIT2:CHAN1:CONT 0"),
        *command("SENS2:CHAN1:POW:UNIT 0"),
        *command("SENS2:CHAN1:POW:RANG:AUTO 1"),
        *command("SENS2:CHAN1:POW:REF:STAT 0"),
        *command("SENS2:CHAN1:POW:WAV 1.31e-06"),
        ("SENS2:CHAN1:POW:WAV?", "+1.31000000E-06"),
        *command("SENS2:CHAN1:POW:ATIM 0.1"),
        ("SENS2:CHAN1:POW:ATIM?", "+1.00000000E-01"),
    ]
    with expected_exchange(KeysightN7745a, *rows) as meter:
        meter.configure(1310e-9, 0.1, 2)


def test_a_wavelength_that_does_not_read_back_is_an_error() -> None:
    """At the wrong wavelength the detector's response is another one."""
    rows = [
        *command("INIT1:CHAN1:CONT 0"),
        *command("SENS1:CHAN1:POW:UNIT 0"),
        *command("SENS1:CHAN1:POW:RANG:AUTO 1"),
        *command("SENS1:CHAN1:POW:REF:STAT 0"),
        *command("SENS1:CHAN1:POW:WAV 1.31e-06"),
        ("SENS1:CHAN1:POW:WAV?", "+1.55000000E-06"),
    ]
    with expected_exchange(KeysightN7745a, *rows) as meter, pytest.raises(DeviceError, match="WAV"):
        meter.configure(1310e-9, 0.1)


@pytest.mark.parametrize(
    ("answer", "reading"),
    [
        ("-3.01030000E+00", Reading(-3.0103, "dBm")),
        ("-9.50000000E+01", Reading(None, "dBm", over_range="UNDER")),
        ("+9.90000000E+37", Reading(None, "dBm", over_range="OVER")),
    ],
)
def test_a_power_is_a_number_or_says_on_which_side_it_left_the_range(answer: str, reading: Reading) -> None:
    """What cannot be told from darkness is no power."""
    with expected_exchange(KeysightN7745a, ("READ1:CHAN1:POW?", answer), OK) as meter:
        assert meter.measure_power() == reading


def test_an_answer_that_lost_its_tail_is_garbled() -> None:
    """A cut number must not pass for another one."""
    rows = (("READ1:CHAN1:POW?", "-3.0103"), OK)
    with expected_exchange(KeysightN7745a, *rows) as meter, pytest.raises(Garbled):
        meter.measure_power()


LOSS = [*command("SENS1:CHAN1:POW:REF:STAT:RAT TOREF,0"), *command("SENS1:CHAN1:POW:REF:STAT 1")]
REFERENCE = [
    ("READ1:CHAN1:POW?", "-5.00000000E+00"),
    OK,
    *command("SENS1:CHAN1:POW:REF TOREF,-5.000000DBM"),
    ("SENS1:CHAN1:POW:REF? TOREF", "-5.00000000E+00"),
]


@pytest.mark.parametrize(
    ("answer", "loss"),
    [
        ("-3.50000000E-01", Reading(0.35, "dB")),
        ("-9.00000000E+01", Reading(None, "dB", over_range="OVER")),
        ("+9.90000000E+37", Reading(None, "dB", over_range="UNDER")),
    ],
)
def test_a_loss_is_told_against_the_reference(answer: str, loss: Reading) -> None:
    """A relative reading that is negative is a loss; where nothing arrives the loss is beyond the range."""
    rows = [*REFERENCE, *LOSS, ("READ1:CHAN1:POW?", answer), OK, *command("SENS1:CHAN1:POW:REF:STAT 0")]
    with expected_exchange(KeysightN7745a, *rows) as meter:
        assert meter.take_reference() == Reading(-5.0, "dBm")
        assert meter.measure_loss() == loss


def test_without_light_there_is_no_reference_and_without_reference_no_loss() -> None:
    """A reference of darkness would turn every fibre into a good one."""
    with expected_exchange(KeysightN7745a, ("READ1:CHAN1:POW?", "-9.50000000E+01"), OK) as meter:
        with pytest.raises(InstrumentError, match="take one first"):
            meter.measure_loss()
        with pytest.raises(DeviceError, match="no light"):
            meter.take_reference()
        with pytest.raises(InstrumentError, match="take one first"):
            meter.measure_loss()


def test_a_detector_in_the_light_cannot_be_zeroed() -> None:
    """The instrument says so by a code other than 0."""
    rows = [*command("SENS1:CHAN1:CORR:COLL:ZERO"), ("SENS1:CHAN1:CORR:COLL:ZERO?", "1")]
    with expected_exchange(KeysightN7745a, *rows) as meter, pytest.raises(DeviceError, match="darken it"):
        meter.zero()


@pytest.mark.parametrize("channel", [0, 5])
def test_a_detector_that_is_not_there_never_reaches_the_wire(channel: int) -> None:
    """An N7744A has four."""
    with expected_exchange(KeysightN7745a, identity=FOUR) as meter, pytest.raises(OutOfRange):
        meter.measure_power(channel)
