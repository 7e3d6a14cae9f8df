"""One run of a plan on a healthy simulated unit, for what no declaration tells: uncertainties, durations, ratings.

The bench is the station's own, simulated, whatever stands there really: the same drivers with the same options.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from drivers.rating import Rating, ratings_of
from drivers.reading import Reading
from mes.records import UnitIdentity
from mes.vocabulary import Verdict
from stations.attachment_policy import Keep
from stations.composition import prepare_station, station_clock
from stations.config import InstrumentConfig, SimulationConfig, StationConfig
from stations.engineering_plan import ENGINEERING
from stations.events import Event, RunEnded, RunOrder, StepEnded, deciding
from stations.executive import Executive
from stations.lease import StopSwitch
from stations.nowhere_spool import nowhere_spool
from stations.record import RunRecorder
from stations.uncounted_run import NO_GATE
from stations.unit_run import UnitRun

_START: Final = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
_SEED: Final = 7
_NUMBER: Final = 1


class WatchedOptions(Mapping[str, Any]):
    """A fixture's options that remember which of them somebody asked for."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return self._options[key]

    def __iter__(self) -> Iterator[str]:
        self.asked |= set(self._options)
        return iter(self._options)

    def __len__(self) -> int:
        return len(self._options)

    @property
    def unasked(self) -> tuple[str, ...]:
        """The options that nobody asked for."""
        return tuple(sorted(set(self._options) - self.asked))


@dataclass(frozen=True, slots=True)
class GoldenRun:
    """What came of the run: `trouble` says why the unit did not pass, if it did not.

    `readings` are the numbers that decided, by measurand; `took_s` the bench seconds of each step; `ratings` what each
    role's instrument carries; `models` who they are; `roles` the role of an instrument by model and serial number.
    """

    trouble: str
    readings: Mapping[str, Reading]
    took_s: Mapping[str, float]
    ratings: Mapping[str, Mapping[str, Rating]]
    models: Mapping[str, str]
    roles: Mapping[tuple[str, str], str]
    unasked_options: tuple[str, ...]


def run_golden(config: StationConfig) -> GoldenRun:
    """Run the station's plan on a healthy unit, or on the fewest that one run of it takes; the first is told of.

    Raises `ConfigurationError`, `PlanError` or `InstrumentError` for a station that cannot be simulated or opened.
    """
    options = WatchedOptions(config.fixture.options)
    seed = _SEED if config.simulation is None else config.simulation.seed
    bare = config.model_copy(
        update={
            "simulation": SimulationConfig(seed=seed),
            "fixture": config.fixture.model_copy(update={"options": options}),
            "instruments": {role: _simulated(config, role) for role in config.instruments},
        }
    )
    with prepare_station(bare, station_clock(bare, _START)) as prepared:
        from stations.simulation import SimulatedSite  # noqa: PLC0415 - the simulator is loaded only when asked for

        site, product = SimulatedSite(seed, prepared.product), prepared.product
        kind, (least, _) = prepared.kind.EACH or prepared.kind.UNIT, prepared.plan.units
        serials = [site.serial(kind, _NUMBER + k) for k in range(least)]
        with prepared.open_bench() as bench:
            if prepared.simulated is not None:
                units = [site.unit(kind, serial) for serial in serials]
                whole = (
                    units[0] if prepared.kind.EACH is None else site.unit(prepared.kind.UNIT, serials[0], parts=units)
                )
                prepared.simulated.insert(whole)
            fixture = prepared.fixture(bench)
            told: list[list[Event]] = [[] for _ in serials]

            def run_of(k: int, serial: str) -> UnitRun:
                recorder = RunRecorder(
                    nowhere_spool(ENGINEERING), lambda: NO_GATE, bench.instruments_used(), keep=Keep.NONE
                )

                def publish(event: Event) -> None:
                    recorder(event)
                    told[k].append(event)

                order = RunOrder(
                    run=UUID(int=_NUMBER + k),
                    unit=UnitIdentity(maker=product.material.maker, part=product.part, serial=serial),
                    station=config.station,
                    station_digest=prepared.plan.digest,
                    fixture=config.fixture.name,
                    slot=config.fixture.slot if least == 1 else str(k + 1),
                    operator=config.operator,
                    gate=NO_GATE,
                    simulated=True,
                )
                return UnitRun(order, publish)

            stop = StopSwitch()
            runs = [run_of(k, serial) for k, serial in enumerate(serials)]
            fixture.unit = runs[0].order.unit
            Executive(bench, fixture, prepared.runner(stop), stop).run_units(runs, prepared.plan)
            events = told[0]
            return GoldenRun(
                trouble="; ".join(filter(None, map(_trouble, told))),
                readings={one.measurand.name: one.value for one in deciding(events) if isinstance(one.value, Reading)},
                took_s={event.step: event.duration_s for event in events if isinstance(event, StepEnded)},
                ratings={
                    role: ratings_of(instrument, config.instruments[role].options)
                    for role, instrument in bench.instruments.items()
                },
                models={role: one.identity.model for role, one in bench.instruments.items()},
                roles={(one.identity.model, one.identity.serial): role for role, one in bench.instruments.items()},
                unasked_options=options.unasked,
            )


def _simulated(config: StationConfig, role: str) -> InstrumentConfig:
    """An instrument of the station where a simulated bench has it.

    VISA names and two-wire buses lead to the simulation by themselves; a serial port would be opened for real.
    """
    one = config.instruments[role]
    serial = "://" in one.resource or one.resource.startswith(("/dev/", "COM"))
    if not serial or one.resource.startswith(("sim-i2c://", "/dev/i2c")):
        return one
    # Roles of one multidrop line share it by its wire's name, which is that of the first role; what follows a question
    # mark says which unit of the line.
    wire, mark, unit = one.resource.partition("?")
    line = next(name for name, other in config.instruments.items() if other.resource.partition("?")[0] == wire)
    return one.model_copy(update={"resource": f"sim://{config.station}/{line}{mark}{unit}"})


def _trouble(events: list[Event]) -> str:
    ended = events[-1]
    if not isinstance(ended, RunEnded) or ended.verdict is Verdict.PASSED:
        return ""
    steps = [f"{one.step}: {one.message}" for one in events if isinstance(one, StepEnded) and one.message]
    return "; ".join(steps) or ended.reason
