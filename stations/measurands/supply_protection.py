"""What a supply does when it is abused: current limit, overvoltage, reverse current, heat; and what it logs of it."""

from collections.abc import Iterator

from drivers.errors import DeviceError
from drivers.reading import Reading
from stations.fixtures.psu_bench import PsuBench
from stations.limits import Measurand
from stations.measurands.supply_points import number
from stations.measurands.supply_start import SOAK_LOOK_S
from stations.plan import Parameters, Record

PROTECTION_PARAMETERS = ("current_limit", "overvoltage", "reverse_v", "reverse_max_a", "thermal", "events")
"""Product parameters that these measurands read."""

_DEAD_V, _DEAD_S = 1.0, 30.0
_HOT_SPOT = 102
"""The thermocouple at the supply's hottest part."""
_STEPS_AT_ONCE = 4
_DUE_SHARE = 0.8
"""From this share of the shortest restart that is allowed its end is looked for closely."""
"""Steps of the chamber between two looks while the hot spot is far below what it may trip at."""


def current_limit_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The current that it holds."""
    limit = parameters["current_limit"]
    yield Measurand("current_limit", "A", low=limit["low_a"], high=limit["high_a"], clause="constant current")
    yield Measurand(
        "restart_time",
        "s",
        low=limit["restart_min_s"],
        high=limit["restart_max_s"],
        over_range="fail",
        clause="shut down by the overload to up again",
    )


def overvoltage_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Where it trips, and that it comes back."""
    trip = parameters["overvoltage"]
    yield Measurand(
        "overvoltage_trip",
        "V",
        low=trip["low_v"],
        high=trip["high_v"],
        over_range="fail",
        clause="driven from outside, each level held for 0.2 s",
    )
    yield Measurand("overvoltage_recovery", "", equals="recovered", clause="cleared over its bus")


def reverse_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """What flows into a dead output."""
    yield Measurand("reverse_current", "A", high=parameters["reverse_max_a"], clause="into the output, mains off")


def thermal_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Where it warns, where it shuts down, and how far apart."""
    thermal = parameters["thermal"]
    for what in ("warning", "shutdown"):
        yield Measurand(
            f"temperature_{what}",
            "degC",
            low=thermal[f"{what}_min_c"],
            high=thermal[f"{what}_max_c"],
            over_range="fail",
            clause="at the hot spot, by the bench's thermocouple",
        )
    yield Measurand("temperature_lead", "degC", low=thermal["lead_min_c"], clause="shutdown above warning")


def event_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Its log, and its log cleared."""
    yield Measurand(
        "events", "", equals=",".join(parameters["events"]), clause="exactly what this test caused, oldest first"
    )
    yield Measurand("events_cleared", "", equals="", clause="the log is empty when it leaves")


def record_current_limit(fixture: PsuBench, record: Record) -> None:
    """Load with a resistance that would draw more than the limit, and measure what is drawn."""
    limit = fixture.parameters["current_limit"]
    fixture.load.set_constant_resistance(limit["resistance_ohm"])
    fixture.load.set_input(True)
    fixture.wait(limit["dwell_s"])
    record("current_limit", fixture.output_power().current)
    dead = 0.2 * float(fixture.parameters["output_min_v"])
    shut_down = fixture.falls_below(dead, limit["overload_max_s"])
    fixture.draw(0.1)
    # One that never shuts down has nothing to restart from: its limit is to blame, and it is not let off this one.
    due = _DUE_SHARE * float(limit["restart_min_s"])
    record("restart_time", fixture.time_to_output(due) if shut_down else Reading(None, "s", over_range="OVER"))


def record_overvoltage(fixture: PsuBench, record: Record) -> None:
    """Drive the output upwards from outside until the supply protects itself, then bring it back."""
    trip = fixture.parameters["overvoltage"]
    fixture.draw(0.02)
    fixture.connect_backfeed(True)
    volt = trip["low_v"] - trip["margin_v"]
    tripped = False
    while not tripped and volt < trip["high_v"] + trip["margin_v"]:
        volt += trip["step_v"]
        fixture.backfeed.configure(volt, trip["current_a"])
        fixture.backfeed.set_output(True)
        fixture.wait(0.2)
        tripped = "OVER_VOLTAGE" in fixture.bus.read_alarms()
    reached = fixture.output_voltage()
    record("overvoltage_trip", reached if tripped else Reading(None, "V", over_range="OVER"))
    fixture.connect_backfeed(False)
    fixture.bus.clear_alarms()
    up = fixture.time_to_output()
    record("overvoltage_recovery", "recovered" if up.value is not None else "dead")


def record_reverse_current(fixture: PsuBench, record: Record) -> None:
    """With the mains off, drive the output from outside: only a sound OR-ing switch keeps the current out."""
    fixture.draw(0.1)
    fixture.ac.set_output(False)
    # While its bulk capacitor lasts the supply itself holds the output, and nothing flows into it.
    if not fixture.falls_below(_DEAD_V, _DEAD_S):
        raise DeviceError(
            f"output: it does not fall below {_DEAD_V:g} V without mains, so that nothing can be told of it"
        )
    fixture.draw(0.0)
    fixture.connect_backfeed(True)
    fixture.backfeed.configure(fixture.parameters["reverse_v"], fixture.parameters["overvoltage"]["current_a"])
    fixture.backfeed.set_output(True)
    fixture.wait(0.5)
    current = fixture.backfeed.measure_current()
    kept_out = number(current, "reverse current") <= fixture.parameters["reverse_max_a"]
    if kept_out and fixture.output_v() < 0.5 * fixture.parameters["reverse_v"]:
        raise DeviceError("backfeed: no current flows, and its voltage is not at the output; check contactor and leads")
    record("reverse_current", current)
    fixture.connect_backfeed(False)
    fixture.ac.set_output(True)
    fixture.time_to_output()


def record_overtemperature(fixture: PsuBench, record: Record) -> None:
    """Heat the chamber at full load until the supply warns and then shuts down."""
    thermal = fixture.parameters["thermal"]
    fixture.draw(1.0)
    found: dict[str, Reading] = {}
    names = {"warning": "OVER_TEMPERATURE_WARNING", "shutdown": "OVER_TEMPERATURE"}
    fixture.chamber.set_temperature(thermal["start_c"])
    fixture.wait(thermal["soak_s"], SOAK_LOOK_S)
    hot = fixture.thermometer.measure_temperatures([_HOT_SPOT])[0]
    ambient = thermal["start_c"]
    while len(found) < len(names) and ambient < thermal["ambient_max_c"]:
        # Far below the next threshold that the limits allow, it looks less often while it heats as fast.
        coming = min(thermal[f"{what}_min_c"] for what in names if what not in found)
        far = hot.value is not None and hot.value < coming - 2.0 * _STEPS_AT_ONCE * thermal["step_c"]
        steps = _STEPS_AT_ONCE if far else 1
        ambient = min(ambient + steps * thermal["step_c"], thermal["ambient_max_c"])
        fixture.chamber.set_temperature(ambient)
        fixture.wait(steps * thermal["step_s"], SOAK_LOOK_S)
        alarms = fixture.bus.read_alarms()
        # After the shutdown it cools: what was read before is nearer to where it happened.
        hot = max(hot, fixture.thermometer.measure_temperatures([_HOT_SPOT])[0], key=lambda r: r.value or 0.0)
        for what, alarm in names.items():
            if alarm in alarms and what not in found:
                found[what] = hot
    for what in names:
        record(f"temperature_{what}", found.get(what, Reading(None, "degC", over_range="OVER")))
    lead = number(found["shutdown"], "shutdown") - number(found["warning"], "warning") if len(found) == 2 else 0.0
    record("temperature_lead", Reading(lead, "degC"))
    fixture.chamber.set_temperature(float(fixture.parameters["ambient_c"]))
    fixture.draw(0.1)
    fixture.wait(thermal["cool_s"], SOAK_LOOK_S)
    fixture.bus.clear_alarms()
    fixture.time_to_output()


def record_events(fixture: PsuBench, record: Record) -> None:
    """Read what the supply logged: no more and no less than this test did to it; then leave it empty."""
    record("events", ",".join(event.name for event in fixture.bus.read_events()))
    fixture.bus.clear_events()
    record("events_cleared", ",".join(event.name for event in fixture.bus.read_events()))
