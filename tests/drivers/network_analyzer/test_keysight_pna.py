"""The bus trace of the network analyser."""

from typing import Any

import numpy as np
import pytest

from drivers.errors import DeviceError, Garbled, InstrumentError, LinkError, LinkTimeout, OutOfRange
from drivers.exchange import definite_block, expected_exchange
from drivers.network_analyzer.keysight_pna import KeysightPna

OK = ("SYST:ERR?", '+0,"No error"')
FREQUENCY_HZ = np.array([1e9, 2e9, 3e9])


def configuration(points: int = 3) -> list[Any]:
    commands = (
        "FORM REAL,64",
        "FORM:BORD SWAP",
        "MMEM:STOR:TRAC:FORM:SNP RI",
        "SENS1:FREQ:STAR 1000000000",
        "SENS1:FREQ:STOP 3000000000",
        f"SENS1:SWE:POIN {points}",
        "SENS1:BAND 1000",
    )
    return [row for command in commands for row in ((command, None), OK)]


def block(s: Any, frequency_hz: Any = FREQUENCY_HZ) -> bytes:
    """S-parameters as the analyser sends them: columns one after the other, S11, S12, …, real then imaginary."""
    columns = [frequency_hz]
    for i in range(s.shape[1]):
        for j in range(s.shape[2]):
            columns += [s[:, i, j].real, s[:, i, j].imag]
    return np.concatenate(columns).astype("<f8").tobytes()


SWEEP: tuple[Any, ...] = (
    ("SENS1:CORR:STAT?", "1"),
    ("SENS1:SWE:MODE SING", None),
    OK,
    ("*OPC?", "1"),
    OK,
)


@pytest.mark.parametrize("ports", [(1,), (1, 2, 3, 4), (3, 1)])
def test_a_sweep_gives_the_matrix_and_its_frequencies(ports: tuple[int, ...]) -> None:
    """s[k, i, j] is the wave out of the i-th port named for a wave into the j-th, at the frequency measured."""
    size = len(ports)
    rng = np.random.default_rng(1)
    s = rng.normal(size=(3, size, size)) + 1j * rng.normal(size=(3, size, size))
    with expected_exchange(
        KeysightPna,
        *configuration(),
        *SWEEP,
        (f'CALC1:DATA:SNP:PORT? "{",".join(map(str, ports))}"', definite_block(block(s))),
        OK,
    ) as analyzer:
        analyzer.configure_sweep(1e9, 3e9, 3, 1e3)
        measured = analyzer.measure_scattering(ports)
    np.testing.assert_array_equal(measured.frequency_hz, FREQUENCY_HZ)
    np.testing.assert_array_equal(measured.s, s)
    assert measured.z0_ohm == 50.0


@pytest.mark.parametrize(
    "arguments",
    [
        (9e6, 3e9, 3, 1e3),
        (1e9, 50.1e9, 3, 1e3),
        (3e9, 1e9, 3, 1e3),
        (1e9, 3e9, 0, 1e3),
        (1e9, 3e9, 100_002, 1e3),
        (1e9, 3e9, 3, 0.5),
        (1e9, 3e9, 3, 16e6),
        (float("nan"), 3e9, 3, 1e3),
    ],
)
def test_a_sweep_outside_the_analyser_never_reaches_the_wire(arguments: tuple[float, float, int, float]) -> None:
    """Refused, never truncated."""
    with expected_exchange(KeysightPna) as analyzer, pytest.raises(OutOfRange):
        analyzer.configure_sweep(*arguments)


@pytest.mark.parametrize("ports", [(), (0,), (5,), (1, 1)])
def test_ports_that_do_not_exist_never_reach_the_wire(ports: tuple[int, ...]) -> None:
    """Ports are distinct and 1 to 4."""
    with expected_exchange(KeysightPna) as analyzer, pytest.raises(OutOfRange):
        analyzer.measure_scattering(ports)


def test_a_measurement_before_a_sweep_is_configured_is_refused() -> None:
    """What the last user of the analyser configured is unknown."""
    with expected_exchange(KeysightPna) as analyzer, pytest.raises(InstrumentError, match="configure"):
        analyzer.measure_scattering((1, 2))


def test_an_uncorrected_measurement_is_refused() -> None:
    """Without an active calibration the planes are somewhere inside the analyser."""
    with expected_exchange(KeysightPna, *configuration(), ("SENS1:CORR:STAT?", "0")) as analyzer:
        analyzer.configure_sweep(1e9, 3e9, 3, 1e3)
        with pytest.raises(DeviceError, match="correction is off"):
            analyzer.measure_scattering((1,))


def test_a_refused_configuration_does_not_count() -> None:
    """After a refusal the sweep is unknown, and measuring is refused until it is configured again."""
    rows = configuration()[:-1]
    refusal = ("SYST:ERR?", '-222,"Data out of range"')
    with expected_exchange(KeysightPna, *configuration(), *rows, refusal, OK) as analyzer:
        analyzer.configure_sweep(1e9, 3e9, 3, 1e3)
        with pytest.raises(DeviceError, match="SENS1:BAND"):
            analyzer.configure_sweep(1e9, 3e9, 3, 1e3)
        with pytest.raises(InstrumentError, match="before a sweep is configured"):
            analyzer.measure_scattering((1,))


@pytest.mark.parametrize(
    "content",
    [
        block(np.zeros((2, 1, 1), complex), FREQUENCY_HZ[:2]),
        block(np.full((3, 1, 1), np.nan, complex)),
        block(np.zeros((3, 1, 1), complex), FREQUENCY_HZ[::-1]),
    ],
    ids=["too short", "not finite", "backwards"],
)
def test_a_block_that_is_not_the_sweep_is_garbled(content: bytes) -> None:
    """The block must hold every point, finite, at rising frequencies."""
    with expected_exchange(
        KeysightPna, *configuration(), *SWEEP, ('CALC1:DATA:SNP:PORT? "1"', definite_block(content)), OK
    ) as analyzer:
        analyzer.configure_sweep(1e9, 3e9, 3, 1e3)
        with pytest.raises(Garbled):
            analyzer.measure_scattering((1,))


def test_a_truncated_block_poisons_and_the_sweep_is_not_repeated() -> None:
    """A stimulus is never retried; the caller decides."""
    whole = definite_block(block(np.zeros((3, 1, 1), complex)))
    with expected_exchange(
        KeysightPna,
        *configuration(),
        *SWEEP,
        ('CALC1:DATA:SNP:PORT? "1"', whole[:-9]),
        ("*IDN?", "Keysight Technologies,N5245B,MY00000001,A.16.20.07"),
        ("*OPC?", "1"),
        OK,
    ) as analyzer:
        analyzer.configure_sweep(1e9, 3e9, 3, 1e3)
        with pytest.raises(LinkTimeout):
            analyzer.measure_scattering((1,))
        with pytest.raises(LinkError, match=r"call resync\(\)"):
            analyzer.measure_scattering((1,))
        analyzer.safe_state()
