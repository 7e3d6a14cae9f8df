"""The questions of design page 8, asked of a site of any size: each gives the seconds of its repeats.

A question is asked once before it counts, as on a server that has been up for longer than a minute. Whoever is asked
about is drawn by a seed over the whole site, so that not everything lies in a cache.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from mes.desk.acts import Desk
from mes.desk.containing import place_hold, release_hold
from mes.genealogy import tree
from mes.models import table_of
from mes.models.test_run import TestRun
from mes.quality.yields import operation_yields
from mes.queries.failing import failing_measurands
from mes.queries.history import unit_history
from mes.queries.identity import find_units
from mes.queries.overview import line_overview
from mes.queries.values import ValueScope, all_values
from mes.records import GateRequest, Predicate, Signature, UnitIdentity
from mes.where_used import where_used
from tests.bench.scale.hall import CABLES_OF_KIT, DAYS, EPOCH
from tests.bench.scale.site import ScaleSite

VALUES = 10_000
"""How many of the newest values of a measurand are asked for."""


BEGAN = EPOCH.replace(hour=0)
"""A window of whole days: the line had begun to work at some hour of the first."""


class Took(NamedTuple):
    """What one asking took: seconds on the clock, and of processors (this process and the database's)."""

    seconds: float
    worked: float


@dataclass(frozen=True, slots=True)
class Question:
    """A question: its line of page 8, how it is told (a median, or the slowest of a hundred), and its asking."""

    name: str
    says: str
    goal: str
    p99: bool
    ask: Callable[[ScaleSite, random.Random, int], Iterator[Took]]


def _history(site: ScaleSite, chance: random.Random, repeats: int) -> Iterator[Took]:
    for _ in range(25 * repeats):
        cable = site.hall.cable(chance.randrange(site.loaded.waves), chance.randrange(site.hall.cables))
        with _Clock(site) as clock:
            (unit,) = find_units(site.engine, cable.serial)
            history = unit_history(site.engine, unit.id)
        _expect(len(history.built_into), 2, "units above a cable")
        yield clock.took


def _values(site: ScaleSite, chance: random.Random, repeats: int) -> Iterator[Took]:
    run = table_of(TestRun)
    newest = (
        select(run.c.started_at)
        .where(run.c.plan_digest == site.hall.plan, run.c.started_at < EPOCH + timedelta(days=DAYS))
        .order_by(run.c.started_at.desc())
    )
    wanted = min(VALUES, site.loaded.runs // 2)
    with site.engine.connect() as connection:
        since = connection.execute(newest.limit(1).offset(wanted - 1)).scalar_one()
    measurand = f"m{min(40, site.hall.measurands - 1):03d}"
    scope = ValueScope(measurand, operation="final_test", since=since, until=EPOCH + timedelta(days=DAYS))
    for _ in range(repeats):
        with _Clock(site) as clock:
            found = all_values(site.engine, scope, simulated=True)
        _expect(len(found) >= wanted, True, "values")
        yield clock.took


def _tree(site: ScaleSite, chance: random.Random, repeats: int) -> Iterator[Took]:
    (rack,) = find_units(site.engine, site.hall.deep_rack.serial)
    for _ in range(repeats):
        with _Clock(site) as clock:
            told = tree(site.engine, rack.id)
        _expect(len(told.components), 4, "components of the deep rack")
        yield clock.took


def _where_used(site: ScaleSite, chance: random.Random, repeats: int) -> Iterator[Took]:
    for _ in range(repeats):
        lot = site.hall.lot(chance.randrange(site.loaded.waves))
        with _Clock(site) as clock:
            found = where_used(site.engine, predicate=Predicate(lot=lot))
        _expect(len(found), site.hall.holders, "holders of a lot")
        yield clock.took


def _hold(site: ScaleSite, chance: random.Random, repeats: int) -> Iterator[Took]:
    desk = Desk(site.engine)
    for _ in range(repeats):
        predicate = Predicate(lot=site.hall.lot(chance.randrange(site.loaded.waves)))
        with _Clock(site) as clock:
            hold = place_hold(desk, predicate, "scale", "bench", ever=True)
        _expect(len(hold.reached), site.hall.holders, "held units")
        yield clock.took
        release_hold(desk, str(hold.id), [], "scale", Signature(name="bench", meaning="released after the question"))


def _overview(site: ScaleSite, chance: random.Random, repeats: int) -> Iterator[Took]:
    for _ in range(repeats):
        with _Clock(site) as clock:
            line_overview(site.engine, day=None, simulated=True)
        yield clock.took


def _yields(site: ScaleSite, chance: random.Random, repeats: int) -> Iterator[Took]:
    for _ in range(repeats):
        with _Clock(site) as clock:
            operation_yields(site.engine, since=EPOCH, simulated=True)
        yield clock.took


def _pareto(site: ScaleSite, chance: random.Random, repeats: int) -> Iterator[Took]:
    for _ in range(repeats):
        with _Clock(site) as clock:
            failing_measurands(site.engine, ValueScope(None, since=BEGAN), simulated=True)
        yield clock.took


def _gate(components: int) -> Callable[[ScaleSite, random.Random, int], Iterator[Took]]:
    def ask(site: ScaleSite, chance: random.Random, repeats: int) -> Iterator[Took]:
        count = 25 * repeats if not components else 4 * repeats
        name = f"open{components}-{site.loaded.waves}-{chance.getrandbits(32):08x}"
        site.send(site.hall.open_units(name, 0 if components else count, count * components))
        for k in range(count):
            waiting = [
                UnitIdentity(part="CABLE", serial=f"{name}-{k * max(1, components) + n:05d}")
                for n in range(CABLES_OF_KIT)
            ]
            request = GateRequest(
                id=UUID(int=chance.getrandbits(128)),
                at=EPOCH + timedelta(days=DAYS + 1, seconds=k),
                unit=UnitIdentity(part="KIT", serial=f"{name}-{k}") if components else waiting[0],
                operation="kitting" if components else "final_test",
                station=name,
                operator="mei",
                fixture=f"{name}-bed",
                plan=None if components else site.hall.plan,
                instruments=() if components else ("N5227B MY59221234", "L4491A MY53000042"),
                creates=bool(components),
                components=tuple(waiting[:components]),
                simulated=True,
            )
            with _Clock(site) as clock:
                decided = site.ledger.gate(request)
            _expect(
                [refusal.message for refusal in decided.refusals if refusal.rule != "unit_registered"], [], "refusals"
            )
            yield clock.took

    return ask


class _Clock:
    """Seconds, and seconds of processors, between entering and leaving."""

    def __init__(self, site: ScaleSite) -> None:
        self._site = site

    def __enter__(self) -> "_Clock":
        self._worked = self._site.worked()
        self._began = time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        seconds = time.perf_counter() - self._began
        self.took = Took(seconds, self._site.worked() - self._worked)


def _expect(found: object, expected: object, what: str) -> None:
    """A figure of a wrong answer is none."""
    if found != expected:
        raise SystemExit(f"bench-scale: {what}: {found}, expected {expected}")


QUESTIONS = (
    Question("history", "history of a unit, p99", "≤ 5 ms", True, _history),
    Question("values", "last 10,000 values of a measurand", "≤ 20 ms, SQLite ≤ 100 ms", False, _values),
    Question("tree", "tree of 2,000 parts, depth 5", "≤ 10 ms", False, _tree),
    Question("where-used", "where-used of a lot in 10,000 units", "≤ 100 ms", False, _where_used),
    Question("hold", "the atomic hold on it", "", False, _hold),
    Question("overview", "dashboard: the line at a glance, 50 stations", "≤ 20 ms, flat", False, _overview),
    Question("yields", "yields of thirty days", "≤ 20 ms, flat", False, _yields),
    Question("pareto", "Pareto of thirty days", "≤ 20 ms, flat", False, _pareto),
    Question("gate", "gate decision before a test, p99", "≤ 10 ms", True, _gate(0)),
    Question("gate-kit", "gate decision before eight parts go in, p99", "≤ 10 ms", True, _gate(CABLES_OF_KIT)),
)
