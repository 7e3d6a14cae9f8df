"""Kill -9 a working station again and again, at chosen points and at any moment, and audit what is left each time.

Run as a program: `python kill_harness.py --kills 55 --seed 1` prints one JSON document, exit code 1 when a promise
was broken or a mutant was not caught. Each life of the station is a process forked from this one, in which everything
is imported already, so that a life costs some tens of milliseconds. Kill -9 keeps what the kernel had taken: it cannot
tell `synchronous=FULL` from NORMAL, which is why the spool reads that pragma back.
"""

import argparse
import gc
import json
import os
import random
import select
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit import Auditor, Witnessed
from mutants import MUTANTS, Change, nothing
from station_life import Life, SyncPoints, Voice, live, work

_UNITS = 2
"""Units of a life that nobody disturbs."""
_AT_A_POINT = 0.6
"""Share of the lives that end at a sync point; the others are killed at any moment."""
_WITHIN_A_RUN = ("a value", "begin a run", "progress", "finish a run")
_HUNG_S = 60.0


@dataclass(slots=True)
class Report:
    """What came of one station and its kills."""

    kills: int = 0
    lives: int = 0
    witnessed: Witnessed = field(default_factory=Witnessed)
    wrong: list[str] = field(default_factory=list)


class Station:
    """One station in one folder, killed and started again."""

    def __init__(self, folder: Path, seed: int, change: Change) -> None:
        self.report = Report()
        self._folder = folder
        self._seed = seed
        self._change = change
        self._chance = random.Random(f"kills {seed}")
        self._auditor = Auditor(folder, self.report.witnessed)

    def run(self, kills: int) -> Report:
        """Kill it `kills` times or until something is wrong, then let it come to rest."""
        report = self.report
        began = time.monotonic()
        self._live()
        span, points = time.monotonic() - began, report.witnessed.points
        report.wrong += self._auditor.after_death()
        while report.kills < kills and not report.wrong:
            if self._chance.random() < _AT_A_POINT:
                # Every kind of point alike, those within a run thrice: most points are values, and most promises are
                # about commits.
                kinds = sorted(points) + 2 * [name for name in sorted(points) if name.endswith(_WITHIN_A_RUN)]
                point = self._chance.choice(kinds)
                killed = self._live(dies_at=(point, self._chance.randint(1, points[point])))
            else:
                killed = self._live(after_s=self._chance.uniform(0.0, span))
            report.kills += killed
            report.wrong += [*self._auditor.after_death(), *report.witnessed.errors]
        if not report.wrong:
            self._live()
            report.wrong += [*self._auditor.at_rest(), *report.witnessed.errors]
        return report

    def _live(self, *, dies_at: tuple[str, int] | None = None, after_s: float | None = None) -> bool:
        """One life; whether it was killed."""
        self.report.lives += 1
        self.report.witnessed.is_ready = False
        life = Life(self.report.lives, self._seed, _UNITS, dies_at)
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(ours)
            live(self._folder, life, theirs, self._change)
        os.close(theirs)
        said = self._listen(ours, child, after_s)
        _, status = os.waitpid(child, 0)
        # The last line may be cut: what was not said to its end was not said.
        for line in said.decode().split("\n")[:-1]:
            self.report.witnessed.hear(line)
        return os.WIFSIGNALED(status)

    def _listen(self, descriptor: int, child: int, after_s: float | None) -> bytes:
        """What the life says until it is over, having killed it after so many seconds."""
        deadline = time.monotonic() + (_HUNG_S if after_s is None else after_s)
        said = bytearray()
        alive = True
        with os.fdopen(descriptor, "rb", buffering=0) as pipe:
            while True:
                left = max(0.0, deadline - time.monotonic())
                if alive and not select.select([pipe], [], [], left)[0]:
                    alive = False
                    os.kill(child, signal.SIGKILL)
                    if after_s is None:
                        self.report.witnessed.errors.append(f"a life hung for {_HUNG_S:g} s")
                if not (heard := pipe.read(65536)):
                    return bytes(said)
                said += heard


def warm_up() -> None:
    """Live one short life in this process, so that its children find everything imported; it must leave no threads."""
    with tempfile.TemporaryDirectory(prefix="rackline-warm-") as folder, open(os.devnull, "wb") as silence:
        voice = Voice(silence.fileno())
        work(Path(folder), Life(0, 0, 1), voice, SyncPoints(voice, None))
    if threading.active_count() > 1:
        raise RuntimeError(f"a process with threads cannot be forked: {threading.enumerate()}")
    # What is here stays here: a child's collector would otherwise touch, and so copy, every page of it.
    gc.collect()
    gc.freeze()


def killed(kills: int, seed: int, change: Change) -> Report:
    """A station of its own, killed."""
    with tempfile.TemporaryDirectory(prefix="rackline-kill-") as folder:
        return Station(Path(folder), seed, change).run(kills)


def main(arguments: list[str]) -> int:
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=55, help="kills of each station")
    parser.add_argument("--stations", type=int, default=1, help="stations to kill, each with the next seed")
    parser.add_argument("--mutant-kills", type=int, default=150, help="kills in which a mutant must be caught")
    parser.add_argument("--seed", type=int, default=2, help="the same seed gives the same points and moments")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    warm_up()
    reports = [killed(options.kills, options.seed + number, nothing) for number in range(options.stations)]
    mutants = {name: killed(options.mutant_kills, options.seed, change) for name, change in MUTANTS.items()}
    print(json.dumps(_document(reports, mutants, time.monotonic() - began), indent=2))  # noqa: T201 - a program's answer
    return int(any(report.wrong for report in reports) or not all(mutant.wrong for mutant in mutants.values()))


def _document(reports: list[Report], mutants: dict[str, Report], seconds: float) -> dict[str, Any]:
    heard = [report.witnessed for report in reports]
    return {
        "schema": 1,
        "stations": len(reports),
        "kills": sum(report.kills for report in reports),
        "lives": sum(report.lives for report in reports),
        "runs_recorded": sum(len(said.recorded) for said in heard),
        "runs_cut_off": sum(len(said.recovered) for said in heard),
        "violations": [wrong for report in reports for wrong in report.wrong],
        "died_at": dict(sum((said.died_at for said in heard), Counter[str]())),
        "mutants": {name: {"kills": one.kills, "caught_by": one.wrong} for name, one in mutants.items()},
        "seconds": round(seconds, 1),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
