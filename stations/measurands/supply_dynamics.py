"""How a supply answers in time: ripple, a load step, and the mains gone."""

from collections.abc import Iterator

from drivers.capabilities import Waveform
from drivers.reading import Reading
from stations.fixtures.psu_bench import PsuBench
from stations.limits import Measurand
from stations.measurands.fixture_contacts import load_contact_measurands, record_load_contact
from stations.measurands.supply_points import number
from stations.measurands.supply_start import SETTLE_S
from stations.plan import Parameters, Record
from stations.supply_scope import AC_LOSS, LINE_CURRENT, OUTPUT, OUTPUT_CURRENT
from stations.waveform_analysis import (
    NotInWaveform,
    first_crossing,
    greatest_deviation,
    last_time_above,
    mean_between,
    peak_to_peak,
    settling_time,
    smoothed,
)
from stations.waveform_file import CSV, csv_of

_BEYOND = Reading(None, "V", over_range="OVER")
"""What leaves the oscilloscope's window is further out than any limit: the window is several limits wide."""

_PATIENCE_S = 5.0

DYNAMIC_PARAMETERS = ("ripple_max_v", "load_step", "hold_up")
"""Product parameters that these measurands read."""


def ripple_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Peak to peak at full load."""
    clause = "peak to peak, 20 MHz, at full load"
    yield Measurand("ripple", "V", high=parameters["ripple_max_v"], over_range="fail", clause=clause)
    yield from load_contact_measurands()


def load_step_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Deviation and settling of one step up."""
    step = parameters["load_step"]
    clause = f"{step['from_pct']:g} to {step['to_pct']:g} % at {step['slew_a_us']:g} A/µs"
    yield Measurand("load_step_deviation", "V", high=step["deviation_max_v"], over_range="fail", clause=clause)
    yield Measurand("load_step_settling", "s", high=step["settling_max_s"], over_range="fail", clause=clause)


def hold_up_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Hold-up, warning and restart at each load."""
    for test in parameters["hold_up"]["tests"]:
        where = f"_at_{test['load_pct']:g}"
        yield Measurand(
            f"hold_up{where}",
            "s",
            low=test["time_min_s"],
            over_range="fail",
            clause="mains gone to output out of regulation",
        )
        yield Measurand(
            f"ac_loss_lead{where}",
            "s",
            low=test["lead_min_s"],
            over_range="fail",
            clause="AC_LOSS to output out of regulation",
        )


def record_ripple(fixture: PsuBench, record: Record) -> None:
    """Look at the output at full load through 20 MHz, over two periods of the mains."""
    fixture.draw(1.0)
    fixture.wait(SETTLE_S)
    hertz = float(fixture.parameters["frequency_hz"])
    fixture.watch_ripple(full_scale_v=4.0 * fixture.parameters["ripple_max_v"], span_s=2.0 / hertz)
    fixture.scope.acquire_now()
    seen = fixture.waveform(OUTPUT)
    if seen is not None:
        record.attach("ripple.csv", CSV, csv_of({"output": seen}), shows=("ripple",))
    record("ripple", _BEYOND if seen is None else Reading(peak_to_peak(seen), "V"))
    record_load_contact(fixture.output_voltage(), fixture.load, record)


def record_load_step(fixture: PsuBench, record: Record) -> None:
    """Step the load up and see how far the output leaves its way, and for how long."""
    step = fixture.parameters["load_step"]
    low, high = (step[key] / 100.0 * fixture.rated_a for key in ("from_pct", "to_pct"))
    slew = 1e6 * step["slew_a_us"]
    fixture.load.set_constant_current(low, slew)
    fixture.load.set_input(True)
    fixture.wait(SETTLE_S)
    volt = number(fixture.output_voltage(), "output voltage")
    window = 4.0 * step["settling_max_s"]
    fixture.watch_output(
        centre_v=volt - step["deviation_max_v"],
        full_scale_v=6.0 * step["deviation_max_v"],
        span_s=1.5 * window,
        before_s=0.5 * window,
    )
    fixture.scope.arm(OUTPUT_CURRENT, 0.5 * (low + high), "RISE")
    fixture.load.set_constant_current(high, slew)
    # A supply that cannot give the current has no answer to the step, and one beyond the window no good one.
    seen = fixture.waveform(OUTPUT) if fixture.scope.wait_for_trigger(_PATIENCE_S) else None
    if seen is None:
        record("load_step_deviation", _BEYOND)
        record("load_step_settling", Reading(None, "s", over_range="OVER"))
        fixture.draw(1.0)
        return
    shows = ("load_step_deviation", "load_step_settling")
    record.attach("load_step.csv", CSV, csv_of({"output": seen}), shows=shows)
    # Over one period of the switching ripple, which is not what the step did.
    answer = smoothed(seen, step["smoothing_s"])
    after = mean_between(answer, 0.7 * window, float(answer.times_s[-1]))
    record("load_step_deviation", Reading(greatest_deviation(answer, 0.4 * window, after), "V"))
    record("load_step_settling", _settling(answer, after, step["band_v"]))
    fixture.draw(1.0)


def record_hold_up(fixture: PsuBench, record: Record) -> None:
    """Take the mains away for long enough that the output must fall, and give it back."""
    for test in fixture.parameters["hold_up"]["tests"]:
        where = f"_at_{test['load_pct']:g}"
        fixture.draw(test["load_pct"] / 100.0)
        fixture.wait(2.0)
        volt = number(fixture.output_voltage(), "output voltage")
        if volt < 0.5 * fixture.parameters["output_min_v"]:
            # A supply that is dead already holds nothing up.
            record(f"hold_up{where}", Reading(None, "s", over_range="UNDER"))
            record(f"ac_loss_lead{where}", Reading(None, "s", over_range="UNDER"))
            continue
        edge = volt - fixture.parameters["hold_up"]["regulation_v"]
        fixture.watch_output(centre_v=0.75 * volt, full_scale_v=0.7 * volt, span_s=0.2, before_s=0.15)
        fixture.scope.arm(OUTPUT, edge, "FALL")
        fixture.ac.drop_output(fixture.parameters["hold_up"]["drop_s"], 90.0)
        fixture.capture(OUTPUT, edge, "FALL", f"hold-up at {test['load_pct']:g} %")
        line, warning = fixture.scope.read_waveform(LINE_CURRENT), fixture.scope.read_waveform(AC_LOSS)
        # The output itself leaves the screen as it dies; that it crossed the edge is what the zero of the times says.
        content = csv_of({"line": line, "ac_loss": warning})
        shows = (f"hold_up{where}", f"ac_loss_lead{where}")
        record.attach(f"hold_up{where}.csv", CSV, content, shows=shows)
        lost = last_time_above(line, fixture.parameters["hold_up"]["line_gone_a"])
        warned = first_crossing(warning, 1.65, "FALL")
        # The trigger is the moment at which the output left regulation.
        record(f"hold_up{where}", Reading(-lost, "s"))
        record(f"ac_loss_lead{where}", Reading(-warned, "s"))
        fixture.draw(0.1)
        fixture.time_to_output()


def _settling(answer: Waveform, after: float, band: float) -> Reading:
    try:
        return Reading(settling_time(answer, after, band), "s")
    except NotInWaveform:
        return Reading(None, "s", over_range="OVER")
