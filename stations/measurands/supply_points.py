"""A supply at its operating points: output voltage, efficiency, power factor, distortion, and its own meters.

The points are a table in the product's file, each with the limits that hold there; a point without a limit for a
quantity is not judged by it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from drivers.capabilities import PowerReading, SupplyTelemetry
from drivers.errors import DeviceError
from drivers.reading import Reading
from stations.fixtures.psu_bench import PsuBench
from stations.limits import Measurand
from stations.measurands.supply_start import SETTLE_S
from stations.plan import Parameters, Record

POINT_PARAMETERS = ("points", "telemetry_tolerance")
"""Product parameters that these measurands read."""

METERED = ("input_voltage", "input_current", "input_power", "output_voltage", "output_current", "output_power")
"""The supply's own meters that are held against the bench's."""


_LINE_PART = 0.05
"""How far the line at the supply may be from what was set: accuracy of source and analyser, and what the leads drop."""


def at(point: Mapping[str, Any]) -> str:
    """The end of a measurand's name that says where it was measured: ``_at_50_230v``."""
    return f"_at_{point['load_pct']:g}_{point['line_v']:g}v"


def point_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Everything that is measured at every point, and the best of the efficiencies."""
    if "efficiency_peak_min" in parameters:
        clause = "the best of all points"
        yield Measurand("efficiency_peak", "1", low=parameters["efficiency_peak_min"], over_range="fail", clause=clause)
    for point in parameters["points"]:
        where = at(point)
        yield Measurand(
            f"output_voltage{where}",
            "V",
            low=point["output_min_v"],
            high=point["output_max_v"],
            clause=parameters.get("output_clause", ""),
        )
        if "efficiency_min" in point:
            yield Measurand(
                f"efficiency{where}",
                "1",
                low=point["efficiency_min"],
                over_range="fail",
                clause=parameters.get("efficiency_clause", ""),
            )
        if "power_factor_min" in point:
            yield Measurand(f"power_factor{where}", "1", low=point["power_factor_min"], over_range="fail")
        if "distortion_max" in point:
            yield Measurand(
                f"current_distortion{where}",
                "1",
                high=point["distortion_max"],
                over_range="fail",
                clause="THD of the current",
            )
        if point.get("telemetry", False):
            tolerance = parameters["telemetry_tolerance"]
            for name in METERED:
                yield Measurand(
                    f"telemetry_{name}{where}",
                    "1",
                    nominal=0.0,
                    tolerance=tolerance,
                    over_range="fail",
                    clause="what the supply tells over what the bench measures, less one",
                )


def record_point(
    record: Record,
    point: Mapping[str, Any],
    *,
    source: PowerReading,
    output: PowerReading,
    voltage: Reading,
    distortion: Reading | None,
    bus: SupplyTelemetry,
) -> float | None:
    """Record one settled point; `voltage` is the meter's at the sense terminals. The efficiency, where it is judged."""
    efficiency = None
    where = at(point)
    record(f"output_voltage{where}", voltage)
    if "efficiency_min" in point:
        efficiency = number(output.power, "output power") / number(source.power, "input power")
        record(f"efficiency{where}", Reading(efficiency, "1"))
    if "power_factor_min" in point:
        record(f"power_factor{where}", source.power_factor)
    if distortion is not None:
        record(f"current_distortion{where}", distortion)
    if point.get("telemetry", False):
        told = (
            (bus.read_input_voltage(), source.voltage),
            (bus.read_input_current(), source.current),
            (bus.read_input_power(), source.power),
            (bus.read_output_voltage(), voltage),
            (bus.read_output_current(), output.current),
            (bus.read_output_power(), output.power),
        )
        for name, (own, measured) in zip(METERED, told, strict=True):
            record(f"telemetry_{name}{where}", _error(number(own, name), number(measured, name)))
    return efficiency


def _error(own: float, measured: float) -> Reading:
    """What is told over what is measured, less one; OVER where nothing is there to be told of."""
    return Reading(own / measured - 1.0, "1") if measured else Reading(None, "1", over_range="OVER")


def _record_dead(record: Record, point: Mapping[str, Any], voltage: Reading) -> None:
    """A supply without output has no other figure either, and fails in all of them."""
    where = at(point)
    record(f"output_voltage{where}", voltage)
    if "efficiency_min" in point:
        record(f"efficiency{where}", Reading(None, "1", over_range="UNDER"))
    if "power_factor_min" in point:
        record(f"power_factor{where}", Reading(None, "1", over_range="UNDER"))
    if "distortion_max" in point:
        record(f"current_distortion{where}", Reading(None, "1", over_range="OVER"))
    if point.get("telemetry", False):
        for name in METERED:
            record(f"telemetry_{name}{where}", Reading(None, "1", over_range="OVER"))


def record_points(fixture: PsuBench, record: Record) -> None:
    """Go through the table of lines and loads."""
    efficiencies: list[float] = []
    for point in fixture.parameters["points"]:
        fixture.ac.configure(point["line_v"], float(fixture.parameters["frequency_hz"]))
        fixture.draw(point["load_pct"] / 100.0)
        fixture.wait(SETTLE_S)
        voltage = fixture.output_voltage()
        if number(voltage, "output voltage") < 0.5 * point["output_min_v"]:
            # A supply is dead only with its mains on: the source's own meter tells, for the analyser needs a current.
            require_line(fixture.ac.measure_voltage(), point["line_v"])
            _record_dead(record, point, voltage)
            continue
        efficiency = record_point(
            record,
            point,
            source=at_line(fixture.input_power(), point["line_v"]),
            output=fixture.output_power(),
            voltage=voltage,
            distortion=fixture.current_distortion() if "distortion_max" in point else None,
            bus=fixture.bus,
        )
        if efficiency is not None:
            efficiencies.append(efficiency)
    if "efficiency_peak_min" in fixture.parameters:
        peak = Reading(max(efficiencies), "1") if efficiencies else Reading(None, "1", over_range="UNDER")
        record("efficiency_peak", peak)
    fixture.ac.configure(fixture.parameters["start"]["line_v"], float(fixture.parameters["frequency_hz"]))


def at_line(source: PowerReading, line_v: float) -> PowerReading:
    """What goes in, measured at the line that was set. Raises as `require_line`."""
    require_line(source.voltage, line_v)
    return source


def require_line(measured: Reading, line_v: float) -> None:
    """Raise `DeviceError` when the unit is at another line than was set, in V rms.

    A point of the table would be told of a line that it never saw.
    """
    found = number(measured, "input voltage")
    if abs(found - line_v) > _LINE_PART * line_v:
        raise DeviceError(
            f"mains: {line_v:g} V were set and {found:.4g} V are at the supply; does somebody else control the AC"
            " source, or is a contactor open?"
        )


def number(reading: Reading, what: str) -> float:
    """The value of a reading that must have one. Raises `DeviceError` when it left the range."""
    if reading.value is None:
        raise DeviceError(f"{what} is {reading.over_range} the range of its meter; choose a wider range")
    return reading.value
