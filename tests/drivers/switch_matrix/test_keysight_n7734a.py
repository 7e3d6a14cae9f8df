"""The bus trace of the optical switch."""

import pytest

from drivers.errors import DeviceError, OutOfRange
from drivers.exchange import expected_exchange
from drivers.switch_matrix.keysight_n7734a import KeysightN7734a

OK = ("SYST:ERR?", '+0,"No error"')


def test_a_port_is_connected_and_proven_and_let_go_to_the_parking_port() -> None:
    """Light must always go somewhere: port 13 is where nobody's fibre is."""
    rows = (
        ("ROUT1:CHAN1 A,3", None),
        OK,
        ("ROUT1:CHAN1?", "A,3"),
        ("ROUT1:CHAN1?", "A,3"),
        ("ROUT1:CHAN1 A,13", None),
        OK,
        ("ROUT1:CHAN1?", "A,13"),
        ("ROUT1:CHAN1?", "A,13"),
    )
    with expected_exchange(KeysightN7734a, *rows) as switch:
        switch.connect(3)
        switch.disconnect(3)
        switch.disconnect(3)


def test_a_switch_that_stays_where_it_was_is_an_error() -> None:
    """Another fibre would be measured in the name of this one."""
    rows = (("ROUT1:CHAN1 A,3", None), OK, ("ROUT1:CHAN1?", "A,4"))
    with expected_exchange(KeysightN7734a, *rows) as switch, pytest.raises(DeviceError, match="reads 'A,4'"):
        switch.connect(3)


@pytest.mark.parametrize("channels", [(), (0,), (14,), (1, 2)])
def test_anything_but_one_port_never_reaches_the_wire(channels: tuple[int, ...]) -> None:
    """One fibre goes to one port."""
    with expected_exchange(KeysightN7734a) as switch, pytest.raises(OutOfRange):
        switch.connect(*channels)
