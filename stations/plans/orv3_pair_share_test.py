"""Two ORv3 supplies on one busbar: each alone, then both under load, then each without the other.

They have passed their own test; here is tested what only a partner shows. Both have a verdict of their own: the one
that shares wrongly fails, and the one beside it does not.
"""

from stations.fixtures.pair_bench import SLOTS, PairBench
from stations.measurands.pair_share import (
    PAIR_PARAMETERS,
    alone_measurands,
    hand_over_measurands,
    identity_measurands,
    level_measurands,
    record_alone,
    record_hand_over,
    record_identity,
    record_level,
    record_returned,
    record_share,
    returned_measurands,
    share_measurands,
)
from stations.plan import Record, TestPlan

PLAN = TestPlan(
    name="orv3_pair_share_test",
    revision="1",
    operation="pair_share",
    family="power",
    fixture="pair_bench",
    required_parameters=PAIR_PARAMETERS,
    units=(SLOTS, SLOTS),
)


@PLAN.step(identity_measurands, hazardous=True, on_fail="stop", timeout_s=120.0)
def identity(fixture: PairBench, record: Record) -> None:
    """Switch on one after the other and ask who it is."""
    record_identity(fixture, record)


@PLAN.step(alone_measurands, hazardous=True, on_fail="stop", timeout_s=120.0)
def alone(fixture: PairBench, record: Record) -> None:
    """Measure what each regulates and tells with nobody beside it."""
    record_alone(fixture, record)


@PLAN.step(level_measurands, hazardous=True, timeout_s=120.0)
def share_bus(fixture: PairBench, record: Record) -> None:
    """Read what each puts on the share bus."""
    record_level(fixture, record)


@PLAN.step(share_measurands, hazardous=True, timeout_s=120.0)
def share(fixture: PairBench, record: Record) -> None:
    """Load the pair and see how it shares."""
    record_share(fixture, record)


@PLAN.step(hand_over_measurands, hazardous=True, timeout_s=120.0)
def hand_over(fixture: PairBench, record: Record) -> None:
    """Take the AC of each away under load."""
    record_hand_over(fixture, record)


@PLAN.step(returned_measurands, hazardous=True, timeout_s=120.0)
def returned(fixture: PairBench, record: Record) -> None:
    """See both share again."""
    record_returned(fixture, record)
