"""A centre that is away, and a unit that is held while it is tested: a real spool, bench and database."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mes.command_line import Exit, Location
from mes.database import open_engine
from mes.desk.acts import Desk
from mes.ledger import AppendReceipt, JournalEntry, Ledger, LedgerUnavailable, Site, open_ledger
from mes.queries.history import GateAnswer, unit_history
from mes.queries.identity import find_units
from mes.records import GateDecided, GateRequest, HoldPlaced, Predicate
from mes.vocabulary import GatePhase, OfflinePolicy, Verdict
from stations import away_ledger, composition
from stations.composition import open_test_station, station_clock
from stations.config import load_station_config
from stations.events import Event, RunBegan
from stations.hand_run import insert_simulated
from stations.lease import StopSwitch
from stations.run_report import exit_code, run_document, run_lines

CONFIG = Path(__file__).parents[2] / "stations/configs/cable-lane-test.toml"
START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)


class Line:
    """The way to a ledger, which can be cut."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.cut = False

    def _there(self) -> Ledger:
        if self.cut:
            raise LedgerUnavailable("centre: no route to host")
        return self._ledger

    def site(self) -> Site:
        return self._there().site()

    def expected(self, source: str) -> int:
        return self._there().expected(source)

    def gate(self, request: GateRequest) -> GateDecided:
        return self._there().gate(request)

    def at_finish(self, run: Any) -> GateDecided | None:
        return self._there().at_finish(run)

    def append(self, entries: Sequence[JournalEntry]) -> AppendReceipt:
        return self._there().append(entries)

    def missing_attachments(self, digests: Any) -> frozenset[str]:
        return self._there().missing_attachments(digests)

    def attach(self, content: bytes) -> str:
        return self._there().attach(content)

    def close(self) -> None:
        self._ledger.close()


class Floor:
    """A lane test station at a simulated site of its own."""

    def __init__(self, station: "composition.TestStation", line: Line, url: str) -> None:
        self.station, self.line, self.url = station, line, url
        self.on_run: Callable[[], None] = lambda: None

    def work(self, serial: str) -> Any:
        """Work one cable; what came of it."""
        insert_simulated(self.station, serial)
        return self.station.agent.work(serial, StopSwitch())

    def answers(self, serial: str) -> list[GateAnswer]:
        """What the gate answered about a cable, oldest first."""
        engine = open_engine(self.url)
        try:
            (unit,) = find_units(engine, serial)
            timeline = unit_history(engine, unit.id).timeline
        finally:
            engine.dispose()
        return [event for event in timeline if isinstance(event, GateAnswer)]

    def hold(self, serial: str) -> None:
        """A quality engineer holds a cable."""
        engine = open_engine(self.url)
        try:
            with Desk(engine, now=self.station.producer.clock.utc).act() as act:
                unit = self.station.producer.identity(serial)
                act.write([HoldPlaced(**act.envelope(), predicate=Predicate(unit=unit), reason="dropped", by="ann")])
        finally:
            engine.dispose()


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Callable[..., Floor]]:
    """Opens the station with this policy in its product file."""
    with ExitStack() as stack:

        def opened(policy: OfflinePolicy | None = None) -> Floor:
            config = load_station_config(_with_policy(tmp_path, policy))
            location = Location(tmp_path, f"sqlite:///{tmp_path / 'site.db'}")
            line = Line(open_ledger(location.url, simulated_site=True))
            stack.callback(line.close)
            made: list[Floor] = []

            def listen(event: Event) -> None:
                if isinstance(event, RunBegan):
                    made[0].on_run()

            station = stack.enter_context(
                open_test_station(
                    config,
                    location=location,
                    ledger=line,
                    clock=station_clock(config, START),
                    chance=random.Random(7),
                    listener=listen,
                )
            )
            made.append(Floor(station, line, location.url))
            return made[0]

        yield opened


def _with_policy(folder: Path, policy: OfflinePolicy | None) -> Path:
    """The station's file, with a product whose route says this."""
    if policy is None:
        return CONFIG
    product = (CONFIG.parent.parent / "products/dac_50g_lane.toml").read_text()
    assert product.count('kind = "TEST"') == 1
    (folder / "product.toml").write_text(product.replace('kind = "TEST"', f'kind = "TEST"\noffline = "{policy}"'))
    told = CONFIG.read_text().replace("../products/dac_50g_lane.toml", str(folder / "product.toml"))
    assert str(folder) in told
    (folder / "station.toml").write_text(told)
    return folder / "station.toml"


def test_unit_that_is_held_while_it_is_tested_is_put_aside(floor: Callable[..., Floor]) -> None:
    """The run passes and stays; the gate refuses the unit at its end, once, and the station says so."""
    here = floor()
    here.on_run = lambda: here.hold("DAC0001")
    worked = here.work("DAC0001")
    assert worked.run.verdict is Verdict.PASSED
    assert [refusal.rule for refusal in worked.at_finish.refusals] == ["held"]
    lines = run_lines(here.station, worked)
    assert lines[1] == "PASSED, but HELD: put it aside"
    assert "dropped" in "".join(lines[2:])
    assert exit_code(worked) is Exit.NO
    assert run_document(here.station, worked, "db")["at_finish"]["refusals"][0]["rule"] == "held"
    asked = [(answer.phase, answer.allowed) for answer in here.answers("DAC0001")]
    assert asked[-2:] == [(GatePhase.BEFORE, True), (GatePhase.FINISH, False)]


def test_unit_against_which_nothing_stands_is_not_asked_about_twice(floor: Callable[..., Floor]) -> None:
    """A hold on another unit refuses nothing, and no second decision is recorded."""
    here = floor()
    here.on_run = lambda: here.hold("DAC0009")
    worked = here.work("DAC0001")
    assert worked.at_finish is None
    assert {answer.phase for answer in here.answers("DAC0001")} == {GatePhase.BEFORE}


@pytest.mark.parametrize(
    ("policy", "why"), [(None, "nothing that this station knows"), (OfflinePolicy.BLOCK, "not worked")]
)
def test_unit_waits_where_its_route_does_not_let_it_go_on(
    floor: Callable[..., Floor], policy: OfflinePolicy | None, why: str
) -> None:
    """A cut-off station that may not go on runs nothing and says why."""
    here = floor(policy)
    here.work("DAC0001")
    here.line.cut = True
    with pytest.raises(LedgerUnavailable, match=why):
        here.work("DAC0001")
    assert here.station.spool.depth() == 0


def test_provisional_run_counts_when_the_centre_agrees(floor: Callable[..., Floor]) -> None:
    """Recorded here with its route unchecked; judged as it arrives, under the question that nobody could put."""
    here = floor(OfflinePolicy.PROVISIONAL)
    here.work("DAC0001")
    here.line.cut = True
    worked = here.work("DAC0001")
    assert worked.provisional
    assert worked.run.verdict is Verdict.PASSED
    assert "PROVISIONAL: recorded locally, route not checked" in run_lines(here.station, worked)[2]
    here.line.cut = False
    assert here.station.producer.forward().remaining == 0
    answers = {answer.id: answer for answer in here.answers("DAC0001")}
    judged = answers[worked.run.gate]
    assert (judged.phase, judged.allowed, judged.run) == (GatePhase.ARRIVAL, True, worked.run.run)


def test_provisional_run_of_a_held_unit_is_refused_as_it_arrives(floor: Callable[..., Floor]) -> None:
    """The hold was placed while the station was cut off: the run stays, and the gate says what stands against it."""
    here = floor(OfflinePolicy.PROVISIONAL)
    here.work("DAC0001")
    here.line.cut = True
    worked = here.work("DAC0001")
    here.hold("DAC0001")
    here.line.cut = False
    assert here.station.producer.forward().remaining == 0
    judged = {answer.id: answer for answer in here.answers("DAC0001")}[worked.run.gate]
    assert (judged.phase, judged.allowed) == (GatePhase.ARRIVAL, False)
    assert "held" in [refusal.rule for refusal in judged.refusals]


def test_station_that_met_its_centre_is_opened_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its site is remembered: it works provisionally, and what it recorded arrives when the centre is back."""
    location = Location(tmp_path, f"sqlite:///{tmp_path / 'site.db'}")
    config = load_station_config(_with_policy(tmp_path, OfflinePolicy.PROVISIONAL))
    away = False

    def reach(url: str, **facts: Any) -> Ledger:
        if away:
            raise LedgerUnavailable("centre: no route to host")
        return open_ledger(url, **facts)

    monkeypatch.setattr(away_ledger, "open_ledger", reach)
    away = True
    with pytest.raises(LedgerUnavailable):
        away_ledger.open_or_await(location, simulated=True)
    for away in (False, True):
        ledger = away_ledger.open_or_await(location, simulated=True)
        with open_test_station(
            config, location=location, ledger=ledger, clock=station_clock(config, START), chance=random.Random(away)
        ) as station:
            insert_simulated(station, "DAC0001")
            worked = station.agent.work("DAC0001", StopSwitch())
            assert worked.provisional is away
            assert worked.run is not None
            away = False
            assert station.producer.forward().remaining == 0
        ledger.close()
    assert "no route to host" in capsys.readouterr().err
