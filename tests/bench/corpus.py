"""Runs as a cable station would send them, for every bench that stores or sends records."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from mes.ledger import JournalEntry
from mes.records import (
    DefinitionReleased,
    InstrumentUsed,
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
    encode_record,
)
from mes.vocabulary import OperationKind, Outcome, RunEnding, Tracking, Verdict

PART, OPERATION, SOURCE = "CABLE-1", "final_test", "final-1/bench"
_EPOCH = datetime(2026, 5, 4, 6, tzinfo=UTC)
_STEPS = 10
_FAILING = 0.04
"""Share of runs that fail one measurand: what a line that is under control sees."""


@dataclass
class Corpus:
    """Runs of one plan with so many measurands; the same seed tells the same story."""

    measurands: int
    seed: int = 7
    _random: random.Random = field(init=False)
    _at: datetime = _EPOCH
    _seq: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self.plan = sha256(f"plan of {self.measurands}".encode()).hexdigest()
        self._steps = tuple(
            StepResult(name=f"step_{n}", outcome=Outcome.PASSED, started_s=3.0 * n, duration_s=2.75)
            for n in range(_STEPS)
        )
        self._instruments = tuple(
            InstrumentUsed(role=role, model=model, serial=serial, firmware="A.15.20", calibration_due=date(2027, 1, 31))
            for role, model, serial in (("vna", "N5227B", "MY59221234"), ("matrix", "L4491A", "MY53000042"))
        )

    def setting(self, units: int) -> list[Record]:
        """The part, its plan and so many registered units."""
        names = tuple(f"m{place:03d}" for place in range(self.measurands))
        per_step = max(1, self.measurands // _STEPS)
        return [
            DefinitionReleased(
                **self._envelope(),
                material=MaterialDefinition(part=PART, revision="A", description="cable", tracking=Tracking.UNIT),
                route=(RouteOperation(name=OPERATION, kind=OperationKind.TEST),),
                digest=sha256(b"definition").hexdigest(),
            ),
            PlanReleased(
                **self._envelope(),
                name="bench",
                revision="1",
                part=PART,
                operation=OPERATION,
                steps=tuple(
                    PlanStep(name=f"step_{n}", measurands=names[n * per_step : (n + 1) * per_step], timeout_s=30.0)
                    for n in range(_STEPS)
                ),
                measurands=tuple(MeasurandDefinition(name=name, unit="dB", low=-18.0, high=0.0) for name in names),
                limit_revision="L1",
                digest=self.plan,
                code_digest=sha256(b"code").hexdigest(),
            ),
            *(UnitRegistered(**self._envelope(), unit=self._unit(n), revision="A") for n in range(units)),
        ]

    def run(self, unit: int) -> tuple[RunStarted, RunFinished]:
        """A run of this unit, in two records."""
        failed = self._random.random() < _FAILING
        values = [round(self._random.gauss(-9.0, 1.5), 6) for _ in range(self.measurands)]
        identity: dict[str, Any] = {
            "run": self._id(),
            "unit": self._unit(unit),
            "operation": OPERATION,
            "station": "final-1",
            "plan": self.plan,
            "fixture": "dac_rf-1",
            "operator": "mei",
            "gate": self._id(),
        }
        started = RunStarted(**self._envelope(), **identity)
        failure = MeasurandFailure(measurand="m000", unit="dB", value=values[0], low=-18.0, high=0.0)
        finished = RunFinished(
            **self._envelope(),
            **identity,
            started_at=started.at,
            verdict=Verdict.FAILED if failed else Verdict.PASSED,
            ending=RunEnding.COMPLETED,
            steps=self._steps,
            values=tuple(values),
            failures=(failure,) if failed else (),
            instruments=self._instruments,
            fixture_cycles=1234,
            limit_revision="L1",
            station_digest=sha256(b"station").hexdigest(),
        )
        return started, finished

    def entries(self, records: Sequence[Record]) -> list[JournalEntry]:
        """The records as their spool numbers them."""
        return list(self._numbered(records))

    def _numbered(self, records: Sequence[Record]) -> Iterator[JournalEntry]:
        for record in records:
            self._seq += 1
            yield JournalEntry(SOURCE, self._seq, encode_record(record))

    def _unit(self, number: int) -> UnitIdentity:
        return UnitIdentity(part=PART, serial=f"DAC{number:07d}")

    def _id(self) -> UUID:
        # Like UUIDv7, in the order of time: the station makes its ids so, for the sake of the index.
        milliseconds = int(self._at.timestamp() * 1000)
        return UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62) | self._random.getrandbits(62))

    def _envelope(self) -> dict[str, Any]:
        self._at += timedelta(milliseconds=250)
        return {"id": self._id(), "source": SOURCE, "at": self._at, "simulated": True}
