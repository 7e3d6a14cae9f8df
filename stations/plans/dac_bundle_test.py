"""Bare twinax bundle, before the plugs: wire map, conductor resistance, insulation.

The receive lanes of a finished copper plug carry DC-blocking capacitors, so this is the last moment at which
direct current sees through a pair.
"""

from collections.abc import Iterator

from drivers.reading import Reading
from stations.fixtures.twinax_bundle import TwinaxBundleBed
from stations.limits import Measurand
from stations.plan import Parameters, Record, TestPlan

PLAN = TestPlan(
    name="dac_bundle_test",
    revision="2",
    operation="bundle_test",
    family="cable",
    fixture="twinax_bundle",
    required_parameters=(
        "pairs",
        "connected_below_ohm",
        "loop_resistance_min_ohm",
        "loop_resistance_max_ohm",
        "imbalance_max",
        "insulation_min_ohm",
        "insulation_voltage_v",
        "insulation_dwell_s",
    ),
)


def _pairs(parameters: Parameters) -> range:
    return range(1, int(parameters["pairs"]) + 1)


def _wire_map(parameters: Parameters) -> Iterator[Measurand]:
    for pair in _pairs(parameters):
        yield Measurand(f"wire_map_pair_{pair}", "", equals=str(pair), clause="IPC/WHMA-A-620 19.2 continuity")


def _resistances(parameters: Parameters) -> Iterator[Measurand]:
    for pair in _pairs(parameters):
        yield Measurand(
            f"loop_resistance_pair_{pair}",
            "ohm",
            low=parameters["loop_resistance_min_ohm"],
            high=parameters["loop_resistance_max_ohm"],
            over_range="fail",
            clause="product specification: wire gauge and length, at most 0.1 Ω more for the contacts",
        )
        # Over the sum and not the mean: two 5 mΩ contacts alone would fail every second healthy pair.
        yield Measurand(
            f"imbalance_pair_{pair}", "1", low=0.0, high=parameters["imbalance_max"], over_range="fail", clause="ΔR/ΣR"
        )


def _insulation_within(parameters: Parameters) -> Iterator[Measurand]:
    for pair in _pairs(parameters):
        low = parameters["insulation_min_ohm"]
        yield Measurand(f"insulation_within_pair_{pair}", "ohm", low=low, over_range="pass")


def _insulation(parameters: Parameters) -> Iterator[Measurand]:
    for pair in _pairs(parameters):
        # The tester judges too, and sees what a final reading does not: an arc, a limit broken on the way.
        yield Measurand(f"insulation_judgement_pair_{pair}", "", equals="PASS", clause="the tester's own judgement")
        yield Measurand(
            f"insulation_pair_{pair}",
            "ohm",
            low=parameters["insulation_min_ohm"],
            over_range="pass",
            clause=f"at {parameters['insulation_voltage_v']:g} V DC, against all other pairs and the shield",
        )


@PLAN.step(_wire_map)
def wire_map(fixture: TwinaxBundleBed, record: Record) -> None:
    """Find which far pair answers on each near pair."""
    for pair in fixture.pairs:
        found = fixture.far_pairs_of(pair, fixture.parameters["connected_below_ohm"])
        record(f"wire_map_pair_{pair}", ",".join(map(str, found)) or "open")


@PLAN.step(_resistances)
def conductor_resistance(fixture: TwinaxBundleBed, record: Record) -> None:
    """Measure both conductors of each pair: their sum is the loop, their difference the imbalance."""
    for pair in fixture.pairs:
        p, n = fixture.conductor_resistances(pair)
        if p.value is None or n.value is None:
            open_loop = Reading(None, "ohm", over_range="OVER")
            record(f"loop_resistance_pair_{pair}", open_loop)
            record(f"imbalance_pair_{pair}", Reading(None, "1", over_range="OVER"))
            continue
        loop = p.value + n.value
        record(f"loop_resistance_pair_{pair}", Reading(loop, "ohm"))
        record(f"imbalance_pair_{pair}", Reading(abs(p.value - n.value) / loop, "1"))


@PLAN.step(_insulation_within)
def insulation_within(fixture: TwinaxBundleBed, record: Record) -> None:
    """Measure between the conductors of each pair, far end open, at the meter's few volts."""
    for pair in fixture.pairs:
        record(f"insulation_within_pair_{pair}", fixture.insulation_within(pair))


@PLAN.step(_insulation, hazardous=True)
def insulation(fixture: TwinaxBundleBed, record: Record) -> None:
    """Measure each pair against everything else at the test voltage."""
    parameters = fixture.parameters
    results = fixture.insulation_to_all(
        parameters["insulation_voltage_v"], parameters["insulation_dwell_s"], parameters["insulation_min_ohm"]
    )
    for pair, result in results.items():
        record(f"insulation_judgement_pair_{pair}", result.judgement)
        record(f"insulation_pair_{pair}", result.reading)
