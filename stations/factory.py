"""A simulated factory: its lines with all their stations and material, run by one deterministic clock.

The stations are the real ones, with their own files, spools and gates; only what walks between them, the people and
the units, is simulated here. The same seed gives the same history, and a line has the same one whether or not
another works beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

from mes.command_line import Location
from mes.ledger import Ledger
from stations.lease import StopSwitch
from stations.lines.cable_line import CableLine
from stations.lines.count import LineCount
from stations.lines.floor import Floor
from stations.lines.line import Line
from stations.lines.network_line import NetworkLine
from stations.lines.power_line import PowerLine
from stations.lines.rack_line import RackLine
from stations.simulation import virtual_clock

LINES: Mapping[str, type[Line]] = {line.NAME: line for line in (CableLine, PowerLine, NetworkLine, RackLine)}
"""The lines that a factory can have, by name."""
STATIONS = tuple(station for line in LINES.values() for station in line.STATIONS)
"""Every station of every line that keeps a spool."""
SPOOLS = "lines"
"""The folder in a home under which the stations of simulated lines keep their spools."""
_START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
"""When the first shift of every simulated factory begins: fixed, so that a seed repeats its ids and times."""


class Factory:
    """The factory. `run` returns when every unit is finished, or after STOP."""

    def __init__(
        self,
        *,
        units: int,
        seed: int,
        defect_rate: float,
        location: Location,
        ledger: Ledger,
        stop: StopSwitch,
        lines: Sequence[str] = tuple(LINES),
        speed: float | None = None,
    ) -> None:
        """Make a factory whose `lines` build `units` each; a line whose units another one builds in works with it.

        With a `speed` it works that many times as fast as life, without one as fast as it can. `progress` may be set
        before it runs, and is then told the count of all lines whenever a unit is finished. Raises ValueError for a
        line, a count or a rate that cannot be.
        """
        unknown = [name for name in lines if name not in LINES]
        if unknown or not lines:
            raise ValueError(f"line {', '.join(unknown) or '(none)'}: there is none; the lines are {', '.join(LINES)}")
        self.clock = virtual_clock(_START, speed)
        # Spools of its own, so that a station of the same name can be run by hand beside the line.
        spools = Location(location.home / SPOOLS, location.url)
        floor = Floor(units, seed, defect_rate, spools, ledger, stop, self.clock)
        self.progress: Callable[[LineCount], None] = lambda _: None
        wanted = dict.fromkeys(one for name in lines for one in (*LINES[name].NEEDS, name))
        made = {name: LINES[name](floor, lambda: self.progress(self.count)) for name in wanted}
        self._lines = list(made.values())
        for line in self._lines:
            line.join(made)

    @property
    def count(self) -> LineCount:
        """What came of the units of all lines together."""
        return sum((line.count for line in self._lines), LineCount())

    @property
    def counts(self) -> Mapping[str, LineCount]:
        """What came of the units of each line, by its name."""
        return {line.NAME: line.count for line in self._lines}

    @property
    def title(self) -> str:
        """What is built, in words."""
        return ", ".join(line.TITLE for line in self._lines)

    def run(self) -> LineCount:
        """Run every line to its end. Raises what a station raises when it cannot go on."""
        with ExitStack() as stack:
            for line in self._lines:
                # Each opens its stations in its own time, and with a stack of its own, for they take turns.
                self.clock.actor(line.work, stack.enter_context(ExitStack()), name=f"{line.NAME} line")
            self.clock.run()
        return self.count

    def hurry(self) -> None:
        """Forget the speed: nobody watches any more. Safe from any thread."""
        self.clock.hurry()
