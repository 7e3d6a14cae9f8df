"""Network adapter in the station's host: who it is, PCIe and network link, and traffic against a reference adapter."""

from stations.fixtures.nic_host import NicHost
from stations.measurands.nic_host import (
    NIC_PARAMETERS,
    identity_measurands,
    link_measurands,
    pcie_measurands,
    record_identity,
    record_link,
    record_pcie,
    record_traffic,
    traffic_measurands,
)
from stations.plan import Record, TestPlan

PLAN = TestPlan(
    name="nic_test",
    revision="1",
    operation="nic_test",
    family="nic",
    fixture="nic_host",
    required_parameters=NIC_PARAMETERS,
)


@PLAN.step(identity_measurands, on_fail="stop", timeout_s=900.0)
def identity(fixture: NicHost, record: Record) -> None:
    """Wait for the host to boot, log in, and ask who the adapter is."""
    fixture.log_in()
    record_identity(fixture, record)


@PLAN.step(pcie_measurands)
def pcie_link(fixture: NicHost, record: Record) -> None:
    """Look at the PCIe link."""
    record_pcie(fixture, record)


@PLAN.step(link_measurands, on_fail="stop")
def network_link(fixture: NicHost, record: Record) -> None:
    """Look at the network link; without it there is no traffic."""
    record_link(fixture, record)


@PLAN.step(traffic_measurands, timeout_s=600.0)
def traffic(fixture: NicHost, record: Record) -> None:
    """Write to the reference adapter, and count what goes wrong."""
    record_traffic(fixture, record)
