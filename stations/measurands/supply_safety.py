"""Protective earth and insulation of mains equipment: bond first, then withstand.

With the earth open a withstand test to it passes whatever the insulation is like, so that the order is part of the
test. Both are hazardous and neither is repeated without a disposition.
"""

from collections.abc import Iterator
from typing import Protocol

from drivers.capabilities import WithstandResult
from drivers.reading import Reading
from stations.fixtures.psu_bench import PsuBench
from stations.limits import Measurand
from stations.plan import Parameters, Record
from stations.withstand_end import reached_the_unit

SAFETY_PARAMETERS = ("safety",)
"""Product parameters that these measurands read."""


class SafetyBench(Protocol):
    """A fixture with a safety tester, for whatever has mains and an earth."""

    parameters: Parameters

    def ground_bond(self, current_a: float, dwell_s: float, limit_ohm: float) -> WithstandResult:
        """Resistance from the earth pin to the chassis at this current."""
        ...

    def withstand(self, voltage_v: float, dwell_s: float, limit_a: float) -> WithstandResult:
        """DC withstand from the mains conductors to earth."""
        ...

    def insulation(self, voltage_v: float, dwell_s: float, low_limit_ohm: float) -> WithstandResult:
        """Insulation from the mains conductors to earth."""
        ...


def earth_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The tester's own judgement and the resistance from the earth pin to the chassis."""
    safety = parameters["safety"]
    clause = f"at {safety['bond_current_a']:g} A for {safety['bond_dwell_s']:g} s"
    yield Measurand("bond_judgement", "", equals="PASS", clause="the tester's own judgement")
    yield Measurand("bond_resistance", "ohm", low=0.0, high=safety["bond_max_ohm"], over_range="fail", clause=clause)


def bond_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The same, and the output's return to the chassis."""
    yield from earth_measurands(parameters)
    safety = parameters["safety"]
    yield Measurand(
        "return_resistance", "ohm", high=safety["return_max_ohm"], over_range="fail", clause="output return to chassis"
    )


def withstand_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Judgement and leakage of the withstand test, and insulation at a lower voltage after it."""
    safety = parameters["safety"]
    clause = f"{safety['withstand_v']:g} V DC for {safety['withstand_dwell_s']:g} s, mains conductors to earth"
    yield Measurand("withstand_judgement", "", equals="PASS", clause="the tester's own judgement")
    yield Measurand("withstand_leakage", "A", high=safety["withstand_max_a"], over_range="fail", clause=clause)
    yield Measurand(
        "insulation",
        "ohm",
        low=safety["insulation_min_ohm"],
        over_range="pass",
        clause=f"at {safety['insulation_v']:g} V DC; above the tester's range is better",
    )


def record_earth(fixture: SafetyBench, record: Record) -> None:
    """Drive the bond current through the protective earth."""
    safety = fixture.parameters["safety"]
    found = fixture.ground_bond(safety["bond_current_a"], safety["bond_dwell_s"], safety["bond_max_ohm"])
    record("bond_judgement", found.judgement)
    record("bond_resistance", found.reading)


def record_bond(fixture: PsuBench, record: Record) -> None:
    """The same, and measure the output's return."""
    record_earth(fixture, record)
    record("return_resistance", fixture.return_meter.measure_four_wire_resistance(1.0))


def record_withstand(fixture: SafetyBench, record: Record) -> None:
    """Stress the insulation between mains and earth, then measure it."""
    safety = fixture.parameters["safety"]
    found = reached_the_unit(
        fixture.withstand(safety["withstand_v"], safety["withstand_dwell_s"], safety["withstand_max_a"]),
        safety["withstand_min_a"],
    )
    record("withstand_judgement", found.judgement)
    record("withstand_leakage", found.reading)
    if found.judgement == "PASS":
        insulation = fixture.insulation(safety["insulation_v"], 1.0, safety["insulation_min_ohm"])
        record("insulation", insulation.reading)
    else:
        # What has broken down is not stressed again.
        record("insulation", Reading(None, "ohm", over_range="UNDER"))
