"""The bus trace of the DAQ970A as a matrix."""

import pytest

from drivers.errors import DeviceError, Garbled, OutOfRange, WrongInstrument
from drivers.exchange import expected_exchange
from drivers.switch_matrix.keysight_daq970a import KeysightDaq970aMatrix

OK = ("SYST:ERR?", '+0,"No error"')
IDN = ("*IDN?", "Keysight Technologies,DAQ970A,MY00000001,A.02.03-01.00-02.01-00.02-02-00")
EMPTY = "Keysight Technologies,0,0,0"
MATRIX = "Keysight Technologies,DAQM904A,MY00000002,1.02"
SLOT_1 = ",".join(str(100 + row * 10 + column) for row in range(1, 5) for column in range(1, 9))
CARDS = {1: "DAQM904A"}


def test_opening_finds_the_cards_and_opens_every_crosspoint() -> None:
    """The crosspoints are those of the matrix cards that are fitted, and all of them read back open."""
    with expected_exchange(
        KeysightDaq970aMatrix,
        IDN,
        OK,
        ("SYST:CTYP? 1", MATRIX),
        ("SYST:CTYP? 2", EMPTY),
        ("SYST:CTYP? 3", EMPTY),
        ("*RST", None),
        OK,
        (f"ROUT:CLOS? (@{SLOT_1})", ",".join("0" * 32)),
        ("ROUT:CLOS (@111,148)", None),
        OK,
        ("ROUT:CLOS? (@111,148)", "1,1"),
        opening=True,
    ) as matrix:
        matrix.connect(111, 148)


def test_without_a_matrix_card_it_is_the_wrong_instrument() -> None:
    """An empty mainframe cannot do what the configuration promises."""
    with (
        pytest.raises(WrongInstrument, match="no DAQM904A"),
        expected_exchange(
            KeysightDaq970aMatrix,
            IDN,
            OK,
            ("SYST:CTYP? 1", EMPTY),
            ("SYST:CTYP? 2", EMPTY),
            ("SYST:CTYP? 3", EMPTY),
            opening=True,
        ),
    ):
        pass


def test_a_card_that_cannot_be_read_is_garbled() -> None:
    """A cut answer about a card is not taken for an empty slot."""
    with (
        pytest.raises(Garbled, match=r"SYST:CTYP\? 1"),
        expected_exchange(KeysightDaq970aMatrix, IDN, OK, ("SYST:CTYP? 1", "Keysight Techno"), opening=True),
    ):
        pass


def test_opening_all_is_proven() -> None:
    """A crosspoint that stays closed is named."""
    flags = ["0"] * 32
    flags[8] = "1"
    with (
        expected_exchange(
            KeysightDaq970aMatrix,
            (f"ROUT:OPEN (@{SLOT_1})", None),
            OK,
            (f"ROUT:CLOS? (@{SLOT_1})", ",".join(flags)),
            cards=CARDS,
        ) as matrix,
        pytest.raises(DeviceError, match=r"\[121\] did not open"),
    ):
        matrix.disconnect_all()


@pytest.mark.parametrize("channel", [110, 119, 151, 211, 301])
def test_crosspoints_that_are_not_fitted_never_reach_the_wire(channel: int) -> None:
    """Rows 1 to 4, columns 1 to 8, and only in slots with a matrix card."""
    with expected_exchange(KeysightDaq970aMatrix, cards=CARDS) as matrix, pytest.raises(OutOfRange, match=str(channel)):
        matrix.connect(channel)
