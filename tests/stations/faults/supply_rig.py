"""The bench of one power supply with everything that can be live on it, in process or with its instruments on TCP.

The station's file, product, plan and fixture are those of the product; a test adds what goes wrong.
"""

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from drivers.errors import InstrumentError
from mes.records import UnitIdentity
from mes.vocabulary import RunEnding, Verdict
from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import ScaledClock, VirtualClock
from sim_hardware.faults import Fault
from sim_hardware.tcp_server import served
from stations.bench import Bench
from stations.config import InstrumentConfig, load_station_config
from stations.events import Event, Measured, RunEnded, RunOrder, StepBegan, StepEnded
from stations.executive import Executive
from stations.fixtures.psu_bench import PsuBench
from stations.lease import StopSwitch
from stations.leased_place import LeasedPlace
from stations.limits import Measurand
from stations.plan import BoundStep, Record, load_plan
from stations.product import load_product
from stations.simulation import SimulatedSite, SimulatedStation
from stations.step_runner import in_thread, run_inline

Way = Literal["in process", "over TCP"]

CONFIG = Path(__file__).parents[3] / "stations/configs/psu-test.toml"
START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
SPEED = 20.0
"""How much faster than the wall a bench on TCP lives."""
PATIENCE_S, IMPATIENCE_S = 10.0, 1.0
"""How long an answer over TCP may take on a busy machine, and at the role whose answer does not come."""
LATE_S: Mapping[Way, float] = {"in process": 40.0, "over TCP": 2.0 * IMPATIENCE_S * SPEED}
"""Bench seconds after which an answer is late; the limits over TCP are wall time."""
OUTPUT = Measurand("output", "V", low=40.0, high=60.0)
DEAD_V = 1.0


def energise(fixture: PsuBench) -> None:
    """Mains on at 230 V, output up."""
    fixture.connect_mains(230.0)
    fixture.ac.set_output(True)
    fixture.time_to_output()


def _power_up(fixture: PsuBench, record: Record) -> None:
    energise(fixture)
    record("output", fixture.output_voltage())


POWER_UP = BoundStep("power_up", _power_up, (OUTPUT,), 60.0, True, "stop", False)
"""Mains on, output up: nothing that a busy machine could make slow is judged."""
SHORT_PLAN: tuple[str | BoundStep, ...] = (POWER_UP, "operating_points")
"""Under power in one step, and then the product's own points; enough for faults of the wire."""


class SupplyRig:
    """One bench with one supply in it, and what the executive told of its runs."""

    def __init__(
        self, way: Way, simulated: SimulatedBench, bench: Bench, fixture: PsuBench, resources: Mapping[str, str]
    ) -> None:
        self.way = way
        self.simulated = simulated
        self.bench = bench
        self.fixture = fixture
        self.resources = dict(resources)
        self.stop = StopSwitch()
        self.events: list[Event] = []
        self._at_step: dict[str, list[Callable[[], None]]] = {}

    def at_step(self, step: str, act: Callable[[], None]) -> None:
        """Do this when the step begins."""
        self._at_step.setdefault(step, []).append(act)

    def fault(self, role: str, fault: Fault, *, step: str = "operating_points") -> None:
        """Let this go wrong at the wire of a role from the beginning of a step on."""
        self.at_step(step, lambda: self.simulated.inject(self.configured(role).resource, fault))

    def configured(self, role: str) -> InstrumentConfig:
        """What the station's file says of a role."""
        return load_station_config(CONFIG).instruments[role]

    def device(self, role: str) -> Any:
        """The simulated instrument of a role: the world as it is, not as it is told."""
        return self.simulated._instruments[role]

    def run(self, *steps: str | BoundStep) -> RunEnded:
        """Run these steps, or the product's whole plan without any; how it ended."""
        self.events = []
        config, product = load_station_config(CONFIG), self.fixture.product
        plan = load_plan(config.plan).bind(product)
        if steps:
            known = {step.name: step for step in plan.steps}
            plan = replace(plan, steps=tuple(known[s] if isinstance(s, str) else s for s in steps)).sealed()
        unit = UnitIdentity(maker=product.material.maker, part=product.part, serial=self.serial)
        order = RunOrder(
            run=UUID(int=1),
            unit=unit,
            station=config.station,
            station_digest=config.digest,
            fixture=config.fixture.name,
            slot="1",
            operator="o",
            gate=UUID(int=0),
            simulated=True,
        )
        self.fixture.unit = unit
        runner = run_inline if self.way == "in process" else in_thread(self.stop)
        Executive(self.bench, self.fixture, runner, self.stop, self._listen).run(order, plan)
        ended = self.events[-1]
        assert isinstance(ended, RunEnded)
        return ended

    def _listen(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, StepBegan):
            for act in self._at_step.pop(event.step, ()):
                act()

    @property
    def serial(self) -> str:
        """The serial number on the unit's label."""
        return str(self.fixture.product.material.serial_pattern[1:4] + "0000001")

    @property
    def steps(self) -> dict[str, str]:
        """How each step ended."""
        return {event.step: event.outcome.value for event in self.events if isinstance(event, StepEnded)}

    @property
    def values(self) -> dict[str, float | str | None]:
        """Everything that was recorded."""
        return {
            event.measurand.name: event.value if isinstance(event.value, str) else event.value.value
            for event in self.events
            if isinstance(event, Measured)
        }

    def output_v(self) -> float:
        """The true voltage at the unit's output."""
        return self.simulated.power.voltage("dut:OUT.+", "dut:OUT.-")

    def power_cycle(self, role: str) -> None:
        """An instrument is switched off and on: its connection ends, and what was set in it is gone."""
        device = self.device(role)
        device.reset()
        device.busy_until = 0.0
        self.simulated.inject(self.configured(role).resource, Fault("close", nth=1))

    @property
    def door_is_unlocked(self) -> bool:
        """Whether the fixture lets somebody take the unit out."""
        return self.device("io").output(1) is True

    def rival(self, role: str, *commands: str) -> None:
        """A second client takes control of an instrument, over a connection of its own."""
        resource = self.resources[role]
        if self.way == "in process":
            other: Any = self.simulated.resource_manager().open_resource(resource)
            for command in commands:
                other.write(command, termination="\n")
            other.close()
            return
        _, host, port, _ = resource.split("::")
        with socket.create_connection((host, int(port)), timeout=10.0) as wire:
            wire.sendall("".join(f"{command}\n" for command in (*commands, "*OPC?")).encode())
            assert wire.recv(100) == b"1\n"

    def live(self) -> list[str]:
        """Every output of the simulated world that is energised, and the unit's own."""
        self.simulated.power.advance()
        backfeed = self.device("backfeed")
        outputs = backfeed.outputs.values() if hasattr(backfeed, "outputs") else [backfeed.output]
        found = {
            "ac": self.device("ac").feed.is_on,
            "backfeed": any(output.branch.is_on for output in outputs),
            "hipot": self.device("hipot").output.output_v > 0.0,
            "load": self.device("load").channel.branch.is_on,
            "mains contactors": any(self.simulated.world.relays.is_closed(f"relays:relay {k}") for k in range(6)),
            "unit": abs(self.output_v()) >= DEAD_V,
        }
        return [name for name, is_live in found.items() if is_live]


@contextmanager
def supply_rig(
    way: Way = "in process",
    *,
    options: Mapping[str, Mapping[str, object]] | None = None,
    edit: Mapping[str, Mapping[str, object]] | None = None,
    defects: Sequence[Mapping[str, object]] = (),
    unit: bool = True,
    kind: type[PsuBench] = PsuBench,
    before: Callable[[SimulatedBench], None] = lambda _: None,
    before_wiring: Callable[[SimulatedBench], None] = lambda _: None,
    impatient: str = "",
) -> Iterator[SupplyRig]:
    """A bench as the station's file describes it.

    `impatient` is the role whose answers do not come, so that waiting for them over TCP does not take long. `options`
    are added to those of the simulated instruments, `edit` to the file's instruments, both by role; `before`
    may disturb the bench before anything is opened, `before_wiring` before it is built.
    """
    config, product = load_station_config(CONFIG), load_product(load_station_config(CONFIG).product)
    instruments = {
        role: one.model_copy(
            update={"options": {**one.options, **(options or {}).get(role, {})}, **(edit or {}).get(role, {})}
        )
        for role, one in config.instruments.items()
    }
    clock = VirtualClock(START) if way == "in process" else ScaledClock(START, SPEED)
    with ExitStack() as stack:
        station = SimulatedStation(config.station, 7, clock)
        stack.callback(station.close)
        before_wiring(station.bench)
        station.build(kind, product, config.fixture.options, instruments)
        before(station.bench)
        place = station.place
        if way == "over TCP":
            resources = stack.enter_context(served(station.bench))
            instruments = {
                role: one.model_copy(
                    update={
                        "resource": resources.get(role, one.resource),
                        "timeout_s": IMPATIENCE_S if role == impatient else PATIENCE_S,
                    }
                )
                for role, one in instruments.items()
            }
            place = stack.enter_context(LeasedPlace(clock=clock, smbus=station.bench.open_smbus))
        if unit:
            site = SimulatedSite(7, product)
            parsed = [site._family.parse(dict(defect)) for defect in defects]
            serial = product.material.serial_pattern[1:4] + "0000001"
            station.insert(site.unit(kind.UNIT, serial, defects=tuple(parsed)))
        bench = Bench.open(kind, instruments, place)
        fixture = kind(bench.instruments, product, config.fixture.options)
        try:
            yield SupplyRig(way, station.bench, bench, fixture, {r: one.resource for r, one in instruments.items()})
        finally:
            # What a test has broken stays broken; what it says of that is asserted before.
            station.bench.faults.clear()
            with suppress(InstrumentError):
                bench.close()


def proven_safe(rig: SupplyRig, ended: RunEnded) -> None:
    """Nothing is energised in the world, and the record says that everything was proven off, the unit too."""
    assert rig.live() == []
    assert ended.safe == f"proven off: {', '.join(rig.fixture.ROLES)}, unit", ended.safe
    assert rig.door_is_unlocked


def error(rig: SupplyRig, ended: RunEnded, *words: str) -> None:
    """The run is an ERROR with no verdict, and its reason names what these words name."""
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR), ended
    for word in words:
        assert word in ended.reason, ended.reason
