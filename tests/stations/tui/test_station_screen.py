"""The operator's screen over a real station: simulated bench, spool and SQLite database, driven by scans."""

import asyncio
import os
import pty
import random
import tty
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from textual.pilot import Pilot

from mes.command_line import Location
from mes.ledger import AppendReceipt, JournalEntry, Ledger, LedgerUnavailable, Site, open_ledger
from mes.records import GateDecided, GateRequest
from stations import composition
from stations.composition import open_test_station, station_clock
from stations.config import StationConfig, load_station_config
from stations.hand_run import RunEvents
from stations.tui.app import OperatorApp
from stations.tui.hand_screen import operator_app
from stations.tui.state import Phase, ScreenState

CONFIG = Path(__file__).parents[3] / "stations/configs/cable-lane-test.toml"
FULL_CONFIG = CONFIG.with_name("cable-test.toml")
START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
ENDED = (Phase.PASSED, Phase.FAILED, Phase.ERROR, Phase.ABORTED, Phase.REFUSED, Phase.OFFLINE, Phase.UNRECORDED)


class Line:
    """A ledger whose line can be cut."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.cut = False

    def _there(self) -> Ledger:
        if self.cut:
            raise LedgerUnavailable("centre: no route to host; what is recorded waits here")
        return self._ledger

    def site(self) -> Site:
        """The site."""
        return self._there().site()

    def expected(self, source: str) -> int:
        """The next entry."""
        return self._there().expected(source)

    def gate(self, request: GateRequest) -> GateDecided:
        """The gate's answer."""
        return self._there().gate(request)

    def at_finish(self, run: UUID) -> GateDecided | None:
        """What stood against the unit at the end."""
        return self._there().at_finish(run)

    def append(self, entries: Sequence[JournalEntry]) -> AppendReceipt:
        """Take entries."""
        return self._there().append(entries)

    def close(self) -> None:
        """Let go."""
        self._ledger.close()


@dataclass
class Played:
    """A station on the screen while an act plays."""

    app: OperatorApp
    station: "composition.TestStation"
    line: Line
    pilot: Pilot[Any]
    type: Any
    times: Any

    @property
    def state(self) -> ScreenState:
        """What the screen shows."""
        return self.app.state

    async def until(self, there: Callable[[ScreenState], bool]) -> None:
        """Wait for a state."""
        for _ in range(3000):
            if there(self.app.state):
                await self._drawn(there)
                return
            await asyncio.sleep(0.01)
        shown = self.app.state
        raise AssertionError(
            f"never came: {shown.phase} {shown.serial!r} {shown.reason} {shown.notice} {shown.sending}"
        )

    async def _drawn(self, there: Callable[[ScreenState], bool]) -> None:
        """Wait until the screen shows it too: frames come ten times a second, and none after the app has ended."""
        for _ in range(100):
            drawn = self.app._drawn
            if drawn is not None and there(drawn[0]):
                break
            await asyncio.sleep(0.01)
        await self.pilot.pause()

    async def scan(self, label: str) -> None:
        """Scan a label and wait for what comes of it."""
        self.times.seconds += 10.0
        self.type(f"{label}\r")
        await self.until(lambda state: state.serial == label)
        await self.until(lambda state: state.phase in ENDED and not state.sending)


Act = Callable[[Played], Awaitable[None]]


@pytest.fixture
def play(kit: Any, times: Any, tmp_path: Path) -> Callable[..., Played]:
    """Opens a station on a screen and plays an act; bench time jumps unless a speed is given."""

    def run(act: Act, path: Path = CONFIG, speed: float | None = None, **changes: Any) -> Played:
        config = _changed(load_station_config(path), changes)
        location = Location(tmp_path, f"sqlite:///{tmp_path / 'site.db'}")
        line = Line(open_ledger(location.url, simulated_site=True))
        events = RunEvents()
        with (
            ExitStack() as stack,
            open_test_station(
                config,
                location=location,
                ledger=line,
                clock=station_clock(config, START, speed),
                chance=random.Random(7),
                listener=events,
            ) as station,
        ):
            app = operator_app(station, events, stack, database=location.url)
            app._times = times
            played: list[Played] = []

            async def on_screen() -> None:
                async with app.run_test(size=(100, 30)) as pilot:
                    played.append(Played(app, station, line, pilot, kit.Keyboard(app), times))
                    await act(played[0])

            asyncio.run(on_screen())
        line.close()
        return played[0]

    return run


def _changed(config: StationConfig, changes: dict[str, Any]) -> StationConfig:
    defects = changes.pop("defects", None)
    if defects is not None and config.simulation is not None:
        changes["simulation"] = config.simulation.model_copy(update={"defects": defects})
    return config.model_copy(update=changes)


def test_unit_after_unit(play: Any, kit: Any) -> None:
    """A good cable passes, is recorded and sent, and the next label starts the next unit."""

    async def act(station: Played) -> None:
        await station.scan("DAC0001")
        assert station.state.phase is Phase.PASSED
        assert (station.state.recorded, station.state.queue.depth) == (True, 0)
        await kit.shown(station.app, "RECORDED", "SENT to the centre")
        await station.scan("DAC0002")
        assert "DAC0001 PASS" in station.state.previous
        assert (station.state.passed, station.state.earlier) == (2, 2)

    play(act)


def test_a_bad_cable_fails_with_its_worst_value(play: Any, kit: Any) -> None:
    """An open conductor fails; the screen names the worst value, its limit and by how much it is out."""

    async def act(station: Played) -> None:
        await station.scan("DAC0001")
        assert station.state.phase is Phase.FAILED
        await kit.shown(station.app, "WORST: ", "nonconforming")

    play(act, defects=({"kind": "Open", "pair": 1, "conductor": "P"},))


def test_the_gates_no_is_shown_with_its_unlock(play: Any, kit: Any) -> None:
    """A cable that was not assembled is refused: rule, reason and what unlocks it; nothing is run."""

    async def act(station: Played) -> None:
        producer = station.station.producer
        producer.register(producer.identity("DAC0009"))
        await station.scan("DAC0009")
        assert station.state.phase is Phase.REFUSED
        assert station.state.recorded is None
        await kit.shown(station.app, "route_order", "pass assembly first")

    play(act, FULL_CONFIG)


def test_a_centre_that_is_gone_is_said_and_comes_back(play: Any) -> None:
    """Without the gate nothing is run; when the line is back the screen finds out by itself and the unit goes on."""

    async def act(station: Played) -> None:
        station.line.cut = True
        await station.scan("DAC0001")
        assert station.state.phase is Phase.OFFLINE
        assert "no route to host" in station.state.reason
        await station.until(lambda state: state.queue.error is not None)
        station.line.cut = False
        # On a virtual clock nothing lets the pause between two tries go by.
        station.station.producer.clock.sleep(60.0)
        await station.until(lambda state: state.queue.error is None)
        station.type("%CMD:START\r")
        await station.until(lambda state: state.phase is Phase.PASSED and not state.sending)

    play(act)


def test_a_run_that_cannot_be_sent_is_recorded_all_the_same(play: Any, kit: Any) -> None:
    """The line goes while the unit is tested: PASS and RECORDED stand, NOT SENT beside them, and later SENT."""

    async def act(station: Played) -> None:
        events = station.station.agent._listener

        def cutting(event: Any) -> None:
            station.line.cut = True
            events(event)

        station.station.agent._listener = cutting
        await station.scan("DAC0001")
        assert station.state.phase is Phase.PASSED
        assert station.state.recorded
        await station.until(lambda state: bool(state.queue.depth))
        station.app.draw()
        await station.pilot.pause()
        await kit.shown(station.app, "RECORDED here", "NOT SENT yet")
        station.line.cut = False
        station.station.producer.clock.sleep(60.0)
        await station.until(lambda state: state.queue.depth == 0)
        assert station.state.phase is Phase.PASSED

    play(act)


def test_a_database_that_was_deleted_is_said(play: Any) -> None:
    """The site's file is gone while the screen is open: a clear state, no verdict, and the screen goes on."""

    async def act(station: Played) -> None:
        await station.scan("DAC0001")
        station.line._ledger.close()
        for file in Path(station.state.facts.database.removeprefix("sqlite:///")).parent.glob("site.db*"):
            file.unlink()
        await station.scan("DAC0002")
        assert station.state.phase in (Phase.OFFLINE, Phase.ERROR)
        assert station.state.reason
        assert "fault of Rackline" not in station.state.reason
        assert station.app.is_running

    play(act)


def test_a_spool_that_breaks_says_so(play: Any) -> None:
    """When nothing can be recorded any more no verdict is shown, and nothing is claimed to be sent."""

    async def act(station: Played) -> None:
        await station.scan("DAC0001")
        station.station.spool.close()
        await station.scan("DAC0002")
        assert station.state.phase in (Phase.ERROR, Phase.UNRECORDED)
        assert "spool" in station.state.reason
        await station.until(lambda state: state.queue.depth is None)
        assert station.app.is_running

    play(act)


def test_stop_ends_a_run_and_the_next_unit_can_come(play: Any) -> None:
    """STOP in the middle: the run is ABORTED and recorded, the bench safe, every press counted."""

    async def act(station: Played) -> None:
        station.times.seconds += 10.0
        station.type("DAC0001\r")
        await station.until(lambda state: state.phase is Phase.RUNNING and bool(state.last_measured))
        station.type.key("escape")
        station.type.key("f12")
        await station.until(lambda state: state.phase not in (Phase.RUNNING, Phase.STOPPING) and not state.sending)
        assert station.state.phase is Phase.ABORTED
        assert station.state.recorded
        assert "stopped by the operator" in station.state.reason
        assert station.state.stop_presses == 2

    play(act, FULL_CONFIG, speed=2.0)


def test_a_serial_scanner_works_units(play: Any) -> None:
    """Labels through a real serial line (a pseudo-terminal): a unit, a command, and what is no text."""
    controller, port = pty.openpty()
    tty.setraw(port)
    tty.setraw(controller)

    async def act(station: Played) -> None:
        # The driver drops what came before it opened the port; on hand times a repetition is passed over.
        while station.state.phase is Phase.READY:
            os.write(controller, b"DAC0001\r")
            await asyncio.sleep(0.1)
        await station.until(lambda state: state.phase is Phase.PASSED and not state.sending)
        station.times.seconds += 10.0
        os.write(controller, b"%CMD:START\r")
        await station.until(lambda state: state.work == 2 and state.phase is Phase.PASSED)
        os.write(controller, b"\xff\xfe\x80\r")
        await station.until(lambda state: state.phase is Phase.UNREADABLE)

    try:
        play(act, scan=_scan(os.ttyname(port)))
    finally:
        os.close(controller)
        os.close(port)


def test_a_serial_scanner_that_is_unplugged_is_said(play: Any, tmp_path: Path) -> None:
    """A port that is not there is named on the screen; the keyboard works the station meanwhile."""

    async def act(station: Played) -> None:
        await station.until(lambda state: bool(state.scanner_trouble))
        await station.scan("DAC0001")
        assert station.state.phase is Phase.PASSED

    play(act, scan=_scan("/dev/rackline-no-such-scanner"))


def test_a_simulated_scanner_is_a_scanner(play: Any) -> None:
    """A simulated scanner's label takes the same way as any other."""

    async def act(station: Played) -> None:
        assert station.station.simulated is not None
        station.station.simulated.scanner("scanner")("DAC0001")
        await station.until(lambda state: state.phase is Phase.PASSED)

    play(act, scan=_scan("sim://cable-lane-test/scanner"), speed=20.0)


def _scan(resource: str) -> Any:
    return load_station_config(CONFIG).scan.model_copy(update={"resource": resource})


def test_leaving_while_testing_waits_for_the_bench(play: Any) -> None:
    """Told to go by a signal in the middle of a run, the screen closes after the run has ended ABORTED."""

    async def act(station: Played) -> None:
        station.times.seconds += 10.0
        station.type("DAC0001\r")
        await station.until(lambda state: state.phase is Phase.RUNNING)
        station.app._told_to_go(15)
        assert station.app.state.leaving
        await station.until(lambda state: state.phase is Phase.ABORTED and not state.sending)

    played = play(act, FULL_CONFIG, speed=2.0)
    assert played.app.return_value == 130
    assert replace(played.state, notice=None).recorded
