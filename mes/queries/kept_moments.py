"""Moments of one measurand from the rollups: what a trend or a comparison of stations asks, at the cost of days.

They are of every value of a run that ended COMPLETED, retests included. Charts and capability take a unit's first valid
value instead, and therefore read values and not these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlalchemy import select as core_select
from sqlmodel import col

from mes.models.moments import RollupMoments
from mes.models.product import Plan, PlanMeasurand
from mes.queries.snapshot import snapshot
from mes.queries.values import ValueScope
from mes.statistics.moments import Moments
from mes.vector import element

DIMENSIONS = ("day", "station", "limit_revision", "plan_revision", "source")
"""What moments can be told apart by."""


@dataclass(frozen=True, slots=True)
class KeptMoments:
    """The moments of one row of the rollups at the place of the measurand."""

    part: str
    operation: str
    plan: str
    plan_revision: str
    plan_digest: str
    limit_revision: str
    station: str
    source: str
    day: date
    simulated: bool
    unit: str
    moments: Moments
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True)
class MergedMoments:
    """Moments of a group: its values in the dimensions asked for, in their order."""

    group: tuple[str, ...]
    moments: Moments
    minimum: float
    maximum: float


def kept_moments(engine: Engine, scope: ValueScope, *, simulated: bool) -> tuple[KeptMoments, ...]:
    """The rows that hold values of a measurand, in an order that no database's collation has a part in.

    A window means whole UTC days: `since` the first, `until` the one after the last.
    """
    place = col(PlanMeasurand.place)
    query = (
        core_select(
            *(col(getattr(Plan, name)) for name in ("part", "operation", "name", "revision", "digest")),
            col(Plan.limit_revision),
            *(col(getattr(RollupMoments, name)) for name in ("station", "source", "day", "simulated")),
            col(PlanMeasurand.unit),
            *(
                element(col(getattr(RollupMoments, name)), place)
                for name in ("origins", "counts", "offsets", "m2s", "minima", "maxima")
            ),
        )
        .join(PlanMeasurand, col(PlanMeasurand.plan_digest) == col(RollupMoments.plan_digest))
        .join(Plan, col(Plan.digest) == col(RollupMoments.plan_digest))
        .where(col(PlanMeasurand.name) == scope.measurand, element(col(RollupMoments.counts), place) > 0)
    )
    asked = (
        (col(Plan.part), scope.part),
        (col(Plan.name), scope.plan),
        (col(Plan.operation), scope.operation),
        (col(Plan.limit_revision), scope.limit_revision),
        (col(RollupMoments.station), scope.station),
    )
    query = query.where(*(column == value for column, value in asked if value is not None))
    if scope.since is not None:
        query = query.where(col(RollupMoments.day) >= scope.since.date())
    if scope.until is not None:
        query = query.where(col(RollupMoments.day) < scope.until.date())
    if not simulated:
        query = query.where(col(RollupMoments.simulated).is_(False))
    with snapshot(engine) as session:
        found = [_kept(*row) for row in session.execute(query)]
    return tuple(sorted(found, key=lambda one: (one.day, one.station, one.source, one.plan_digest, one.simulated)))


def merged_by(kept: Sequence[KeptMoments], dimensions: Sequence[str]) -> tuple[MergedMoments, ...]:
    """The moments of each group in the order of the groups; with no dimension, of the whole.

    Rows are merged in their order, about the origin of the last of them.
    """
    groups: dict[tuple[str, ...], list[KeptMoments]] = {}
    for one in kept:
        groups.setdefault(tuple(str(getattr(one, name)) for name in dimensions), []).append(one)
    return tuple(_merged(group, groups[group]) for group in sorted(groups))


def _merged(group: tuple[str, ...], kept: Sequence[KeptMoments]) -> MergedMoments:
    origin = kept[-1].moments.origin
    moments = Moments(origin)
    for one in kept:
        moments = moments.merged(one.moments.about(origin))
    return MergedMoments(group, moments, min(one.minimum for one in kept), max(one.maximum for one in kept))


def _kept(*row: Any) -> KeptMoments:
    *facts, origin, count, offset, m2, minimum, maximum = row
    # What is beyond every number is kept as None.
    moments = Moments(origin, int(count), _number(offset), _number(m2))
    return KeptMoments(*(*facts, moments, minimum, maximum))


def _number(kept: float | None) -> float:
    return float("nan") if kept is None else kept
