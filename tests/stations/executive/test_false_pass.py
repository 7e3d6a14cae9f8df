"""Every way that is known of getting PASSED without earning it, by name: none passes.

Each row is a run of a good unit on a good bench, spoilt in exactly one way; the first row, spoilt in none, passes.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from drivers.reading import Reading
from mes.vocabulary import RunEnding, Verdict
from stations.errors import PlanError
from stations.events import Event, RunEnded
from stations.limits import Measurand
from stations.record import RunRecorder
from stations.spool import Spool
from tests.stations.executive.rig import METER, RAIL, Rig, measure, plan, step

GOOD = Reading(3.3, "V")


def not_a_number() -> Reading:
    """A reading that holds NaN: `Reading` refuses one, so it has to be forced."""
    reading = Reading(3.3, "V")
    object.__setattr__(reading, "value", float("nan"))
    return reading


def records(*values: object) -> Callable[[Rig], RunEnded]:
    """A run whose step records these values for the rail, one after the other."""

    def run(rig: Rig) -> RunEnded:
        def body(fixture: Any, record: Any) -> None:
            for value in values:
                record("rail", value)

        return rig.run(step(body, RAIL, name="power"))

    return run


def with_supply_due(due: date | None) -> Callable[[Rig], RunEnded]:
    """A run on a bench whose instrument is due then."""

    def run(rig: Rig) -> RunEnded:
        rig.supply.calibration_due = due
        return records(GOOD)(rig)

    return run


def everything_skipped(rig: Rig) -> RunEnded:
    """Every step left out."""
    return rig.run(step(measure(3.3), name="power", skipped=True))


def nothing_has_a_limit(rig: Rig) -> RunEnded:
    """A value recorded for the record alone."""
    return rig.run(step(measure(3.3), Measurand("rail", "V"), name="power"))


def other_limits_than_the_plan(rig: Rig) -> RunEnded:
    """The step that runs is of another revision than the plan that the run began with."""
    loose = plan(step(measure(9.9), replace(RAIL, high=10.0), name="power"))

    def listen(event: Event) -> None:
        recorder(event)

    with Spool(rig.folder / "spool.db", "s", lambda: "one") as spool:
        recorder = RunRecorder(spool, uuid4, ())
        strict = plan(step(measure(9.9), RAIL, name="power"))
        mixed: Any = _Mixed(strict, loose)
        rig.on_event = listen
        return rig.run_plan(mixed)


class _Mixed:
    """A plan that tells one revision and runs another."""

    def __init__(self, told: Any, run: Any) -> None:
        self._told = told
        self.steps = run.steps

    def __getattr__(self, name: str) -> Any:
        return getattr(self._told, name)


MUTANTS: dict[str, tuple[Callable[[Rig], RunEnded], str]] = {
    "empty plan": (lambda rig: rig.run(), "nothing was measured against a limit"),
    "all skipped": (everything_skipped, "nothing was measured against a limit"),
    "no limit anywhere": (nothing_has_a_limit, "nothing was measured against a limit"),
    "NaN": (records(not_a_number()), "is nan, which is no measured value"),
    "unit missing": (records(Reading(3.3, "")), "rail is declared in V, got "),
    "another unit": (records(Reading(3300.0, "mV")), "rail is declared in V, got mV"),
    "measurand not recorded": (records(), "did not record rail"),
    "recorded until it fits": (records(Reading(3.3, "V"), Reading(3.3, "V")), "was recorded already"),
    "wrong type: a bare number": (records(3.3), "needs a Reading or a text, got float"),
    "wrong type: nothing": (records(None), "needs a Reading or a text, got NoneType"),
    "wrong type: a truth": (records(True), "needs a Reading or a text, got bool"),
    "wrong type: a text": (records("3.3"), "rail is a number in V, got text"),
    "instrument out of calibration": (with_supply_due(date(2026, 11, 1)), "was due for calibration on 2026-11-01"),
    "calibration unknown": (with_supply_due(None), "has no calibration_due"),
    "reading of an instrument out of calibration": (
        records(replace(GOOD, instrument=METER, calibration_due=date(2026, 11, 1))),
        "a reading of DMM SN9, due for calibration on 2026-11-01",
    ),
    "reading of an instrument nobody calibrated": (
        records(replace(GOOD, instrument=METER)),
        "a reading of DMM SN9, which has no calibration_due",
    ),
    "two plan revisions in one record": (other_limits_than_the_plan, "was judged by another plan revision"),
}


def test_the_run_that_the_mutants_spoil_passes() -> None:
    """Spoilt in no way, the run passes: so each row below fails for its own reason."""
    ended = records(replace(GOOD, instrument=METER, calibration_due=date(2026, 11, 2)))(Rig())
    assert (ended.verdict, ended.ending, ended.reason) == (Verdict.PASSED, RunEnding.COMPLETED, "")


@pytest.mark.parametrize("name", MUTANTS)
def test_no_mutant_passes(name: str, tmp_path: Path) -> None:
    """Whatever was left out or smuggled in: no verdict, ERROR, and the reason names it."""
    spoil, reason = MUTANTS[name]
    rig = Rig()
    rig.folder = tmp_path
    ended = spoil(rig)
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
    assert reason in ended.reason


def test_a_plan_put_together_from_two_revisions_is_refused() -> None:
    """Limits that were changed under an old digest are not that revision."""
    sealed = plan(step(measure(3.3), RAIL, name="power"))
    sealed.verify()
    loosened = replace(sealed, steps=(step(measure(9.9), replace(RAIL, high=10.0), name="power"),))
    with pytest.raises(PlanError, match="never mix two revisions"):
        loosened.verify()
