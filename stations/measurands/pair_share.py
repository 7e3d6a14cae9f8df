"""How two supplies share a load, and which of them is to blame when they do not.

Of two supplies one gives too much exactly as the other gives too little, so that a current held against the mean of
both fails both. Here each is held against the share bus, which carries the level of the one that gives most: a supply
gives the current that the level asks for, or is at fault itself. What a supply regulates and tells is measured before,
with nobody beside it; one that fails there takes no further part, and the other must be paired again: what it gives
beside a stranger to its own specification proves nothing of it.
"""

from collections.abc import Iterator

import numpy as np

from drivers.errors import Clipped, LinkError
from drivers.reading import Reading
from stations.fixtures.pair_bench import SLOTS, PairBench
from stations.limits import Measurand
from stations.measurands.supply_points import number
from stations.plan import Parameters, Record

PAIR_PARAMETERS = (
    "rated_current_a",
    "line_v",
    "frequency_hz",
    "output_min_v",
    "telemetry_tolerance",
    "sensors",
    "pair",
)
"""Product parameters that these measurands read."""

_SETTLE_S = 0.5
_START_S = 1.5
"""From a bus that is up to a supply in its steady state that answers."""
_BACK_S = 3.0
"""After its AC is back a supply starts and carries its share again within this."""
_RESTART_S = 14.0
"""A supply that tripped has tried again within this."""
_SILENT = "no answer"


def identity_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The supply in each place is the one that was scanned for it."""
    clause = "serial number told by the supply whose contactors were closed = the one scanned for its place"
    yield Measurand("serial_agrees", "", equals="yes", clause=clause)


def alone_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """What a supply regulates and tells with nobody beside it."""
    for point in parameters["pair"]["alone"]:
        yield Measurand(
            f"output_voltage_at_{point['load_pct']:g}",
            "V",
            low=point["output_min_v"],
            high=point["output_max_v"],
            clause="alone on the busbar: 50.5 V without load, 0.5 V of droop",
        )
    clause = "what the supply tells over what the bench measures, less one"
    for name in ("output_voltage", "output_current"):
        yield Measurand(
            f"telemetry_{name}",
            "1",
            nominal=0.0,
            tolerance=parameters["telemetry_tolerance"],
            over_range="fail",
            clause=clause,
        )


def level_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """What a supply alone puts on the share bus."""
    yield Measurand(
        "share_level_error",
        "1",
        nominal=0.0,
        tolerance=parameters["pair"]["share_tolerance"],
        over_range="fail",
        clause=f"level over what its current stands for, less one; alone at {_alone_pct(parameters):g} %",
    )


def share_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """How far a supply is from what the share bus asks for; what it is of the mean, for the record."""
    pair = parameters["pair"]
    for load_pct in pair["loads_pct"]:
        yield _share_error(f"share_error_at_{load_pct:g}", pair["share_tolerance"], f"{load_pct:g} % of the pair")
        yield Measurand(
            f"part_of_mean_at_{load_pct:g}",
            "1",
            clause="current over the mean of both, less one: the pair's figure, which blames nobody",
        )


def hand_over_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The bus while this supply carries everything because the other has lost its AC, and how it shares after that."""
    pair = parameters["pair"]
    clause = f"the other one without AC; all of {pair['hand_over_pct']:g} % of the rated current of one"
    yield Measurand("hand_over_least_voltage", "V", low=pair["bus_min_v"], over_range="fail", clause=clause)
    yield Measurand("hand_over_voltage", "V", low=pair["carried_min_v"], high=pair["carried_max_v"], clause=clause)
    yield Measurand("hand_over_current", "A", clause=clause)


def returned_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """How each shares once both have been away and are back."""
    pair = parameters["pair"]
    yield _share_error("returned_share_error", pair["share_tolerance"], "after each of them was without AC")


def record_identity(fixture: PairBench, record: Record) -> None:
    """Close one supply's contactors after the other's and ask who has come to life."""
    fixture.switch_mains_on()
    for slot in record.units:
        _alone(fixture, slot)
        told = _SILENT
        if fixture.answers(slot):
            try:
                told = fixture.supplies[slot].read_identity().serial
            except LinkError:
                told = _SILENT
        scanned = fixture.units[slot - 1].serial
        record.unit(slot)("serial_agrees", "yes" if told == scanned else f"no: {told!r}")


def record_alone(fixture: PairBench, record: Record) -> None:
    """Measure each supply with the other's contactors open."""
    for slot in record.units:
        _alone(fixture, slot)
        unit = record.unit(slot)
        for point in fixture.parameters["pair"]["alone"]:
            fixture.draw(point["load_pct"] / 100.0 * fixture.rated_a)
            fixture.wait(_SETTLE_S)
            unit(f"output_voltage_at_{point['load_pct']:g}", fixture.bus_voltage())
        # At the last point, the highest load of the table.
        supply = fixture.supplies[slot]
        try:
            told = (supply.read_output_voltage(), supply.read_output_current())
        except LinkError as error:
            unit.error(f"the supply in slot {slot} does not answer: {error}")
            continue
        unit("telemetry_output_voltage", _error(told[0], fixture.bus_voltage(), "output voltage"))
        unit("telemetry_output_current", _error(told[1], fixture.current(slot), "output current"))


def record_level(fixture: PairBench, record: Record) -> None:
    """Read the share bus with one supply after the other on it."""
    for slot in record.units:
        _alone(fixture, slot)
        fixture.draw(_alone_pct(fixture.parameters) / 100.0 * fixture.rated_a)
        fixture.wait(_SETTLE_S)
        level = number(fixture.share_voltage(), "share bus voltage")
        stands_for = number(fixture.current(slot), "output current") / fixture.rated_a
        record.unit(slot)("share_level_error", _over(level, stands_for * float(fixture.parameters["pair"]["share_v"])))


def record_share(fixture: PairBench, record: Record) -> None:
    """Put both on the bus and go through the loads."""
    if not _both(fixture, record):
        return
    for load_pct in fixture.parameters["pair"]["loads_pct"]:
        fixture.draw(SLOTS * load_pct / 100.0 * fixture.rated_a)
        fixture.wait(_SETTLE_S)
        asked = _asked_a(fixture)
        currents = {slot: number(fixture.current(slot), "output current") for slot in record.units}
        mean = sum(currents.values()) / SLOTS
        for slot, ampere in currents.items():
            unit = record.unit(slot)
            unit(f"share_error_at_{load_pct:g}", _over(ampere, asked))
            unit(f"part_of_mean_at_{load_pct:g}", _over(ampere, mean))


def record_hand_over(fixture: PairBench, record: Record) -> None:
    """Take the AC of each away under load, see the other carry everything, and give it back."""
    if not _both(fixture, record):
        return
    pair = fixture.parameters["pair"]
    for carrying in record.units:
        gone = SLOTS + 1 - carrying
        fixture.draw(pair["hand_over_pct"] / 100.0 * fixture.rated_a)
        fixture.wait(_SETTLE_S)
        unit = record.unit(carrying)
        unit("hand_over_least_voltage", _least_voltage(fixture, gone))
        fixture.wait(_SETTLE_S)
        voltage = fixture.bus_voltage()
        unit("hand_over_voltage", voltage)
        unit("hand_over_current", fixture.current(carrying))
        fixture.draw(0.0)
        fixture.connect(gone, True)
        fixture.wait_for_bus()
        # One that could not carry it has tripped, and tries again by itself.
        fixture.wait(_BACK_S if _is_up(fixture, voltage) else _RESTART_S)


def record_returned(fixture: PairBench, record: Record) -> None:
    """Let both carry the highest load again."""
    if not _both(fixture, record):
        return
    fixture.draw(SLOTS * max(fixture.parameters["pair"]["loads_pct"]) / 100.0 * fixture.rated_a)
    fixture.wait(_SETTLE_S)
    asked = _asked_a(fixture)
    for slot in record.units:
        ampere = number(fixture.current(slot), "output current")
        record.unit(slot)("returned_share_error", _over(ampere, asked))


def _alone(fixture: PairBench, slot: int) -> None:
    """This supply alone on the bus, without load and settled; a bus that does not come up is measured as it is.

    Without load a supply lives on its capacitors for many seconds: the bus is emptied first, so that what is found
    there is this one's alone.
    """
    for each in fixture.supplies:
        fixture.connect(each, False)
    fixture.empty_bus()
    fixture.connect(slot, True)
    fixture.wait_for_bus()
    fixture.wait(_START_S)
    fixture.answers(slot)


def _both(fixture: PairBench, record: Record) -> bool:
    """Bring both on the bus without load. Says so of whoever has no partner any more, and then does nothing."""
    if len(record.units) < SLOTS:
        for slot in record.units:
            partner = fixture.units[SLOTS - slot].serial
            record.unit(slot).error(
                f"its partner {partner} did not regulate or tell as specified and takes no further part;"
                " pair this supply with another one"
            )
        return False
    fixture.draw(0.0)
    for slot in record.units:
        fixture.connect(slot, True)
    fixture.wait_for_bus()
    fixture.wait(_START_S)
    return True


def _asked_a(fixture: PairBench) -> float:
    """Ampere that the level of the share bus asks of a supply; nothing on a bus that nobody drives."""
    level = number(fixture.share_voltage(), "share bus voltage")
    return level / float(fixture.parameters["pair"]["share_v"]) * fixture.rated_a


def _over(ampere: float, asked: float) -> Reading:
    """The one over the other, less one; OVER where nothing is asked for."""
    return Reading(ampere / asked - 1.0, "1") if asked > 0.0 else Reading(None, "1", over_range="OVER")


def _error(own: Reading, measured: Reading, what: str) -> Reading:
    found = number(measured, what)
    return Reading(number(own, what) / found - 1.0, "1") if found else Reading(None, "1", over_range="OVER")


def _least_voltage(fixture: PairBench, gone: int) -> Reading:
    """The deepest point of the bus; a bus that leaves the screen downwards has none."""
    pair = fixture.parameters["pair"]
    try:
        bus = fixture.pull_and_watch(gone, centre_v=pair["bus_min_v"] + 1.0, full_scale_v=4.0, span_s=pair["span_s"])
    except Clipped:
        return Reading(None, "V", over_range="UNDER")
    return Reading(float(np.min(bus.values)), "V")


def _is_up(fixture: PairBench, voltage: Reading) -> bool:
    return voltage.value is not None and voltage.value >= float(fixture.parameters["output_min_v"])


def _alone_pct(parameters: Parameters) -> float:
    return max(float(point["load_pct"]) for point in parameters["pair"]["alone"])


def _share_error(name: str, tolerance: float, where: str) -> Measurand:
    clause = f"current over what the level of the share bus asks for, less one; {where}"
    return Measurand(name, "1", nominal=0.0, tolerance=tolerance, over_range="fail", clause=clause)
