"""What published drivers said to our simulators, said again: each question is answered, and no message is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import VirtualClock
from sim_hardware.scpi_device import ScpiDevice
from tests.foreign.exchange_log import read
from tests.foreign.foreign_bench import ROLES, foreign_bench
from tests.foreign.foreign_process import CLIENTS


@pytest.fixture
def bench() -> Iterator[SimulatedBench]:
    """The bench for strangers, on virtual time."""
    made = foreign_bench("foreign-exchanges", VirtualClock(datetime(2027, 3, 1, tzinfo=UTC)))
    yield made
    made.close()


@pytest.mark.parametrize("client", CLIENTS)
def test_what_a_stranger_said_is_understood(bench: SimulatedBench, client: str) -> None:
    """Message by message, with what they wait for in between."""
    devices = {role: outlet.device for role, outlet in bench.scpi_outlets.items()}
    assert set(devices) == set(ROLES)
    for one in read(client):
        device = devices[one.role]
        assert isinstance(device, ScpiDevice)
        answer, at = device.execute(one.message)
        bench.clock.wait_until(max(at, bench.clock.now() + 0.05))
        assert (answer is not None) is one.answered, one
        assert len(device.errors) == 0, (one, device.execute("SYST:ERR?")[0])
