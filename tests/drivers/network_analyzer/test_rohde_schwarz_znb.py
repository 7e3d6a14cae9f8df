"""The bus trace of the ZNB: traces made by name, quotes around texts, a sweep and its completion in one message."""

from typing import Any

import numpy as np
import pytest

from drivers.errors import DeviceError, Garbled, InstrumentError, OutOfRange
from drivers.exchange import definite_block, expected_exchange
from drivers.network_analyzer.rohde_schwarz_znb import RohdeSchwarzZnb

OK = ("SYST:ERR?", '0,"No error"')
FREQUENCY_HZ = np.array([1e9, 2e9, 3e9])
TRACES = [(f"Trc{out}{into}", f"S{out}{into}") for out in range(1, 5) for into in range(1, 5)]
CATALOGUE = "'" + ",".join(f"{name},{parameter}" for name, parameter in TRACES) + "'"


def command(text: str) -> list[Any]:
    """A command and the look at the error queue behind it."""
    return [(text, None), OK]


def configuration(catalogue: str = CATALOGUE) -> list[Any]:
    """What a configured sweep sends when the traces are there already."""
    sent = (
        "FORM REAL,64",
        "FORM:BORD SWAP",
        "INIT1:CONT OFF",
        "SENS1:FREQ:STAR 1000000000",
        "SENS1:FREQ:STOP 3000000000",
        "SENS1:SWE:POIN 3",
        "SENS1:BAND 1000",
    )
    return [row for one in sent for row in command(one)] + [("CALC1:PAR:CAT?", catalogue)]


def numbers(values: Any) -> bytes:
    """Numbers as the analyser sends them."""
    return definite_block(np.asarray(values).astype("<f8").tobytes())


SWEEP: tuple[Any, ...] = (("SENS1:CORR:STAT?", "1"), ("INIT1:IMM;*OPC?", "1"), OK)
STIMULUS: tuple[Any, ...] = (("CALC1:DATA:STIM?", numbers(FREQUENCY_HZ)), OK)


@pytest.mark.parametrize("ports", [(1,), (1, 2), (3, 1)])
def test_a_sweep_gives_the_matrix_and_its_frequencies(ports: tuple[int, ...]) -> None:
    """s[k, i, j] is the wave out of the i-th port named for a wave into the j-th; parts of a point stand together."""
    rng = np.random.default_rng(1)
    size = len(ports)
    s = rng.normal(size=(3, size, size)) + 1j * rng.normal(size=(3, size, size))
    rows: list[Any] = []
    for i, out in enumerate(ports):
        for j, into in enumerate(ports):
            rows += command(f"CALC1:PAR:SEL 'Trc{out}{into}'")
            rows += [("CALC1:DATA? SDAT", numbers(np.column_stack((s[:, i, j].real, s[:, i, j].imag)).ravel())), OK]
    with expected_exchange(RohdeSchwarzZnb, *configuration(), *SWEEP, *STIMULUS, *rows) as analyzer:
        analyzer.configure_sweep(1e9, 3e9, 3, 1e3)
        measured = analyzer.measure_scattering(ports)
    np.testing.assert_array_equal(measured.frequency_hz, FREQUENCY_HZ)
    np.testing.assert_array_equal(measured.s, s)


def test_traces_that_are_not_there_are_made_and_proven() -> None:
    """A preset analyser has one trace; afterwards it holds sixteen under known names."""
    made = [row for name, parameter in TRACES for row in command(f"CALC1:PAR:SDEF '{name}','{parameter}'")]
    rows = (*configuration("'Trc1,S21'"), *command("CALC1:PAR:DEL:CALL"), *made, ("CALC1:PAR:CAT?", CATALOGUE))
    with expected_exchange(RohdeSchwarzZnb, *rows) as analyzer:
        analyzer.configure_sweep(1e9, 3e9, 3, 1e3)


def test_traces_that_do_not_come_are_an_error() -> None:
    """An analyser that keeps other traces would answer for other parameters."""
    made = [row for name, parameter in TRACES for row in command(f"CALC1:PAR:SDEF '{name}','{parameter}'")]
    rows = (*configuration("''"), *command("CALC1:PAR:DEL:CALL"), *made, ("CALC1:PAR:CAT?", "'Trc11,S21'"))
    with expected_exchange(RohdeSchwarzZnb, *rows) as analyzer, pytest.raises(DeviceError, match="sixteen"):
        analyzer.configure_sweep(1e9, 3e9, 3, 1e3)


@pytest.mark.parametrize("answer", ["Trc1,S21", "'Trc1,S21", "'Trc1'"])
def test_a_catalogue_that_lost_a_quote_or_a_word_is_garbled(answer: str) -> None:
    """Texts come back in quotes: one that lost them was cut."""
    with expected_exchange(RohdeSchwarzZnb, *configuration(answer)) as analyzer, pytest.raises(Garbled):
        analyzer.configure_sweep(1e9, 3e9, 3, 1e3)


@pytest.mark.parametrize(
    "arguments",
    [(9e6, 3e9, 3, 1e3), (1e9, 40.1e9, 3, 1e3), (1e9, 3e9, 0, 1e3), (1e9, 3e9, 3, 11e6), (float("nan"), 3e9, 3, 1e3)],
)
def test_a_sweep_outside_the_analyser_never_reaches_the_wire(arguments: tuple[float, float, int, float]) -> None:
    """Refused, never truncated."""
    with expected_exchange(RohdeSchwarzZnb) as analyzer, pytest.raises(OutOfRange):
        analyzer.configure_sweep(*arguments)


@pytest.mark.parametrize("ports", [(), (0,), (5,), (1, 1)])
def test_ports_that_do_not_exist_never_reach_the_wire(ports: tuple[int, ...]) -> None:
    """Ports are distinct and 1 to 4."""
    with expected_exchange(RohdeSchwarzZnb) as analyzer, pytest.raises(OutOfRange):
        analyzer.measure_scattering(ports)


def test_a_measurement_needs_a_sweep_and_a_correction() -> None:
    """Neither what the last user configured nor raw values are measured."""
    with expected_exchange(RohdeSchwarzZnb, *configuration(), ("SENS1:CORR:STAT?", "0")) as analyzer:
        with pytest.raises(InstrumentError, match="configure"):
            analyzer.measure_scattering((1,))
        analyzer.configure_sweep(1e9, 3e9, 3, 1e3)
        with pytest.raises(DeviceError, match="correction is off"):
            analyzer.measure_scattering((1,))


@pytest.mark.parametrize(
    "stimulus", [numbers(FREQUENCY_HZ[:2]), numbers(FREQUENCY_HZ[::-1]), numbers([1e9, np.nan, 3e9])]
)
def test_a_block_that_is_not_the_sweep_is_garbled(stimulus: bytes) -> None:
    """The block must hold every point, finite, at rising frequencies."""
    rows = (*configuration(), *SWEEP, ("CALC1:DATA:STIM?", stimulus), OK)
    with expected_exchange(RohdeSchwarzZnb, *rows) as analyzer:
        analyzer.configure_sweep(1e9, 3e9, 3, 1e3)
        with pytest.raises(Garbled):
            analyzer.measure_scattering((1,))
