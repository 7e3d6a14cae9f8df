"""How a kit is cabled, and how well its links hear: neighbours at both ends, then error ratios after a soak."""

from collections.abc import Iterator

from drivers.reading import Reading
from stations.fixtures.kit_bench import KitBench, planned_ports
from stations.limits import Measurand
from stations.plan import Parameters, Record

AS_PLANNED = "as planned"
_UNKNOWN = Reading(None, "1", over_range="OVER")
"""What a link that is down would have heard wrong."""


def neighbour_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Who is heard at every planned port, and what that makes of the cabling."""
    for port in planned_ports(parameters):
        clause = f"LLDP at {port.at}"
        yield Measurand(f"neighbour_port_{port.number}", "", equals=str(port.to), clause=clause)
    yield Measurand("cabling", "", equals=AS_PLANNED, clause="LLDP at both ends of every cable = planned cable map")


def soak_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Bit errors at both ends of every link, and how often it went down."""
    soak = parameters["soak"]
    clause = f"after {soak['seconds']:g} s; {soak['pre_fec_clause']}"
    for port in planned_ports(parameters):
        yield Measurand(
            f"pre_fec_ber_port_{port.number}", "1", high=soak["pre_fec_ber_max"], over_range="fail", clause=clause
        )
        if port.is_switch:
            yield Measurand(
                f"link_flaps_port_{port.number}", "1", high=0.0, over_range="fail", clause=f"{port.at} to {port.to}"
            )


def record_neighbours(fixture: KitBench, record: Record) -> None:
    """Read the neighbours at every node and compare them with the plan."""
    fixture.wait_for_announcements()
    heard = fixture.neighbours()
    for port in fixture.ports:
        told = [f"{one.chassis_name} {one.far_port}" for one in heard[port.at.device] if one.local_port == port.at.port]
        record(f"neighbour_port_{port.number}", " and ".join(sorted(told)) or "nobody")
    record("cabling", "; ".join(finding.message for finding in fixture.findings(heard)) or AS_PLANNED)


def record_soak(fixture: KitBench, record: Record) -> None:
    """Let all links run, then read what both ends of each counted."""
    fixture.clear_counters()
    fixture.wait(float(fixture.parameters["soak"]["seconds"]), every_s=1.0)
    counted = {switch: fixture.error_correction(switch) for switch in fixture.switches}
    flaps = {switch: fixture.flaps(switch) for switch in fixture.switches}
    for port in fixture.ports:
        if port.is_switch:
            counts = counted[port.at.device].get(port.at.port)
            ber = None if counts is None else counts.pre_fec_ber
            downs = flaps[port.at.device].get(port.at.port)
            record(f"link_flaps_port_{port.number}", _UNKNOWN if downs is None else Reading(float(downs), "1"))
        else:
            ber = fixture.host_ber(port.at)
        record(f"pre_fec_ber_port_{port.number}", _UNKNOWN if ber is None else Reading(ber, "1"))
