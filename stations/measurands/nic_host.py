"""A network adapter as its host sees it: who it is, its PCIe link, its network link, and what passes through both."""

from collections.abc import Iterator

from drivers.reading import Reading
from stations.fixtures.nic_host import NicHost
from stations.limits import Measurand
from stations.mac_address import mac_of
from stations.plan import Parameters, Record

NIC_PARAMETERS = ("host", "part_in_memory", "mac", "pcie", "traffic")
"""Product parameters that these measurands read."""


def identity_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Vital product data and MAC address against the label."""
    yield Measurand("serial_agrees", "", equals="yes", clause="serial number in the adapter = the one on its label")
    yield Measurand("serial_told", "", tells="serial", clause="vital product data, for the centre")
    yield Measurand("mac_told", "", tells="mac", clause="for the centre")
    yield Measurand("part_in_memory", "", equals=str(parameters["part_in_memory"]))
    yield Measurand("mac_agrees", "", equals="yes", clause="MAC address = the one allotted with the serial number")


def pcie_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The PCIe link as trained."""
    pcie = parameters["pcie"]
    yield Measurand("pcie_speed", "bit/s", low=pcie["speed_bit_s"], clause="each lane")
    yield Measurand("pcie_width", "1", low=float(pcie["width"]))


def link_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The network link."""
    yield Measurand("link", "", equals="up", clause="to the reference adapter")


def traffic_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """What reaches the reference, and what goes wrong on the way."""
    traffic = parameters["traffic"]
    clause = f"{traffic['write_s']:g} s of RDMA writes"
    yield Measurand("write_bandwidth", "bit/s", low=traffic["write_min_bit_s"], clause=str(traffic["write_clause"]))
    yield Measurand("tcp_throughput", "bit/s", low=traffic["tcp_min_bit_s"], clause=f"{traffic['tcp_s']:g} s of iperf3")
    yield Measurand("pre_fec_ber", "1", high=traffic["pre_fec_ber_max"], over_range="fail", clause=clause)
    yield Measurand("link_flaps", "1", high=0.0, clause=clause)
    yield Measurand("pcie_errors", "1", high=0.0, clause=f"packets sent again in {clause}")


def record_identity(fixture: NicHost, record: Record) -> None:
    """Read the vital product data and the MAC address."""
    told, scanned = fixture.pcie(), fixture.unit.serial if fixture.unit is not None else ""
    record("serial_agrees", "yes" if told.serial == scanned else f"no: {told.serial!r}")
    record("serial_told", told.serial or "")
    record("part_in_memory", told.part or "none")
    wanted, found = mac_of(scanned, fixture.parameters["mac"]), fixture.link().mac
    record("mac_told", found or "")
    record("mac_agrees", "yes" if found == wanted else f"no: {found}, not {wanted}")


def record_pcie(fixture: NicHost, record: Record) -> None:
    """Look at the PCIe link."""
    told = fixture.pcie()
    record("pcie_speed", Reading(1e9 * (told.speed_gts or 0.0), "bit/s"))
    record("pcie_width", Reading(float(told.width or 0), "1"))


def record_link(fixture: NicHost, record: Record) -> None:
    """Look at the network link."""
    record("link", "up" if fixture.link().is_up else "down")


def record_traffic(fixture: NicHost, record: Record) -> None:
    """Write to the reference for a while; count what the links did meanwhile."""
    traffic = fixture.parameters["traffic"]
    flaps, errors = fixture.carrier_changes(), fixture.corrected_pcie_errors()
    record("write_bandwidth", Reading(fixture.write_bandwidth(traffic["write_s"]), "bit/s"))
    ratio = fixture.counters().raw_ber
    record("pre_fec_ber", Reading(None, "1", over_range="OVER") if ratio is None else Reading(ratio, "1"))
    # A link that goes and comes back is two changes.
    record("link_flaps", Reading((fixture.carrier_changes() - flaps) / 2.0, "1"))
    record("pcie_errors", Reading(float(fixture.corrected_pcie_errors() - errors), "1"))
    record("tcp_throughput", Reading(fixture.tcp_throughput(traffic["tcp_s"]).received_bits_per_s, "bit/s"))
