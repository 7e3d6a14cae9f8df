"""Finished 800G passive cable: memory of both plugs, ground and sidebands, then every pair by RF, alone and beside
its neighbours.

Limits come from the product: IEEE 802.3ck Annex 162 for SDD21 between TP1 and TP4, unverified here because the
text is behind a paywall; the others are the product's own.
"""

from collections.abc import Iterator
from itertools import pairwise

from drivers.reading import Reading
from stations.fixtures.dac_rf import DacRfFixture
from stations.limits import Measurand
from stations.measurands.pair_rf import PAIR_PARAMETERS, pair_measurands, record_pair
from stations.measurands.plug_memory import MEMORY_PARAMETERS, memory_measurands, record_memory
from stations.plan import Parameters, Record, TestPlan
from stations.touchstone_file import TOUCHSTONE, s4p_of

PLAN = TestPlan(
    name="dac_800g_final_test",
    revision="2",
    operation="final_test",
    family="cable",
    fixture="dac_rf",
    required_parameters=(
        "pairs",
        "ground_max_ohm",
        "present_max_ohm",
        "search",
        "crosstalk",
        *MEMORY_PARAMETERS,
        *PAIR_PARAMETERS,
    ),
)

_ENDS = ("a", "b")


def _memories(parameters: Parameters) -> Iterator[Measurand]:
    for end in _ENDS:
        yield from memory_measurands(parameters, end)


def _grounds(parameters: Parameters) -> Iterator[Measurand]:
    yield Measurand("ground_resistance", "ohm", low=0.0, high=parameters["ground_max_ohm"], over_range="fail")
    for end in _ENDS:
        yield Measurand(f"present_{end}", "ohm", low=0.0, high=parameters["present_max_ohm"], over_range="fail")


def _pairs(parameters: Parameters) -> range:
    return range(1, int(parameters["pairs"]) + 1)


def _pair_map(parameters: Parameters) -> Iterator[Measurand]:
    for pair in _pairs(parameters):
        yield Measurand(f"pair_map_pair_{pair}", "", equals=str(pair), clause="which far pair answers")


def _crosstalk(parameters: Parameters) -> Iterator[Measurand]:
    for pair in _pairs(parameters):
        yield Measurand(
            f"next_pair_{pair}",
            "dB",
            low=parameters["crosstalk"]["next_min_db"],
            clause="NEXT loss at end A to the pairs beside it, worst up to Nyquist",
        )


def _responses(parameters: Parameters) -> Iterator[Measurand]:
    for pair in _pairs(parameters):
        yield from pair_measurands(parameters, pair)


@PLAN.step(_memories)
def plug_memories(fixture: DacRfFixture, record: Record) -> None:
    """Read the memory of both plugs."""
    for end in _ENDS:
        record_memory(record, end, fixture.memory(end.upper()), fixture.unit)


@PLAN.step(_grounds)
def ground_and_sidebands(fixture: DacRfFixture, record: Record) -> None:
    """Measure the ground from plug to plug and each module-present pin."""
    record("ground_resistance", fixture.ground_resistance())
    for end in _ENDS:
        record(f"present_{end}", fixture.present_resistance(end.upper()))


@PLAN.step(_pair_map)
def pair_map(fixture: DacRfFixture, record: Record) -> None:
    """Find which far pair answers on each near pair, at a few low frequencies."""
    search = fixture.parameters["search"]
    fixture.search_sweep()

    def answers(near: int, far: int) -> bool:
        heard = fixture.search(near, far).mean_transmission_db(search["start_hz"], search["stop_hz"])
        return bool(heard > search["answers_above_db"])

    pairs = _pairs(fixture.parameters)
    for near in pairs:
        found = [near] if answers(near, near) else [far for far in pairs if far != near and answers(near, far)]
        record(f"pair_map_pair_{near}", ",".join(map(str, found)) or "open")


@PLAN.step(_responses, timeout_s=300.0)
def pair_responses(fixture: DacRfFixture, record: Record) -> None:
    """Sweep every pair from end to end."""
    fixture.full_sweep()
    for pair in _pairs(fixture.parameters):
        response = fixture.pair_response(pair, pair)
        _attach_sweep(fixture, record, pair)
        record_pair(record, pair, response, fixture.earlier[pair], fixture.parameters)


def _attach_sweep(fixture: DacRfFixture, record: Record, pair: int) -> None:
    """Attach the last sweep, for whoever wants to see more of a pair than its numbers."""
    if fixture.swept is not None:
        content = s4p_of(fixture.swept, fixture.port_order, f"pair {pair}: ports 1 P and 2 N near, 3 P and 4 N far")
        shows = tuple(measurand.name for measurand in pair_measurands(fixture.parameters, pair))
        record.attach(f"pair_{pair}.s4p", TOUCHSTONE, content, shows=shows)


@PLAN.step(_crosstalk)
def near_end_crosstalk(fixture: DacRfFixture, record: Record) -> None:
    """Sweep from each pair to the one beside it, both at end A; the worse neighbour of a pair counts."""
    crosstalk = fixture.parameters["crosstalk"]
    fixture.crosstalk_sweep()
    least: dict[int, float] = {}
    for pair, beside in pairwise(_pairs(fixture.parameters)):
        loss = fixture.near_end_response(pair, beside).least_loss_db(crosstalk["start_hz"], crosstalk["stop_hz"])
        for one in (pair, beside):
            least[one] = min(loss, least.get(one, loss))
    for pair, loss in least.items():
        record(f"next_pair_{pair}", Reading(loss, "dB"))
