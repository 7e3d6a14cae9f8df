"""What a kit is made of: nodes by name, labels against memories, and the part and length in every port."""

from collections.abc import Iterator

from drivers.device_documents.cable_map import Port
from drivers.device_documents.switch_state import ModuleIdentity
from drivers.reading import Reading
from stations.fixtures.kit_bench import SWITCH, KitBench, planned_ports
from stations.limits import Measurand
from stations.plan import Parameters, Record

KIT_PARAMETERS = ("nodes", "cables", "consoles", "soak", "length_tolerance_m")
"""Product parameters that the measurands of a kit read."""

_UNKNOWN_LENGTH = Reading(None, "m", over_range="UNDER")
"""The length of a cable that is not there."""


def node_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The name that each node gives itself."""
    for k, node in enumerate(parameters["nodes"], 1):
        clause = f"at the console that is wired to {node['name']}"
        yield Measurand(f"name_unit_{k}", "", equals=str(node["name"]), clause=clause)


def label_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The label of every switch, cable and optic against the memory in it."""
    switches = [node["name"] for node in parameters["nodes"] if node["kind"] == SWITCH]
    for k, name in enumerate(switches, 1):
        yield Measurand(f"switch_label_slot_{k}", "", equals="agrees", clause=f"serial number in the EEPROM of {name}")
    for port in planned_ports(parameters):
        if port.is_switch:
            clause = f"serial number in the memory at {port.at} = label of {port.position}"
            yield Measurand(f"label_port_{port.number}", "", equals="agrees", clause=clause)


def module_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The part in every port of a switch, and the length of a copper cable there."""
    within = float(parameters["length_tolerance_m"])
    for port in planned_ports(parameters):
        if not port.is_switch:
            continue
        yield Measurand(f"part_port_{port.number}", "", equals=port.part, clause=str(port.at))
        if port.length_m is not None:
            low, high = port.length_m - within, port.length_m + within
            yield Measurand(
                f"length_port_{port.number}", "m", low=low, high=high, over_range="fail", clause=str(port.at)
            )


def record_nodes(fixture: KitBench, record: Record) -> None:
    """Wait for every node and ask for its name."""
    for k, node in enumerate(fixture.nodes, 1):
        record(f"name_unit_{k}", fixture.log_in(node))


def read_modules(fixture: KitBench) -> dict[Port, ModuleIdentity | None]:
    """What is plugged into every planned port of the switches."""
    return {port.at: fixture.module(port.at) for port in fixture.ports if port.is_switch}


def record_labels(fixture: KitBench, record: Record) -> None:
    """Scan the kit's label and hold it against what the memories say."""
    labels = fixture.labels()
    positions = {one["name"]: one.get("position", one["name"]) for one in fixture.parameters["nodes"]}
    for k, switch in enumerate(fixture.switches, 1):
        record(f"switch_label_slot_{k}", _agreement(labels[positions[switch]], fixture.serial_of(switch)))
    modules = read_modules(fixture)
    for port in fixture.ports:
        if port.is_switch:
            module = modules[port.at]
            told = None if module is None else module.serial
            record(f"label_port_{port.number}", _agreement(labels[port.position], told))


def record_modules(fixture: KitBench, record: Record) -> None:
    """Read part and length in every port of the switches."""
    modules = read_modules(fixture)
    for port in fixture.ports:
        if not port.is_switch:
            continue
        module = modules[port.at]
        record(f"part_port_{port.number}", "nothing" if module is None else module.part or "no part number")
        if port.length_m is not None:
            told = None if module is None else module.length_m
            record(f"length_port_{port.number}", _UNKNOWN_LENGTH if told is None else Reading(told, "m"))


def _agreement(label: str, told: str | None) -> str:
    return "agrees" if told == label else f"label {label}, memory {told or 'none'}"
