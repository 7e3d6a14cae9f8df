"""What catches a fixture that is not well: each of its defects tried on a bench of its own, with the golden unit in it.

Somebody must notice before a unit is judged by such a fixture: its own checks in set-up and in the steps, a date, or
the golden unit, which fails a limit of the plan or leaves the limits of its own. Those are what it measures again and
again on a bench that is well, with a guard band. What only the golden unit shows is seen when it is run, and no sooner.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from statistics import fmean, stdev
from typing import Any, Final

from drivers.errors import InstrumentError
from drivers.reading import Reading
from mes.vocabulary import Outcome, RunEnding, Verdict
from stations.bench import Bench
from stations.config import InstrumentConfig
from stations.coverage.fixture_flaw import LONG_AGO, FixtureFlaw, FlawPoint, flaws_of
from stations.coverage.study import START, Prepared, run_together
from stations.coverage.trial import Order, family_of
from stations.events import Event, RunEnded, StepEnded, deciding
from stations.lease import StopSwitch
from stations.plan import PlanRevision
from stations.simulation import SimulatedStation, virtual_clock

_REPEATS: Final = 8
_SIGMAS: Final = 8.0
_GUARD: Final = 0.01
"""The least half-width of a golden unit's own limits over its value: far above what a good instrument drifts by."""
_SHOWN: Final = 3

Values = Mapping[str, Reading]


@dataclass(frozen=True, slots=True)
class FlawTrial:
    """What noticed one magnitude of a defect; empty when nothing did."""

    magnitude: float
    clear: bool
    caught_by: str


@dataclass(frozen=True, slots=True)
class FlawRow:
    """How one defect of the fixture is noticed."""

    name: str
    unit: str
    trials: tuple[FlawTrial, ...]

    @property
    def missed(self) -> bool:
        """Whether a clear magnitude went unnoticed."""
        return any(trial.clear and not trial.caught_by for trial in self.trials)

    def document(self) -> dict[str, Any]:
        """The row for a machine."""
        return {
            "name": self.name,
            "unit": self.unit,
            "points": [[one.magnitude, one.clear, one.caught_by] for one in self.trials],
            "missed": self.missed,
        }


@dataclass(frozen=True, slots=True)
class GoldenBand:
    """The golden unit's own limits of one measurand, inclusive."""

    low: float
    high: float


def try_fixture(
    prepared: Prepared, stop: StopSwitch, progress: Callable[[], None] = lambda: None
) -> tuple[FlawRow, ...]:
    """Try every defect of the plan's fixture. Stops between two of them."""
    bands = golden_bands([_values(_run(prepared, FlawPoint(0.0), repeat)) for repeat in range(_REPEATS)])
    rows = []
    for flaw in flaws_of(prepared.kind, prepared.product, prepared.config):
        if stop.reason is not None:
            break
        rows.append(FlawRow(flaw.name, flaw.unit, tuple(_tried(prepared, flaw, point, bands) for point in flaw.points)))
        progress()
    return tuple(rows)


def count_flaws(prepared: Prepared) -> int:
    """How many defects there are to try."""
    return sum(1 for _ in flaws_of(prepared.kind, prepared.product, prepared.config))


def golden_bands(runs: Sequence[Values]) -> dict[str, GoldenBand]:
    """The limits of a golden unit from what was measured of it on a bench that is well.

    Around the mean: eight standard deviations of the repetitions, for there are few, and at least a hundredth; of a
    ratio a hundredth of what it is a ratio to. The data sheet has no part in it: the same instrument comes back to the
    same unit.
    """
    bands = {}
    for name in runs[0]:
        values = [run[name].value for run in runs if name in run]
        numbers = [value for value in values if value is not None]
        if len(numbers) < len(runs):
            continue
        mean = fmean(numbers)
        guarded = 1.0 if runs[0][name].unit == "1" else abs(mean)
        half = max(_SIGMAS * stdev(numbers), _GUARD * guarded)
        bands[name] = GoldenBand(mean - half, mean + half)
    return bands


def _tried(prepared: Prepared, flaw: FixtureFlaw, point: FlawPoint, bands: Mapping[str, GoldenBand]) -> FlawTrial:
    return FlawTrial(point.magnitude, point.clear, noticed(_run(prepared, point, flaw.name), bands))


def noticed(events: Sequence[Event], bands: Mapping[str, GoldenBand]) -> str:
    """What in a run of the golden unit shows that the bench is not well; empty for nothing."""
    ended = events[-1]
    if not isinstance(ended, RunEnded):
        return ""
    failed = [one.step for one in events if isinstance(one, StepEnded) and one.outcome is Outcome.ERROR]
    if "calibrat" in ended.reason and not failed and ended.verdict is Verdict.NONE:
        return "calibration date"
    if ended.ending is not RunEnding.COMPLETED:
        return f"check in step {failed[0]}" if failed else "check in set-up"
    measured = deciding(events)
    out = [one.measurand.name for one in measured if one.judgement.outcome is Outcome.FAILED]
    if out:
        return f"golden unit: {_families(out)}"
    beyond = [name for name, reading in _values(events).items() if name in bands and not _within(reading, bands[name])]
    return f"golden unit, its own limits: {_families(beyond)}" if beyond else ""


def _within(reading: Reading, band: GoldenBand) -> bool:
    return reading.value is not None and band.low <= reading.value <= band.high


def _families(names: Sequence[str]) -> str:
    families = list(dict.fromkeys(family_of(name) for name in names))
    return ", ".join(families[:_SHOWN]) + (f" and {len(families) - _SHOWN} more" if len(families) > _SHOWN else "")


def _values(events: Sequence[Event]) -> dict[str, Reading]:
    return {one.measurand.name: one.value for one in deciding(events) if isinstance(one.value, Reading)}


def _run(prepared: Prepared, point: FlawPoint, name: object) -> list[Event]:
    """One run of the golden unit on a bench with this defect."""
    config, product, kind = prepared.config, prepared.product, prepared.kind
    seed = random.Random(f"{prepared.study.seed}/fixture/{name}/{point.magnitude}").getrandbits(32)
    instruments = {role: _dated(one, role == point.expired) for role, one in config.instruments.items()}
    station = SimulatedStation(config.station, seed, virtual_clock(START))
    try:
        defects = () if point.defect is None else (point.defect,)
        station.build(kind, product, config.fixture.options, instruments, defects)
        bench = Bench.open(kind, instruments, station.place)
        try:
            fixture = kind(bench.instruments, product, config.fixture.options)
            each = kind.EACH or kind.UNIT
            golden = prepared.site.unit(each, prepared.site.serial(each, 0))
            # A date is looked at when all was measured: the first step is enough to have measured.
            plan = _shortened(prepared.plan) if point.expired else prepared.plan
            run = run_together(prepared, (station, bench, fixture), plan, golden, Order("golden", 0))
            return run.told[run.place]
        finally:
            # What does not close safe has said so in its run.
            with suppress(InstrumentError):
                bench.close()
    finally:
        station.close()


def _dated(configured: InstrumentConfig, expired: bool) -> InstrumentConfig:
    return configured.model_copy(update={"calibration_due": LONG_AGO}) if expired else configured


def _shortened(plan: PlanRevision) -> PlanRevision:
    return replace(plan, steps=plan.steps[:1]).sealed()
