"""A small plan for a station that is killed all the time: every kind of value, in six steps that cost little."""

from drivers.reading import Reading
from stations.fixtures.dac_lane import DacLaneFixture
from stations.limits import Measurand
from stations.measurands.plug_memory import MEMORY_PARAMETERS, memory_measurands, record_memory
from stations.plan import Record, TestPlan

PLAN = TestPlan(
    name="crash_plan",
    revision="1",
    operation="lane_test",
    family="cable",
    fixture="dac_lane",
    required_parameters=MEMORY_PARAMETERS,
)

LAST_GOOD_DIGIT = 6
"""Units whose serial number ends in 7, 8 or 9 fail, in the third of six steps."""


@PLAN.step(lambda parameters: memory_measurands(parameters, "a"))
def plug_memory(fixture: DacLaneFixture, record: Record) -> None:
    """Texts and a number from the plug's memory."""
    record_memory(record, "a", fixture.memory(), fixture.unit)


@PLAN.step(Measurand("vendor", "", matches=".*"), Measurand("note", "", matches="x*", required=False))
def names(fixture: DacLaneFixture, record: Record) -> None:
    """A text, and a measurand that is left out."""
    record("vendor", fixture.memory().vendor)


@PLAN.step(Measurand("last_digit", "1", low=0, high=LAST_GOOD_DIGIT, marginal=0.2))
def last_digit(fixture: DacLaneFixture, record: Record) -> None:
    """A number that fails for some units, and is marginal for others."""
    record("last_digit", Reading(float(fixture.memory().serial[-1]), "1"))


@PLAN.step(Measurand("isolation", "Ω", low=1e9, over_range="pass"))
def isolation(fixture: DacLaneFixture, record: Record) -> None:
    """A value above the instrument's range."""
    fixture.memory()
    record("isolation", Reading(None, "Ω", over_range="OVER"))


@PLAN.step(*(Measurand(f"byte_{place}", "1", low=0, high=255) for place in range(40)))
def many(fixture: DacLaneFixture, record: Record) -> None:
    """As many values as an ordinary step has, and a file."""
    memory = fixture.memory()
    record.attach("memory.txt", "text/plain", repr(memory).encode())
    stored = memory.checksum_stored
    for place in range(40):
        record(f"byte_{place}", Reading(float((stored + place) % 256), "1"))


@PLAN.step(Measurand("checksum", "1", low=0, high=255))
def checksum(fixture: DacLaneFixture, record: Record) -> None:
    """The last number."""
    record("checksum", Reading(float(fixture.memory().checksum_computed), "1"))
