"""A supply from switching on to every way of going off, as meters see it."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from sim_hardware.duts.power.defects import (
    AgedBulk,
    BurntRelay,
    DeadBlackBox,
    DriftedReference,
    FanStall,
    LateAcLoss,
    LowStandby,
    RestartTimer,
    SensorDrift,
    ShareContact,
    ShortedOring,
    ShuntDrift,
    SlowCurrentLoop,
    WeldedRelay,
)
from sim_hardware.duts.power.power_supply import PowerSupplyUnit
from sim_hardware.power.branch import LinearBranch

MakeRig = Callable[..., object]
Truth = Callable[[PowerSupplyUnit], Mapping[str, float]]


def source(volt: float, limit_a: float = 20.0) -> LinearBranch:
    """A DC supply that drives the output from outside."""
    return LinearBranch(plus="dc:+", minus="dc:-", ohm=0.01, emf_v=volt, limit_a=limit_a)


def short(ohm: float = 1e-3) -> LinearBranch:
    """A short, or a resistor."""
    return LinearBranch(plus="short:+", minus="short:-", ohm=ohm)


@pytest.mark.parametrize("preset", ["ORV3_3KW", "ORV3_HPR_12KW", "MCRPS"])
def test_it_starts_softly_and_regulates(rig: Callable[..., object], preset: str) -> None:
    """After the bulk capacitor is charged the output rises without a step and stays on its droop line."""
    r = rig(preset)
    design = r.unit.design
    r.run(design.rated_a)
    times, volt = r.last("OUT.U", 2.5)
    assert volt[0] == pytest.approx(0.0, abs=1e-6)
    assert np.abs(np.diff(volt)).max() < 0.02 * design.set_point_v
    assert r.volt == pytest.approx(design.full_load_v, rel=0.003)
    assert r.ampere == pytest.approx(design.rated_a, rel=1e-6)
    assert r.unit.level("AC_LOSS.U") == 3.3
    assert r.log == []
    assert times.size == volt.size


@pytest.mark.parametrize("preset", ["ORV3_3KW", "ORV3_HPR_12KW", "MCRPS"])
@pytest.mark.parametrize("load", [0.1, 0.5, 1.0])
def test_efficiency_comes_out_of_the_waveforms(
    rig: Callable[..., object], truth: Truth, preset: str, load: float
) -> None:
    """Power of the sampled input voltage and current is what the true efficiency says."""
    r = rig(preset)
    r.run(load * r.unit.design.rated_a)
    _, volt = r.last("AC.U", 0.2)
    _, ampere = r.last("AC.I", 0.2)
    watt = float(np.mean(volt[:-1] * ampere[:-1]))
    assert watt > r.volt * r.ampere
    assert r.volt * r.ampere / watt == pytest.approx(truth(r.unit)[f"efficiency_{100 * load:.0f}"], rel=1e-4)


def test_a_slow_current_loop_distorts(rig: Callable[..., object]) -> None:
    """Harmonics and power factor are those of the sampled current, and the corrector's fault shows in both."""

    def figures(*defects: object) -> tuple[float, float]:
        r = rig("ORV3_HPR_12KW", *defects)
        r.run(r.unit.design.rated_a)
        _, volt = r.last("AC.U", 0.2, 8001)
        _, ampere = r.last("AC.I", 0.2, 8001)
        volt, ampere = volt[:-1], ampere[:-1]
        lines = np.abs(np.fft.rfft(ampere))[10:410:10]
        power = float(np.mean(volt * ampere) / np.sqrt(np.mean(volt**2) * np.mean(ampere**2)))
        return float(np.sqrt(np.sum(lines[1:] ** 2)) / lines[0]), power

    healthy, faulty = figures(), figures(SlowCurrentLoop(ratio=0.04))
    assert healthy[0] < 0.02
    assert healthy[1] > 0.998
    assert faulty[0] > 0.05
    assert faulty[1] < 0.99


@pytest.mark.parametrize("preset", ["ORV3_3KW", "ORV3_HPR_12KW", "MCRPS"])
def test_hold_up_and_its_warning_are_as_long_as_true(rig: Callable[..., object], truth: Truth, preset: str) -> None:
    """Without AC the output stays for the true hold-up time, and AC_LOSS falls the true lead before its end."""
    r = rig(preset)
    r.run(r.unit.design.rated_a)
    r.switch_off()
    r.wait(0.1)
    times, volt = r.last("OUT.U", 0.1)
    _, logic = r.last("AC_LOSS.U", 0.1)
    out = times[np.argmax(volt < r.unit.specification.regulation_min_v)]
    warned = times[np.argmax(logic < 1.65)]
    true = truth(r.unit)
    assert out == pytest.approx(true["hold_up"], abs=2e-4)
    assert out - warned == pytest.approx(true["ac_loss_lead"], abs=2e-4)
    assert r.log == ["AC_LOSS"]
    assert abs(r.volt) < 0.1


def test_a_dip_is_ridden_through(rig: Callable[..., object]) -> None:
    """AC that comes back within the hold-up leaves the output as it was, and the log empty."""
    r = rig()
    r.run(r.unit.design.rated_a)
    before = r.volt
    r.switch_off()
    r.wait(0.010)
    r.switch_on(0.0)
    r.wait(2.0)
    _, volt = r.last("OUT.U", 2.0)
    assert volt.min() > before - 0.2
    assert r.log == []
    assert r.unit.level("AC_LOSS.U") == 3.3


def test_a_brown_out_is_a_loss(rig: Callable[..., object]) -> None:
    """It starts only above the upper threshold and runs on down to the lower one."""
    r = rig(volt_rms=170.0)
    r.run(10.0)
    assert abs(r.volt) < 0.1
    r.feed.volt_rms = 200.0
    r.join()
    r.wait(3.0)
    r.feed.volt_rms = 168.0
    r.join()
    r.wait(1.0)
    assert r.volt == pytest.approx(50.5, abs=0.2)
    r.feed.volt_rms = 150.0
    r.join()
    r.wait(5.0)
    assert abs(r.volt) < 0.1


def test_an_overload_is_limited_then_shut_down_and_tried_again(rig: Callable[..., object], truth: Truth) -> None:
    """Constant current after the pulse it allows; one entry in the log; a restart after the true pause."""
    r = rig()
    r.run(50.0)
    r.load.ampere = 0.0
    r.hang(short(0.15))
    r.wait(0.02)
    assert r.ampere > 1.2 * r.unit.design.rated_a
    r.wait(0.5)
    assert r.ampere == pytest.approx(truth(r.unit)["current_limit"], rel=1e-3)
    assert "OVER_CURRENT" in r.unit.controller.alarms()
    r.wait(5.0)
    assert abs(r.volt) < 0.1
    r.hang()
    r.wait(9.0)
    times, volt = r.last("OUT.U", 9.9)
    gone = times[np.argmax(volt < 1.0)]
    r.wait(2.0)
    times, volt = r.last("OUT.U", 9.9)
    back = times[np.argmax(volt > 5.0)] + 2.0
    assert r.volt > 50.0
    assert back - gone == pytest.approx(truth(r.unit)["restart_time"], abs=1.2)
    assert r.log == ["OVER_CURRENT"]


def test_a_short_trips_at_once(rig: Callable[..., object]) -> None:
    """A short is told from an overload, and gone a restart later."""
    r = rig()
    r.run(50.0)
    r.hang(short())
    r.wait(0.01)
    assert r.unit.controller.alarms() == {"SHORT_CIRCUIT"}
    assert not r.unit.controller.output_is_on()
    r.hang()
    r.wait(11.0)
    assert r.unit.controller.output_is_on()
    assert r.log == ["SHORT_CIRCUIT"]


def test_inverse_time_hiccups_then_latches(rig: Callable[..., object]) -> None:
    """An M-CRPS supply trips the sooner the larger the overload, tries again, and latches in the end."""
    r = rig("MCRPS")
    r.run(100.0)
    guard = r.unit.protections
    assert guard.trip_s(380.0) < guard.trip_s(300.0) <= guard.trip_s(257.0)
    r.draw(340.0)
    r.wait(0.9 * guard.trip_s(340.0))
    assert r.unit.controller.output_is_on()
    r.wait(0.2 * guard.trip_s(340.0))
    assert not r.unit.controller.output_is_on()
    r.wait(60.0)
    assert r.unit.is_latched
    assert r.log == ["OVER_CURRENT"] * 6
    r.draw(10.0)
    r.wait(30.0)
    assert abs(r.volt) < 0.1
    r.unit.controller.clear_alarms()
    r.wait(1.0)
    assert r.unit.controller.output_is_on()


def test_driven_from_outside_it_trips_over_voltage(rig: Callable[..., object], truth: Truth) -> None:
    """An external supply above the threshold latches it; the OR-ing FET lets nothing in."""
    r = rig()
    r.run(5.0)
    trip = truth(r.unit)["over_voltage_trip"]
    r.hang(source(trip - 0.05))
    r.wait(0.2)
    assert r.unit.controller.alarms() == frozenset()
    assert r.ampere == pytest.approx(-r.volt / r.unit.design.bleed_ohm)
    r.hang(source(trip + 0.1))
    r.wait(0.2)
    r.hang()
    r.wait(30.0)
    assert r.unit.controller.alarms() == {"OVER_VOLTAGE"}
    assert abs(r.volt) < 0.1
    r.unit.controller.clear_alarms()
    r.wait(1.0)
    assert r.volt > 50.0


def test_its_own_reference_can_trip_it(rig: Callable[..., object]) -> None:
    """A reference that drifted above the threshold latches the supply as soon as it is up."""
    r = rig("ORV3_HPR_12KW", DriftedReference(ratio=1.08))
    r.run(seconds=12.0)
    assert r.unit.controller.alarms() == {"OVER_VOLTAGE"}
    assert abs(r.volt) < 0.1


def test_a_shorted_oring_fet_lets_the_bus_in(rig: Callable[..., object], truth: Truth) -> None:
    """A dead supply draws next to nothing from a live bus, unless its OR-ing FET is shorted."""
    sound, faulty = rig(), rig("ORV3_HPR_12KW", ShortedOring(ohm=10.0))
    for r in (sound, faulty):
        r.hang(source(50.5))
        r.wait(1.0)
        assert -r.ampere == pytest.approx(truth(r.unit)["back_feed"], rel=0.01)
    assert -sound.ampere < 0.1 < -faulty.ampere


def test_heat_warns_then_shuts_down_and_comes_back(rig: Callable[..., object], truth: Truth) -> None:
    """Warning and shutdown come at the true temperatures of the hot spot, in that order; cold it runs again."""
    r = rig("ORV3_HPR_12KW", SensorDrift(drift_k=-1.0))
    r.run(r.unit.design.rated_a)
    found: dict[str, float] = {}
    while "OVER_TEMPERATURE" not in found:
        r.unit.ambient_c += 0.25
        r.wait(60.0)
        for name in r.unit.controller.alarms():
            found.setdefault(name, r.unit.temperature_c("SECONDARY"))
    assert found["OVER_TEMPERATURE_WARNING"] == pytest.approx(truth(r.unit)["warning_temperature"], abs=0.5)
    assert not r.unit.controller.output_is_on()
    assert r.log == ["OVER_TEMPERATURE_WARNING", "OVER_TEMPERATURE"]
    r.unit.ambient_c = 25.0
    r.wait(1800.0)
    assert r.unit.controller.output_is_on()
    assert r.unit.controller.alarms() == frozenset()


def test_a_stalled_fan_heats_it_up(rig: Callable[..., object]) -> None:
    """The fan that stands still is reported, and the supply gets hotter for it."""
    healthy, stalled = rig("ORV3_3KW"), rig("ORV3_3KW", FanStall(fan=1))
    for r in (healthy, stalled):
        r.run(40.0)
        r.wait(900.0)
    assert stalled.unit.controller.fan_speeds() == (0.0,)
    assert "FAN_FAULT" in stalled.unit.controller.alarms()
    assert "FAN_FAULT" in stalled.log
    assert stalled.unit.temperature_c("SECONDARY") > healthy.unit.temperature_c("SECONDARY") + 20.0


def test_fans_follow_their_duty(rig: Callable[..., object]) -> None:
    """Never below the duty that the bus asks for; back to its own control when it is given back."""
    r = rig()
    r.run(20.0, seconds=20.0)
    own = r.unit.controller.fan_speeds()
    r.unit.controller.set_fan_duty(0.8)
    r.wait(10.0)
    for speed in r.unit.controller.fan_speeds():
        assert speed == pytest.approx(0.8 * r.unit.design.fan_max_rpm, rel=0.06)
    r.unit.controller.set_fan_duty(None)
    r.wait(10.0)
    assert r.unit.controller.fan_speeds() == pytest.approx(own, rel=1e-3)
    with pytest.raises(ValueError, match="between 0 and 1"):
        r.unit.controller.set_fan_duty(1.5)


def test_a_drifted_shunt_shows_in_telemetry_only(rig: Callable[..., object]) -> None:
    """The supply tells another current than the bench measures, and another power with it."""
    r = rig("ORV3_HPR_12KW", ShuntDrift(ratio=1.05))
    r.run(200.0)
    told = r.unit.controller
    assert r.ampere == pytest.approx(200.0)
    assert told.measured("output_current") == pytest.approx(210.0, rel=0.015)
    assert told.measured("output_power") == pytest.approx(1.05 * r.volt * r.ampere, rel=0.015)
    assert told.measured("output_voltage") == pytest.approx(r.volt, rel=0.01)
    assert told.measured("input_voltage") == pytest.approx(227.5, rel=0.02)
    assert told.measured("input_frequency") == pytest.approx(50.0, rel=0.01)


def test_inrush_is_what_the_thermistor_lets_through(rig: Callable[..., object], truth: Truth) -> None:
    """The peak at 90 degrees is the true one; a welded relay leaves only the wiring to limit it."""
    r = rig(volt_rms=277.0)
    r.switch_on(90.0)
    r.wait(0.1)
    _, ampere = r.last("AC.I", 0.1, 50001)
    assert np.abs(ampere).max() == pytest.approx(truth(r.unit)["inrush_peak"], rel=1e-3)
    welded = rig("ORV3_HPR_12KW", WeldedRelay(ohm=0.05), volt_rms=277.0)
    welded.switch_on(90.0)
    welded.wait(0.1)
    _, ampere = welded.last("AC.I", 0.1, 50001)
    assert np.abs(ampere).max() > 500.0


def test_a_burnt_relay_costs_efficiency_and_a_hot_start(rig: Callable[..., object], truth: Truth) -> None:
    """The current that the contact does not take heats the thermistor, which then limits the next inrush less."""
    sound, burnt = rig(), rig("ORV3_HPR_12KW", BurntRelay(ohm=1.0))
    assert truth(burnt.unit)["efficiency_100"] < truth(sound.unit)["efficiency_100"] - 0.005
    assert truth(burnt.unit)["hot_inrush_peak"] > truth(sound.unit)["hot_inrush_peak"] + 20.0


def test_ripple_is_what_rides_on_the_output(rig: Callable[..., object], truth: Truth) -> None:
    """Peak to peak over two line periods it is the true ripple, and more with an aged bulk capacitor."""

    def peak_to_peak(*defects: object) -> tuple[float, float]:
        r = rig("ORV3_HPR_12KW", *defects)
        r.run(r.unit.design.rated_a)
        _, volt = r.last("OUT.U", 0.04, 50001)
        return float(np.ptp(volt)), truth(r.unit)["ripple"]

    healthy, aged = peak_to_peak(), peak_to_peak(AgedBulk(ratio=0.5))
    assert healthy[0] == pytest.approx(healthy[1], rel=0.03)
    assert aged[0] > healthy[0] + 0.03


def test_a_load_step_rings_and_settles(rig: Callable[..., object], truth: Truth) -> None:
    """A slewing step leaves the steady value by the true deviation, and is on its new line afterwards."""
    r = rig()
    r.run(0.7 * r.unit.design.rated_a)
    r.draw(1.3 * r.unit.design.rated_a)
    r.wait(0.01)
    _, volt = r.last("OUT.U", 0.01)
    assert r.volt - volt.min() == pytest.approx(truth(r.unit)["step_deviation"], abs=0.1)
    assert np.ptp(volt[-2000:]) < 0.2


def test_a_late_warning_and_a_slow_timer_are_in_the_signals(rig: Callable[..., object], truth: Truth) -> None:
    """AC_LOSS comes as late as its defect says, even after the output has gone."""
    r = rig("ORV3_HPR_12KW", LateAcLoss(seconds=0.02))
    r.run(r.unit.design.rated_a)
    r.switch_off()
    r.wait(0.1)
    times, volt = r.last("OUT.U", 0.1)
    _, logic = r.last("AC_LOSS.U", 0.1)
    lead = times[np.argmax(volt < 48.0)] - times[np.argmax(logic < 1.65)]
    assert lead < 0.0
    assert lead == pytest.approx(truth(r.unit)["ac_loss_lead"], abs=3e-4)
    slow = rig("ORV3_HPR_12KW", RestartTimer(ratio=1.5))
    slow.run(50.0)
    slow.hang(short())
    slow.wait(0.01)
    slow.hang()
    slow.wait(14.0)
    assert not slow.unit.controller.output_is_on()
    slow.wait(2.0)
    assert slow.unit.controller.output_is_on()


def test_a_dead_black_box_forgets(rig: Callable[..., object]) -> None:
    """The alarm is there, the entry is not."""
    r = rig("ORV3_HPR_12KW", DeadBlackBox())
    r.run(50.0)
    r.hang(short())
    r.wait(0.01)
    assert "SHORT_CIRCUIT" in r.unit.controller.alarms()
    assert r.log == []


def test_standby_and_ps_on(rig: Callable[..., object]) -> None:
    """An M-CRPS supply stands by until PS_ON is pulled low; the standby output limits its own current."""
    r = rig("MCRPS")
    pull = r.others.pop("PS_ON")
    r.run()
    assert abs(r.volt) < 0.1
    assert r.unit.level("STBY.U") == pytest.approx(12.05, rel=0.01)
    r.others["PS_ON"] = pull
    r.join()
    r.wait(1.0)
    assert r.volt == pytest.approx(12.2, rel=0.01)
    r.others["STBY"] = [short(1.0)]
    r.join()
    assert r.unit.level("STBY.I") == pytest.approx(r.unit.design.standby_limit_a, rel=0.01)
    missing = rig("MCRPS", LowStandby(ratio=0.01))
    missing.run()
    assert missing.unit.level("STBY.U") < 0.5


def test_the_share_bus_tells_and_hears(rig: Callable[..., object]) -> None:
    """It tells the share of its current; a bus above that lifts the output; behind an open contact neither."""
    driver = LinearBranch(plus="s:+", minus="s:-", ohm=10.0, emf_v=8.0)
    sound, deaf = rig(), rig("ORV3_HPR_12KW", ShareContact(ohm=1e7))
    for r in (sound, deaf):
        r.run(0.5 * r.unit.design.rated_a)
    assert sound.unit.level("SHARE.U") == pytest.approx(4.0, rel=0.05)
    assert deaf.unit.level("SHARE.U") < 0.1
    before = sound.volt, deaf.volt
    for r in (sound, deaf):
        r.others["SHARE"] = [driver]
        r.join()
    assert sound.volt > before[0] + 0.2
    assert deaf.volt == pytest.approx(before[1], abs=0.1)


def test_switched_by_command_it_stays_off(rig: Callable[..., object]) -> None:
    """A command switches the output; nothing is logged and nothing restarts it but a command."""
    r = rig()
    r.run(50.0)
    r.unit.controller.set_output(False)
    r.wait(30.0)
    assert abs(r.volt) < 0.1
    r.unit.controller.set_output(True)
    r.wait(1.0)
    assert r.volt > 50.0
    assert r.log == []


def test_a_bus_held_by_others_ends_the_dropout(rig: Callable[..., object]) -> None:
    """A supply on its way down gives and takes nothing once the bus is held above it."""
    r = rig()
    r.run(2.0)
    r.switch_off()
    while r.unit.output.mode == "on":
        r.wait(0.05)
    r.hang(source(50.5, 100.0))
    r.wait(0.01)
    assert r.volt == pytest.approx(50.5, abs=0.1)
    assert abs(r.ampere) < 0.1
    assert not r.unit.controller.output_is_on()
