"""Cable harness or power whip: netlist, resistance under load, earth, withstand, insulation.

In the order of IPC/WHMA-A-620, 19: continuity always; the earth before any high voltage, for with the earth open a
withstand test to it proves nothing; withstand before insulation, whose voltage is never above it, so that what the
stress has done is seen. A-620 is paywalled: its figures here are unverified and stand in the product's file.
"""

from collections.abc import Iterator

from drivers.reading import Reading
from stations.fixtures.harness_bed import HarnessBed, HarnessWire, harness_wires
from stations.limits import Measurand
from stations.plan import Parameters, Record, TestPlan

PLAN = TestPlan(
    name="harness_test",
    revision="1",
    operation="harness_test",
    family="harness",
    fixture="harness_bed",
    required_parameters=("nets", "connected_below_ohm", "resistance", "withstand", "insulation"),
)


def _wires(parameters: Parameters) -> tuple[HarnessWire, ...]:
    return harness_wires(parameters["nets"])


def _named(parameters: Parameters) -> list[tuple[int, str]]:
    return list(enumerate(parameters["nets"], start=1))


def _netlist(parameters: Parameters) -> Iterator[Measurand]:
    for number, net in _named(parameters):
        pins = parameters["nets"][net]
        yield Measurand(f"joined_line_{number}", "", equals="+".join(pins), clause=f"net {net}; A-620 19 continuity")


def _rotation(parameters: Parameters) -> Iterator[Measurand]:
    yield Measurand("phase_rotation", "", equals="-".join(parameters["phases"]), clause="as it arrives at the far end")


def _resistances(parameters: Parameters) -> Iterator[Measurand]:
    limits = parameters["resistance"]
    at = f"four-wire at {limits['load_a']:g} A"
    for wire in _wires(parameters):
        clause = f"{wire.hub} to {wire.pin}, {at}, after {limits['cold_s']:g} s"
        high = limits["conductor_max_ohm"]
        yield Measurand(f"resistance_line_{wire.line}", "ohm", high=high, over_range="fail", clause=clause)
        clause = f"{wire.hub} to {wire.pin}, after {limits['load_s']:g} s beyond that"
        high = limits["rise_max_ohm"]
        yield Measurand(f"resistance_rise_line_{wire.line}", "ohm", high=high, over_range="fail", clause=clause)


def _earth(parameters: Parameters) -> Iterator[Measurand]:
    bond = parameters["earth"]
    clause = f"{bond['net']} at {bond['current_a']:g} A for {bond['dwell_s']:g} s"
    yield Measurand("bond_resistance", "ohm", low=0.0, high=bond["max_ohm"], over_range="fail", clause=clause)


def _withstand(parameters: Parameters) -> Iterator[Measurand]:
    stress = parameters["withstand"]
    clause = f"{stress['voltage_v']:g} V {stress['kind']} for {stress['dwell_s']:g} s, to all other nets"
    for number, net in _named(parameters):
        yield Measurand(f"withstand_judgement_line_{number}", "", equals="PASS", clause="the tester's own judgement")
        yield Measurand(
            f"leakage_line_{number}",
            "A",
            high=stress["leakage_max_a"],
            over_range="fail",
            clause=f"net {net}; {clause}",
        )


def _insulation(parameters: Parameters) -> Iterator[Measurand]:
    test = parameters["insulation"]
    for number, net in _named(parameters):
        clause = f"net {net} at {test['voltage_v']:g} V DC, to all other nets; above the tester's range is better"
        yield Measurand(f"insulation_line_{number}", "ohm", low=test["min_ohm"], over_range="pass", clause=clause)


@PLAN.step(_netlist)
def netlist(fixture: HarnessBed, record: Record) -> None:
    """Find which pins conduct to each other: every pin against every other one."""
    joined = fixture.joined_pins(fixture.parameters["connected_below_ohm"])
    for number, net in _named(fixture.parameters):
        record(f"joined_line_{number}", "+".join(joined[net]))


@PLAN.step(_rotation, when=lambda parameters: "phases" in parameters)
def phase_rotation(fixture: HarnessBed, record: Record) -> None:
    """Read at the far end which phase arrives where; two exchanged ones turn every motor and meter backwards."""
    joined = fixture.joined_pins(fixture.parameters["connected_below_ohm"])
    nets = fixture.nets
    at_far_end = {pin: net for net, pins in joined.items() for pin in pins if pin != nets[net][0]}
    arriving = [at_far_end.get(nets[phase][1], "open") for phase in fixture.parameters["phases"]]
    record("phase_rotation", "-".join(arriving))


@PLAN.step(_resistances, hazardous=True, timeout_s=300.0)
def resistance(fixture: HarnessBed, record: Record) -> None:
    """Drive the load current through each wire, shortly and then for longer: a loose crimp shows only when warm."""
    limits = fixture.parameters["resistance"]
    # The tester's own limit only ends a test early: judged is what it measured.
    cut_ohm = limits["cut_ohm"]
    for wire in fixture.wires:
        cold = fixture.loaded_resistance(wire, limits["load_a"], limits["cold_s"], cut_ohm).reading
        record(f"resistance_line_{wire.line}", cold)
        if cold.value is None or cold.value > cut_ohm:
            # What does not carry the current is not loaded again.
            record(f"resistance_rise_line_{wire.line}", Reading(None, "ohm", over_range="OVER"))
            continue
        warm = fixture.loaded_resistance(wire, limits["load_a"], limits["load_s"], cut_ohm).reading
        rise = None if warm.value is None else warm.value - cold.value
        over = Reading(None, "ohm", over_range="OVER")
        record(f"resistance_rise_line_{wire.line}", over if rise is None else Reading(rise, "ohm"))


@PLAN.step(_earth, hazardous=True, on_fail="stop", when=lambda parameters: "earth" in parameters)
def ground_bond(fixture: HarnessBed, record: Record) -> None:
    """Drive the bond current through the protective earth; without an earth nothing is energised after this."""
    bond = fixture.parameters["earth"]
    (wire,) = [one for one in fixture.wires if one.net == bond["net"]]
    record(
        "bond_resistance",
        fixture.loaded_resistance(wire, bond["current_a"], bond["dwell_s"], bond["max_ohm"]).reading,
    )


@PLAN.step(_withstand, hazardous=True, timeout_s=300.0, on_fail="stop")
def withstand(fixture: HarnessBed, record: Record) -> None:
    """Stress each net against all others."""
    stress = fixture.parameters["withstand"]
    test = fixture.ac_withstand if stress["kind"] == "AC" else fixture.dc_withstand
    for number, net in _named(fixture.parameters):
        found = test(net, stress)
        record(f"withstand_judgement_line_{number}", found.judgement)
        record(f"leakage_line_{number}", found.reading)


@PLAN.step(_insulation, hazardous=True, timeout_s=300.0)
def insulation(fixture: HarnessBed, record: Record) -> None:
    """Measure each net against all others, after the stress."""
    test = fixture.parameters["insulation"]
    for number, net in _named(fixture.parameters):
        found = fixture.insulation(net, test["voltage_v"], test["dwell_s"], test["min_ohm"])
        record(f"insulation_line_{number}", found.reading)
