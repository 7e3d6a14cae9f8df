"""The bus trace of the laser source."""

from typing import Any

import pytest

from drivers.errors import DeviceError, NotSafe, OutOfRange, WrongInstrument
from drivers.exchange import expected_exchange
from drivers.optical_source.keysight_8163b import Keysight8163bSource

OK = ("SYST:ERR?", '+0,"No error"')
IDN = ("*IDN?", "Keysight Technologies,8163B,DE43600101,V5.25")


def command(text: str) -> list[Any]:
    """A command and the look at the error queue behind it."""
    return [(text, None), OK]


def test_opening_finds_the_module_and_leaves_it_dark() -> None:
    """Which lasers there are is the module's business; opening never lights one."""
    rows = [
        IDN,
        OK,
        ("SLOT1:IDN?", "Keysight Technologies,81960A,DE1,V1.0"),
        *command("SOUR1:POW:STAT 0"),
        ("SOUR1:POW:STAT?", "0"),
        *command("SOUR1:WAV 1.55e-06"),
        ("SOUR1:WAV?", "+1.55000000E-06"),
    ]
    with expected_exchange(Keysight8163bSource, *rows, opening=True, serial="DE43600101") as source:
        source.set_wavelength(1550e-9)


@pytest.mark.parametrize("answer", ["Keysight Technologies,81634B,DE1,V1.0", "EMPTY"])
def test_a_slot_without_a_known_laser_is_refused(answer: str) -> None:
    """A power meter in slot 1 sends no light."""
    with (
        pytest.raises(WrongInstrument, match="slot 1"),
        expected_exchange(Keysight8163bSource, IDN, OK, ("SLOT1:IDN?", answer), opening=True),
    ):
        raise AssertionError("opened")


@pytest.mark.parametrize(("wavelength_m", "band"), [(1310e-9, "LOW"), (1550e-9, "UPP")])
def test_a_dual_laser_is_chosen_by_its_band(wavelength_m: float, band: str) -> None:
    """The Fabry-Perot module has two lasers, and neither tunes."""
    rows = [*command(f"SOUR1:POW:WAV {band}"), ("SOUR1:POW:WAV?", band)]
    with expected_exchange(Keysight8163bSource, *rows) as source:
        source.set_wavelength(wavelength_m)


def test_a_wavelength_that_the_module_lacks_never_reaches_the_wire() -> None:
    """Refused, never the nearest."""
    with expected_exchange(Keysight8163bSource) as source, pytest.raises(OutOfRange):
        source.set_wavelength(1490e-9)
    with expected_exchange(Keysight8163bSource, module="81960A") as source, pytest.raises(OutOfRange):
        source.set_wavelength(1310e-9)


def test_a_laser_that_stays_dark_is_an_error_and_one_that_stays_lit_is_not_safe() -> None:
    """Both are proven by read-back."""
    rows = [*command("SOUR1:POW:STAT 1"), ("SOUR1:POW:STAT?", "0"), *command("SOUR1:POW:STAT 0")]
    with expected_exchange(Keysight8163bSource, *rows, ("SOUR1:POW:STAT?", "1")) as source:
        with pytest.raises(DeviceError, match="interlock"):
            source.set_output(True)
        with pytest.raises(NotSafe, match="turn its key"):
            source.set_output(False)
