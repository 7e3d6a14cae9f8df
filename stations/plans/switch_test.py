"""Switch at the end of its line, on its own console: identity, ports, platform, PCIe, loopback, and a soak of traffic.

Every port holds a loopback plug, so that the switch alone is judged. Fans run at full speed through the soak, and the
ASIC's temperature is read at its end.
"""

from stations.fixtures.switch_bench import SwitchBench
from stations.measurands.switch_identity import IDENTITY_PARAMETERS, identity_measurands, record_identity
from stations.measurands.switch_platform import (
    PLATFORM_PARAMETERS,
    fan_measurands,
    pcie_measurands,
    record_fans,
    record_pcie,
    record_supplies,
    record_temperature,
    supply_measurands,
    thermal_measurands,
)
from stations.measurands.switch_ports import (
    PORT_PARAMETERS,
    interface_measurands,
    loopback_measurands,
    record_interfaces,
    record_loopback,
    record_soak,
    soak_measurands,
)
from stations.plan import Record, TestPlan

PLAN = TestPlan(
    name="switch_test",
    revision="1",
    operation="switch_test",
    family="switch",
    fixture="switch_bench",
    required_parameters=(*IDENTITY_PARAMETERS, *PORT_PARAMETERS, *PLATFORM_PARAMETERS),
)


@PLAN.step(identity_measurands, on_fail="stop", timeout_s=600.0)
def identity(fixture: SwitchBench, record: Record) -> None:
    """Wait for it to boot, log in, and ask who it is."""
    fixture.log_in()
    record_identity(fixture, record)


@PLAN.step(supply_measurands)
def supplies(fixture: SwitchBench, record: Record) -> None:
    """Look at supplies and voltages."""
    record_supplies(fixture, record)


@PLAN.step(pcie_measurands)
def pcie_tree(fixture: SwitchBench, record: Record) -> None:
    """Walk the PCIe tree."""
    record_pcie(fixture, record)


@PLAN.step(fan_measurands, timeout_s=180.0)
def fan_speed(fixture: SwitchBench, record: Record) -> None:
    """Tell the fans each duty and read them."""
    record_fans(fixture, record)


@PLAN.step(interface_measurands)
def interfaces(fixture: SwitchBench, record: Record) -> None:
    """Look at every port."""
    record_interfaces(fixture, record)


@PLAN.step(loopback_measurands, timeout_s=180.0)
def loopback(fixture: SwitchBench, record: Record) -> None:
    """Send frames out of every port and back."""
    record_loopback(fixture, record)


@PLAN.step(soak_measurands, timeout_s=4000.0)
def soak(fixture: SwitchBench, record: Record) -> None:
    """Send frames through all ports for a while."""
    record_soak(fixture, record)


@PLAN.step(thermal_measurands)
def heat(fixture: SwitchBench, record: Record) -> None:
    """Read the ASIC while it is warm from its traffic."""
    record_temperature(fixture, record)
