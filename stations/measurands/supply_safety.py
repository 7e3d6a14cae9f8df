"""Protective earth and insulation of mains equipment: bond first, then withstand.

With the earth open a withstand test to it passes whatever the insulation is like, so that the order is part of the
test. Both are hazardous and neither is repeated without a disposition.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from drivers.capabilities import WithstandResult
from drivers.reading import Reading
from stations.fixtures.psu_bench import PsuBench
from stations.limits import Measurand
from stations.measurands.fixture_contacts import (
    pole_measurands,
    record_poles,
    record_return_contact,
    return_contact_measurands,
)
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

    def pole_resistances(self) -> tuple[Reading, ...]:
        """Resistance from line to neutral of each inlet through both poles of the high voltage, its output off."""
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
    yield from return_contact_measurands()


def withstand_measurands(parameters: Parameters, inlets: Sequence[str] = ("",)) -> Iterator[Measurand]:
    """Judgement and leakage of the withstand test, and insulation at a lower voltage after it."""
    yield from pole_measurands(inlets)
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
    found = fixture.return_meter.measure_four_wire_resistance(1.0)
    record("return_resistance", found)
    record_return_contact(fixture.return_meter.measure_resistance(100.0), found, record)


def record_withstand(fixture: SafetyBench, record: Record, inlets: Sequence[str] = ("",)) -> None:
    """Look through both poles, stress the insulation between mains and earth, then measure it."""
    record_poles(fixture.pole_resistances(), record, inlets)
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
