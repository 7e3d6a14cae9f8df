"""The bus trace of the RF switch platform."""

import pytest

from drivers.errors import DeviceError, OutOfRange
from drivers.exchange import expected_exchange
from drivers.switch_matrix.keysight_l4491a import KeysightL4491a

OK = ("SYST:ERR?", '+0,"No error"')


def test_paths_are_closed_proven_and_opened() -> None:
    """A pair is switched to the analyser by one channel at each end."""
    with expected_exchange(
        KeysightL4491a,
        ("ROUT:CLOS (@1103,1203)", None),
        OK,
        ("ROUT:CLOS? (@1103,1203)", "1,1"),
        ("ROUT:OPEN (@1103,1203)", None),
        OK,
    ) as matrix:
        matrix.connect(1103, 1203)
        matrix.disconnect(1103, 1203)


def test_a_path_that_does_not_close_is_named() -> None:
    """Read-back proves each channel by itself."""
    with (
        expected_exchange(
            KeysightL4491a, ("ROUT:CLOS (@1103,1203)", None), OK, ("ROUT:CLOS? (@1103,1203)", "1,0")
        ) as matrix,
        pytest.raises(DeviceError, match=r"\[1203\] did not close"),
    ):
        matrix.connect(1103, 1203)


@pytest.mark.parametrize("channels", [(), (1100,), (1117,), (1101, 1101), (1101, 1401)])
def test_channels_that_do_not_exist_never_reach_the_wire(channels: tuple[int, ...]) -> None:
    """Nothing, an unknown channel and one named twice are refused here."""
    with expected_exchange(KeysightL4491a) as matrix:
        with pytest.raises(OutOfRange):
            matrix.connect(*channels)
        with pytest.raises(OutOfRange):
            matrix.disconnect(*channels)
