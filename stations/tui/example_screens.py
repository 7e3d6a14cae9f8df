"""States of the operator's screen for documents: a simulated cable station works a good cable and a bad one.

Everything on them was measured on the simulated bench: a picture in a document cannot promise more than the program.
"""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mes.command_line import Location
from mes.ledger import open_ledger
from stations.composition import TestStation, open_test_station, station_clock
from stations.config import StationConfig, load_station_config
from stations.hand_run import RunEvents, insert_simulated
from stations.tui.desk import StationDesk
from stations.tui.earlier_runs import earlier_runs
from stations.tui.happenings import Happening, RunHappened, Ticked, UnitTaken
from stations.tui.opening import opening_state
from stations.tui.reduction import reduce
from stations.tui.state import Moment, ScreenState

_CONFIG = Path(__file__).parents[1] / "configs" / "cable-test.toml"
_START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
_DEFECT: Mapping[str, Any] = {"kind": "Open", "pair": 3, "conductor": "P"}


def example_states(home: Path) -> dict[str, ScreenState]:
    """The states idle, running, passed, failed and refused; `home` is an empty folder for spool and database."""
    config = load_station_config(_CONFIG)
    idle, running, passed = _worked(config, home, "DAC0001")
    _, _, failed = _worked(_with_defect(config), home, "DAC0002")
    _, _, refused = _worked(config, home, "DAC0003", assembled=False)
    return {"idle": idle, "running": running, "passed": passed, "failed": failed, "refused": refused}


def _with_defect(config: StationConfig) -> StationConfig:
    if config.simulation is None:
        raise ValueError(f"{config.path}: examples come from a simulated bench; add [simulation]")
    simulation = config.simulation.model_copy(update={"defects": (_DEFECT,)})
    return config.model_copy(update={"simulation": simulation})


def _worked(
    config: StationConfig, home: Path, serial: str, *, assembled: bool = True
) -> tuple[ScreenState, ScreenState, ScreenState]:
    """Work one unit; the state before, the one when three fifths were measured, and the last one.

    A unit that is not `assembled` is known, but has not been through the operations before this one.
    """
    location = Location(home, f"sqlite:///{home / 'examples.db'}")
    events, ledger = RunEvents(), open_ledger(location.url, simulated_site=True)
    try:
        with open_test_station(
            config,
            location=location,
            ledger=ledger,
            clock=station_clock(config, _START),
            chance=random.Random(f"examples/{serial}"),
            listener=events,
        ) as station:
            fold = _Fold(station)
            if not assembled:
                station.producer.register(station.producer.identity(serial))
            desk = StationDesk(
                station,
                events,
                tell=fold,
                insert=lambda label: insert_simulated(station, label),
                moment=fold.moment,
            )
            first = fold.state
            fold(UnitTaken(1, serial))
            desk.submit(1, serial)
            desk.close()
            desk.run()
            return first, fold.midway, fold.state
    finally:
        ledger.close()


class _Fold:
    """Folds happenings as the app does, without a screen."""

    def __init__(self, station: TestStation) -> None:
        self._clock = station.producer.clock
        earlier = earlier_runs(station.spool, station.plan.digest)
        self.state = opening_state(station, earlier, self.moment(), database="", speed=1.0)
        self.midway = self.state

    def moment(self) -> Moment:
        """Now, on the bench's clock; nobody watches."""
        return Moment(self._clock.now(), self._clock.now(), self._clock.utc())

    def __call__(self, happening: Happening) -> None:
        """Take one happening."""
        self.state = reduce(self.state, happening)
        measured = sum(row.outcome is not None for row in self.state.rows)
        if isinstance(happening, RunHappened) and self.state.busy and measured == len(self.state.rows) * 3 // 5:
            self.midway = reduce(self.state, Ticked(self.moment()))
