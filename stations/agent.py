"""A test station at work: scan, gate, run, spool, forward. The demo, a hand-run unit and a line all come this way."""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from mes.records import GateDecided, RunFinished, StationChecked, UnitIdentity
from stations.attachment_policy import Keep
from stations.bench import Bench
from stations.config import StationConfig
from stations.errors import FixtureWorn, ScanRefused, StationError
from stations.events import Event, RunOrder
from stations.executive import Executive
from stations.fault_latch import FaultLatch
from stations.fixture import Fixture
from stations.golden_check import Checked, GoldenChecks
from stations.lease import StopSwitch
from stations.measured_document import shortened
from stations.open_run import OpenRun
from stations.plan_revision import PlanRevision
from stations.producer import Producer
from stations.record import RunRecorder
from stations.recovery import CUT_OFF, UNRECORDED, recover
from stations.resumption import earlier_of, resumable_runs, stopped_at_failure
from stations.step_runner import StepRunner
from stations.unit_run import UnitRun
from stations.worked import Worked


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
        resume_within_s: float | None = None,
        latch: FaultLatch | None = None,
        checks: GoldenChecks | None = None,
    ) -> None:
        self._config = config
        self._plan = plan
        self._producer = producer
        self._bench = bench
        self._fixture = fixture
        self._runner = runner
        self._listener = listener
        self._resume_within_s = resume_within_s
        self._latch = latch
        self._checks = checks
        self._cycles = 0
        self.resumable: tuple[OpenRun, ...] = ()
        """The run of an earlier process, for each of its units, that `resume` goes on with; the next scan ends it."""
        self.recovered: tuple[RunFinished, ...] = ()
        """The runs of an earlier process that `start` ended, each as ABORTED."""
        self._untold: tuple[RunFinished, ...] = ()

    def start(self) -> None:
        """End what an earlier process left open, then release product and plan, so that every record can be read.

        The bench is open by now, and so is safe. Raises `SpoolError`, and `PlanError` for a plan that is not what its
        digest says.
        """
        self._plan.verify()
        producer = self._producer
        if self._config.attachments.keep is not Keep.NONE:
            producer.spool.prepare_attachments()
        self.resumable = resumable_runs(
            producer.spool.open_runs(), self._plan, producer.clock.utc(), self._resume_within_s
        )
        self._cycles = producer.spool.fixture_cycles(self._config.fixture.name)
        self.recovered = self._recover(CUT_OFF, keep={one.run for one in self.resumable})
        self._producer.release_product()
        self._producer.release_once(self._plan.digest, self._plan.released)
        self._producer.forward()

    def work(self, scan: str, stop: StopSwitch) -> Worked:
        """Work one scanned unit.

        Raises `ScanRefused` for a scan that is no serial number, `LedgerUnavailable` when nobody can be asked,
        `SpoolError` when the disk is too full for a new run or the run's beginning cannot be recorded: then nothing
        was armed. A `SpoolError` later in the run leaves it open; it is ended before the next unit.
        """
        (worked,) = self.work_together([scan], stop)
        return worked

    def work_together(self, scans: Sequence[str], stop: StopSwitch) -> tuple[Worked, ...]:
        """Work several scanned units in one run, in the places of the fixture in this order.

        Each gets its own verdict and record; `group` ties them together. When the gate refuses one of them, none is
        run. Raises as `work`, `PlanError` for a number of units that the plan does not take, `FixtureWorn`, and
        `FaultLatched` while an earlier run's outputs were not proven off and nobody has reset that, and `CheckOverdue`
        while the golden or the known-bad unit is due.
        """
        producer = self._producer
        self._recover(UNRECORDED)
        self.resumable = ()
        self._require_unlatched()
        units = [producer.identity(producer.product.check_serial(scan)) for scan in scans]
        self._require_checked(units)
        if len(set(units)) < len(units):
            raise ScanRefused("a serial number was scanned twice; scan each unit of this run once")
        self._plan.check_units(len(units))
        self._check_wear()
        instruments = self._instruments()
        decisions = [
            producer.permission(unit, self._plan.operation, plan=self._plan.digest, instruments=instruments)
            for unit in units
        ]
        if not all(decision.allowed for decision in decisions):
            return self._worked([(unit, decision, None) for unit, decision in zip(units, decisions, strict=True)])
        group = producer.new_id() if len(units) > 1 else None
        orders = [
            self._order(
                producer.new_id(), unit, decision.id, slot, group, provisional=decision.source == producer.spool.source
            )
            for unit, decision, slot in zip(units, decisions, self._slots(len(units)), strict=True)
        ]
        finished = self._run([(order, None) for order in orders], stop)
        return self._worked(list(zip(units, decisions, finished, strict=True)))

    def resume(self, stop: StopSwitch) -> tuple[RunFinished, ...]:
        """Go on with the run in `resumable`, after its last finished step; the records of its units.

        The units must be where they were. Raises as `work`.
        """
        self._require_unlatched()
        runs, self.resumable = self.resumable, ()
        orders = [
            self._order(
                one.run,
                one.started.unit,
                one.started.gate,
                one.started.slot,
                one.started.group,
                provisional=one.started.provisional,
            )
            for one in runs
        ]
        finished = self._run(list(zip(orders, runs, strict=True)), stop) if runs else ()
        self._producer.forward()
        return finished

    def abandon(self) -> tuple[RunFinished, ...]:
        """End the run in `resumable` instead of going on with it; its records, each as ABORTED. Raises `SpoolError`."""
        self.resumable = ()
        abandoned = self._recover(CUT_OFF)
        self.recovered += abandoned
        self._producer.forward()
        return abandoned

    def is_check(self, scan: str) -> bool:
        """Whether this is the golden or the known-bad unit of the station: `check` it. Raises `ScanRefused`."""
        serial = self._producer.product.check_serial(scan)
        return self._checks is not None and self._checks.check_of(serial) is not None

    def check(self, scan: str, stop: StopSwitch) -> Checked:
        """Run the golden or the known-bad unit, which counts nowhere, and note whether it came out right.

        What came of it is told to the centre, which asks for it where a route does; the run itself is not. Raises
        `ScanRefused` for any other unit, `SpoolError`, else as `GoldenChecks.run`.
        """
        self._recover(UNRECORDED)
        self.resumable = ()
        serial = self._producer.product.check_serial(scan)
        check = None if self._checks is None else self._checks.check_of(serial)
        if self._checks is None or check is None:
            raise ScanRefused(f"{serial} is neither the golden nor the known-bad unit of this station; work it instead")
        checked = self._checks.run(check, stop)
        self._producer.commit(self._told(checked))
        self._producer.forward()
        return checked

    def _told(self, checked: Checked) -> StationChecked:
        check = checked.check
        return StationChecked(
            **self._producer.envelope(),
            check=check.name,
            station=self._config.station,
            operation=self._plan.operation,
            unit=check.unit,
            plan=self._plan.digest,
            judged_by=check.plan.digest,
            run=checked.run.run,
            fixture=self._config.fixture.name,
            instruments=tuple(self._instruments()),
            operator=self._producer.operator,
            trouble=shortened(checked.trouble),
        )

    def _instruments(self) -> list[str]:
        """The instruments of the bench, as the gate is told of them."""
        return [f"{used.model} {used.serial}" for used in self._bench.instruments_used()]

    def _require_checked(self, units: Sequence[UnitIdentity]) -> None:
        if self._checks is None:
            return
        for check in filter(None, (self._checks.check_of(unit.serial) for unit in units)):
            raise ScanRefused(f"{check.what} is checked by itself and never worked as a unit; scan it alone")
        self._checks.require_current()

    def _require_unlatched(self) -> None:
        if self._latch is not None:
            self._latch.require_clear()

    def _check_wear(self) -> None:
        fixture = self._config.fixture
        if fixture.cycles_max is not None and self._cycles >= fixture.cycles_max:
            raise FixtureWorn(
                f"fixture {fixture.name} has made {self._cycles} runs and lasts {fixture.cycles_max};"
                " replace its contacts and give it a new name in the station's file"
            )

    def _slots(self, count: int) -> list[str]:
        return [self._config.fixture.slot] if count == 1 else [str(number) for number in range(1, count + 1)]

    def _order(
        self, run: UUID, unit: UnitIdentity, gate: UUID, slot: str, group: UUID | None, *, provisional: bool
    ) -> RunOrder:
        return RunOrder(
            run=run,
            unit=unit,
            station=self._config.station,
            station_digest=self._config.digest,
            fixture=self._config.fixture.name,
            slot=slot,
            operator=self._producer.operator,
            gate=gate,
            simulated=self._producer.simulated,
            group=group,
            fixture_cycles=self._cycles + 1,
            fixture_revision=self._config.fixture.revision,
            provisional=provisional,
        )

    def _run(self, orders: Sequence[tuple[RunOrder, OpenRun | None]], stop: StopSwitch) -> tuple[RunFinished, ...]:
        """Run the plan on these units together, each from where its open run stood."""
        producer, now = self._producer, self._producer.clock.utc()
        recorders, runs = [], []
        for order, open_run in orders:
            recorder = RunRecorder(
                producer.spool,
                producer.new_id,
                self._bench.instruments_used(),
                open_run,
                self._config.attachments.keep,
            )
            earlier = None if open_run is None else earlier_of(open_run, self._plan, now)
            stopped = open_run is not None and stopped_at_failure(open_run, self._plan)
            recorders.append(recorder)
            runs.append(UnitRun(order, self._told_to(recorder), earlier, stopped_at_failure=stopped))
        self._fixture.unit = runs[0].order.unit
        self._cycles += all(open_run is None for _, open_run in orders)
        executive = Executive(self._bench, self._fixture, self._runner(stop), stop)
        try:
            executive.run_units(runs, self._plan)
        finally:
            # Whatever became of the record: the output is live all the same.
            if self._latch is not None and executive.proof.unproven:
                self._latch.latch(str(executive.proof), runs[0].order.run, producer.clock.utc())
        finished = tuple(recorder.finished for recorder in recorders if recorder.finished is not None)
        if len(finished) < len(runs):
            units = ", ".join(str(run.order.unit) for run in runs)
            raise StationError(f"run of {units} ended without a record; this is a fault of Rackline, please report it")
        return finished

    def _told_to(self, recorder: RunRecorder) -> Callable[[Event], None]:
        def publish(event: Event) -> None:
            recorder(event)
            self._listener(event)

        return publish

    def _recover(self, cause: str, keep: Collection[UUID] = ()) -> tuple[RunFinished, ...]:
        producer = self._producer
        recovered = recover(producer.spool, producer.new_id, producer.clock, cause, keep=keep)
        self._untold += recovered
        return recovered

    def _worked(self, ended: Sequence[tuple[UnitIdentity, GateDecided, RunFinished | None]]) -> tuple[Worked, ...]:
        recovered, self._untold = self._untold, ()
        forwarded, warnings = self._producer.forward(), self._producer.warnings()
        return tuple(
            # What concerns the station is told once, not with every unit of a run.
            Worked(
                unit,
                decision,
                run,
                forwarded,
                None if run is None else self._producer.refused_at_finish(run.run, forwarded),
                *((recovered, warnings) if number == 0 else ()),
            )
            for number, (unit, decision, run) in enumerate(ended)
        )
