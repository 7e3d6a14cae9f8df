"""One pair of a 50G passive cable (IEEE 802.3cd, 13.28 GHz): the memory of its plug, then its RF response.

Small enough for a laboratory bench, and the plan that plays a real cable's Touchstone file.
"""

from collections.abc import Iterator

from stations.fixtures.dac_lane import DacLaneFixture
from stations.limits import Measurand
from stations.measurands.pair_rf import PAIR_PARAMETERS, pair_measurands, record_pair
from stations.measurands.plug_memory import MEMORY_PARAMETERS, memory_measurands, record_memory
from stations.plan import Parameters, Record, TestPlan

PLAN = TestPlan(
    name="dac_50g_lane_test",
    revision="2",
    operation="lane_test",
    family="cable",
    fixture="dac_lane",
    required_parameters=(*MEMORY_PARAMETERS, *PAIR_PARAMETERS),
)


def _memory(parameters: Parameters) -> Iterator[Measurand]:
    return memory_measurands(parameters, "a")


def _pair(parameters: Parameters) -> Iterator[Measurand]:
    return pair_measurands(parameters, 1)


@PLAN.step(_memory)
def plug_memory(fixture: DacLaneFixture, record: Record) -> None:
    """Read the memory of plug A."""
    record_memory(record, "a", fixture.memory(), fixture.unit)


@PLAN.step(_pair)
def lane_response(fixture: DacLaneFixture, record: Record) -> None:
    """Sweep the pair from end to end, twice."""
    earlier = fixture.pair_response()
    record_pair(record, 1, fixture.pair_response(), earlier, fixture.parameters)
