"""States of a small made-up plan, the text grid of a screen, and keys as a terminal really sends them."""

import asyncio
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.pilot import Pilot

from drivers.reading import Reading
from mes.records import Refusal, UnitIdentity
from mes.vocabulary import Outcome, Role, RunEnding, Verdict
from stations.events import Event, Measured, RunBegan, RunEnded, RunOrder, StepBegan, StepEnded
from stations.limits import Measurand, judge
from stations.plan import BoundStep, PlanRevision
from stations.tui.happenings import Forwarded, GateRefused, Happening, RunHappened, UnitTaken, WorkBroke, WorkEnded
from stations.tui.opening import measured_row
from stations.tui.reduction import reduce
from stations.tui.state import Moment, Phase, Queue, ScreenState, StationFacts, StepRow

PATIENCE_S = 30.0
START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
WIRE = Measurand("wire_map", "", equals="1-2-3-4")
LOSS = tuple(Measurand(f"loss_pair_{pair}", "dB", low=-19.75, high=-11.0, marginal=0.05) for pair in range(1, 9))
GROUND = Measurand("ground_resistance", "ohm", low=0.0, high=0.1, over_range="fail")
DELAY = Measurand("delay", "s/m", low=3.5e-9, high=4.5e-9)
STEPS = (("wire_map", (WIRE,)), ("ground", (GROUND,)), ("pair_loss", LOSS), ("pair_delay", (DELAY,)))
GOOD: dict[str, Reading | str] = {
    "wire_map": "1-2-3-4",
    "ground_resistance": Reading(0.0121888, "ohm"),
    **{m.name: Reading(-15.0 - 0.1 * i, "dB") for i, m in enumerate(LOSS)},
    "delay": Reading(3.92e-9, "s/m"),
}


def plan() -> PlanRevision:
    """Four steps, eleven measurands: a text, a one-sided resistance, a band, a small number."""
    return PlanRevision(
        name="patch_cable_test",
        revision="3",
        part="PC-100",
        operation="final_test",
        fixture="",
        limit_revision="r1",
        steps=tuple(
            BoundStep(name, lambda fixture, record: None, measurands, 60.0, False, "continue", False)
            for name, measurands in STEPS
        ),
        digest="ab" * 32,
        code_digest="cd" * 32,
    )


def at(seconds: float) -> Moment:
    """The moment this many seconds after the station was opened."""
    return Moment(seconds, seconds, START + timedelta(seconds=seconds))


def idle(**changes: Any) -> ScreenState:
    """A station that has just been opened."""
    state = ScreenState(
        facts=StationFacts(
            station="patch-test-1",
            operator="op-7",
            part="PC-100",
            plan="patch_cable_test",
            plan_revision="3",
            limit_revision="r1",
            operation="final_test",
            next_operation="packing",
            fixture="FX-1",
            simulated=True,
            speed=1.0,
            database="sqlite:///site.db",
        ),
        steps=tuple(StepRow(name, usual_s=1.5) for name, _ in STEPS),
        rows=tuple(measured_row(m) for _, measurands in STEPS for m in measurands),
        usual_s=6.0,
        earlier=12,
        now=at(0.0),
    )
    return replace(state, **changes)


def folded(state: ScreenState, happenings: Iterable[Happening]) -> ScreenState:
    """The state after all of these."""
    for happening in happenings:
        state = reduce(state, happening)
    return state


def run_events(
    values: dict[str, Reading | str],
    *,
    until: str = "",
    ending: RunEnding = RunEnding.COMPLETED,
    reason: str = "",
) -> list[Event]:
    """What a run tells that measures these values; with `until`, only up to that measurand."""
    order = RunOrder(
        run=UUID(int=1),
        unit=UnitIdentity(maker="own", part="PC-100", serial="PC00017"),
        station="patch-test-1",
        station_digest="ef" * 32,
        fixture="FX-1",
        slot="1",
        operator="op-7",
        gate=UUID(int=2),
        simulated=True,
    )
    told: list[Event] = [RunBegan(order, plan(), START)]
    failed = False
    for number, (step, measurands) in enumerate(STEPS):
        told.append(StepBegan(step, 1.5 * number))
        for measurand in measurands:
            if measurand.name not in values:
                continue
            judgement = judge(measurand, values[measurand.name])
            failed = failed or judgement.outcome is Outcome.FAILED
            told.append(Measured(step, measurand, values[measurand.name], judgement))
            if measurand.name == until:
                return told
        told.append(StepEnded(step, Outcome.PASSED, 1.5 * number, 1.5, ""))
    verdict = Verdict.FAILED if failed else Verdict.PASSED if ending is RunEnding.COMPLETED else Verdict.NONE
    told.append(RunEnded(START + timedelta(seconds=6), verdict, ending, reason, ()))
    return told


def worked(told: Iterable[Event], *after: Happening, state: ScreenState | None = None) -> ScreenState:
    """The state when unit PC00017 was taken, its run told this, and the rest happened."""
    began = [UnitTaken(1, "PC00017")]
    run = [RunHappened(1, event, at(10.0 + 0.5 * i)) for i, event in enumerate(told)]
    return folded(state if state is not None else idle(), [*began, *run, *after])


REFUSALS = (
    Refusal(
        rule="route_order",
        message="PC00017 has not passed assembly",
        evidence=("registered 2026-11-01", "no run of assembly"),
        unlock="pass assembly first",
        who=Role.OPERATOR,
    ),
    Refusal(
        rule="duplicate_serial",
        message="the same serial number lives on station patch-test-2",
        unlock="check the label: quarantine the unit that repeats this one",
        who=Role.QUALITY,
    ),
)
SENT = (Forwarded(Queue()), WorkEnded(1))
BAD: dict[str, Reading | str] = {
    **GOOD,
    "loss_pair_3": Reading(-22.31, "dB"),
    "ground_resistance": Reading(0.1042, "ohm"),
}
ERROR_REASON = "step pair_loss: TCPIP0::vna::inst0::INSTR: no answer within 10 s; check its power and its cable"
CENTRE = "centre postgresql://mes/site: connection refused; what is recorded waits here"


@cache
def all_states() -> dict[str, ScreenState]:
    """One state of every kind that an operator meets."""
    partly = {name: GOOD[name] for name in ("wire_map", "ground_resistance")}
    return {
        "idle": idle(),
        "running": worked(run_events(GOOD, until="loss_pair_4")),
        "passed": worked(run_events(GOOD), *SENT),
        "failed": worked(run_events(BAD), *SENT),
        "error": worked(run_events(partly, ending=RunEnding.ERROR, reason=ERROR_REASON), *SENT),
        "aborted": worked(
            run_events(partly, ending=RunEnding.ABORTED, reason="step pair_loss: stopped by the operator"), *SENT
        ),
        "refused": folded(idle(), [UnitTaken(1, "PC00017"), GateRefused(1, REFUSALS), *SENT]),
        "not_sent": worked(
            run_events(GOOD), Forwarded(Queue(3, START - timedelta(minutes=4), CENTRE, 12.0)), WorkEnded(1)
        ),
        "offline": folded(idle(), [UnitTaken(1, "PC00017"), WorkBroke(1, Phase.OFFLINE, CENTRE), WorkEnded(1)]),
        "unrecorded": worked(
            run_events(GOOD)[:-1], WorkBroke(1, Phase.UNRECORDED, "spool patch.db: cannot take a record: disk full")
        ),
    }


def grid_of(app: App[Any]) -> list[str]:
    """What is written on the screen, row by row."""
    return ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]


async def shown(app: App[Any], *texts: str) -> str:
    """The screen, as soon as all of these can be read on it: a frame follows its state when the machine has time."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        screen = "\n".join(grid_of(app))
        missing = [text for text in texts if text not in screen]
        if not missing:
            return screen
        assert time.monotonic() < deadline, f"{missing} never came; the screen shows\n{screen}"
        await asyncio.sleep(0.01)


async def still(app: App[Any], pilot: Pilot[Any]) -> list[str]:
    """The screen, row by row, once five looks in a row have found it the same and not empty."""
    deadline = time.monotonic() + PATIENCE_S
    seen: list[list[str]] = []
    while len(seen) < 5 or any(rows != seen[0] for rows in seen) or not "".join(seen[0]).strip():
        assert time.monotonic() < deadline, "the screen never comes to rest; it shows\n" + "\n".join(seen[-1])
        await pilot.pause(0.02)
        seen = [*seen[-4:], grid_of(app)]
    return seen[0]


async def sized(app: App[Any], width: int, height: int) -> None:
    """Wait until the screen is drawn in this size."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        rows = grid_of(app)
        if (len(rows), {len(row) for row in rows}) == (height, {width}):
            return
        assert time.monotonic() < deadline, f"{width}×{height} never came; the screen shows\n" + "\n".join(rows)
        await asyncio.sleep(0.01)


class Keyboard:
    """Types as a terminal does: raw characters through Textual's own parser into the app's queue."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app

    def __call__(self, characters: str) -> None:
        """Send these characters at once."""
        parser = XTermParser()
        for message in parser.feed(characters):
            self._send(message)

    def key(self, key: str) -> None:
        """Send a key that has no character."""
        self._send(events.Key(key, None))

    def _send(self, message: Any) -> None:
        message.set_sender(self._app)
        driver = self._app._driver
        assert driver is not None
        driver.send_message(message)


class HandTimes:
    """Key times that pass only when a test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def of(self, event: events.Key) -> float:
        """When this key came."""
        return self.seconds

    def now(self) -> float:
        """Now."""
        return self.seconds


@pytest.fixture(scope="session")
def kit() -> Any:
    """Everything above, for tests, which cannot import a conftest."""
    return sys.modules[__name__]


@pytest.fixture
def times() -> HandTimes:
    """Key times by hand."""
    return HandTimes()
