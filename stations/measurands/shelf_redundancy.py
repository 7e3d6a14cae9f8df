"""One supply less: a shelf that must carry the load of five while one is gone, and take it back.

The slot's contactor is opened under load. Its supply lives on its capacitor for some tens of milliseconds, then the
others take over at once; the oscilloscope sees how deep the bus falls meanwhile.
"""

from collections.abc import Iterator

import numpy as np

from drivers.capabilities import Waveform
from drivers.errors import Clipped, LinkError
from drivers.reading import Reading
from stations.fixtures.shelf_bench import ShelfBench
from stations.limits import Measurand
from stations.measurands.shelf_load import SETTLE_S, record_shares, share_measurands, told_currents
from stations.plan import Parameters, Record
from stations.shelf_contactors import SLOTS
from stations.waveform_file import CSV, csv_of

REDUNDANCY_PARAMETERS = ("redundancy", "fans")
"""Product parameters that these measurands read."""

_BACK_S = 2.0
"""After its AC is back a supply carries its share again within this."""


def redundancy_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The bus while each of the chosen slots is gone, and how the others and then all share."""
    redundancy = parameters["redundancy"]
    for gone in redundancy["slots"]:
        at = f"_slot_{gone}"
        clause = f"slot {gone} without AC at {redundancy['load_pct']:g} % load"
        yield Measurand(
            f"redundant_least_voltage{at}", "V", low=redundancy["bus_min_v"], over_range="fail", clause=clause
        )
        yield Measurand(f"redundant_voltage{at}", "V", nominal=redundancy["bus_v"], tolerance=redundancy["tolerance_v"])
        for slot in range(1, SLOTS + 1):
            if slot != gone:
                yield Measurand(
                    f"redundant_share_error_psu_{slot}{at}",
                    "1",
                    nominal=0.0,
                    tolerance=parameters["share_tolerance"],
                    clause=f"current over the mean of the five, less one; {clause}",
                )
    yield from share_measurands("returned_share_error", parameters["share_tolerance"])


def fan_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The slower fan of every supply at full duty."""
    fans = parameters["fans"]
    nominal = fans["full_speed_rpm"]
    for slot in range(1, SLOTS + 1):
        yield Measurand(
            f"fan_speed_slot_{slot}",
            "1/min",
            nominal=nominal,
            tolerance=fans["tolerance"] * nominal,
            over_range="fail",
            clause="slowest fan of the supply at full duty",
        )


def event_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """What each supply logged during the test: the loss of AC where it was taken away, else nothing."""
    for slot in range(1, SLOTS + 1):
        gone = slot in parameters["redundancy"]["slots"]
        yield Measurand(f"events_slot_{slot}", "", equals="AC_LOSS" if gone else "")


def record_redundancy(fixture: ShelfBench, record: Record) -> None:
    """Take the AC of each chosen slot away under load and give it back."""
    redundancy = fixture.parameters["redundancy"]
    for gone in redundancy["slots"]:
        at = f"_slot_{gone}"
        fixture.draw(redundancy["load_pct"] / 100.0)
        fixture.wait(SETTLE_S)
        bus = _bus_without(fixture, gone)
        least = f"redundant_least_voltage{at}"
        if bus is not None:
            record.attach(f"redundancy{at}.csv", CSV, csv_of({"bus": bus}), shows=(least,))
        # A bus that left the screen downwards has no deepest point.
        deepest = Reading(None, "V", over_range="UNDER") if bus is None else Reading(float(np.min(bus.values)), "V")
        record(least, deepest)
        fixture.wait(SETTLE_S)
        record(f"redundant_voltage{at}", fixture.bus_voltage())
        others = {slot: ampere for slot, ampere in told_currents(fixture).items() if slot != gone}
        mean = sum(others.values()) / len(others)
        for slot, ampere in others.items():
            error = ampere / mean - 1.0 if mean else -1.0
            record(f"redundant_share_error_psu_{slot}{at}", Reading(error, "1"))
        fixture.connect_slot(gone, True)
        if fixture.bus_v() < float(fixture.parameters["output_min_v"]):
            # It broke down: without the load it comes back by itself.
            fixture.draw(0.0)
            fixture.wait_for_bus()
        fixture.wait(_BACK_S)
        fixture.answers(gone)
    fixture.draw(redundancy["load_pct"] / 100.0)
    fixture.wait(SETTLE_S)
    record_shares(record, "returned_share_error", told_currents(fixture))


def record_fans(fixture: ShelfBench, record: Record) -> None:
    """Ask for all the air and read the fans once they have come to it."""
    fixture.draw(0.0)
    fixture.bus.set_fan_duty(1.0)
    fixture.wait(fixture.parameters["fans"]["settle_s"])
    for slot in fixture.supplies:
        record(f"fan_speed_slot_{slot}", _slowest(fixture, slot))
    fixture.bus.set_fan_duty(None)


def record_shelf_events(fixture: ShelfBench, record: Record) -> None:
    """Read what each supply logged, and leave the logs empty."""
    for slot, supply in fixture.supplies.items():
        try:
            told = ",".join(event.name for event in supply.read_events())
        except LinkError:
            told = "no answer"
        record(f"events_slot_{slot}", told)
    fixture.bus.clear_events()


def _bus_without(fixture: ShelfBench, gone: int) -> Waveform | None:
    """The bus while a slot goes; None when it left the screen."""
    redundancy = fixture.parameters["redundancy"]
    try:
        return fixture.open_slot_and_watch(
            gone, centre_v=redundancy["bus_v"] - 0.5, full_scale_v=4.0, span_s=redundancy["span_s"]
        )
    except Clipped:
        return None


def _slowest(fixture: ShelfBench, slot: int) -> Reading:
    try:
        speeds = fixture.supplies[slot].read_fan_speeds()
    except LinkError:
        return Reading(None, "1/min", over_range="UNDER")
    return min(speeds, key=lambda speed: speed.value or 0.0, default=Reading(None, "1/min", over_range="UNDER"))
