"""A run that counts nowhere: no gate is asked and no spool keeps it, so nothing can count it by mistake."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from mes.records import RunFinished, UnitIdentity
from stations.attachment_policy import Keep
from stations.bench import Bench
from stations.config import StationConfig
from stations.engineering_plan import ENGINEERING
from stations.errors import StationError
from stations.events import Event, RunOrder
from stations.executive import Executive
from stations.fault_latch import FaultLatch
from stations.fixture import Fixture
from stations.lease import StopSwitch
from stations.nowhere_spool import nowhere_spool
from stations.plan_revision import PlanRevision
from stations.record import RunRecorder
from stations.step_runner import StepRunner

NO_GATE: Final = UUID(int=0)
"""The gate decision of a run for which no gate was asked."""


class UncountedRuns:
    """Runs plans on the open bench of a station; an output that is not proven off is latched all the same."""

    def __init__(
        self,
        config: StationConfig,
        bench: Bench,
        fixture: Fixture,
        runner: Callable[[StopSwitch], StepRunner],
        new_id: Callable[[], UUID],
        latch: FaultLatch,
    ) -> None:
        self.bench = bench
        self._config = config
        self._fixture = fixture
        self._runner = runner
        self._new_id = new_id
        self._latch = latch

    def run(
        self, unit: UnitIdentity, plan: PlanRevision, stop: StopSwitch, listener: Callable[[Event], None]
    ) -> RunFinished:
        """Run the plan once on the unit in the fixture; what a counted run would have recorded.

        Raises `FaultLatched`, and `PlanError` for a plan that is not what its digest says.
        """
        self._latch.require_clear()
        plan.verify()
        config = self._config
        recorder = RunRecorder(nowhere_spool(ENGINEERING), self._new_id, self.bench.instruments_used(), keep=Keep.NONE)

        def publish(event: Event) -> None:
            recorder(event)
            listener(event)

        order = RunOrder(
            run=self._new_id(),
            unit=unit,
            station=config.station,
            station_digest=config.digest,
            fixture=config.fixture.name,
            slot=config.fixture.slot,
            operator=config.operator,
            gate=NO_GATE,
            simulated=config.simulated,
        )
        self._fixture.unit = unit
        executive = Executive(self.bench, self._fixture, self._runner(stop), stop, publish)
        try:
            executive.run(order, plan)
        finally:
            if executive.proof.unproven:
                self._latch.latch(str(executive.proof), order.run, self._fixture.clock.utc())
        if recorder.finished is None:
            raise StationError(f"run of {unit} ended without a record; this is a fault of Rackline, please report it")
        return recorder.finished
