"""Burn-in of M-CRPS supplies: up to six in one run, hours of heat and load, and each with a verdict of its own.

Every hour is a step: where the station's policy allows, a run that a power cut ended goes on after the last whole one.
A supply that failed is not loaded any more; the others go on.
"""

from stations.fixtures.burn_in_rack import SLOTS, BurnInRack
from stations.measurands.burn_in import (
    BURN_IN_PARAMETERS,
    drift_measurands,
    hour_measurands,
    place_measurands,
    record_drift,
    record_hour,
    record_places,
)
from stations.plan import Record, TestPlan

PLAN = TestPlan(
    name="psu_burn_in",
    revision="1",
    operation="burn_in",
    family="power",
    fixture="burn_in_rack",
    required_parameters=BURN_IN_PARAMETERS,
    units=(1, SLOTS),
    resumable=True,
)

_HOUR_S = 9000.0
"""Time limit of an hour: with the warm-up, and with every sample taken slowly."""


@PLAN.step(place_measurands, hazardous=True, on_fail="stop", timeout_s=3600.0)
def places(fixture: BurnInRack, record: Record) -> None:
    """Heat, switch on, and ask every supply who it is."""
    record_places(fixture, record)


@PLAN.step(hour_measurands(1), hazardous=True, on_fail="stop", timeout_s=_HOUR_S)
def hour_1(fixture: BurnInRack, record: Record) -> None:
    """Burn in for the first hour."""
    record_hour(fixture, record, 1)


@PLAN.step(hour_measurands(2), hazardous=True, on_fail="stop", timeout_s=_HOUR_S)
def hour_2(fixture: BurnInRack, record: Record) -> None:
    """Burn in for the second hour."""
    record_hour(fixture, record, 2)


@PLAN.step(hour_measurands(3), hazardous=True, on_fail="stop", timeout_s=_HOUR_S)
def hour_3(fixture: BurnInRack, record: Record) -> None:
    """Burn in for the third hour."""
    record_hour(fixture, record, 3)


@PLAN.step(hour_measurands(4), hazardous=True, on_fail="stop", timeout_s=_HOUR_S)
def hour_4(fixture: BurnInRack, record: Record) -> None:
    """Burn in for the fourth hour."""
    record_hour(fixture, record, 4)


@PLAN.step(drift_measurands)
def drift(fixture: BurnInRack, record: Record) -> None:
    """Hold the last hour against the first."""
    record_drift(fixture, record)
