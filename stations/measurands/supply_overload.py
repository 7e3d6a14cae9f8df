"""How a server supply protects itself: overcurrent of inverse time with hiccup, overvoltage that latches.

The trip current is found from below: coarse steps until it trips, then fine ones from the last that it stood, each
held for longer than the smallest overload takes. One large overload then shows the time to trip and the pause.
"""

from collections.abc import Iterator

from drivers.capabilities import Waveform
from drivers.reading import Reading
from stations.fixtures.psu_bench import PsuBench
from stations.limits import Measurand
from stations.measurands.supply_start import SETTLE_S
from stations.plan import Parameters, Record
from stations.supply_scope import OUTPUT, OUTPUT_CURRENT
from stations.waveform_analysis import NotInWaveform, first_crossing
from stations.waveform_file import CSV, csv_of

OVERLOAD_PARAMETERS = ("overcurrent", "overvoltage")
"""Product parameters that these measurands read."""

_LOOK_S = 0.25
_CAPTURE_S = 20.0
_BEFORE_S = 0.6
_LEVEL_S = 0.2
_LATCHED_S = 5.0
"""Longer than the pause of the hiccup: an output that is still off by then waits to be told."""


def overload_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Trip current, time to trip, pause."""
    limit = parameters["overcurrent"]
    yield Measurand(
        "overcurrent_trip",
        "A",
        low=limit["low_a"],
        high=limit["high_a"],
        over_range="fail",
        clause=f"raised by {limit['fine_a']:g} A every {limit['dwell_s']:g} s",
    )
    yield Measurand(
        "overcurrent_time",
        "s",
        low=limit["trip_min_s"],
        high=limit["trip_max_s"],
        over_range="fail",
        clause=f"inverse time, at {limit['overload_a']:g} A",
    )
    yield Measurand(
        "restart_time",
        "s",
        low=limit["restart_min_s"],
        high=limit["restart_max_s"],
        over_range="fail",
        clause="hiccup: tripped to trying again",
    )


def latch_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Where overvoltage trips, and that only being cleared brings it back."""
    trip = parameters["overvoltage"]
    clause = f"driven from outside, each level held for {_LEVEL_S:g} s"
    low, high = trip["low_v"], trip["high_v"]
    yield Measurand("overvoltage_trip", "V", low=low, high=high, over_range="fail", clause=clause)
    yield Measurand("overvoltage_answer", "", equals="tripped, stayed off, came back", clause="cleared by CLEAR_FAULTS")


def record_overload(fixture: PsuBench, record: Record) -> None:
    """Find the trip current from below, then let it hiccup."""
    limit = fixture.parameters["overcurrent"]
    begin, end = limit["low_a"] - limit["margin_a"], limit["high_a"] + limit["margin_a"]
    tripped = _raise_until_trip(fixture, begin, limit["coarse_a"], end)
    if tripped is not None:
        _recover(fixture)
        tripped = _raise_until_trip(fixture, tripped - limit["coarse_a"], limit["fine_a"], tripped)
    # It lies between the last current that it stood and the one that tripped it.
    beyond = Reading(None, "A", over_range="OVER")
    record("overcurrent_trip", beyond if tripped is None else Reading(tripped - 0.5 * limit["fine_a"], "A"))
    _recover(fixture)
    _record_hiccup(fixture, record)
    _recover(fixture)


def _raise_until_trip(fixture: PsuBench, start_a: float, step_a: float, end_a: float) -> float | None:
    """The current at which it tripped, in A; None when it stood everything up to `end_a`."""
    dwell = float(fixture.parameters["overcurrent"]["dwell_s"])
    ampere = start_a
    while ampere <= end_a:
        fixture.load.set_constant_current(ampere)
        fixture.load.set_input(True)
        fixture.wait(dwell, _LOOK_S)
        if "OVER_CURRENT" in fixture.bus.read_alarms():
            return ampere
        ampere += step_a
    return None


def _recover(fixture: PsuBench) -> None:
    """Take the overload away and wait until it has tried again."""
    fixture.draw(0.1)
    fixture.wait(fixture.parameters["overcurrent"]["restart_max_s"], _LOOK_S)
    fixture.time_to_output()
    fixture.bus.clear_alarms()


def _record_hiccup(fixture: PsuBench, record: Record) -> None:
    """One overload from a light load, seen from before it until well after the next try."""
    limit = fixture.parameters["overcurrent"]
    dead = 0.5 * float(fixture.parameters["output_min_v"])
    middle = 0.5 * (0.1 * fixture.rated_a + limit["overload_a"])
    fixture.wait(SETTLE_S)
    fixture.watch_output(
        centre_v=dead, full_scale_v=6.0 * dead, span_s=_BEFORE_S + 1.2 * limit["restart_max_s"], before_s=_BEFORE_S
    )
    fixture.scope.arm(OUTPUT, dead, "FALL")
    fixture.load.set_constant_current(limit["overload_a"])
    missed = Reading(None, "s", over_range="OVER")
    if not fixture.scope.wait_for_trigger(_CAPTURE_S):
        record("overcurrent_time", missed)
        record("restart_time", missed)
        return
    output, current = fixture.waveform(OUTPUT), fixture.waveform(OUTPUT_CURRENT)
    seen = {name: one for name, one in (("output", output), ("load", current)) if one is not None}
    if seen:
        record.attach("overload.csv", CSV, csv_of(seen), shows=("overcurrent_time", "restart_time"))
    began = None if current is None else _crossing(current, middle, -_BEFORE_S)
    record("overcurrent_time", missed if began is None else Reading(-began, "s"))
    again = None if output is None else _crossing(output, 0.2 * dead, 0.0)
    record("restart_time", missed if again is None else Reading(again, "s"))


def _crossing(waveform: Waveform, level: float, after_s: float) -> float | None:
    try:
        return first_crossing(waveform, level, "RISE", after_s)
    except NotInWaveform:
        return None


def record_latch(fixture: PsuBench, record: Record) -> None:
    """Drive the output upwards from outside until it trips, let go, look whether it stays off, then clear it."""
    trip = fixture.parameters["overvoltage"]
    fixture.draw(0.02)
    fixture.connect_backfeed(True)
    volt, tripped = trip["low_v"] - trip["margin_v"], False
    while not tripped and volt < trip["high_v"] + trip["margin_v"]:
        volt += trip["step_v"]
        fixture.backfeed.configure(volt, trip["current_a"])
        fixture.backfeed.set_output(True)
        fixture.wait(_LEVEL_S)
        tripped = "OVER_VOLTAGE" in fixture.bus.read_alarms()
    reached = fixture.output_voltage()
    record("overvoltage_trip", reached if tripped else Reading(None, "V", over_range="OVER"))
    fixture.connect_backfeed(False)
    fixture.wait(_LATCHED_S, _LOOK_S)
    stayed_off = fixture.output_v() < 0.5 * float(fixture.parameters["output_min_v"])
    fixture.bus.clear_alarms()
    came_back = fixture.time_to_output().value is not None
    said = (
        "tripped" if tripped else "did not trip",
        "stayed off" if stayed_off else "stayed on",
        "came back" if came_back else "stayed dead",
    )
    record("overvoltage_answer", ", ".join(said))
