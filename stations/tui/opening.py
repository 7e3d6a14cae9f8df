"""The screen of a station that has just been opened: its facts, its plan's steps and measurands, nothing measured."""

from stations.composition import TestStation
from stations.limits import Measurand
from stations.tui.earlier_runs import EarlierRuns
from stations.tui.state import MeasuredRow, Moment, ScreenState, StationFacts, StepRow


def opening_state(
    station: TestStation, earlier: EarlierRuns, now: Moment, *, database: str, speed: float
) -> ScreenState:
    """The first state of the operator's screen."""
    plan, config = station.plan, station.config
    usual = dict(earlier.steps)
    return ScreenState(
        facts=StationFacts(
            station=config.station,
            operator=config.operator,
            part=plan.part,
            plan=plan.name,
            plan_revision=plan.revision,
            limit_revision=plan.limit_revision,
            operation=plan.operation,
            next_operation=_after([operation.name for operation in station.product.route], plan.operation),
            fixture=config.fixture.name,
            simulated=config.simulated,
            speed=speed,
            database=database,
        ),
        steps=tuple(StepRow(step.name, usual_s=usual.get(step.name)) for step in plan.steps),
        rows=tuple(measured_row(measurand) for measurand in plan.measurands),
        usual_s=earlier.usual_s,
        earlier=earlier.count,
        now=now,
    )


def measured_row(measurand: Measurand) -> MeasuredRow:
    """A measurand before it was measured."""
    return MeasuredRow(
        name=measurand.name,
        unit=measurand.unit,
        low=measurand.low,
        high=measurand.high,
        expected=measurand.expected,
        is_text=measurand.is_text,
    )


def _after(route: list[str], operation: str) -> str | None:
    position = route.index(operation) + 1 if operation in route else len(route)
    return route[position] if position < len(route) else None
