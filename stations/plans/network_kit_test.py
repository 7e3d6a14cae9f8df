"""Pre-cabled network kit: its cables against the plan at both ends, its labels against its memories, its links' errors.

Switches, cables and optics have passed their own tests; here is tested what only the kit can spoil. Whoever is heard is
asked at both ends of every cable, so that a link that works one way only, or an old neighbour table, is not believed.
"""

from stations.fixtures.kit_bench import KitBench
from stations.measurands.kit_identity import (
    KIT_PARAMETERS,
    label_measurands,
    module_measurands,
    node_measurands,
    record_labels,
    record_modules,
    record_nodes,
)
from stations.measurands.kit_links import (
    neighbour_measurands,
    record_neighbours,
    record_soak,
    soak_measurands,
)
from stations.plan import Record, TestPlan

PLAN = TestPlan(
    name="network_kit_test",
    revision="1",
    operation="kit_test",
    family="network",
    fixture="kit_bench",
    required_parameters=KIT_PARAMETERS,
)


@PLAN.step(node_measurands, on_fail="stop", timeout_s=1200.0)
def nodes(fixture: KitBench, record: Record) -> None:
    """Wait for every node to boot, and ask for its name."""
    record_nodes(fixture, record)


@PLAN.step(label_measurands, timeout_s=180.0)
def labels(fixture: KitBench, record: Record) -> None:
    """Hold the labels against the memories."""
    record_labels(fixture, record)


@PLAN.step(module_measurands, timeout_s=120.0)
def modules(fixture: KitBench, record: Record) -> None:
    """Look at what is plugged into every port."""
    record_modules(fixture, record)


@PLAN.step(neighbour_measurands, timeout_s=180.0)
def cabling(fixture: KitBench, record: Record) -> None:
    """Ask both ends of every cable whom they hear."""
    record_neighbours(fixture, record)


@PLAN.step(soak_measurands, timeout_s=300.0)
def soak(fixture: KitBench, record: Record) -> None:
    """Let every link run for a while, and count its errors."""
    record_soak(fixture, record)
