"""Our SCPI driver base talks to instruments that somebody else simulates; `make foreign` brings them."""

from collections.abc import Iterator
from typing import ClassVar

import pytest

from drivers.errors import DeviceError, WrongInstrument
from drivers.place import Place
from drivers.scpi import Identity, ScpiDriver
from tests.foreign.foreign_process import foreign_servers, is_installed


class ForeignMeter(ScpiDriver):
    """instro's simulated multimeter, by its own SCPI dialect (CONF:VOLT:DC, READ?)."""

    __slots__ = ()

    capability: ClassVar[str] = "Multimeter"
    expected: ClassVar[Identity] = Identity("NOMINAL,SIMULATED_DMM")

    def measure_dc_voltage(self) -> float:
        """Measure DC voltage in V."""
        self._command("CONF:VOLT:DC")
        value = self._number("READ?", self._ask("READ?"))
        assert not isinstance(value, str)
        return value

    def command(self, text: str) -> None:
        """Send anything."""
        self._command(text)

    def _switch_off(self) -> None:
        """A meter gives nothing."""


class ForeignSupply(ForeignMeter):
    """instro's simulated supply, by its SCPI dialect (VOLT, CURR, OUTP, MEAS:VOLT?)."""

    __slots__ = ()

    capability: ClassVar[str] = "PowerSupply"
    expected: ClassVar[Identity] = Identity("NOMINAL,SIMULATED_PSU")

    def is_on(self) -> bool:
        """Whether the output is on."""
        return self._look("OUTP?") == "1"

    def voltage(self) -> float:
        """The voltage that is set, in V."""
        value = self._number("VOLT?", self._look("VOLT?"))
        assert not isinstance(value, str)
        return value

    def _switch_off(self) -> None:
        self._command("OUTP OFF")
        if self.is_on():
            raise DeviceError(f"{self.resource}: OUTP OFF was sent and the output is on")


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, str]]:
    """The VISA resources of the foreign simulators."""
    if not is_installed():
        pytest.skip("no foreign simulators in .venv-peers; `make foreign` installs and tries them")
    with foreign_servers() as ports:
        yield {role: f"TCPIP0::127.0.0.1::{port}::SOCKET" for role, port in ports.items()}


@pytest.fixture
def place() -> Iterator[Place]:
    """The real place: pyvisa-py over real sockets."""
    opened = Place()
    yield opened
    opened.close()


def test_a_foreign_meter_is_identified_and_read(servers: dict[str, str], place: Place) -> None:
    """3.3 V is what its world holds."""
    with ForeignMeter.open(servers["meter"], place) as meter:
        assert meter.identity.model == "SIMULATED_DMM"
        assert meter.measure_dc_voltage() == pytest.approx(3.3, rel=0.01)


def test_what_a_foreign_instrument_refuses_is_raised_with_its_words(servers: dict[str, str], place: Place) -> None:
    """From its error queue, asked in a message of its own."""
    with ForeignMeter.open(servers["meter"], place) as meter:
        with pytest.raises(DeviceError, match=r"'BOGUS 1' refused: -113"):
            meter.command("BOGUS 1")
        assert meter.measure_dc_voltage() == pytest.approx(3.3, rel=0.01)


def test_a_foreign_supply_is_set_and_proven_off(servers: dict[str, str], place: Place) -> None:
    """Off by read-back when it is opened, and when it is closed."""
    with ForeignSupply.open(servers["supply"], place) as supply:
        assert not supply.is_on()
        for command in ("VOLT 5", "CURR 1", "OUTP ON"):
            supply.command(command)
        assert supply.is_on()
        assert supply.voltage() == 5.0
        supply.safe_state()
        assert not supply.is_on()
        with pytest.raises(DeviceError, match="-222"):
            supply.command("VOLT 1000")


def test_another_instrument_is_not_opened(servers: dict[str, str], place: Place) -> None:
    """The supply's driver on the meter's socket."""
    with pytest.raises(WrongInstrument, match="SIMULATED_DMM"):
        ForeignSupply.open(servers["meter"], place)
