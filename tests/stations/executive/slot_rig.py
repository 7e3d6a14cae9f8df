"""Slots that share one analyser, on whatever clock: each a whole executive with a bench of its own."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from drivers.reading import InstrumentIdentity, Reading
from mes.vocabulary import Verdict
from sim_hardware.clock import VirtualClock
from stations.bench import Bench
from stations.crew import Crew
from stations.events import Event, RunEnded, StepEnded
from stations.executive import Executive
from stations.fixture import Fixture
from stations.lease import StopSwitch, check_lease
from stations.limits import Measurand
from stations.plan import BoundStep, Record
from stations.product import load_product
from stations.slots import SlotModel, SlotReport, run_slots
from stations.step_runner import run_inline
from stations.turn import Turn
from tests.stations.executive.rig import PRODUCT, order, plan, step

LOSS = Measurand("loss", "dB", low=-18.0)
START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
SWEEP_S, HANDLING_S = 2.0, 30.0


class Analyser:
    """Sweeps for two seconds; notes who used it, and whether two did at once."""

    capability = "NetworkAnalyzer"
    identity = InstrumentIdentity(maker="Acme", model="VNA", serial="SN7", firmware="1")
    calibration_due = date(2036, 1, 1)

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.users: list[str] = []
        self.busy = False
        self.made_safe = 0

    def sweep(self, slot: str) -> Reading:
        """Take a trace."""
        check_lease("vna")
        assert not self.busy, f"{slot} sweeps while {self.users[-1]} does"
        self.busy = True
        self.users.append(slot)
        self.clock.sleep(SWEEP_S)
        self.busy = False
        return Reading(-9.0, "dB")

    def safe_state(self) -> None:
        """Source off."""
        assert not self.busy, "made safe by somebody else in the middle of a sweep"
        self.made_safe += 1

    def close(self) -> None:
        """Nothing to let go of."""


class Slots:
    """So many slots with one analyser between them."""

    def __init__(self, count: int, clock: Any, crew: Crew) -> None:
        self.clock, self.crew = clock, crew
        self.analyser = Analyser(clock)
        self.told: dict[str, list[Event]] = {str(number): [] for number in range(1, count + 1)}
        self.product = load_product(PRODUCT)

    def slot(self, name: str, *steps: BoundStep) -> Callable[[Turn], None]:
        """The work of one slot."""

        def work(turn: Turn) -> None:
            bench = Bench({"vna": self.analyser}, self.clock, shared=("vna",), resources={"vna": "vna"})  # type: ignore[dict-item]
            fixture = Fixture({"vna": self.analyser}, self.product, {"slot": name})
            publish = self.told[name].append
            Executive(bench, fixture, run_inline, StopSwitch(), publish, turn=turn).run(order(int(name)), plan(*steps))

        return work

    def run(self, model: SlotModel, *steps: BoundStep) -> SlotReport:
        """All slots, the same steps in each."""
        return run_slots(self.crew, {name: self.slot(name, *steps) for name in self.told}, model=model, shared=("vna",))

    def verdicts(self) -> set[Verdict]:
        """The verdicts of all slots."""
        return {e.verdict for told in self.told.values() for e in told if isinstance(e, RunEnded)}

    def ended(self, name: str) -> dict[str, StepEnded]:
        """How each step of a slot ended."""
        return {e.step: e for e in self.told[name] if isinstance(e, StepEnded)}


def on_virtual_time(count: int) -> Slots:
    """Slots as actors of one virtual clock."""
    clock = VirtualClock(START)
    return Slots(count, clock, clock)


def handling(seconds: Callable[[str], float] = lambda _: HANDLING_S) -> BoundStep:
    """A step that every slot does alone."""

    def handle(fixture: Fixture, record: Record) -> None:
        fixture.clock.sleep(seconds(str(fixture.options["slot"])))

    return step(handle)


def sweeping() -> BoundStep:
    """A step that holds the analyser."""

    def sweep(fixture: Any, record: Record) -> None:
        record("loss", fixture.instruments["vna"].sweep(fixture.options["slot"]))

    return step(sweep, LOSS, exclusive=("vna",))
