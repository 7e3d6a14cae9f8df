"""A hall that builds racks, told as the records its stations would send: the load of `make bench-scale`.

Cables (each with connectors of a lot) are tested, eight go into a kit, ten kits into a rack, which is tested again.
A wave is so many racks; a lot of connectors is used up by the wave, so of 125 racks each lot sits in 10,000 cables and
reaches 11,375 units. Every wave follows from the seed and its number alone: it can be sent again, and goes on where a
load was cut off. Each decade of runs is spread over the same thirty days and fifty stations, so that a window of
days means the same at every size.

What differs from a real hall: no gate decision was asked for before the runs (each run names one that never was),
and no waveforms are attached.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np

from mes.records import (
    BillOfMaterialLine,
    ComponentInstalled,
    DefinitionReleased,
    InstrumentUsed,
    LotIdentity,
    LotReceived,
    MaterialDefinition,
    MeasurandDefinition,
    MeasurandFailure,
    PlanReleased,
    PlanStep,
    Record,
    RouteOperation,
    RunFinished,
    RunStarted,
    StepResult,
    UnitIdentity,
    UnitRegistered,
)
from mes.vocabulary import OperationKind, Outcome, RunEnding, Tracking, Verdict

EPOCH = datetime(2026, 5, 4, 6, tzinfo=UTC)
DAYS = 30
CABLES_OF_KIT, KITS_OF_RACK = 8, 10
_ASSEMBLY_STATIONS, _CABLE_STATIONS, _KIT_STATIONS, _RACK_STATIONS = 8, 45, 2, 5
"""The fifty that test are those of cables and of racks."""

_FAILING = 0.04
_STEPS = 10
_LEVELS = (4, 4, 5, 5, 3.75)
"""How many parts each part of the deep rack has, level by level: 4 + 16 + 80 + 400 + 1,500 = 2,000."""


class Batch(NamedTuple):
    """Records of one source, in order; `runs` of them are whole runs."""

    source: str
    records: Sequence[Record]
    runs: int


@dataclass(frozen=True)
class Hall:
    """The hall: `racks` a wave, and how many measurands a test of a cable has."""

    racks: int = 125
    measurands: int = 100
    seed: int = 7

    @property
    def cables(self) -> int:
        """Cables of a wave: the units that one lot of connectors went into."""
        return self.racks * KITS_OF_RACK * CABLES_OF_KIT

    @property
    def holders(self) -> int:
        """Units that a lot reaches: cables, kits and racks."""
        return self.cables + self.racks * (KITS_OF_RACK + 1)

    def waves(self, runs: int) -> int:
        """How many waves make about so many runs; at least one."""
        return max(1, round(runs / (self.cables * (1 + _FAILING) + self.racks)))

    def lot(self, wave: int) -> LotIdentity:
        """The lot of connectors that a wave uses up."""
        return LotIdentity(maker="TERMI", part="QSFP-SHELL", lot=f"L{wave:05d}")

    def cable(self, wave: int, number: int) -> UnitIdentity:
        """A cable of a wave."""
        return UnitIdentity(part="CABLE", serial=f"C{wave:05d}{number:05d}")

    def rack(self, wave: int, number: int) -> UnitIdentity:
        """A rack of a wave."""
        return UnitIdentity(part="RACK", serial=f"R{wave:05d}{number:03d}")

    @property
    def deep_rack(self) -> UnitIdentity:
        """The rack of 2,000 parts in five levels."""
        return UnitIdentity(part="DEEP-0", serial="D0-000000")

    @cached_property
    def plan(self) -> str:
        """The digest of the plan of a cable."""
        return sha256(f"scale, {self.measurands} measurands".encode()).hexdigest()

    @cached_property
    def rack_plan(self) -> str:
        """The digest of the plan of a rack."""
        return sha256(b"scale, rack").hexdigest()

    def setting(self) -> Iterator[Batch]:
        """Definitions and plans, and the deep rack."""
        told = _Teller(random.Random(f"{self.seed}/setting"), "office/scale", EPOCH - timedelta(days=1))
        yield Batch("office/scale", [*_definitions(told), *self._plans(told)], 0)
        told = _Teller(random.Random(f"{self.seed}/deep"), "frame-1/scale", EPOCH - timedelta(days=1))
        records = list(_deep(told))
        for start in range(0, len(records), 2000):
            yield Batch("frame-1/scale", records[start : start + 2000], 0)

    def wave(self, number: int, first: int, last: int) -> Iterator[Batch]:
        """Wave `number`, one of those from `first` to before `last` that share the thirty days."""
        return _Wave(self, number, first, last).batches()

    def open_units(self, name: str, cables: int, tested: int) -> Iterator[Batch]:
        """Cables that wait for their test, and such as have passed it and wait for a kit, for questions to the gate."""
        source, at = f"{name}/scale", EPOCH + timedelta(days=DAYS)
        told = _Teller(random.Random(f"{self.seed}/{name}"), source, at)
        lot = LotIdentity(maker="TERMI", part="QSFP-SHELL", lot=f"L-{name}")
        records: list[Record] = [_lot(told, lot, 4.0 * (cables + tested))]
        values = np.random.default_rng([self.seed, 2**31]).normal(-9.0, 1.5, (tested, self.measurands)).round(6)
        for k in range(cables + tested):
            unit = UnitIdentity(part="CABLE", serial=f"{name}-{k:05d}")
            told.at = at + timedelta(seconds=k)
            records += _build(told, unit, lot, name)
            if k >= cables:
                records += self.run(told, unit, name, values[k - cables].tolist(), None)
        yield Batch(source, records, tested)

    def run(
        self, told: "_Teller", unit: UnitIdentity, station: str, values: list[float], failed: int | None
    ) -> tuple[RunStarted, RunFinished]:
        """A run of a cable that takes half a minute; `failed` is the measurand that it fails."""
        failures: tuple[MeasurandFailure, ...] = ()
        if failed is not None:
            values[failed] = -20.5
            failures = (MeasurandFailure(measurand=f"m{failed:03d}", unit="dB", value=-20.5, low=-18.0, high=0.0),)
        identity: dict[str, Any] = {
            "run": told.id(),
            "unit": unit,
            "operation": "final_test" if unit.part == "CABLE" else "rack_test",
            "station": station,
            "plan": self.plan if unit.part == "CABLE" else self.rack_plan,
            "fixture": f"{station}-bed",
            "operator": "mei",
            "gate": told.id(),
        }
        started = RunStarted(**told.envelope(), **identity)
        told.at += timedelta(seconds=30)
        finished = RunFinished(
            **told.envelope(),
            **identity,
            started_at=started.at,
            verdict=Verdict.PASSED if failed is None else Verdict.FAILED,
            ending=RunEnding.COMPLETED,
            steps=_STEP_RESULTS,
            values=tuple(values),
            failures=failures,
            instruments=_INSTRUMENTS,
            fixture_cycles=1234,
            limit_revision="L1",
            station_digest=_STATION,
        )
        return started, finished

    def _plans(self, told: "_Teller") -> Iterator[Record]:
        for part, operation, digest, count in (
            ("CABLE", "final_test", self.plan, self.measurands),
            ("RACK", "rack_test", self.rack_plan, min(10, self.measurands)),
        ):
            names = tuple(f"m{place:03d}" for place in range(count))
            per_step = max(1, count // _STEPS)
            yield PlanReleased(
                **told.envelope(),
                name=operation,
                revision="1",
                part=part,
                operation=operation,
                steps=tuple(
                    PlanStep(name=f"step_{n}", measurands=names[n * per_step : (n + 1) * per_step], timeout_s=30.0)
                    for n in range(_STEPS)
                ),
                measurands=tuple(MeasurandDefinition(name=name, unit="dB", low=-18.0, high=0.0) for name in names),
                limit_revision="L1",
                digest=digest,
                code_digest=sha256(b"code").hexdigest(),
            )


class _Teller:
    """Envelopes of one source: ids in the order of time, as stations make them."""

    def __init__(self, chance: random.Random, source: str, at: datetime) -> None:
        self.chance = chance
        self.source = source
        self.at = at

    def id(self) -> UUID:
        milliseconds = int(self.at.timestamp() * 1000)
        bits = self.chance.getrandbits(74)
        return UUID(int=milliseconds << 80 | 7 << 76 | (bits >> 62) << 64 | 2 << 62 | bits & (1 << 62) - 1)

    def envelope(self) -> dict[str, Any]:
        return {"id": self.id(), "source": self.source, "at": self.at, "simulated": True}


class _Wave:
    """One wave, as the batches of its stations in the order in which they can arrive."""

    def __init__(self, hall: Hall, number: int, first: int, last: int) -> None:
        self._hall = hall
        self._number = number
        span = timedelta(days=DAYS) / (last - first)
        self._begin = EPOCH + span * (number - first)
        self._pace = span / hall.cables
        chance = random.Random(f"{hall.seed}/{number}")
        self._failed = {
            k: min(hall.measurands - 1, int(abs(chance.gauss(0, 8))))
            for k in range(hall.cables)
            if chance.random() < _FAILING
        }
        self._values = np.random.default_rng([hall.seed, number])

    def batches(self) -> Iterator[Batch]:
        """The batches that hold something."""
        return (batch for batch in self._told() if batch.records)

    def _told(self) -> Iterator[Batch]:
        hall, number = self._hall, self._number
        yield Batch("dock/scale", [_lot(self._teller("dock/scale"), hall.lot(number), 2.0 * hall.cables)], 0)
        for n in range(_ASSEMBLY_STATIONS):
            yield self._batch(f"assembly-{n + 1}", range(n, hall.cables, _ASSEMBLY_STATIONS), self._built, 0)
        for n in range(_CABLE_STATIONS):
            yield self._batch(f"final-{n + 1}", range(n, hall.cables, _CABLE_STATIONS), self._tested, 1)
        for n in range(_KIT_STATIONS):
            kits = range(n, hall.racks * KITS_OF_RACK, _KIT_STATIONS)
            yield self._batch(f"kitting-{n + 1}", kits, self._kitted, 0)
        yield self._batch("rack-1", range(hall.racks), self._racked, 0)
        for n in range(_RACK_STATIONS):
            yield self._batch(f"rack-test-{n + 1}", range(n, hall.racks, _RACK_STATIONS), self._rack_tested, 1)

    def _batch(self, station: str, numbers: range, tell: Any, tests: int) -> Batch:
        told = self._teller(f"{station}/scale")
        records = [record for one in numbers for record in tell(told, station, one)]
        return Batch(told.source, records, sum(isinstance(one, RunFinished) for one in records) if tests else 0)

    def _teller(self, source: str) -> _Teller:
        return _Teller(random.Random(f"{self._hall.seed}/{self._number}/{source}"), source, self._begin)

    def _when(self, told: _Teller, cable: int, later: timedelta) -> None:
        told.at = self._begin + self._pace * cable + later

    def _kit(self, number: int) -> UnitIdentity:
        return UnitIdentity(part="KIT", serial=f"K{self._number:05d}{number:05d}")

    def _built(self, told: _Teller, station: str, k: int) -> Iterator[Record]:
        self._when(told, k, timedelta())
        yield from _build(told, self._hall.cable(self._number, k), self._hall.lot(self._number), station)

    def _tested(self, told: _Teller, station: str, k: int) -> Iterator[Record]:
        unit = self._hall.cable(self._number, k)
        failed = self._failed.get(k)
        for again, fails in enumerate([None] if failed is None else [failed, None]):
            self._when(told, k, timedelta(hours=1 + again))
            values = self._values.normal(-9.0, 1.5, self._hall.measurands).clip(-17.5, -0.5).round(6).tolist()
            yield from self._hall.run(told, unit, station, values, fails)

    def _kitted(self, told: _Teller, station: str, number: int) -> Iterator[Record]:
        first = number * CABLES_OF_KIT
        self._when(told, first, timedelta(hours=4))
        yield UnitRegistered(**told.envelope(), unit=self._kit(number), revision="A")
        for place in range(CABLES_OF_KIT):
            child = self._hall.cable(self._number, first + place)
            yield _installed(told, self._kit(number), f"C{place + 1}", child, "kitting", station)

    def _racked(self, told: _Teller, station: str, number: int) -> Iterator[Record]:
        first = number * KITS_OF_RACK
        rack = self._hall.rack(self._number, number)
        self._when(told, first * CABLES_OF_KIT, timedelta(hours=6))
        yield UnitRegistered(**told.envelope(), unit=rack, revision="A")
        for place in range(KITS_OF_RACK):
            yield _installed(told, rack, f"U{place + 1}", self._kit(first + place), "racking", station)

    def _rack_tested(self, told: _Teller, station: str, number: int) -> Iterator[Record]:
        self._when(told, number * KITS_OF_RACK * CABLES_OF_KIT, timedelta(hours=8))
        values = self._values.normal(-9.0, 1.5, min(10, self._hall.measurands)).round(6).tolist()
        yield from self._hall.run(told, self._hall.rack(self._number, number), station, values, None)


def _build(told: _Teller, unit: UnitIdentity, lot: LotIdentity, station: str) -> Iterator[Record]:
    yield UnitRegistered(**told.envelope(), unit=unit, revision="A")
    yield ComponentInstalled(
        **told.envelope(),
        parent=unit,
        position="SHELLS",
        lot=lot,
        quantity=2.0,
        operation="assembly",
        station=station,
        operator="jo",
        gate=told.id(),
    )


def _installed(
    told: _Teller, parent: UnitIdentity, position: str, child: UnitIdentity, operation: str, station: str
) -> Record:
    return ComponentInstalled(
        **told.envelope(),
        parent=parent,
        position=position,
        child=child,
        operation=operation,
        station=station,
        operator="jo",
        gate=told.id(),
    )


def _lot(told: _Teller, lot: LotIdentity, quantity: float) -> LotReceived:
    return LotReceived(
        **told.envelope(),
        lot=lot,
        quantity=quantity,
        unit="pcs",
        supplier="Shells Inc",
        date_code="2618",
        country_of_origin="MX",
    )


def _definitions(told: _Teller) -> Iterator[Record]:
    bills: dict[str, tuple[tuple[str, str, float, Tracking], ...]] = {
        "CABLE": (("SHELLS", "QSFP-SHELL", 2.0, Tracking.LOT),),
        "KIT": tuple((f"C{place + 1}", "CABLE", 1.0, Tracking.UNIT) for place in range(CABLES_OF_KIT)),
        "RACK": tuple((f"U{place + 1}", "KIT", 1.0, Tracking.UNIT) for place in range(KITS_OF_RACK)),
    }
    routes = {
        "CABLE": (("assembly", OperationKind.ASSEMBLY), ("final_test", OperationKind.TEST)),
        "KIT": (("kitting", OperationKind.ASSEMBLY),),
        "RACK": (("racking", OperationKind.ASSEMBLY), ("rack_test", OperationKind.TEST)),
    }
    for part, bill in bills.items():
        yield DefinitionReleased(
            **told.envelope(),
            material=MaterialDefinition(part=part, revision="A", description=part.lower(), tracking=Tracking.UNIT),
            bill_of_material=tuple(
                BillOfMaterialLine(position=position, part=child, quantity=quantity, unit="pcs", tracking=tracking)
                for position, child, quantity, tracking in bill
            ),
            route=tuple(RouteOperation(name=name, kind=kind) for name, kind in routes[part]),
            digest=sha256(f"scale, {part}".encode()).hexdigest(),
        )


def _deep(told: _Teller) -> Iterator[Record]:
    above = [UnitIdentity(part="DEEP-0", serial="D0-000000")]
    yield UnitRegistered(**told.envelope(), unit=above[0], revision="A")
    for level, width in enumerate(_LEVELS, start=1):
        below = []
        for number in range(int(len(above) * width)):
            unit = UnitIdentity(part=f"DEEP-{level}", serial=f"D{level}-{number:06d}")
            parent = above[number % len(above)]
            below.append(unit)
            yield UnitRegistered(**told.envelope(), unit=unit, revision="A")
            yield _installed(told, parent, f"P{number // len(above) + 1}", unit, "framing", "frame-1")
        above = below


_STEP_RESULTS = tuple(
    StepResult(name=f"step_{n}", outcome=Outcome.PASSED, started_s=3.0 * n, duration_s=2.75) for n in range(_STEPS)
)
_INSTRUMENTS = tuple(
    InstrumentUsed(role=role, model=model, serial=serial, firmware="A.15.20", calibration_due=date(2027, 1, 31))
    for role, model, serial in (("vna", "N5227B", "MY59221234"), ("matrix", "L4491A", "MY53000042"))
)
_STATION = sha256(b"station").hexdigest()
