"""What a step costs when it has nothing to do: the executive beside OpenHTF, plain pytest and HardPy."""

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from uuid import UUID

from drivers.clock import SystemClock
from drivers.reading import Reading
from mes.records import UnitIdentity
from mes.vocabulary import Verdict
from stations.bench import Bench
from stations.events import Event, RunEnded, RunOrder
from stations.executive import Executive
from stations.fixture import Fixture
from stations.identity import IdMaker
from stations.lease import StopSwitch
from stations.limits import Measurand
from stations.plan import BoundStep, PlanRevision, Record
from stations.product import Product, load_product
from stations.record import RunRecorder
from stations.spool import Spool
from stations.step_runner import StepRunner, in_thread, run_inline
from tests.bench.figure import Figure, alone, compared
from tests.bench.peer_process import run_peer

_PRODUCT = Path(__file__).parents[2] / "stations/products/dac_50g_lane.toml"

_IN_MEMORY = (
    "every step in a thread of its own, as on a real bench; results stay in memory on both sides; "
    "one execution before the first that counts"
)
_PYTEST = (
    "from the first test function to the last report: neither start-up nor collection; pytest does not time a step "
    "out, judge declared limits or keep a record"
)
_DURABLE = (
    "both write to the disk as they go: ours every step, synced, in a transaction; HardPy whole JSON documents, not "
    "synced; its cost grows with the square of the steps, so 50 are compared"
)


def plan(steps: int, measurements: int) -> PlanRevision:
    """A plan whose steps record so many values within their limits and do nothing else."""

    def bound(number: int) -> BoundStep:
        values = {f"m{number:03d}_{place}": -9.0 + place for place in range(measurements)}

        def body(_fixture: Fixture, record: Record) -> None:
            for name, value in values.items():
                record(name, Reading(value, "dB"))

        measurands = tuple(Measurand(name, "dB", low=-18.0, high=0.0) for name in values)
        return BoundStep(f"step_{number:03d}", body, measurands, 60.0, False, "continue", False)

    return PlanRevision(
        name="bench",
        revision="1",
        part="BENCH",
        operation="final_test",
        fixture="none",
        limit_revision="bench-1",
        steps=tuple(bound(number) for number in range(steps)),
        digest="0" * 64,
        code_digest="0" * 64,
    )


class Rig:
    """An executive without instruments."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.product: Product = load_product(_PRODUCT)
        self.new_id = IdMaker(self.clock, random.Random(7))

    def seconds(self, revision: PlanRevision, runner: Callable[[StopSwitch], StepRunner], spool: Spool | None) -> float:
        """How long one run takes; recorded in the spool if there is one."""
        order = RunOrder(
            run=self.new_id(),
            unit=UnitIdentity(part="BENCH", serial="B1"),
            station="bench",
            station_digest="0" * 64,
            fixture="none",
            slot="1",
            operator="nobody",
            gate=UUID(int=1),
            simulated=True,
        )
        events: list[Event] = []
        recorder = None if spool is None else RunRecorder(spool, self.new_id, ())

        def publish(event: Event) -> None:
            events.append(event)
            if recorder is not None:
                recorder(event)

        stop = StopSwitch()
        bench, fixture = Bench({}, self.clock), Fixture({}, self.product, {})
        began = time.perf_counter()
        Executive(bench, fixture, runner(stop), stop, publish).run(order, revision)
        took = time.perf_counter() - began
        ended = events[-1]
        if not isinstance(ended, RunEnded) or ended.verdict is not Verdict.PASSED:
            raise AssertionError(f"the run without work did not pass: {ended}")
        return took


def ours(steps: int, measurements: int, runs: int, *, inline: bool = False) -> list[float]:
    """Seconds of so many runs after one that does not count."""
    rig, revision = Rig(), plan(steps, measurements)
    runner = (lambda _stop: run_inline) if inline else in_thread
    return [rig.seconds(revision, runner, None) for _ in range(runs + 1)][1:]


def recorded(steps: int, measurements: int, runs: int, folder: Path) -> list[float]:
    """The same with every step and the run's record committed to a spool in this folder."""
    rig, revision = Rig(), plan(steps, measurements)
    with Spool(folder / "executive.db", "bench", lambda: "bench") as spool:
        return [rig.seconds(revision, in_thread, spool) for _ in range(runs + 1)][1:]


def figures(quick: bool) -> list[Figure]:
    """Every row of this bench."""
    repeats, runs = (2, 3) if quick else (5, 7)
    openhtf: list[tuple[float, float]] = []
    inline: list[tuple[float, float]] = []
    pytest: list[tuple[float, float]] = []
    names = ["", "", ""]
    for _ in range(repeats):
        mine = median(ours(200, 5, runs))
        names[0], theirs = run_peer(
            "openhtf_steps", "--steps", 200, "--measurements", 5, "--executions", max(1, runs // 2)
        )
        openhtf.append((mine, median(theirs)))
        inline.append((median(ours(200, 5, runs, inline=True)), median(theirs)))
        names[1], (seconds,) = run_peer("pytest_steps", "--steps", 200, "--measurements", 5)
        pytest.append((median(ours(200, 5, runs)), seconds))
    hardpy: list[tuple[float, float]] = []
    unrecorded: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="rackline-bench-") as name:
        for repeat in range(1 if quick else 3):
            folder = Path(name) / str(repeat)
            folder.mkdir()
            mine = median(recorded(50, 5, runs, folder))
            names[2], (seconds,) = run_peer("pytest_steps", "--steps", 50, "--measurements", 5, "--hardpy")
            hardpy.append((mine, seconds))
            unrecorded.append((median(ours(50, 5, runs)), seconds))
    full = ours(200, 5, 3 * runs)
    # In turns, so that what else the machine does falls on both; without threads, whose cost would drown it.
    blocks = [
        (median(ours(200, 1, 3 * runs, inline=True)), median(ours(200, 6, 3 * runs, inline=True)))
        for _ in range(repeats)
    ]
    per_measurement = [(six - one) / 1000 for one, six in blocks]
    return [
        compared(
            "a run of 200 steps × 5 measurements, no instrument",
            "s",
            openhtf,
            names[0],
            goal="≥ 20 × OpenHTF",
            met=lambda ratio: ratio >= 20,
            note=_IN_MEMORY,
        ),
        compared(
            "the same on a simulated bench",
            "s",
            inline,
            names[0],
            note="ours in the run's own thread: on a virtual clock a step cannot hang; OpenHTF knows threads only",
        ),
        compared("a run of 200 steps × 5 measurements, no instrument", "s", pytest, f"plain {names[1]}", note=_PYTEST),
        alone(
            "one step with 5 measurements",
            "s",
            [seconds / 200 for seconds in full],
            goal="≤ 60 µs",
            met=lambda seconds: seconds <= 60e-6,
        ),
        alone(
            "one measurement in a step",
            "s",
            per_measurement,
            goal="≤ 6 µs",
            met=lambda seconds: seconds <= 6e-6,
            note="the difference between 200 steps of 6 measurements and of 1, by 1,000; in the run's own thread",
        ),
        compared(
            "a recorded run of 50 steps × 5 measurements",
            "s",
            hardpy,
            f"{names[2]}, JSON storage",
            goal="≥ 1,000 × HardPy",
            met=lambda ratio: ratio >= 1000,
            note=_DURABLE,
        ),
        compared(
            "the same, ours without recording it",
            "s",
            unrecorded,
            f"{names[2]}, JSON storage",
            note="not the same work: HardPy cannot run without its storage",
        ),
    ]
