"""The bus trace of the bit error rate tester."""

from typing import Any

import pytest

from drivers.bit_error_rate_tester.xena_freya import XenaFreya
from drivers.capabilities import CodewordErrors, LaneErrors
from drivers.errors import DeviceError, Garbled, InstrumentError, NotSafe, OutOfRange, WrongInstrument
from drivers.exchange import expected_exchange

LOGON = (('C_LOGON "xena"', "<OK>"), ('C_OWNER "rackline"', "<OK>"))
MODEL = ("C_MODEL ?", 'C_MODEL  "Freya-800G-4S-1P"')
OFF = (("0/0 P_TXENABLE OFF", "<OK>"), ("0/0 P_TXENABLE ?", "0/0  P_TXENABLE  OFF"))


def rows(*given: Any) -> list[Any]:
    """Rows as they are on this wire: both ends end their lines with carriage return and line feed."""
    return [(sent + "\r", answer + "\r" if isinstance(answer, str) else answer) for sent, answer in given]


def prbs(on: int) -> list[tuple[str, str]]:
    """What setting every lane's pattern sends and gets."""
    found = [("0/0 PP_PRBSTYPE PHY_LINE PRBS31 NON_INVERTED ACCUMULATIVE", "<OK>")] if on else []
    for lane in range(8):
        found += [
            (f"0/0 PP_TXPRBSCONFIG [{lane}] 0 {on} 0", "<OK>"),
            (f"0/0 PP_TXPRBSCONFIG [{lane}] ?", f"0/0  PP_TXPRBSCONFIG [{lane}]  0 {on} 0"),
        ]
    return found


def test_opening_reserves_the_port_and_silences_it() -> None:
    """Serial number and version are asked for; nothing is sent on any lane."""
    told = rows(
        *LOGON,
        MODEL,
        ("C_SERIALNO ?", "C_SERIALNO  10160041"),
        ("C_VERSIONNO ?", "C_VERSIONNO  460 91"),
        ("0/0 P_RESERVATION ?", "0/0  P_RESERVATION  RELEASED"),
        ("0/0 P_RESERVATION RESERVE", "<OK>"),
        *OFF,
    )
    with expected_exchange(XenaFreya, *told, opening=True, serial="10160041") as tester:
        assert tester.identity.firmware == "460 91"


def test_a_port_that_somebody_else_holds_is_left_to_them() -> None:
    """Taking it away would end their measurement."""
    told = rows(
        *LOGON,
        MODEL,
        ("C_SERIALNO ?", "C_SERIALNO  10160041"),
        ("C_VERSIONNO ?", "C_VERSIONNO  460 91"),
        ("0/0 P_RESERVATION ?", "0/0  P_RESERVATION  RESERVED_BY_OTHER"),
    )
    with pytest.raises(DeviceError, match="release it"), expected_exchange(XenaFreya, *told, opening=True):
        raise AssertionError("opened")


def test_another_chassis_is_refused() -> None:
    """The dialect is the same on testers with other lanes."""
    told = rows(*LOGON, ("C_MODEL ?", 'C_MODEL  "Loki-100G-5S-2P"'))
    with pytest.raises(WrongInstrument, match="Loki"), expected_exchange(XenaFreya, *told, opening=True):
        raise AssertionError("opened")


def test_bit_errors_are_counted_lane_by_lane_within_the_gate() -> None:
    """Bytes become bits; a lane without lock says so."""
    status = [
        (f"0/0 PP_RXPRBSSTATUS [{lane}] ?", f"0/0  PP_RXPRBSSTATUS [{lane}]  {100 * lane} {lane} {int(lane != 3)}")
        for lane in range(8)
    ]
    told = rows(*prbs(1), ("0/0 PP_RXCLEAR", "<OK>"), *status)
    with expected_exchange(XenaFreya, *told) as tester:
        tester.set_pattern("PRBS31Q")
        found = tester.count_bit_errors(0.001)
    assert found[5] == LaneErrors(bits=3200, errors=4, locked=True, gated_s=0.001)
    assert not found[4].locked


def test_codewords_are_counted_by_their_wrong_symbols() -> None:
    """Sixteen bins that were put right, one that was not, and the same number once more as lost."""
    bins = [1000, 20, 1, *[0] * 13]
    stats = "0/0  PP_RXFECSTATS  0 18 " + " ".join(map(str, [*bins, 2, 2]))
    told = rows(*prbs(0), ("0/0 PP_RXCLEAR", "<OK>"), ("0/0 PP_RXFECSTATS ?", stats))
    with expected_exchange(XenaFreya, *told) as tester:
        tester.set_pattern("KP4")
        found = tester.count_codewords(0.001)
    assert found == CodewordErrors(corrected=tuple(bins), lost=2)
    assert (found.codewords, found.tail) == (1023, 16)
    assert CodewordErrors(corrected=tuple(bins), lost=0).tail == 2


@pytest.mark.parametrize(
    "answer",
    [
        "0/0  PP_RXPRBSSTATUS [1]  100 0 1",
        "0/0  PP_TXPRBSCONFIG [0]  100 0 1",
        "0/0  PP_RXPRBSSTATUS [0]  100 0",
        "0/0  PP_RXPRBSSTATUS [0]  100 -1 1",
        "0/0  PP_RXPRBSSTATUS [0]",
        "<OK>",
    ],
)
def test_an_answer_to_another_question_is_garbled(answer: str) -> None:
    """Another lane's count must not pass for this one's."""
    told = rows(*prbs(1), ("0/0 PP_RXCLEAR", "<OK>"), ("0/0 PP_RXPRBSSTATUS [0] ?", answer))
    with expected_exchange(XenaFreya, *told) as tester:
        tester.set_pattern("PRBS31Q")
        with pytest.raises(Garbled):
            tester.count_bit_errors(0.001)


def test_a_count_needs_its_pattern_and_a_gate() -> None:
    """Zero errors of a pattern that nobody sends would look like the best link there is."""
    with expected_exchange(XenaFreya) as tester:
        with pytest.raises(InstrumentError, match="set PRBS31Q first"):
            tester.count_bit_errors(1.0)
        with pytest.raises(InstrumentError, match="set KP4 first"):
            tester.count_codewords(1.0)
        with pytest.raises(OutOfRange):
            tester.count_bit_errors(0.0)
        with pytest.raises(OutOfRange):
            tester.set_pattern("PRBS7")


def test_a_refusal_names_what_was_refused() -> None:
    """The chassis answers with a word in angle brackets."""
    told = rows(("0/0 P_TXENABLE ON", "<NOTRESERVED>"))
    with expected_exchange(XenaFreya, *told) as tester, pytest.raises(DeviceError, match="NOTRESERVED"):
        tester.set_outputs(True)


def test_generators_that_stay_on_are_not_safe() -> None:
    """Off is what reads back off."""
    told = rows(("0/0 P_TXENABLE OFF", "<OK>"), ("0/0 P_TXENABLE ?", "0/0  P_TXENABLE  ON"))
    with expected_exchange(XenaFreya, *told) as tester, pytest.raises(NotSafe):
        tester.safe_state()
