"""How long runs of this plan took before, from what this station recorded itself."""

import json
from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import Final

from mes.vocabulary import Outcome, RunEnding
from stations.spool import Spool

_ENTRIES: Final = 400
"""How far back in the spool: enough for a median, little enough to read before the screen opens."""


@dataclass(frozen=True, slots=True)
class EarlierRuns:
    """Medians over completed runs of one plan revision, in bench seconds; `usual_s` None without any."""

    count: int = 0
    usual_s: float | None = None
    steps: tuple[tuple[str, float], ...] = ()


def earlier_runs(spool: Spool, plan_digest: str) -> EarlierRuns:
    """The medians of what this spool still holds. Raises `SpoolError`."""
    durations: list[float] = []
    steps: defaultdict[str, list[float]] = defaultdict(list)
    for entry in spool.entries_from(max(1, spool.head().seq - _ENTRIES + 1), _ENTRIES):
        record = json.loads(entry.body)
        mine = (record["kind"], record.get("plan"), record.get("ending"))
        if mine != ("run_finished", plan_digest, RunEnding.COMPLETED):
            continue
        done = [step for step in record["steps"] if step["outcome"] != Outcome.SKIPPED]
        for step in done:
            steps[step["name"]].append(step["duration_s"])
        if done:
            durations.append(max(step["started_s"] + step["duration_s"] for step in done))
    if not durations:
        return EarlierRuns()
    return EarlierRuns(len(durations), median(durations), tuple((name, median(took)) for name, took in steps.items()))
