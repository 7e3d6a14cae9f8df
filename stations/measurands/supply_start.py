"""A supply comes alive: what rushes in, how long it takes, and who it says it is."""

from collections.abc import Iterator

from drivers.capabilities import Waveform
from drivers.reading import Reading
from stations.fixtures.psu_bench import PsuBench
from stations.limits import Measurand
from stations.plan import Parameters, Record
from stations.waveform_analysis import peak, rms_between
from stations.waveform_file import CSV, csv_of

START_PARAMETERS = (
    "rated_current_a",
    "frequency_hz",
    "inrush_peak_max_a",
    "hot_inrush_peak_max_a",
    "start",
    "part_in_supply",
    "firmware",
)
"""Product parameters that these measurands read."""

_BEYOND = Reading(None, "A", over_range="OVER")

_EMPTY_S = 60.0

SOAK_LOOK_S = 10.0
"""How often STOP and interlock are looked at while a supply soaks."""

SETTLE_S = 0.2
"""After a change of line or load, before a point is measured: soft changes of the supply are over by then."""


def start_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Inrush, start time and the output without load."""
    start = parameters["start"]
    clause = f"switched on at 90° of {start['line_v']:g} V"
    yield Measurand("inrush_peak", "A", high=parameters["inrush_peak_max_a"], over_range="fail", clause=clause)
    yield Measurand("inrush_first_cycle_rms", "A", high=start["inrush_rms_max_a"], over_range="fail", clause=clause)
    yield Measurand("start_time", "s", high=start["time_max_s"], over_range="fail", clause="mains on to output up")
    yield Measurand("no_load_voltage", "V", low=start["output_min_v"], high=start["output_max_v"])


def identity_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Serial number, part and firmware as the supply tells them."""
    yield Measurand("serial_agrees", "", equals="yes", clause="serial number in the supply = the one on its label")
    yield Measurand("serial_told", "", tells="serial", clause="MFR_SERIAL, for the centre")
    yield Measurand("part_number", "", equals=str(parameters["part_in_supply"]))
    yield Measurand("firmware", "", equals=str(parameters["firmware"]))


def hot_restart_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Inrush while what limits it is warm."""
    yield Measurand(
        "hot_inrush_peak",
        "A",
        high=parameters["hot_inrush_peak_max_a"],
        over_range="fail",
        clause="at 90°, warm from full load, bulk capacitor empty",
    )


def record_start(fixture: PsuBench, record: Record) -> None:
    """Switch on at the worst moment of the mains, cold and without load."""
    start, hertz = fixture.parameters["start"], float(fixture.parameters["frequency_hz"])
    fixture.connect_mains(start["line_v"])
    current = fixture.switch_on()
    attach_inrush(record, "inrush", current)
    record("inrush_peak", _peak(current))
    rms = _BEYOND if current is None else Reading(rms_between(current, 0.0, 1.0 / hertz), "A")
    record("inrush_first_cycle_rms", rms)
    record("start_time", fixture.time_to_output())
    fixture.wait(SETTLE_S)
    record("no_load_voltage", fixture.output_voltage())
    fixture.bus.clear_alarms()
    fixture.bus.clear_events()


def record_identity(fixture: PsuBench, record: Record) -> None:
    """Ask the supply who it is."""
    told = fixture.bus.read_identity()
    scanned = fixture.unit.serial if fixture.unit is not None else ""
    record("serial_agrees", "yes" if told.serial == scanned else f"no: {told.serial!r}")
    record("serial_told", told.serial)
    record("part_number", told.part)
    record("firmware", told.firmware)


def record_hot_restart(fixture: PsuBench, record: Record) -> None:
    """Soak at full load, switch off, and on again while what limits the inrush is still hot."""
    fixture.draw(1.0)
    fixture.wait(fixture.parameters["thermal"]["soak_s"], SOAK_LOOK_S)
    fixture.ac.set_output(False)
    # Until the bulk capacitor is empty: before, the mains would charge but a part of it.
    fixture.wait(_EMPTY_S, SOAK_LOOK_S)
    current = fixture.switch_on()
    attach_inrush(record, "hot_inrush", current)
    record("hot_inrush_peak", _peak(current))
    fixture.time_to_output()


def attach_inrush(record: Record, name: str, current: Waveform | None) -> None:
    """Attach the line current of a switch-on, unless it left the screen: a clipped record shows nothing."""
    if current is not None:
        record.attach(f"{name}.csv", CSV, csv_of({"line": current}))


def _peak(current: Waveform | None) -> Reading:
    return _BEYOND if current is None else Reading(peak(current), "A")
