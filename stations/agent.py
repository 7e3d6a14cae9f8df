"""A test station at work: scan, gate, run, spool, forward. The demo, a hand-run unit and a line all come this way."""

from collections.abc import Callable
from dataclasses import dataclass

from mes.records import GateDecided, RunFinished, UnitIdentity
from stations.bench import Bench
from stations.config import StationConfig
from stations.errors import StationError
from stations.events import Event, RunOrder
from stations.executive import Executive
from stations.fixture import Fixture
from stations.forwarder import DrainReport
from stations.lease import StopSwitch
from stations.plan import PlanRevision
from stations.producer import Producer
from stations.record import RunRecorder
from stations.recovery import CUT_OFF, UNRECORDED, recover
from stations.step_runner import StepRunner


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of one unit at this station: the gate's decision and, if it allowed, the finished run.

    `forwarded` says what has reached the centre, a fact apart from the verdict. `recovered` are earlier runs whose
    end was not recorded before and is now, told with the first unit after it. `warnings` are for whoever keeps the
    station.
    """

    unit: UnitIdentity
    decision: GateDecided
    run: RunFinished | None
    forwarded: DrainReport
    recovered: tuple[RunFinished, ...] = ()
    warnings: tuple[str, ...] = ()


class Agent:
    """Runs one plan revision on unit after unit."""

    def __init__(
        self,
        config: StationConfig,
        plan: PlanRevision,
        producer: Producer,
        bench: Bench,
        fixture: Fixture,
        runner: Callable[[StopSwitch], StepRunner],
        listener: Callable[[Event], None] = lambda _: None,
    ) -> None:
        self._config = config
        self._plan = plan
        self._producer = producer
        self._bench = bench
        self._fixture = fixture
        self._runner = runner
        self._listener = listener
        self.recovered: tuple[RunFinished, ...] = ()
        """The runs of an earlier process that `start` ended, each as ABORTED."""
        self._untold: tuple[RunFinished, ...] = ()

    def start(self) -> None:
        """End what an earlier process left open, then release product and plan, so that every record can be read.

        The bench is open by now, and so is safe. Raises `SpoolError`.
        """
        self.recovered = self._recover(CUT_OFF)
        self._producer.release_product()
        self._producer.release_once(self._plan.digest, self._plan.released)
        self._producer.forward()

    def work(self, scan: str, stop: StopSwitch) -> Worked:
        """Work one scanned unit.

        Raises `ScanRefused` for a scan that is no serial number, `LedgerUnavailable` when nobody can be asked,
        `SpoolError` when the disk is too full for a new run or the run's beginning cannot be recorded: then nothing
        was armed. A `SpoolError` later in the run leaves it open; it is ended before the next unit.
        """
        producer = self._producer
        self._recover(UNRECORDED)
        unit = producer.identity(producer.product.check_serial(scan))
        decision = producer.ask_gate(
            unit,
            self._plan.operation,
            plan=self._plan.digest,
            instruments=[f"{i.model} {i.serial}" for i in self._bench.instruments_used()],
        )
        if not decision.allowed:
            return self._worked(unit, decision, None)
        recorder = RunRecorder(producer.spool, producer.new_id, self._bench.instruments_used())

        def publish(event: Event) -> None:
            recorder(event)
            self._listener(event)

        order = RunOrder(
            run=producer.new_id(),
            unit=unit,
            station=self._config.station,
            station_digest=self._config.digest,
            fixture=self._config.fixture.name,
            slot=self._config.fixture.slot,
            operator=producer.operator,
            gate=decision.request.id,
            simulated=producer.simulated,
        )
        self._fixture.unit = unit
        Executive(self._bench, self._fixture, self._runner(stop), stop, publish).run(order, self._plan)
        if recorder.finished is None:
            raise StationError(f"run of {unit} ended without a record; this is a fault of Rackline, please report it")
        return self._worked(unit, decision, recorder.finished)

    def _recover(self, cause: str) -> tuple[RunFinished, ...]:
        recovered = recover(self._producer.spool, self._producer.new_id, self._producer.clock, cause)
        self._untold += recovered
        return recovered

    def _worked(self, unit: UnitIdentity, decision: GateDecided, run: RunFinished | None) -> Worked:
        recovered, self._untold = self._untold, ()
        return Worked(unit, decision, run, self._producer.forward(), recovered, self._producer.warnings())
