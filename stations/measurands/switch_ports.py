"""The ports of a switch: there, set up right, looped back, and heard well through a soak of traffic."""

from collections.abc import Iterator

from drivers.device_documents.sonic_interfaces import ErrorCorrection
from drivers.reading import Reading
from stations.fixtures.switch_bench import SwitchBench
from stations.limits import Measurand
from stations.plan import Parameters, Record

PORT_PARAMETERS = ("ports", "soak")
"""Product parameters that these measurands read."""

_UNKNOWN = Reading(None, "1", over_range="OVER")
"""What a link that is down would have lost or heard wrong."""


def interface_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """How many ports there are, and state and speed of each."""
    ports = parameters["ports"]
    yield Measurand("port_count", "1", equals=float(ports["count"]), clause="no port is split, none is missing")
    for k in range(1, int(ports["count"]) + 1):
        yield Measurand(f"link_port_{k}", "", equals="up", clause="with a loopback plug")
        yield Measurand(f"speed_port_{k}", "bit/s", equals=float(ports["speed_bit_s"]))


def loopback_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """What does not come back to each port."""
    clause = f"{parameters['soak']['loopback_s']:g} s of frames out of the port and back into it"
    for k in range(1, int(parameters["ports"]["count"]) + 1):
        yield Measurand(f"loopback_lost_port_{k}", "1", high=0.0, over_range="fail", clause=clause)


def soak_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """What a snake through all ports loses, and how well each port hears meanwhile."""
    soak = parameters["soak"]
    clause = f"{soak['snake_s']:g} s of frames through all ports"
    yield Measurand("snake_lost", "1", high=0.0, clause=clause)
    for k in range(1, int(parameters["ports"]["count"]) + 1):
        yield Measurand(f"pre_fec_ber_port_{k}", "1", high=soak["pre_fec_ber_max"], over_range="fail", clause=clause)
        yield Measurand(f"uncorrected_port_{k}", "1", high=0.0, over_range="fail", clause="codewords beyond correction")
        yield Measurand(f"link_flaps_port_{k}", "1", high=0.0, over_range="fail", clause=clause)


def record_interfaces(fixture: SwitchBench, record: Record) -> None:
    """Look at every port."""
    found = fixture.interfaces()
    record("port_count", Reading(float(len(found)), "1"))
    by_name = {one.name: one for one in found}
    for k, name in _ports(fixture):
        port = by_name.get(name)
        record(f"link_port_{k}", "missing" if port is None else "up" if port.is_up else "down")
        record(f"speed_port_{k}", Reading(0.0 if port is None else port.speed_bit_s, "bit/s"))


def record_loopback(fixture: SwitchBench, record: Record) -> None:
    """Send frames out of every port and back."""
    counts = fixture.loopback(float(fixture.parameters["soak"]["loopback_s"]))
    for k, name in _ports(fixture):
        lost = _UNKNOWN if name not in counts else Reading(float(counts[name].lost), "1")
        record(f"loopback_lost_port_{k}", lost)


def record_soak(fixture: SwitchBench, record: Record) -> None:
    """Send frames through all ports for a while, then look at what each counted."""
    fixture.clear_counters()
    report = fixture.snake(float(fixture.parameters["soak"]["snake_s"]))
    record("snake_lost", Reading(float(report.count.lost), "1"))
    heard = {one.port: one for one in fixture.error_correction()}
    flaps = fixture.flaps()
    for k, name in _ports(fixture):
        counts = heard.get(name)
        record(f"pre_fec_ber_port_{k}", _ratio(counts))
        record(f"uncorrected_port_{k}", _uncorrected(counts))
        record(f"link_flaps_port_{k}", Reading(float(flaps[name]), "1") if name in flaps else _UNKNOWN)


def _ports(fixture: SwitchBench) -> Iterator[tuple[int, str]]:
    """Each port of the product by its number, from 1, and the name that it must have."""
    ports = fixture.parameters["ports"]
    for k in range(int(ports["count"])):
        yield k + 1, f"Ethernet{k * int(ports['lanes'])}"


def _ratio(counts: ErrorCorrection | None) -> Reading:
    return _UNKNOWN if counts is None or counts.pre_fec_ber is None else Reading(counts.pre_fec_ber, "1")


def _uncorrected(counts: ErrorCorrection | None) -> Reading:
    return _UNKNOWN if counts is None or counts.uncorrected is None else Reading(float(counts.uncorrected), "1")
