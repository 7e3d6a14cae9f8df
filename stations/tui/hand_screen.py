"""Puts the operator's screen together over an open station and runs it until the operator leaves."""

import time
from contextlib import ExitStack

from drivers.clock import SystemClock
from drivers.place import Place
from mes.command_line import Exit
from stations.composition import TestStation
from stations.hand_run import RunEvents, insert_simulated
from stations.tui.app import OperatorApp
from stations.tui.desk import StationDesk
from stations.tui.earlier_runs import earlier_runs
from stations.tui.happenings import ScannerChanged
from stations.tui.opening import opening_state
from stations.tui.serial_watch import SerialWatch
from stations.tui.state import Moment


def operator_app(
    station: TestStation,
    events: RunEvents,
    stack: ExitStack,
    *,
    database: str,
    speed: float = 1.0,
    signals: bool = False,
) -> OperatorApp:
    """The app of a station, connected and ready to run; what it opens is closed by `stack`. Raises `SpoolError`."""
    clock = station.producer.clock

    def moment() -> Moment:
        return Moment(clock.now(), time.monotonic(), clock.utc())

    earlier = earlier_runs(station.spool, station.plan.digest)
    state = opening_state(station, earlier, moment(), database=database, speed=speed)
    app = OperatorApp(state, check=station.product.check_serial, moment=moment, scan=station.config.scan)
    desk = StationDesk(
        station,
        events,
        tell=app.tell,
        insert=lambda serial: insert_simulated(station, serial),
        moment=moment,
        speed=speed,
    )
    app.attach(desk, _watch(station, app, stack), signals=signals)
    return app


def work_on_screen(station: TestStation, events: RunEvents, *, database: str, speed: float = 1.0) -> Exit:
    """Work units on the operator's screen until the operator leaves: 0, or 130 when a signal ended it."""
    with ExitStack() as stack:
        # Returns after both threads have: the executor that runs them is shut down with the event loop.
        code = operator_app(station, events, stack, database=database, speed=speed, signals=True).run()
    return Exit.STATION if code is None else Exit(code)


def _watch(station: TestStation, app: OperatorApp, stack: ExitStack) -> SerialWatch | None:
    scan = station.config.scan
    if scan.resource is None:
        return None
    if station.simulated is not None and scan.resource.startswith("sim://"):
        station.simulated.add_scanner(scan.resource)
        place: Place = station.simulated.place
    else:
        place = stack.enter_context(Place(clock=SystemClock()))
    return SerialWatch(
        scan.resource,
        scan,
        place,
        scanned=app.scanned,
        dropped=lambda reason: app.scanned("", reason),
        changed=lambda trouble: app.tell(ScannerChanged(trouble)),
    )
