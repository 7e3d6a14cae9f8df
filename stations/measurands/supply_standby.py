"""What a server supply has beside its main output: PS_ON, the standby output and the share bus."""

from collections.abc import Iterator

from drivers.reading import Reading
from stations.fixtures.mcrps_bench import McrpsBench
from stations.limits import Measurand
from stations.measurands.supply_start import SETTLE_S, attach_inrush
from stations.plan import Parameters, Record
from stations.waveform_analysis import peak, rms_between

STANDBY_PARAMETERS = ("standby", "share", "start", "inrush_peak_max_a", "frequency_hz")
"""Product parameters that these measurands read."""

_STANDS_BY_S = 2.0
"""From the mains until the standby output is up and the supply could be asked for the main one."""
_BEYOND = Reading(None, "A", over_range="OVER")


def standby_start_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """As every supply, with the standby output first and the main output only when it is asked for."""
    start, standby = parameters["start"], parameters["standby"]
    clause = f"switched on at 90° of {start['line_v']:g} V"
    peak_a, rms_a = parameters["inrush_peak_max_a"], start["inrush_rms_max_a"]
    yield Measurand("inrush_peak", "A", high=peak_a, over_range="fail", clause=clause)
    yield Measurand("inrush_first_cycle_rms", "A", high=rms_a, over_range="fail", clause=clause)
    yield Measurand("standby_voltage", "V", low=standby["output_min_v"], high=standby["output_max_v"])
    yield Measurand("output_unasked", "V", high=standby["unasked_max_v"], clause="PS_ON is open: nobody asked for it")
    yield Measurand("start_time", "s", high=start["time_max_s"], over_range="fail", clause="PS_ON low to output up")


def set_point_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The output without load."""
    start = parameters["start"]
    yield Measurand("no_load_voltage", "V", low=start["output_min_v"], high=start["output_max_v"])


def share_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """What it tells other supplies of its current."""
    share = parameters["share"]
    clause = "alone, at the rated current"
    yield Measurand("share_level", "V", nominal=share["level_v"], tolerance=share["tolerance_v"], clause=clause)


def alarm_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """What it complains of while nothing is wrong."""
    yield Measurand("alarms", "", equals="", clause="STATUS_WORD = 0 at full load")


def record_standby_start(fixture: McrpsBench, record: Record) -> None:
    """Switch the mains on at their peak, look at the standby output, then ask for the main one by PS_ON."""
    start, hertz = fixture.parameters["start"], float(fixture.parameters["frequency_hz"])
    fixture.set_ps_on(False)
    fixture.connect_mains(start["line_v"])
    current = fixture.switch_on()
    attach_inrush(record, "inrush", current)
    record("inrush_peak", _BEYOND if current is None else Reading(peak(current), "A"))
    rms = _BEYOND if current is None else Reading(rms_between(current, 0.0, 1.0 / hertz), "A")
    record("inrush_first_cycle_rms", rms)
    fixture.wait(_STANDS_BY_S)
    record("standby_voltage", fixture.standby_voltage())
    record("output_unasked", fixture.output_voltage())
    fixture.set_ps_on(True)
    record("start_time", fixture.time_to_output())
    fixture.wait(SETTLE_S)
    fixture.bus.clear_alarms()
    fixture.bus.clear_events()


def record_set_point(fixture: McrpsBench, record: Record) -> None:
    """Measure the output without load."""
    fixture.draw(0.0)
    fixture.wait(SETTLE_S)
    record("no_load_voltage", fixture.output_voltage())


def record_share(fixture: McrpsBench, record: Record) -> None:
    """Draw the rated current and read the share bus."""
    fixture.draw(1.0)
    fixture.wait(SETTLE_S)
    record("share_level", fixture.share_level())


def record_alarms(fixture: McrpsBench, record: Record) -> None:
    """Ask at full load, and long enough after the start, what it complains of."""
    fixture.draw(1.0)
    fixture.wait(SETTLE_S)
    record("alarms", ",".join(fixture.bus.read_alarms()))
