"""A test station at work: scan, gate, run, spool, forward. The demo, a hand-run unit and a line all come this way."""

from collections.abc import Callable
from dataclasses import dataclass

from mes.records import GateDecided, RunFinished, RunStarted, UnitIdentity
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
from stations.step_runner import StepRunner


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of one unit at this station: the gate's decision and, if it allowed, the finished run.

    `forwarded` says what has reached the centre, a fact apart from the verdict.
    """

    unit: UnitIdentity
    decision: GateDecided
    run: RunFinished | None
    forwarded: DrainReport


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

    def start(self) -> None:
        """Release the product and the plan, so that every later record can be read."""
        self._producer.release_product()
        self._producer.release_once(self._plan.digest, self._plan.released)
        self._producer.forward()

    def work(self, scan: str, stop: StopSwitch) -> Worked:
        """Work one scanned unit.

        Raises `ScanRefused` for a scan that is no serial number, `LedgerUnavailable` when nobody can be asked,
        `SpoolError` when the run's beginning cannot be recorded: then nothing was armed.
        """
        producer = self._producer
        unit = producer.identity(producer.product.check_serial(scan))
        decision = producer.ask_gate(
            unit,
            self._plan.operation,
            plan=self._plan.digest,
            instruments=[f"{i.model} {i.serial}" for i in self._bench.instruments_used()],
        )
        if not decision.allowed:
            return Worked(unit, decision, None, producer.forward())
        recorder = RunRecorder(producer.spool.source, producer.new_id, self._commit)

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
        return Worked(unit, decision, recorder.finished, producer.forward())

    def _commit(self, record: RunStarted | RunFinished) -> None:
        self._producer.commit(record)
