"""Records of a small cable line told by several stations, and ways to journal them and to look at what follows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count, groupby
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, delete, select
from sqlmodel import SQLModel

from mes.database import create_site, open_engine, reading, writing
from mes.ledger import JournalEntry
from mes.local_ledger import LocalLedger
from mes.models import projected_tables
from mes.records import (
    BillOfMaterialLine,
    ComponentInstalled,
    ComponentRemoved,
    DefinitionReleased,
    GateRequest,
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
    UnitIdentity,
    UnitRegistered,
    encode_record,
)
from mes.vocabulary import LinkReason, OperationKind, RunEnding, SiteKind, Tracking, Verdict

EPOCH = datetime(2026, 5, 4, 6, tzinfo=UTC)
CABLE, BUNDLE, WIRE = "CABLE-1", "BUNDLE-1", "WIRE-1"


def digest(text: str) -> str:
    """A digest that stands for the content named by the text."""
    return sha256(text.encode()).hexdigest()


@dataclass
class Story:
    """Makes records: `minute` is when the fact happened, `source` who tells it."""

    simulated: bool = True
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def new_id(self) -> UUID:
        """The next identity, the same in every run of a test."""
        return UUID(int=(7 << 76) | (2 << 62) | next(self.ids))

    def cable(self, serial: str) -> UnitIdentity:
        """A cable of this site."""
        return UnitIdentity(part=CABLE, serial=serial)

    def bundle(self, serial: str) -> UnitIdentity:
        """A bundle of this site."""
        return UnitIdentity(part=BUNDLE, serial=serial)

    def at(self, minute: float) -> datetime:
        """The moment so many minutes after the line began."""
        return EPOCH + timedelta(minutes=minute)

    def envelope(self, minute: float, source: str) -> dict[str, Any]:
        """What every record carries."""
        return {"id": self.new_id(), "source": source, "at": self.at(minute), "simulated": self.simulated}

    def definition(
        self,
        part: str,
        route: Sequence[tuple[str, OperationKind]],
        bill: Sequence[tuple[str, str, float]] = (),
        minute: float = 0,
        revision: str = "A",
        source: str = "desk/1",
    ) -> DefinitionReleased:
        """A released definition: route as (operation, kind), bill as (position, part, quantity)."""
        return DefinitionReleased(
            **self.envelope(minute, source),
            material=MaterialDefinition(part=part, revision=revision, description=part, tracking=Tracking.UNIT),
            bill_of_material=tuple(
                BillOfMaterialLine(position=position, part=needed, quantity=quantity, unit="pc", tracking=Tracking.UNIT)
                for position, needed, quantity in bill
            ),
            route=tuple(RouteOperation(name=name, kind=kind) for name, kind in route),
            digest=digest(f"{part} {revision} {route} {bill}"),
        )

    def plan(self, operation: str, part: str = CABLE, measurands: Sequence[str] = ("sdd21", "skew")) -> PlanReleased:
        """A released plan whose digest follows from the operation."""
        return PlanReleased(
            **self.envelope(0, "desk/1"),
            name=operation,
            revision="1",
            part=part,
            operation=operation,
            steps=(PlanStep(name="rf", measurands=tuple(measurands), timeout_s=5),),
            measurands=tuple(MeasurandDefinition(name=name, unit="dB", low=-17.16) for name in measurands),
            limit_revision="L1",
            digest=digest(operation),
            code_digest=digest("code"),
        )

    def registered(
        self, unit: UnitIdentity, minute: float = 1, source: str = "desk/1", revision: str = "A"
    ) -> UnitRegistered:
        """A serial number that came to life."""
        return UnitRegistered(**self.envelope(minute, source), unit=unit, revision=revision)

    def received(self, lot: str, quantity: float = 100, minute: float = 1, supplier: str = "Leoni") -> LotReceived:
        """A lot of wire."""
        identity = LotIdentity(maker="Leoni", part=WIRE, lot=lot)
        return LotReceived(
            **self.envelope(minute, "desk/1"), lot=identity, quantity=quantity, unit="m", supplier=supplier
        )

    def setting(self, cables: Iterable[str] = ("C1",), bundles: Iterable[str] = ("B1",)) -> list[Record]:
        """Definitions, plans and registrations: the cable is assembled from a bundle and 3 m of wire, then tested."""
        return [
            self.definition(BUNDLE, [("bundle_test", OperationKind.TEST)]),
            self.definition(
                CABLE,
                [("assembly", OperationKind.ASSEMBLY), ("final_test", OperationKind.TEST)],
                [("core", BUNDLE, 1), ("jacket", WIRE, 3)],
            ),
            self.plan("bundle_test", BUNDLE),
            self.plan("final_test"),
            self.received("L1"),
            *(self.registered(self.cable(serial)) for serial in cables),
            *(self.registered(self.bundle(serial)) for serial in bundles),
        ]

    def run(
        self,
        unit: UnitIdentity,
        operation: str,
        minute: float,
        verdict: Verdict = Verdict.PASSED,
        ending: RunEnding = RunEnding.COMPLETED,
        source: str = "test-1/1",
        group: UUID | None = None,
        **facts: Any,
    ) -> tuple[RunStarted, RunFinished]:
        """A run of half a minute: its start and its end, which `facts` tell more of."""
        run = {
            "run": self.new_id(),
            "unit": unit,
            "operation": operation,
            "station": source.partition("/")[0],
            "plan": digest(operation),
            "fixture": "F1",
            "operator": "mei",
            "gate": self.new_id(),
            "group": group,
        }
        failing = MeasurandFailure(measurand="sdd21", unit="dB", value=-18.14, low=-17.16)
        return (
            RunStarted(**self.envelope(minute, source), **run),
            RunFinished(
                **self.envelope(minute + 0.5, source),
                **run,
                started_at=self.at(minute),
                verdict=verdict,
                ending=ending,
                steps=facts.pop("steps", ()),
                values=(-18.14 if verdict is Verdict.FAILED else -15.5, None),
                failures=(failing,) if verdict is Verdict.FAILED else (),
                instruments=(
                    InstrumentUsed(role="vna", model="N5227B", serial="MY1", firmware="A", calibration_due=None),
                ),
                limit_revision="L1",
                station_digest=digest("station"),
                **facts,
            ),
        )

    def installed(
        self, parent: UnitIdentity, position: str, component: UnitIdentity | LotIdentity, minute: float, **facts: Any
    ) -> ComponentInstalled:
        """A component that went in."""
        return ComponentInstalled(**self._link(parent, position, component, minute, facts), gate=self.new_id())

    def removed(
        self, parent: UnitIdentity, position: str, component: UnitIdentity | LotIdentity, minute: float, **facts: Any
    ) -> ComponentRemoved:
        """A component that came out for rework."""
        return ComponentRemoved(**self._link(parent, position, component, minute, facts), reason=LinkReason.REWORK)

    def assembled(self, serial: str, core: str, minute: float, source: str = "assembly-1/1") -> list[Record]:
        """A cable filled with a bundle and three metres of wire of lot L1."""
        wire = LotIdentity(maker="Leoni", part=WIRE, lot="L1")
        return [
            self.installed(self.cable(serial), "core", self.bundle(core), minute, source=source),
            self.installed(self.cable(serial), "jacket", wire, minute, quantity=3.0, source=source),
        ]

    def request(self, unit: UnitIdentity, operation: str, **facts: Any) -> GateRequest:
        """A question to the gate."""
        asked = {"station": "test-1", "operator": "mei", "fixture": "F1", "simulated": self.simulated}
        return GateRequest(id=self.new_id(), at=self.at(10), unit=unit, operation=operation, **(asked | facts))

    def _link(
        self,
        parent: UnitIdentity,
        position: str,
        component: UnitIdentity | LotIdentity,
        minute: float,
        facts: dict[str, Any],
    ) -> dict[str, Any]:
        kind = "child" if isinstance(component, UnitIdentity) else "lot"
        told = {"operation": "assembly", "station": "assembly-1", "operator": "mei", "parent": parent}
        source = facts.pop("source", "assembly-1/1")
        return self.envelope(minute, source) | told | {"position": position, kind: component} | facts


@dataclass
class Writer:
    """A ledger on a fresh simulated site, and its tables as plain values."""

    url: str
    engine: Engine
    ledger: LocalLedger

    def tell(self, records: Iterable[Record], batch: int = 1000) -> None:
        """Journal records in this order, consecutive ones of a source together, at most `batch` at a time."""
        for source, group in groupby(records, key=lambda record: record.source):
            entries = [
                JournalEntry(source, seq, encode_record(record))
                for seq, record in enumerate(group, start=self.ledger.expected(source))
            ]
            for start in range(0, len(entries), batch):
                self.ledger.append(entries[start : start + batch])

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every projected row of every table, in the order of the values."""
        with reading(self.engine) as connection:
            return {
                table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                for table in projected_tables()
            }

    def rows(self, model: type[SQLModel]) -> list[Any]:
        """The rows of one table."""
        with reading(self.engine) as connection:
            return list(connection.execute(select(SQLModel.metadata.tables[str(model.__tablename__)])))

    def change(self, change: Callable[[Connection], object]) -> None:
        """Change the tables behind the ledger's back."""
        with writing(self.engine) as connection:
            change(connection)

    def empty(self) -> None:
        """Forget everything but the site, journal included."""
        with writing(self.engine) as connection:
            for table in reversed(SQLModel.metadata.sorted_tables):
                if table.name != "site":
                    connection.execute(delete(table))


@pytest.fixture
def story() -> Story:
    """The records of a simulated line."""
    return Story()


@contextmanager
def opened_writer(url: str, kind: SiteKind) -> Iterator[Writer]:
    """A ledger on a new site of this kind."""
    create_site(url, "cable works", kind)
    ledger = LocalLedger(engine := open_engine(url), lambda: EPOCH)
    yield Writer(url, engine, ledger)
    ledger.close()


@pytest.fixture
def open_writer() -> Callable[..., Any]:
    """Makes a site behind a database URL and opens a ledger on it, as a context."""
    return opened_writer


@pytest.fixture(scope="session")
def sqlite_writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writer]:
    """One simulated site on SQLite for all tests."""
    with opened_writer(f"sqlite:///{tmp_path_factory.mktemp('site') / 'site.db'}", SiteKind.SIMULATED) as writer:
        yield writer


@pytest.fixture(scope="session")
def postgresql_writer(postgres_server: Any) -> Iterator[Writer]:
    """One simulated site on PostgreSQL for all tests."""
    postgres_server.execute("CREATE DATABASE writer")
    with opened_writer(postgres_server.url("writer"), SiteKind.SIMULATED) as writer:
        yield writer


@pytest.fixture(params=["sqlite", "postgresql"])
def writer(request: pytest.FixtureRequest) -> Writer:
    """A ledger on an empty simulated site, on each database."""
    # One engine for all tests: the statements it has compiled are most of what a fresh one would cost.
    writer: Writer = request.getfixturevalue(f"{request.param}_writer")
    writer.empty()
    return writer


@pytest.fixture
def real_writer(database_url: str) -> Iterator[Writer]:
    """A ledger on a fresh real site, on each database."""
    with opened_writer(database_url, SiteKind.REAL) as writer:
        yield writer
