"""A cable line that tells its facts to a real ledger, record by record, as stations do."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any, ClassVar
from uuid import UUID

import pytest
from sqlalchemy import Engine

from mes.cli.main import main
from mes.database import create_site, open_engine, read_only_engine
from mes.ledger import JournalEntry, Ledger
from mes.local_ledger import open_local_ledger
from mes.models import projected_tables, table_of
from mes.models.journal import JournalRow, SourceHead
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
    StepResult,
    UnitIdentity,
    UnitRegistered,
    encode_record,
)
from mes.vocabulary import LinkReason, OperationKind, Outcome, OverRange, RunEnding, SiteKind, Tracking, Verdict

CABLE, BUNDLE, PLUG = "DAC-800G", "BUNDLE-8", "PLUG-OSFP"
SOURCE = "final-1/spool"
MEASURANDS = (
    MeasurandDefinition(name="sdd21", unit="dB", low=-17.16, clause="IEEE 802.3cd 136.11.2"),
    MeasurandDefinition(name="loop_resistance", unit="Ω", low=0.5, high=2.0, clause="SFF-8636"),
    MeasurandDefinition(name="isolation", unit="Ω", low=1e7, over_range="pass"),
    MeasurandDefinition(name="media_type", unit="", equals="copper"),
    MeasurandDefinition(name="ambient", unit="°C"),
)
GOOD_VALUES = (-15.5, 1.1, None, None, 23.5)


def digest(text: str) -> str:
    """A digest that stands for the content named by the text."""
    return sha256(text.encode()).hexdigest()


@dataclass
class CableLine:
    """Facts of a line, journalled one by one; every fact happens one second after the one before unless told."""

    CABLE: ClassVar[str] = CABLE
    BUNDLE: ClassVar[str] = BUNDLE
    PLUG: ClassVar[str] = PLUG

    url: str
    ledger: Ledger
    engine: Engine
    simulated: bool
    at: datetime = datetime(2026, 3, 2, 8, tzinfo=UTC)
    ids: Iterator[int] = field(default_factory=lambda: count(1))
    seq: Iterator[int] = field(default_factory=lambda: count(1))
    spooled: list[JournalEntry] | None = None

    def new_id(self) -> UUID:
        """The next identity, the same in every test run."""
        return UUID(int=(7 << 76) | (2 << 62) | next(self.ids))

    def envelope(self, at: datetime | None = None) -> dict[str, Any]:
        """What every record carries; the line's own time moves on by a second when none is given."""
        self.at += timedelta(seconds=1)
        return {"id": self.new_id(), "source": SOURCE, "at": at or self.at, "simulated": self.simulated}

    def tell(self, record: Record) -> UUID:
        """Journal a record, or spool it while a delivery is being collected; its id."""
        entry = JournalEntry(SOURCE, next(self.seq), encode_record(record))
        if self.spooled is None:
            self.ledger.append([entry])
        else:
            self.spooled.append(entry)
        return record.id

    @contextmanager
    def delivery(self) -> Iterator[None]:
        """Everything told inside is journalled at once at the end, as by a station that was offline."""
        self.spooled = []
        yield
        entries, self.spooled = self.spooled, None
        if entries:
            self.ledger.append(entries)

    def define(self, part: str, route: tuple[tuple[str, OperationKind], ...] = (), **material: Any) -> None:
        """Release a part at revision A with its route."""
        definition = MaterialDefinition(
            part=part, revision="A", description=part, tracking=material.pop("tracking", Tracking.UNIT), **material
        )
        self.tell(
            DefinitionReleased(
                **self.envelope(),
                material=definition,
                bill_of_material=(
                    BillOfMaterialLine(position="near", part=PLUG, quantity=1, unit="pc", tracking=Tracking.LOT),
                )
                if part == CABLE
                else (),
                route=tuple(RouteOperation(name=name, kind=kind) for name, kind in route),
                digest=digest(f"{part} {route}"),
            )
        )

    def plan(self, operation: str, part: str = CABLE) -> str:
        """Release the plan of an operation; its digest."""
        self.tell(
            PlanReleased(
                **self.envelope(),
                name=f"dac_{operation}",
                revision="3",
                part=part,
                operation=operation,
                steps=(PlanStep(name="rf", measurands=tuple(m.name for m in MEASURANDS), timeout_s=10),),
                measurands=MEASURANDS,
                limit_revision="L2",
                digest=digest(operation + part),
                code_digest=digest("code"),
            )
        )
        return digest(operation + part)

    def register(self, serial: str, part: str = CABLE, **identity: Any) -> UnitIdentity:
        """Bring a serial number to life."""
        unit = UnitIdentity(part=part, serial=serial, **identity)
        self.tell(UnitRegistered(**self.envelope(), unit=unit, revision="A"))
        return unit

    def receive(self, lot: str, part: str = PLUG, maker: str = "Amphenol") -> LotIdentity:
        """Receive a lot of 500 pieces."""
        identity = LotIdentity(maker=maker, part=part, lot=lot)
        facts = {"quantity": 500, "unit": "pc", "supplier": maker, "date_code": "2608"}
        self.tell(LotReceived(**self.envelope(), lot=identity, **facts))
        return identity

    def ask_gate(self, unit: UnitIdentity, operation: str) -> bool:
        """Ask the gate; whether it allowed."""
        self.at += timedelta(seconds=1)
        request = GateRequest(
            id=self.new_id(),
            at=self.at,
            unit=unit,
            operation=operation,
            station="final-1",
            operator="mei",
            fixture="F1",
            simulated=self.simulated,
        )
        return self.ledger.gate(request).allowed

    def start(self, unit: UnitIdentity, operation: str, at: datetime | None = None, **facts: Any) -> dict[str, Any]:
        """Start a run; what its end must repeat."""
        envelope = self.envelope(at)
        run = {
            "run": self.new_id(),
            "unit": unit,
            "operation": operation,
            "station": "final-1",
            "plan": digest(operation + unit.part),
            "fixture": "F1",
            "operator": "mei",
            "gate": self.new_id(),
        }
        self.tell(RunStarted(**envelope, **(run | facts)))
        return run | facts | {"started_at": envelope["at"]}

    def finish(
        self,
        started: dict[str, Any],
        verdict: Verdict = Verdict.PASSED,
        ending: RunEnding = RunEnding.COMPLETED,
        values: tuple[float | None, ...] = GOOD_VALUES,
        **facts: Any,
    ) -> UUID:
        """Finish a run; its id."""
        record = {
            "texts": {"media_type": "copper"},
            "over_ranges": {"isolation": OverRange.OVER},
            "steps": (StepResult(name="rf", outcome=Outcome.PASSED, started_s=0.5, duration_s=2.0),),
            "instruments": (
                InstrumentUsed(
                    role="vna", model="N5227B", serial="MY1", firmware="A.15", calibration_due=date(2026, 9, 1)
                ),
            ),
            "limit_revision": "L2",
            "station_digest": digest("station"),
            "safe": "proven off: vna",
        }
        envelope = self.envelope(facts.pop("at", None) or started["started_at"] + timedelta(milliseconds=500))
        self.tell(RunFinished(**envelope, **started, verdict=verdict, ending=ending, values=values, **(record | facts)))
        return UUID(str(started["run"]))

    def run(
        self,
        unit: UnitIdentity,
        operation: str,
        verdict: Verdict = Verdict.PASSED,
        ending: RunEnding = RunEnding.COMPLETED,
        at: datetime | None = None,
    ) -> UUID:
        """A whole run."""
        return self.finish(self.start(unit, operation, at), verdict, ending)

    def fail_by_one_decibel(self, unit: UnitIdentity, operation: str) -> UUID:
        """A run whose SDD21 of -18.14 dB misses -17.16 dB by 0.98 dB."""
        failure = MeasurandFailure(measurand="sdd21", unit="dB", value=-18.14, low=-17.16)
        return self.finish(
            self.start(unit, operation), Verdict.FAILED, values=(-18.14, *GOOD_VALUES[1:]), failures=(failure,)
        )

    def install(
        self,
        parent: UnitIdentity,
        position: str,
        child: UnitIdentity | None = None,
        lot: LotIdentity | None = None,
        at: datetime | None = None,
    ) -> datetime:
        """Install a component; when."""
        link = self._link(parent, position, child, lot, at)
        self.tell(ComponentInstalled(**link, gate=self.new_id()))
        return link["at"]

    def remove(
        self,
        parent: UnitIdentity,
        position: str,
        child: UnitIdentity | None = None,
        lot: LotIdentity | None = None,
        at: datetime | None = None,
    ) -> datetime:
        """Remove a component for rework; when."""
        link = self._link(parent, position, child, lot, at)
        self.tell(ComponentRemoved(**link, reason=LinkReason.REWORK))
        return link["at"]

    def _link(
        self,
        parent: UnitIdentity,
        position: str,
        child: UnitIdentity | None,
        lot: LotIdentity | None,
        at: datetime | None,
    ) -> dict[str, Any]:
        return self.envelope(at) | {
            "parent": parent,
            "position": position,
            "child": child,
            "lot": lot,
            "operation": "assembly",
            "station": "assembly-1",
            "operator": "mei",
        }


@dataclass
class SharedSites:
    """Simulated sites that tests share, one per database: emptied for each test, which costs less than migrating."""

    opened: dict[str, tuple[str, Ledger, Engine]] = field(default_factory=dict)

    def empty(self, backend: str, new_url: Callable[[], str]) -> tuple[str, Ledger, Engine]:
        """URL, ledger and reading engine of the site on this database, without a single record."""
        if backend not in self.opened:
            url = new_url()
            create_site(url, "Cable works", SiteKind.SIMULATED)
            self.opened[backend] = (url, open_local_ledger(url), read_only_engine(url))
        engine = open_engine(self.opened[backend][0])
        with engine.begin() as connection:
            for table in (*reversed(projected_tables()), table_of(JournalRow), table_of(SourceHead)):
                connection.execute(table.delete())
        engine.dispose()
        return self.opened[backend]


@pytest.fixture(scope="session")
def shared_sites() -> Iterator[SharedSites]:
    """The shared sites; closed after the last test."""
    sites = SharedSites()
    yield sites
    for _, ledger, engine in sites.opened.values():
        ledger.close()
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The database under a test: once each."""
    return str(request.param)


@pytest.fixture
def open_line() -> Iterator[Callable[..., CableLine]]:
    """Makes the site behind a database URL and opens a line on it; closed at the end."""
    with ExitStack() as stack:

        def opened(url: str, *, simulated: bool = True) -> CableLine:
            create_site(url, "Cable works", SiteKind.SIMULATED if simulated else SiteKind.REAL)
            ledger = open_local_ledger(url)
            stack.callback(ledger.close)
            engine = read_only_engine(url)
            stack.callback(engine.dispose)
            return CableLine(url, ledger, engine, simulated)

        yield opened


@pytest.fixture
def line(
    request: pytest.FixtureRequest,
    shared_sites: SharedSites,
    backend: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> CableLine:
    """A line at a simulated site whose parts and plans are released, on each database."""

    def new_url() -> str:
        if backend == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('site') / 'site.db'}"
        server = request.getfixturevalue("postgres_server")
        server.execute("CREATE DATABASE read_side")
        return str(server.url("read_side"))

    cable_line = CableLine(*shared_sites.empty(backend, new_url), simulated=True)
    with cable_line.delivery():
        cable_line.define(PLUG, tracking=Tracking.LOT, maker="Amphenol")
        cable_line.define(BUNDLE, (("bundle_test", OperationKind.TEST),))
        cable_line.define(CABLE, (("assembly", OperationKind.ASSEMBLY), ("final_test", OperationKind.TEST)))
        cable_line.plan("bundle_test", BUNDLE)
        cable_line.plan("final_test")
    return cable_line


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)


@pytest.fixture
def mes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Runs `mes` with these arguments in this process, as its script would."""

    def called(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["mes", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Answer(int(ended.value.code or 0), printed.out, printed.err)

    return called


@pytest.fixture
def site_mes(mes: Callable[..., Answer], line: CableLine) -> Callable[..., Answer]:
    """Runs `mes` on the line's database."""
    return lambda command, *arguments: mes(command, "--db", line.url, *arguments)


@pytest.fixture(scope="session")
def digest_of() -> Callable[[str], str]:
    """The digest that stands for a content."""
    return digest


@pytest.fixture(scope="session")
def cable_line_class() -> type[CableLine]:
    """The line's class, for folders whose lines live longer than a test."""
    return CableLine
