"""MPO trunk: where each fibre comes out, what it loses at both wavelengths, and what it throws back.

The polarity map comes first, for a fibre that was led elsewhere is then measured where it is. Limits come from the
product.
"""

from stations.fixtures.fibre_bench import FibreBench
from stations.measurands.fibre_paths import (
    FIBRE_PARAMETERS,
    loss_measurands,
    polarity_measurands,
    record_losses,
    record_polarity,
    reference_measurands,
)
from stations.plan import Record, TestPlan

PLAN = TestPlan(
    name="mpo_trunk_test",
    revision="1",
    operation="trunk_test",
    family="fibre",
    fixture="fibre_bench",
    required_parameters=FIBRE_PARAMETERS,
)


@PLAN.step(polarity_measurands, timeout_s=120.0)
def polarity(fixture: FibreBench, record: Record) -> None:
    """Light every near position and find the far one that lights."""
    fixture.found = record_polarity(fixture, record)


@PLAN.step(reference_measurands, loss_measurands, timeout_s=180.0)
def losses(fixture: FibreBench, record: Record) -> None:
    """Measure each fibre against the reference cord, forward and back."""
    record_losses(fixture, record, fixture.found)
