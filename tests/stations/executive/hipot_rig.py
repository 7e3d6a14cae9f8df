"""A real hipot driver on a simulated bench whose time is the wall's: high voltage that a test can look at in the world.

Run as a program it makes one run whose step energises the output and hangs, until a signal comes; the last line it
prints is what came of it.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from drivers.reading import Reading
from drivers.safety_tester.chroma_19053 import Chroma19053
from mes.records import UnitIdentity
from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import ScaledClock
from stations.bench import Bench
from stations.events import Event, RunEnded, RunOrder
from stations.executive import Executive
from stations.fixture import Fixture
from stations.lease import StopSwitch
from stations.leased_place import LeasedPlace
from stations.limits import Measurand
from stations.plan import BoundStep, PlanRevision, Record
from stations.product import load_product
from stations.step_runner import in_thread
from stations.stop_signals import StopSignals

_PRODUCT = Path(__file__).parents[3] / "stations/products/dac_50g_lane.toml"
_HIPOT = "TCPIP0::hipot::inst0::INSTR"
START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
LEAKAGE = Measurand("leakage", "A", high=1e-3)


class HipotFixture(Fixture):
    """A hipot tester with nothing between its clips."""

    ROLES: ClassVar = {"hipot": Chroma19053}

    @property
    def hipot(self) -> Chroma19053:
        """The tester."""
        found = self.instruments["hipot"]
        assert isinstance(found, Chroma19053)
        return found

    def energise(self) -> None:
        """Start a test of a quarter of an hour at 1 kV and do not wait for it; the voltage ramps up at once."""
        for command in ("SAFE:STEP1:DC 1000", "SAFE:STEP1:DC:TIME:RAMP 0", "SAFE:STEP1:DC:TIME 900", "SAFE:STAR"):
            self.hipot._command(command)


class HipotRig:
    """One bench, one fixture, and the voltage at its clips."""

    def __init__(self, simulated: SimulatedBench, bench: Bench) -> None:
        self._simulated = simulated
        self.bench = bench
        self.events: list[Event] = []
        self.stop = StopSwitch()
        self.fixture = HipotFixture(bench.instruments, load_product(_PRODUCT), {})

    @property
    def volts(self) -> float:
        """The voltage at the clips, in the world."""
        device: Any = self._simulated._instruments["hipot"]
        return float(device.output.output_v)

    def run(self, *steps: BoundStep, fixture: Fixture | None = None) -> RunEnded:
        """Run these steps, each in a thread."""
        revision = PlanRevision("p", "1", "DAC", "op", "f", "l", steps, "0" * 64, "0" * 64)
        runner = in_thread(self.stop)
        Executive(self.bench, fixture or self.fixture, runner, self.stop, self.events.append).run(ORDER, revision)
        ended = self.events[-1]
        assert isinstance(ended, RunEnded)
        return ended


ORDER = RunOrder(
    run=UUID(int=1),
    unit=UnitIdentity(part="DAC", serial="DAC0001"),
    station="s",
    station_digest="0" * 64,
    fixture="f",
    slot="1",
    operator="o",
    gate=UUID(int=2),
    simulated=True,
)


def step(function: Callable[[Any, Record], None], timeout_s: float = 30.0) -> BoundStep:
    """A hazardous step that measures leakage."""
    return BoundStep(function.__name__, function, (LEAKAGE,), timeout_s, True, "stop", False)


@contextmanager
def hipot_rig(name: str) -> Iterator[HipotRig]:
    """A bench on wall time with a hipot tester on it."""
    clock = ScaledClock(START)
    with SimulatedBench(name, 7, clock) as simulated:
        simulated.add_instrument("hipot", "chroma_19053", _HIPOT, "190530001")
        with LeasedPlace(clock=clock, resource_manager=simulated.resource_manager) as place:
            tester = Chroma19053.open(_HIPOT, place, serial="190530001", calibration_due=date(2036, 1, 1))
            with Bench({"hipot": tester}, clock, resources={"hipot": _HIPOT}) as bench:
                yield HipotRig(simulated, bench)


def main() -> None:
    """One run that hangs with the output on; what to do on the way is told on standard output, line by line."""

    def say(word: str) -> None:
        sys.stdout.write(f"{word}\n")
        sys.stdout.flush()

    class SlowProof(HipotFixture):
        """Proves the unit dead slowly enough for another Ctrl-C."""

        def prove_safe(self) -> list[str]:
            """Take a moment."""
            say("PROVING")
            sys.stdin.readline()
            return []

    def hang(fixture: HipotFixture, record: Record) -> None:
        fixture.energise()
        say("ENERGISED" if rig.volts > 0.0 else "DEAD")
        threading.Event().wait()

    with hipot_rig("signalled") as rig, StopSignals(rig.stop):
        ended = rig.run(step(hang), fixture=SlowProof(rig.bench.instruments, load_product(_PRODUCT), {}))
        told = {
            "verdict": ended.verdict,
            "ending": ended.ending,
            "reason": ended.reason,
            "safe": ended.safe,
            "volts": rig.volts,
            "requests": rig.stop.requests,
        }
    say(json.dumps(told))


def leaked(amperes: float = 1e-6) -> Reading:
    """A leakage within limits."""
    return Reading(amperes, "A")


if __name__ == "__main__":
    main()
